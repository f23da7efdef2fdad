"""The organisers' pages of e-mails: words changed, looked at, tried, sent; nothing lost."""

import html
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from forum.core.context import Role
from forum.letters.kinds import KINDS
from tests.factories import SAME_ORIGIN, Memory, decoded, pdf_text

BODY = "Bonjour {given_name},\n\nUn mot de la **mairie**.\n\n{ticket}\n\n{manage_link}"


@pytest.fixture
async def team(site, edition):
    """The cookie of an organiser."""
    return await site.signed_in(edition, address="equipe@example.org")


@pytest.fixture
def get(client, edition, team):
    """Get a page of the letters, in French."""

    async def get(path="", **given):
        headers = {**team, "accept-language": "fr", "accept": "text/html"}
        return await client.get(
            f"/organiser/{edition.slug}/letters{path}", headers=headers, params=given or None
        )

    return get


@pytest.fixture
def post(client, edition, team):
    """Post a form of the letters."""

    async def post(path, data, **query):
        headers = {**team, **SAME_ORIGIN, "accept-language": "fr", "accept": "text/html"}
        return await client.post(
            f"/organiser/{edition.slug}/letters{path}", data=data, headers=headers, params=query
        )

    return post


@pytest.fixture
def form(get):
    """Read the form of a kind as a browser would send it."""

    async def form(kind="confirmed", **changed):
        return {**fields((await get(f"/{kind}")).text), **changed}

    return form


def fields(page):
    """Return what the controls of the page's form hold, by name."""
    found = {}
    for tag in re.findall(r"<input [^>]+>", page):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    ):
        found[name] = html.unescape(text)
    return found


