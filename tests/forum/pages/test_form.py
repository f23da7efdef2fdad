"""The organisers' page of the form: every part changed, kept on record, and never overwritten."""

import pytest

from forum.core.context import Role
from forum.core.i18n import words
from forum.editions.models import NewCategory
from tests.factories import SAME_ORIGIN


@pytest.fixture
async def desk(site, edition):
    return await Desk.of(site, edition)


class Desk:
    """An organiser at work on the form of an edition."""

    @classmethod
    async def of(cls, site, edition, language="fr"):
        made = cls()
        made.site, made.edition = site, edition
        made.headers = {
            **await site.signed_in(edition),
            **SAME_ORIGIN,
            "accept-language": language,
        }
        return made

    async def get(self, path=""):
        async with self.site.client(headers=self.headers) as client:
            return await client.get(f"/organiser/{self.edition.slug}/form{path}")

    async def post(self, path="", **sent):
        async with self.site.client(headers=self.headers) as client:
            return await client.post(f"/organiser/{self.edition.slug}/form{path}", data=sent)

    async def revision(self):
        return await self.site.value("select revision from edition where id = $1", self.edition.id)

    async def record(self):
        return await self.site.rows(
            "select action, detail->>'part', detail->'changes' from audit"
            " where edition_id = $1 and action like 'form%' order by (detail->>'revision')::int",
            self.edition.id,
        )

    async def questions(self):
        return [
            code
            for (code,) in await self.site.rows(
                "select code from question where edition_id = $1 and retired_at is null"
                " order by position",
                self.edition.id,
            )
        ]


TERMS = {"state": "open", "places": "50"}


async def test_the_page_shows_the_whole_form_in_both_languages(site, edition):
    await site.ask(edition, "diet", "text", sensitive=True)
    for language, said in (("fr", "Formulaire"), ("en", "The form")):
        page = await (await Desk.of(site, edition, language)).get()
        assert page.status_code == 200
        assert f"<h1>{said}</h1>" in page.text
        for part in ("Élu" if language == "fr" else "Elected", "diet", "photos"):
            assert part in page.text


async def test_terms_are_set_on_the_wall_of_the_edition(site, desk):
    answer = await desk.post(
        **TERMS,
        revision="1",
        registration_closes_at="2027-03-15T18:00",
        changes_until="",
        offer_hours="24",
        asks_days="yes",
    )
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/organiser/{desk.edition.slug}/form?done=1#terms",
    )
    assert await site.rows(
        "select state::text, places, registration_closes_at::text, offer_hours, asks_days, revision"
        " from edition where id = $1",
        desk.edition.id,
    ) == [("open", 50, "2027-03-15 17:00:00+00", 24, True, 2)]
    assert await desk.record() == [
        (
            "form_terms",
            "terms",
            {
                "places": [None, 50],
                "registration_closes_at": [None, "2027-03-15T18:00:00+01:00"],
                "offer_hours": [None, 24],
                "asks_days": [False, True],
            },
        )
    ]
    assert 'value="2027-03-15T18:00"' in (await desk.get()).text


async def test_every_mistake_of_the_terms_is_told_and_what_was_typed_stays(site, desk):
    answer = await desk.post(
        state="open",
        places="many",
        offer_hours="0",
        registration_opens_at="2027-03-16T10:00",
        registration_closes_at="soon",
    )
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 3
    assert 'value="many"' in answer.text
    assert 'value="2027-03-16T10:00"' in answer.text
    assert await desk.revision() == 1
    swapped = await desk.post(
        **TERMS,
        registration_opens_at="2027-03-16T10:00",
        registration_closes_at="2027-03-15T10:00",
    )
    assert words("fr").gettext("This comes before the opening: put it after.") in swapped.text


async def test_places_below_those_taken_are_refused_with_the_numbers(site, desk):
    for _ in range(3):
        await site.register(desk.edition)
    await site.value("update edition set reserved = 2 where id = $1", desk.edition.id)
    few = await desk.post(state="open", places="4")
    assert few.status_code == 422
    assert "Places prises\u00a0: 3, réservées\u00a0: 2." in few.text
    enough = await desk.post(state="open", places="5")
    assert enough.status_code == 303
    of_category = await desk.post("/categories/elected", **{"name.fr": "Élu", "places": "2"})
    assert "Places prises\u00a0: 3, réservées\u00a0: 0." in of_category.text


async def test_places_raised_promote_the_right_number(site):
    edition = await site.edition(
        places=1, categories=[NewCategory(code="elected", name={"fr": "Élu"}, places=2)]
    )
    people = [await site.register(edition) for _ in range(5)]
    desk = await Desk.of(site, edition)
    await desk.post(state="open", places="10")
    now = [(await site.registered(edition, one.id)).status for one in people]
    assert now == ["confirmed", "confirmed", "waiting", "waiting", "waiting"]
    await desk.post("/categories/elected", **{"name.fr": "Élu", "places": "4", "open": "yes"})
    now = [(await site.registered(edition, one.id)).status for one in people]
    assert now == ["confirmed"] * 4 + ["waiting"]


