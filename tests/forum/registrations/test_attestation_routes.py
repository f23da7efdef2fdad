"""Attestations over HTTP: one's own, the team's, and the page that checks a code."""

import html
import re
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import page
import pypdfium2
import pytest
from msgspec import structs

from badges.models import Direction
from badges.printing.run_models import NoDrawing
from forum.core.context import Role
from forum.registrations import attestations
from forum.registrations.attestation_sending import Attestations
from forum.registrations.codes import AttestationCodes
from tests.factories import DURING, opened, pdf_text

AFTER = DURING + timedelta(days=2)
OUT = Direction.OUT
LATER = DURING + timedelta(hours=8, minutes=30)
CODE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}")


@pytest.fixture
async def there(site, edition):
    """Somebody who was there on the first day."""
    person = await site.register(
        edition,
        given_name="Zoé",
        family_name="Lefèvre",
        organisation="Ville d’Albi",
        job_title="Archiviste",
    )
    await site.was_there(edition, person, DURING, (LATER, OUT))
    site.clock.at = AFTER
    return person


@pytest.fixture
def look(client):
    """Get a page as people see it: its status, and what it says."""

    async def look(path, language="fr", **headers):
        answer = await client.get(
            path, headers={"accept": "text/html", "accept-language": language, **headers}
        )
        return answer.status_code, told(answer)

    return look


def told(answer):
    main = re.search(r"<main[^>]*>(.*)</main>", answer.text, re.DOTALL)[1]
    text = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(text.split())


def bearer(person):
    return {"authorization": f"Bearer {person.key}"}


async def own_pdf(client, person):
    answer = await client.get(f"/me/{person.key}/attestation.pdf")
    assert answer.status_code == 200, answer.text
    return answer


# One's own


async def test_the_page_offers_the_attestation_once_the_last_day_is_over(site, look, there):
    site.clock.at = DURING + timedelta(hours=9)
    assert "Attestation de présence" not in (await look(f"/me/{there.key}"))[1]
    site.clock.at = AFTER
    assert "Attestation de présence (PDF)" in (await look(f"/me/{there.key}"))[1]


async def test_the_pdf_says_who_was_there_and_when(client, edition, there):
    answer = await own_pdf(client, there)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert (
        f"{edition.slug}-attestation-{there.reference}.pdf"
        in (answer.headers["content-disposition"])
    )
    text = pdf_text(answer.content)
    for said in (
        "Zoé Lefèvre Archiviste Ville d’Albi a participé à cet événement.",
        "« Forum des communes »",
        "Demi-journée Entrée Sortie Durée",
        "mardi 23 mars 2027, matin 10 h 12 h 30 * 2 h 30",
        "mardi 23 mars 2027, après-midi 14 h * 18 h 30 4 h 30",
        "Total : 7 h de présence sur 2 demi-journées",
        "Fait le jeudi 25 mars 2027, pour servir",
        f"Inscription : {there.reference}",
        "http://127.0.0.1:8000/verify",
    ):
        assert said in text


async def test_it_is_in_the_persons_language(site, client, edition):
    person = await site.register(edition, language="en")
    await site.was_there(edition, person)
    site.clock.at = AFTER
    text = pdf_text((await own_pdf(client, person)).content)
    assert "Tuesday 23 March 2027, morning 10:00 12:30 * 2 h 30 min" in text


@pytest.mark.parametrize("way", ["page", "api"])
async def test_who_was_never_let_in_has_none(site, client, look, edition, way):
    absent = await site.register(edition)
    site.clock.at = AFTER
    if way == "api":
        answer = await client.get("/api/me/attestation.pdf", headers=bearer(absent))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_attested")
        return
    assert "attestation" not in (await look(f"/me/{absent.key}"))[1].lower()
    status, said = await look(f"/me/{absent.key}/attestation.pdf")
    assert (status, "Il n’y a pas d’attestation" in said) == (404, True)


async def test_a_program_has_the_same_page(client, there):
    answer = await client.get("/api/me/attestation.pdf", headers=bearer(there))
    assert answer.content == (await own_pdf(client, there)).content


async def test_a_key_of_nobody_opens_none(client):
    assert (await client.get("/me/nobody/attestation.pdf")).status_code == 404


# The team's


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.RECEPTION])
async def test_the_team_has_the_same_from_the_page_of_a_registration(
    site, client, look, edition, there, role
):
    team = await site.signed_in(edition, role)
    path = f"/organiser/{edition.slug}/registrations/{there.reference}"
    page = await client.get(path, headers=team)
    assert f'href="{path}/attestation.pdf"' in page.text
    answer = await client.get(f"{path}/attestation.pdf", headers=team)
    assert answer.content == (await own_pdf(client, there)).content


