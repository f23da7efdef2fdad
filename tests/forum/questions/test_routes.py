"""Questions over HTTP: the public form and the API ask, keep what was typed, take files."""

import base64

import pytest

from forum.core.i18n import words
from forum.questions.models import Condition
from tests.factories import SAME_ORIGIN, answers

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
async def asking(site):
    edition = await site.edition()
    await site.ask(edition, "comes", "yes_no", required=True)
    await site.ask(
        edition,
        "meal",
        "choice",
        options={"meat": 1, "soup": None},
        condition=Condition(question="comes", answers=["yes"]),
    )
    await site.ask(edition, "diet", "text", sensitive=True)
    await site.ask(edition, "card", "file", categories=["press"], required=True)
    return edition


@pytest.fixture
def send(client, asking):
    async def send(*, files=None, **given):
        path = f"/{asking.slug}/register"
        return await client.post(path, data=answers(**given), files=files, headers=SAME_ORIGIN)

    return send


async def stored(site, edition):
    return dict(
        await site.rows(
            "select question, value from answer where edition_id = $1"
            " union all select question, value from private_answer where edition_id = $1",
            edition.id,
        )
    )


async def test_the_api_tells_what_is_asked_and_no_answer_about_needs(site, client, asking):
    await site.register(asking, answers={"comes": True, "meal": "meat", "diet": "sans gluten"})
    answer = await client.get(f"/api/editions/{asking.slug}")
    assert "sans gluten" not in answer.text
    asked = {one["code"]: one for one in answer.json()["questions"]}
    assert [*asked] == ["comes", "meal", "diet", "card"]
    assert asked["meal"] == {
        "code": "meal",
        "kind": "choice",
        "label": {"fr": "meal ?", "en": "meal?"},
        "help": {},
        "required": False,
        "sensitive": False,
        "categories": [],
        "condition": {"question": "comes", "answers": ["yes"]},
        "options": [
            {"code": "meat", "label": {"fr": "Meat"}, "open": False, "places_left": 0},
            {"code": "soup", "label": {"fr": "Soup"}, "open": True, "places_left": None},
        ],
        "least": None,
        "most": None,
    }
    assert asked["card"]["categories"] == ["press"]


async def test_the_api_takes_answers_and_says_every_mistake(site, client, asking):
    path = f"/api/editions/{asking.slug}/registrations"
    wrong = await client.post(path, json=answers(email="no", answers={"meal": "x", "who": 1}))
    assert (wrong.status_code, {*wrong.json()["fields"]}) == (
        422,
        {"email", "answers.comes", "answers.who"},
    )
    right = await client.post(path, json=answers(answers={"comes": True, "meal": "meat"}))
    assert right.status_code == 202
    full = await client.post(path, json=answers(answers={"comes": True, "meal": "meat"}))
    assert full.json()["fields"] == {
        "answers.meal": "“Meat” is no longer available: choose another answer."
    }
    assert await stored(site, asking) == {"comes": True, "meal": "meat"}


async def test_the_page_keeps_what_was_answered_and_marks_every_mistake(send):
    answer = await send(email="no", **{"answers.comes": "yes", "answers.meal": "x"})
    assert answer.status_code == 422
    assert 'id="answers.comes-1" name="answers.comes" value="yes" checked' in answer.text
    assert 'href="#answers.meal-1"' in answer.text
    assert words("fr").gettext("Choose one of the answers offered.") in answer.text
    typed = await send(email="no", **{"answers.comes": "no", "answers.diet": "<sel>"})
    assert 'value="&lt;sel&gt;"' in typed.text


async def test_a_mistake_with_a_value_is_told_in_the_readers_language(client, site, asking):
    await site.register(asking, answers={"comes": True, "meal": "meat"})
    sent = answers(**{"answers.comes": "yes", "answers.meal": "meat"})
    for language, said in (("fr", "n’est plus disponible"), ("en", "is no longer available")):
        path = f"/{asking.slug}/register?lang={language}"
        answer = await client.post(path, data=sent, headers=SAME_ORIGIN)
        assert said in answer.text


async def test_a_form_with_a_file_is_stored_with_it(site, send, asking):
    files = {"answers.card": ("Carte de presse.pdf", PDF, "text/html")}
    answer = await send(files=files, category="press", **{"answers.comes": "no"})
    assert answer.status_code == 303
    card = (await stored(site, asking))["card"]
    assert (card["name"], card["media_type"]) == ("Carte de presse.pdf", "application/pdf")
    assert site.parts.blobs.path(card["digest"]).read_bytes() == PDF


async def test_a_file_of_another_kind_is_refused_and_not_kept(site, send, asking):
    files = {"answers.card": ("x.pdf", b"<script>", "application/pdf")}
    answer = await send(files=files, category="press", **{"answers.comes": "no"})
    assert answer.status_code == 422
    assert words("fr").gettext("Send a PDF, a PNG or a JPEG picture.") in answer.text
    assert words("fr").gettext("Choose the file again: browsers do not keep it.") in answer.text
    assert await stored(site, asking) == {}


async def test_a_program_sends_a_file_in_json(site, client, asking):
    card = {"name": "a.pdf", "content": base64.b64encode(PDF).decode()}
    sent = answers(category="press", answers={"comes": False, "card": card})
    answer = await client.post(f"/api/editions/{asking.slug}/registrations", json=sent)
    assert answer.status_code == 202
    assert (await stored(site, asking))["card"]["size_bytes"] == len(PDF)


async def test_a_body_over_the_limit_is_refused(send):
    files = {"answers.card": ("x.pdf", PDF + b"x" * 7_000_001, "application/pdf")}
    answer = await send(files=files, category="press")
    assert answer.status_code == 413


async def test_the_owner_sees_their_answers(site, client, asking):
    person = await site.register(asking, answers={"comes": True, "meal": "soup", "diet": "vegan"})
    page = await client.get(f"/me/{person.key}")
    for said in ("comes ?", "Oui", "Soup", "diet ?", "vegan"):
        assert said in page.text


async def test_an_edition_without_questions_needs_no_script(client, edition, asking):
    assert "questions.js" not in (await client.get(f"/{edition.slug}/register")).text
    assert "questions.js" in (await client.get(f"/{asking.slug}/register")).text