async def test_a_category_is_added_changed_and_deleted(site, desk):
    added = await desk.post(
        "/category", revision="1", **{"name.fr": "Équipe", "name.en": "Staff", "tint": "6"}
    )
    assert added.status_code == 303
    values = {"name.fr": "L’équipe", "places": "5", "approval": "yes", "self_change": "yes"}
    changed = await desk.post("/categories/equipe", revision="2", **values)
    assert changed.status_code == 303
    [row] = await site.rows(
        "select number, name, places, open, approval, invitation_only, self_change, tint"
        " from category where edition_id = $1 and code = 'equipe'",
        desk.edition.id,
    )
    assert row == (3, {"fr": "L’équipe"}, 5, False, True, False, True, 1)
    assert 'value="5"' in (await desk.get("/categories/equipe")).text
    gone = await desk.post("/categories/equipe/delete", revision="3")
    assert gone.status_code == 303
    assert (await desk.get("/categories/equipe")).status_code == 404
    assert [line[:2] for line in await desk.record()] == [
        ("form_category_added", "category"),
        ("form_category_changed", "category equipe"),
        ("form_category_deleted", "category equipe"),
    ]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name.fr": ""}, "This answer is needed."),
        ({"name.fr": "Presse"}, "This code is taken: choose another."),
        ({"name.fr": "X", "code": "É"}, "This answer cannot be read: check it."),
        ({"name.fr": "X", "places": "0"}, "This answer cannot be read: check it."),
    ],
)
async def test_a_category_with_a_mistake_is_told(desk, sent, said):
    values = {"code": "press"} if sent["name.fr"] == "Presse" else {}
    answer = await desk.post("/category", **values, **sent)
    assert answer.status_code == 422
    assert words("fr").gettext(said) in answer.text
    assert await desk.revision() == 1


async def test_a_category_with_registrations_or_questions_stays(site, desk):
    await site.register(desk.edition, category="press")
    await site.ask(desk.edition, "note", "text", categories=["agent"])
    for code in ("press", "agent"):
        answer = await desk.post(f"/categories/{code}/delete")
        assert answer.status_code == 409
        assert "fermez-la plutôt" in answer.text
    assert (await desk.post("/categories/elected/delete")).status_code == 303


async def test_the_last_category_stays(site):
    edition = await site.edition(categories=[NewCategory(code="all", name={"fr": "Tous"})])
    desk = await Desk.of(site, edition)
    assert (await desk.post("/categories/all/delete")).status_code == 409


async def test_a_question_is_asked_changed_moved_retired_brought_back_and_deleted(site, desk):
    await desk.post("/question", **{"label.fr": "Venez-vous au dîner ?", "kind": "yes_no"})
    await desk.post(
        "/question",
        **{
            "label.fr": "Que mangez-vous ?",
            "label.en": "What do you eat?",
            "kind": "choice",
            "required": "yes",
            "categories": ["elected", "press"],
            "condition": ["venez-vous-au-diner:yes"],
            "option.1.fr": "De la soupe",
            "option.1.position": "2",
            "option.1.open": "yes",
            "option.2.fr": "Du pain",
            "option.2.places": "3",
            "option.2.position": "1",
            "option.2.open": "yes",
            "option.3.fr": " ",
            "option.3.position": "3",
        },
    )
    await desk.post("/question", **{"label.fr": "Un mot", "kind": "text", "code": "note"})
    assert await desk.questions() == ["venez-vous-au-diner", "que-mangez-vous", "note"]
    assert await site.rows(
        "select code, position, places, open from question_option where edition_id = $1"
        " order by position",
        desk.edition.id,
    ) == [("du-pain", 0, 3, True), ("de-la-soupe", 1, None, True)]
    page = (await desk.get("/questions/que-mangez-vous")).text
    for shown in (
        'value="Du pain"',
        'name="option.1.places" value="3"',
        'value="venez-vous-au-diner:yes" checked',
        'value="press" checked',
    ):
        assert shown in page
    moved = await desk.post("/questions/note/move", direction="up")
    assert moved.headers["location"].endswith("/form?done=1#question-note")
    assert await desk.questions() == ["venez-vous-au-diner", "note", "que-mangez-vous"]
    refused = await desk.post("/questions/venez-vous-au-diner/retire")
    assert refused.status_code == 409
    assert "modifiez d’abord l’autre" in refused.text
    await desk.post("/questions/note/retire")
    assert await desk.questions() == ["venez-vous-au-diner", "que-mangez-vous"]
    assert "Questions retirées" in (await desk.get()).text
    await desk.post("/questions/note/bring-back")
    assert (await desk.questions())[-1] == "note"
    await desk.post("/questions/note/delete")
    assert (await desk.get("/questions/note")).status_code == 404
    actions = [action for action, _, _ in await desk.record()]
    assert actions[3:] == [
        "form_question_moved",
        "form_question_retired",
        "form_question_brought_back",
        "form_question_deleted",
    ]