async def test_who_was_not_there_has_none_on_the_team_pages_either(site, client, edition):
    absent = await site.register(edition)
    team = await site.signed_in(edition)
    path = f"/organiser/{edition.slug}/registrations/{absent.reference}"
    assert "attestation.pdf" not in (await client.get(path, headers=team)).text
    assert (await client.get(f"{path}/attestation.pdf", headers=team)).status_code == 404


async def test_another_editions_team_reaches_none(site, client, edition, there):
    stranger = await site.signed_in(other := await site.edition())
    own_path = f"/organiser/{other.slug}/registrations/{there.reference}/attestation.pdf"
    path = f"/organiser/{edition.slug}/registrations/{there.reference}/attestation.pdf"
    assert (await client.get(path, headers=stranger)).status_code == 403
    assert (await client.get(own_path, headers=stranger)).status_code == 404


async def test_all_are_one_document_in_order_of_names(site, client, edition, there):
    for name, language in (("Adam", "en"), ("Nobody", "fr"), ("Zola", "fr")):
        person = await site.register(edition, family_name=name, language=language)
        if name != "Nobody":
            await site.was_there(edition, person)
    team = await site.signed_in(edition)
    overview = await client.get(f"/organiser/{edition.slug}", headers=team)
    path = f"/organiser/{edition.slug}/attestations.pdf"
    assert f'href="{path}"' in overview.text
    answer = await client.get(path, headers=team)
    assert answer.status_code == 200
    assert f"attestations-{edition.slug}.pdf" in answer.headers["content-disposition"]
    document = pypdfium2.PdfDocument(answer.content)
    assert [one.get_title() for one in document.get_toc()] == [
        "Zoé Adam",
        "Zoé Lefèvre",
        "Zoé Zola",
    ]
    assert len(document) == 3
    text = pdf_text(answer.content)
    assert "Attestation of presence The organisers of “Forum of towns”" in text
    assert "Nobody" not in text


async def test_all_pass_pdf_ua_and_who_takes_them_is_recorded(
    site, client, edition, there, tmp_path
):
    for number in range(3):
        await site.was_there(edition, await site.register(edition, family_name=f"Nom{number}"))
    team = await site.signed_in(edition)
    answer = await client.get(f"/organiser/{edition.slug}/attestations.pdf", headers=team)
    path = tmp_path / "all.pdf"
    path.write_bytes(answer.content)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert (checked.returncode, [failure.message for failure in found.failures]) == (0, [])
    sql = "select detail from audit where edition_id = $1 and action = 'exported attestations'"
    assert await site.rows(sql, edition.id) == [({"count": 4},)]


async def test_a_process_that_ends_cuts_the_document_off(site, edition, there, tmp_path):
    """Whoever saves it is told that it is not whole; a process that never begins is refused."""
    codes = AttestationCodes(site.settings.secret_key)
    export = Attestations(codes, site.settings.base_url, site.clock.at).export(edition)
    with (tmp_path / "a.pdf").open("wb") as out:
        async with site.pool.acquire() as db, db.transaction():
            parts = export.parts(db, out, tmp_path)
            await anext(parts)
            begun = out.tell()
            assert begun > 0
            wrong = structs.replace(export, signed=lambda _: "no paper")
            with pytest.raises(NoDrawing):
                async for _ in wrong.parts(db, out, tmp_path):
                    pass
            await parts.aclose()


async def test_many_are_read_some_at_a_time_and_none_is_lost(site, edition, monkeypatch):
    monkeypatch.setattr(attestations, "AT_ONCE", 2)
    for number in range(5):
        person = await site.register(edition, family_name=f"Nom{number}")
        if number != 3:
            await site.was_there(edition, person)
    site.clock.at = AFTER
    codes = AttestationCodes(site.settings.secret_key)
    export = Attestations(codes, site.settings.base_url, site.clock.at).export(edition)
    out = BytesIO()
    async with site.pool.acquire() as db, db.transaction():
        assert await export.count(db) == 4
        sizes = [out.tell() async for _ in export.parts(db, out, Path())]
    assert sizes == sorted({*sizes})  # the head, two, one, one, the end: each as it is drawn
    assert len(sizes) == 5
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        assert [one.get_title() for one in document.get_toc()] == [
            f"Zoé Nom{number}" for number in (0, 1, 2, 4)
        ]


