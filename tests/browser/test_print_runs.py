"""An organiser chooses badges, starts a run, watches it, and has a PDF whose codes are read."""

import json

from tests.badges.printing.deeds import codes
from tests.browser.axe import AXE, RULES, RUN
from tests.installations import until


def test_badges_are_chosen_printed_watched_and_taken(demo, organiser, tmp_path):
    page = organiser
    page.goto(f"{demo.base}/organiser/demo/badges")
    everybody = page.get_by_role("status").inner_text()
    page.get_by_label("Presse").check()
    page.wait_for_function(
        "before => document.querySelector('#count [role=status]').innerText !== before",
        arg=everybody,
    )
    chosen = int(page.get_by_role("status").inner_text().split()[0])
    page.locator("#count").get_by_role("button").click()
    page.wait_for_url("**/badges/runs/*")
    page.get_by_text(f"{chosen} badges dessinés sur {chosen}").wait_for()
    link = page.get_by_role("link", name="Télécharger les badges (PDF)")
    with page.expect_download() as taken:
        link.click()
    file = tmp_path / "badges.pdf"
    taken.value.save_as(file)
    demo.run("export", "tickets", tmp_path / "tickets.json")
    found = json.loads((tmp_path / "tickets.json").read_text("utf-8"))
    read = {*codes(file, tmp_path)}
    assert read == {one["token"] for one in found if one["category"] == "press"}
    assert len(read) == chosen
    page.evaluate(AXE)
    assert page.evaluate(RUN, RULES) == []
    page.get_by_role("button", name="Supprimer le fichier maintenant").click()
    page.get_by_text("Le fichier a été supprimé, car il contient des noms.").wait_for()


def test_from_the_table_to_the_badges_of_all_whom_it_shows(demo, browser, team, tmp_path):
    """Without JavaScript, by the keyboard: filtered in the table, printed, each code read."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    context.add_cookies(team)
    page = context.new_page()
    page.goto(f"{demo.base}/organiser/demo/registrations?category=speaker&sort=-date")
    many = int(page.locator("#count").inner_text().split()[0])
    page.get_by_role("link", name=f"Imprimer les badges des {many} personnes trouvées").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/badges?filter=category%3Dspeaker")
    found = page.locator("#filtered strong").inner_text()
    bearers = int(found.split()[0])
    assert found == f"{bearers} personnes trouvées ont un badge"
    left = page.locator("#filtered p").nth(1).inner_text() if bearers < many else ""
    assert left.startswith(f"{many - bearers} des personnes trouvées" if left else "")
    page.get_by_role("button", name=f"Imprimer ces {bearers} badges").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/badges/runs/*")
    until(lambda: page.reload() and page.get_by_text("Télécharger les badges (PDF)").count())
    assert "trouvées par un filtre du tableau" in page.locator("dl.facts").inner_text()
    link = page.get_by_role("link", name="Télécharger les badges (PDF)").get_attribute("href")
    file = tmp_path / "badges.pdf"
    file.write_bytes(context.request.get(demo.base + link).body())
    demo.run("export", "tickets", tmp_path / "tickets.json")
    tickets = json.loads((tmp_path / "tickets.json").read_text("utf-8"))
    speakers = {one["token"] for one in tickets if one["category"] == "speaker"}
    assert {*codes(file, tmp_path)} == speakers
    assert len(speakers) == bearers
    context.close()