def told(answer):
    """Return what a page says, without its tags."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


async def test_the_list_names_every_kind_and_whose_words_it_has(get, post, form):
    assert (
        await post("/waiting", await form("waiting", **{"body-fr": "Un mot."}))
    ).status_code == 303
    answer = await get()
    assert answer.status_code == 200
    for kind in KINDS:
        assert f'/letters/{kind}"' in answer.text
    assert answer.text.count("Les vôtres") == 1
    assert "lundi 1er mars à 13 h, equipe@example.org" in told(answer)


async def test_a_page_shows_the_words_that_hold_and_what_may_be_written(get):
    answer = await get("/confirmed")
    assert answer.status_code == 200
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    got = fields(answer.text)
    assert got["subject-fr"] == "Votre billet\u00a0: {edition}"
    assert got["body-en"].startswith("Hello {given_name},\n\n**Your place is confirmed.**")
    assert (got["revision-fr"], got["revision-en"]) == ("0", "0")
    assert "le billet : son code QR et sa référence, seul sur sa ligne" in told(answer)
    assert "{place_in_line}" not in answer.text


async def test_words_are_saved_and_leave_with_the_next_letter(site, edition, get, post, form):
    sent = await form(**{"subject-fr": "Bienvenue {given_name}", "body-fr": BODY})
    answer = await post("/confirmed", sent)
    assert answer.status_code == 303
    page = await get("/confirmed", saved="1")
    assert "Enregistré." in page.text
    assert fields(page.text)["body-fr"] == BODY
    assert (fields(page.text)["revision-fr"], fields(page.text)["revision-en"]) == ("1", "0")
    changed = await site.rows(
        "select action, detail from audit where edition_id = $1 and action like 'letter%'",
        edition.id,
    )
    assert changed == [("letter_changed", {"kind": "confirmed", "language": "fr", "revision": 1})]


async def test_every_mistake_is_told_at_once_and_what_was_typed_stays(get, post, form):
    sent = await form(
        **{"subject-fr": "", "body-fr": "Un\n{nom}\n}", "body-en": "[x](javascript:y)"}
    )
    answer = await post("/confirmed", sent)
    assert answer.status_code == 422
    assert "3 réponses sont à corriger" in answer.text
    said = told(answer)
    assert "Ligne 2\u00a0: il n’y a pas de {nom} pour ce courriel." in html.unescape(answer.text)
    assert "Ligne 3 : une accolade est seule" in said.replace("\u00a0", " ")
    assert "javascript:y n’est pas une adresse" in said
    assert fields(answer.text)["body-fr"] == "Un\n{nom}\n}"
    assert (await get("/confirmed")).text.count("Les mots d’origine") == 2


async def test_the_built_in_words_come_back_into_the_form_and_hold_once_saved(
    site, edition, get, post, form
):
    ours = await form()
    await post("/confirmed", {**ours, "body-fr": BODY})
    back = await post("/confirmed", {**await form(), "restore": "fr"})
    assert back.status_code == 200
    assert fields(back.text)["body-fr"] == ours["body-fr"]
    assert fields((await get("/confirmed")).text)["body-fr"] == BODY
    await post("/confirmed", fields(back.text))
    assert fields((await get("/confirmed")).text)["body-fr"] == ours["body-fr"]
    assert await site.rows(
        "select subject, body, revision from letter_text where edition_id = $1", edition.id
    ) == [(None, None, 2)]


async def test_saving_what_was_not_changed_stores_nothing(site, edition, post, form):
    sent = await form()
    sent["body-fr"] = sent["body-fr"].replace("\n", "\r\n") + "\r\n"  # as browsers send it
    assert (await post("/confirmed", sent)).status_code == 303
    assert await site.rows("select 1 from letter_text where edition_id = $1", edition.id) == []


async def test_the_later_of_two_sees_what_the_first_has_saved(get, post, form):
    mine = await form(**{"body-fr": "Le mien."})
    assert (await post("/confirmed", await form(**{"body-fr": "Le leur."}))).status_code == 303
    late = await post("/confirmed", mine)
    assert late.status_code == 412
    assert "Enregistré par quelqu’un d’autre" in late.text
    assert '<pre lang="fr">Le leur.</pre>' in late.text
    again = fields(late.text)
    assert (again["body-fr"], again["revision-fr"]) == ("Le mien.", "1")
    assert (await post("/confirmed", again)).status_code == 303
    assert fields((await get("/confirmed")).text)["body-fr"] == "Le mien."


async def test_who_changes_one_language_leaves_the_other_as_others_made_it(get, post, form):
    mine = await form(**{"body-en": "Mine."})
    await post("/confirmed", await form(**{"body-fr": "Le leur."}))
    assert (await post("/confirmed", mine)).status_code == 303
    now = fields((await get("/confirmed")).text)
    assert (now["body-fr"], now["body-en"]) == ("Le leur.", "Mine.")


async def test_a_preview_shows_the_words_typed_with_invented_values(post, form):
    answer = await post("/confirmed/preview", await form(**{"body-fr": BODY}), language="fr")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert policy.endswith("sandbox")
    assert "Bonjour Camille," in answer.text
    assert "<strong>mairie</strong>" in answer.text
    assert 'src="data:image/png;base64,' in answer.text
    assert "/me/specimen" in answer.text
    assert "Objet" in answer.text


async def test_a_preview_shows_a_registration_by_its_reference_and_no_key_of_it(
    site, edition, post, form
):
    person = await site.register(edition, given_name="<b>Zoé</b>")
    sent = await form(reference=f" {person.reference.lower()} ")
    page = await post("/confirmed/preview", sent, language="en")
    assert "&lt;b&gt;Zoé&lt;/b&gt;" in page.text
    assert "Elected official" in page.text
    assert person.reference in page.text
    assert person.key not in page.text
    text = await post("/confirmed/preview", sent, language="en", part="text")
    assert "&lt;b&gt;Zoé&lt;/b&gt; Lefèvre" in text.text
    assert "<pre" in text.text
    assert person.key not in text.text


async def test_a_preview_says_what_is_wrong(post, form):
    sent = await form(**{"body-fr": "{nom}"}, reference="ZZZZ-ZZZZ")
    answer = await post("/confirmed/preview", sent, language="fr")
    assert answer.status_code == 422
    assert "{nom}" in answer.text
    assert "Aucune inscription n’a cette référence." in answer.text
    assert answer.headers["content-security-policy"].endswith("sandbox")


async def test_the_first_preview_shows_what_is_stored(get, post, form):
    await post("/confirmed", await form(**{"body-fr": "Un mot enregistré."}))
    assert "Un mot enregistré." in (await get("/confirmed/preview", language="fr")).text
    assert "Your place is confirmed." in (await get("/confirmed/preview", language="en")).text
    assert "Un mot enregistré." in (await get("/confirmed/preview", language="xx")).text


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_has_a_preview_in_every_language(get, kind):
    for language in ("fr", "en"):
        answer = await get(f"/{kind}/preview", language=language)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text


async def test_a_test_goes_to_oneself_and_opens_nothing(site, edition, team, get, post, form):
    person = await site.register(edition)
    sent = await form(**{"body-fr": "Un essai pour {name}."}, reference=person.reference)
    answer = await post("/confirmed/test", sent, language="fr")
    assert answer.status_code == 200
    assert "Un essai part à l’adresse equipe@example.org." in answer.text
    assert fields(answer.text)["body-fr"] == "Un essai pour {name}."
    post_box = Memory()
    worker = site.worker(post_box)
    while await worker.send_due():
        pass
    (mail,) = [one for one in post_box.mails if one.recipient == "equipe@example.org"]
    assert mail.subject.startswith("[Essai] Votre billet")
    assert "Un essai pour Zoé" in mail.text
    assert person.key not in mail.text + mail.html
    assert decoded(mail.parts[0].content) != person.token
    assert fields((await get("/confirmed")).text)["body-fr"].startswith("Bonjour {given_name}")


async def test_a_test_with_a_mistake_is_not_sent(site, edition, post, form):
    answer = await post(
        "/confirmed/test", await form(**{"body-en": "}"}, reference="none"), language="en"
    )
    assert answer.status_code == 422
    assert "2 réponses sont à corriger" in answer.text
    assert (
        await site.rows("select 1 from outbox where edition_id = $1 and kind = 'test'", edition.id)
        == []
    )


async def test_who_has_answers_missing_is_named_and_told_once(site, edition, get, post):
    await site.ask(edition, "dinner", "yes_no", required=True)
    done = await site.register(edition, answers={"dinner": True})
    late = await site.register(edition, given_name="Zoé", family_name="Ærø")
    listed = (await get()).text
    assert "1 personne a des réponses manquantes, 1 pas encore prévenue" in listed
    asked = (await get("/questions/send")).text
    assert f"/registrations/{late.reference}" in asked
    assert f"/registrations/{done.reference}" not in asked
    assert "<p>dinner ?</p>" in asked
    assert "Envoyer 1 courriel" in asked
    answer = await post("/questions/send", {})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/organiser/{edition.slug}/letters/questions/send?done=1",
    )
    again = (await get("/questions/send", done="1")).text
    assert ("Envoyer 1 courriel" in again, "<span>prévenue</span>" in again) == (False, True)
    letters = [kind for kind, _ in await site.letters(edition) if kind == "questions"]
    assert letters == ["questions"]
    person = await get(f"/../registrations/{late.reference}")
    assert "<ul><li>dinner ?</li></ul>" in person.text


async def test_a_reminder_is_asked_for_with_its_count_then_leaves_once(site, edition, get, post):
    for _ in range(2):
        await site.register(edition)
    page = await get("/reminder/send")
    assert "Envoyer 2 courriels" in page.text
    assert "2 personnes ne l’ont pas" in told(await get())
    answer = await post("/reminder/send", {})
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    assert (where.path.rpartition("/")[2], parse_qs(where.query)) == ("send", {"done": ["1"]})
    done = await get("/reminder/send", done="1")
    assert "Les courriels sont en route" in done.text
    assert '<form method="post" action="/organiser/' not in done.text.partition("<h1>")[2]
    await post("/reminder/send", {})
    rows = await site.rows(
        "select count(*) from outbox where edition_id = $1 and kind = 'reminder'", edition.id
    )
    assert rows == [(2,)]


@pytest.mark.parametrize("path", ["/nonsense", "/sign_in", "/nonsense/preview", "/confirmed/send"])
async def test_what_is_no_kind_is_not_found(get, path):
    assert (await get(path)).status_code == 404


async def test_only_organisers_write(site, edition, client):
    for role in (Role.RECEPTION, Role.PROGRAMME_EDITOR, Role.DOOR):
        headers = await site.signed_in(edition, role)
        answer = await client.get(f"/organiser/{edition.slug}/letters", headers=headers)
        assert answer.status_code == 403


async def test_a_post_of_another_site_is_refused(client, edition, team):
    answer = await client.post(
        f"/organiser/{edition.slug}/letters/reminder/send",
        headers={**team, "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


# The attestation that thanks bring


@pytest.fixture
async def guests(site, edition):
    """Somebody who was there, and somebody who was not."""
    there, absent = [await site.register(edition) for _ in range(2)]
    await site.was_there(edition, there)
    return there, absent


async def test_a_preview_of_thanks_tells_of_the_attestation_of_who_was_there(post, form, guests):
    words = await form("thanks")
    link = "/me/specimen/attestation.pdf"
    assert link in (await post("/thanks/preview", words)).text
    there, absent = [
        (await post("/thanks/preview", {**words, "reference": one.reference})).text
        for one in guests
    ]
    assert link in there
    assert guests[0].key not in there
    assert "attestation" not in absent.lower()


async def test_a_test_of_thanks_brings_hours_that_are_real_and_a_code_that_is_not(
    site, post, form, guests
):
    words = await form("thanks")
    for reference in (guests[0].reference, guests[1].reference, ""):
        answer = await post("/thanks/test", {**words, "reference": reference})
        assert answer.status_code == 200
    letters = Memory()
    worker = site.worker(letters)
    while await worker.send_due():
        pass
    texts = [
        [pdf_text(part.content) for part in mail.parts]
        for mail in letters.mails
        if mail.kind == "test" and mail.recipient == "equipe@example.org"
    ][-3:]
    [invented] = [text for text in texts if text and "Camille Exemple" in text[0]]
    [real] = [text for text in texts if text and "Camille Exemple" not in text[0]]
    assert [] in texts
    assert "mardi 23 mars 2027 10 h — —" in real[0]
    assert "Total : 13 h de présence sur 4 demi-journées" in invented[0]
    assert "verify SPECIMEN" in real[0]


async def test_thanks_before_the_end_are_warned_of(site, get):
    page = told(await get("/thanks/send"))
    assert "reçoivent leur attestation de présence" in page
    assert "à partir du jeudi 25 mars 2027" in page
    site.clock.at = datetime(2027, 3, 25, 8, tzinfo=UTC)
    assert "à partir du" not in told(await get("/thanks/send"))
    assert "attestation" not in told(await get("/reminder/send"))