async def test_without_anybody_there_is_no_document_and_no_link_to_it(site, client, edition):
    await site.register(edition)
    team = await site.signed_in(edition)
    overview = await client.get(f"/organiser/{edition.slug}", headers=team)
    assert "attestations.pdf" not in overview.text
    answer = await client.get(f"/organiser/{edition.slug}/attestations.pdf", headers=team)
    assert (answer.status_code, answer.json()["code"]) == (404, "nobody_attested")


# The page that checks


async def test_a_phone_reads_the_code_and_is_told_what_it_proves(client, look, there, tmp_path):
    picture = tmp_path / "a.png"
    pdf = pypdfium2.PdfDocument((await own_pdf(client, there)).content)
    pdf[0].render(scale=2).to_pil().save(picture)
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", picture], capture_output=True, check=True, text=True
    )
    site_url, _, path = read.stdout.strip().rpartition("/verify/")
    assert site_url == "http://127.0.0.1:8000"
    status, said = await look(f"/verify/{path}")
    assert status == 200
    assert said == (
        "Vérifier une attestation Ce code est bon."
        " L’attestation qui le porte a été délivrée ici, et voici ce qu’elle atteste :"
        " Nom complet Zoé Lefèvre Événement Forum des communes Dates 23 et 24 mars 2027"
        " Jours de présence mardi 23 mars 2027 : de 10 h à 18 h 30"
        " Heures de présence mardi 23 mars 2027, matin : de 10 h à 12 h 30 *, 2 h 30"
        " mardi 23 mars 2027, après-midi : de 14 h * à 18 h 30, 4 h 30"
        " Total : 7 h de présence sur 2 demi-journées"
        f" Inscription {there.reference} Comparez avec le papier. L’organisme et la fonction sont"
        " ceux que la personne a indiqués : aucun code ne les prouve."
        " * Horaire de la demi-journée au programme, là où aucun n’a été lu."
        " Vérifier une autre attestation"
    )


async def test_the_page_speaks_english_and_no_robot_keeps_it(client, look, there):
    code = CODE.search(pdf_text((await own_pdf(client, there)).content))[0]
    _, said = await look(f"/verify/{code}", "en")
    assert "This code is good." in said
    assert "Tuesday 23 March 2027: from 10:00 to 18:30" in said
    answer = await client.get(f"/verify/{code}")
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    for private in ("Archiviste", "Albi", "zoe."):
        assert private not in answer.text


async def test_what_changed_since_is_said(site, client, look, edition, there):
    code = CODE.search(pdf_text((await own_pdf(client, there)).content))[0]
    await site.was_there(edition, there, DURING + timedelta(days=1))
    _, said = await look(f"/verify/{code}")
    assert "Ce code est bon, mais ce qu’il atteste a changé depuis." in said
    assert "mercredi 24 mars 2027 : arrivée à 10 h" in said


@pytest.mark.parametrize("code", ["0000-0000-0000-0000-0000-0000-0000", "x", "%3Cb%3E"])
async def test_a_wrong_code_says_so_and_is_kept_to_be_mended(look, code):
    status, said = await look(f"/verify/{code}")
    assert (status, "Aucune attestation ne porte ce code." in said) == (404, True)


async def test_a_wrong_code_and_one_of_nobody_any_more_are_answered_alike(
    site, client, edition, there
):
    code = CODE.search(pdf_text((await own_pdf(client, there)).content))[0]
    await site.cancel(edition, there)
    wrong = "0000-0000-0000-0000-0000-0000-0000"
    gone, never = [await client.get(f"/verify/{one}") for one in (code, wrong)]
    assert gone.status_code == never.status_code == 404
    assert gone.text.replace(code, wrong) == never.text


async def test_a_code_is_typed_into_a_form_without_a_script(client, look, there):
    code = CODE.search(pdf_text((await own_pdf(client, there)).content))[0]
    form = await client.get("/verify")
    assert "<script" not in form.text
    assert '<form method="get" action="/verify"' in form.text
    typed = code.lower().replace("-", " ")
    answer = await client.get("/verify", params={"code": typed})
    assert answer.status_code == 303
    status, said = await look(answer.headers["location"])
    assert (status, "Ce code est bon." in said) == (200, True)


@pytest.mark.parametrize("typed", ["", " - ", "<>"])
async def test_nothing_typed_is_asked_for_again(client, typed):
    answer = await client.get("/verify", params={"code": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


async def test_codes_are_tried_thirty_times_a_minute_at_most(pool, settings):
    async with (
        opened(pool, msgspec.structs.replace(settings, rate_limit=True)) as site,
        site.client() as client,
    ):
        got = [(await client.get("/verify/x")).status_code for _ in range(32)]
    assert got == [404] * 30 + [429] * 2
