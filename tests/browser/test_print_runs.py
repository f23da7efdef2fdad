"""An organiser chooses badges, starts a run, watches it, and has a PDF whose codes are read."""

import json

from tests.badges.printing.deeds import codes
from tests.browser.axe import AXE, RULES, RUN


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