async def test_a_question_with_mistakes_keeps_what_was_typed(desk):
    answer = await desk.post(
        "/question",
        **{
            "label.fr": "",
            "kind": "choice",
            "option.1.fr": "Soupe & pain",
            "option.1.places": "beaucoup",
            "option.1.open": "yes",
            "help.fr": "Une aide",
        },
    )
    assert answer.status_code == 422
    assert 'value="Soupe &amp; pain"' in answer.text
    assert 'value="beaucoup"' in answer.text
    assert 'value="choice" required checked' in answer.text
    assert "<title>Erreur" in answer.text
    bare = await desk.post("/question", **{"label.fr": "Q"})
    assert words("fr").gettext("This answer is needed.") in bare.text


async def test_a_consent_that_is_worded_anew_keeps_its_versions(site, desk):
    await desk.post("/consent", **{"wording.fr": "Recevoir la lettre", "purpose": "news"})
    await desk.post("/consents/news", **{"wording.fr": "Recevoir la lettre, 6 fois par an"})
    await desk.post("/consents/news", **{"wording.fr": "Recevoir la lettre, 6 fois par an"})
    assert await site.rows(
        "select version, wording->>'fr' from consent_wording"
        " where edition_id = $1 and purpose = 'news' order by version",
        desk.edition.id,
    ) == [(1, "Recevoir la lettre"), (2, "Recevoir la lettre, 6 fois par an")]
    taken = await desk.post("/consent", **{"wording.fr": "X", "purpose": "news"})
    assert taken.status_code == 422
    assert (await desk.get("/consents/none")).status_code == 404


async def test_two_who_edit_are_told_and_neither_loses_anything(site, desk):
    other = await Desk.of(site, desk.edition)
    await other.post("/categories/press", revision="1", **{"name.fr": "Presse", "places": "9"})
    await other.post(revision="2", state="open", places="70", offer_hours="12")
    stale = await desk.post(revision="1", state="open", places="50", asks_days="yes")
    assert stale.status_code == 412
    assert "Quelqu’un a modifié le formulaire entre-temps" in stale.text
    assert "Places\u00a0: rien → 9" in stale.text
    assert "Places\u00a0: rien → 70" in stale.text
    assert 'name="places" value="50"' in stale.text  # typed here
    assert 'name="offer_hours" value="12"' in stale.text  # changed there, untouched here
    assert 'name="asks_days" value="yes" checked' in stale.text
    assert 'name="revision" value="3"' in stale.text
    assert await desk.revision() == 3
    again = await desk.post(
        revision="3", state="open", places="50", offer_hours="12", asks_days="yes"
    )
    assert again.status_code == 303


async def test_a_move_from_a_page_that_is_old_shows_the_form_anew(site, desk):
    await site.ask(desk.edition, "a", "text")
    await site.ask(desk.edition, "b", "text")
    await desk.post("/questions/b/move", revision="1", direction="up")
    stale = await desk.post("/questions/b/move", revision="1", direction="up")
    assert stale.status_code == 412
    assert "Ordre\u00a0: 2 → 1" in stale.text
    assert await desk.questions() == ["b", "a"]


async def test_the_preview_shows_what_a_category_is_asked(site, desk):
    await site.ask(desk.edition, "card", "text", categories=["press"])
    await site.ask(desk.edition, "note", "text")
    press, agent = await desk.get("/preview/press"), await desk.get("/preview/agent")
    assert "answers.card" in press.text
    assert "answers.card" not in agent.text
    assert "answers.note" in agent.text
    assert (await desk.get("/preview/king")).status_code == 404


async def test_a_form_of_another_site_is_refused(site, desk):
    async with site.client(headers=await site.signed_in(desk.edition)) as client:
        path = f"/organiser/{desk.edition.slug}/form"
        answer = await client.post(path, data=TERMS, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_reception_does_not_see_the_form(site, client, edition):
    headers = await site.signed_in(edition, Role.RECEPTION)
    page = await client.get(f"/organiser/{edition.slug}", headers=headers)
    assert '/form"' not in page.text
    form = await client.get(f"/organiser/{edition.slug}/form", headers=headers)
    assert form.status_code == 403
