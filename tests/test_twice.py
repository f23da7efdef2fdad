"""A button pressed twice does its deed once: each POST of a page says how, and its form helps."""

import asyncio
import re

import pytest

from forum.core.web import ONCE_FIELD
from tests.factories import SAME_ORIGIN
from tests.pages.samples import PAGES, page
from tests.test_rights import SERVED

NATURAL = {
    "/me/{key}/accept": "who has accepted has the place already",
    "/me/{key}/cancel": "what is cancelled stays cancelled, and nothing is sent again",
    "/me/{key}/consents/{purpose}": "what is in force already stays as it is",
    "/me/{key}/consents/{purpose}/withdrawal": "what is withdrawn stays withdrawn",
    "/organiser/account/passkeys": "its challenge is good once",
    "/organiser/account/passkeys/challenge": "a new challenge takes the place of the one before",
    "/organiser/account/passkeys/{passkey}/name": "the name is the same the second time",
    "/organiser/account/web-sessions/end-others": "what has ended stays ended",
    "/organiser/sign-in/passkey": "its challenge is good once",
    "/organiser/sign-in/passkey/challenge": "a new challenge takes the place of the one before",
    "/organiser/sign-in/{token}": "a link is good once",
    "/organiser/sign-out": "who is signed out stays so",
    "/organiser/{slug}/badges/layouts/choices": "the choices are the same the second time",
    "/organiser/{slug}/badges/layouts/{layout}/delete": "what is removed stays so",
    "/organiser/{slug}/badges/layouts/{layout}/images": "the same image is kept once, by its name",
    "/organiser/{slug}/badges/layouts/{layout}/images/{image}/delete": "what is removed stays so",
    "/organiser/{slug}/badges/layouts/{layout}/preview": "it changes nothing",
    "/organiser/{slug}/badges/runs/{run}/cancel": "what is cancelled stays so",
    "/organiser/{slug}/bulk": "each deed looks at where a registration stands",
    "/organiser/{slug}/campaigns": "the form has an id: two presses start one campaign",
    "/organiser/{slug}/campaigns/preview": "it changes nothing",
    "/organiser/{slug}/campaigns/{number}/continue": "it names the revision that it goes on from",
    "/organiser/{slug}/campaigns/{number}/stop": "what is stopped stays stopped",
    "/organiser/{slug}/desk/printer": "the same printer is chosen the second time",
    "/organiser/{slug}/doors/gates/{gate}/delete": "what is removed stays so",
    "/organiser/{slug}/doors/lists/{check_in_list}/delete": "what is removed stays so",
    "/organiser/{slug}/import": "a table that is brought twice rests twice, and goes after a day",
    "/organiser/{slug}/import/{import_id}": "the same columns are chosen the second time",
    "/organiser/{slug}/import/{import_id}/check": "a row is registered once, whoever presses",
    "/organiser/{slug}/import/{import_id}/delete": "what is deleted stays so",
    "/organiser/{slug}/invitations/{invitation_id}/revocation": "what is revoked stays revoked",
    "/organiser/{slug}/letters/{kind}": "the text is the same the second time: nothing changes",
    "/organiser/{slug}/letters/{kind}/preview": "it changes nothing",
    "/organiser/{slug}/letters/{kind}/send": "the outbox holds one letter for each person",
    "/me/{key}/sessions": "who has a seat or a turn keeps it; what is given back stays so",
    "/organiser/{slug}/programme/conflicts": "the levels are the same the second time",
    "/organiser/{slug}/programme/rooms/{part}/delete": "what is deleted stays so",
    "/organiser/{slug}/programme/sessions/{part}/delete": "what is deleted stays so",
    "/organiser/{slug}/programme/speakers/{part}/delete": "what is deleted stays so",
    "/organiser/{slug}/programme/tracks/{part}/delete": "what is deleted stays so",
    "/organiser/{slug}/programme/plans/{part}/delete": "what is deleted stays so",
    "/organiser/{slug}/programme/rooms/travel": "it names the walks that its form was read at",
    "/organiser/{slug}/programme/speakers/{part}/photo": "the photo is the same the second time",
    "/organiser/{slug}/programme/import": "a file that is brought twice rests twice, for a day",
    "/organiser/{slug}/programme/import-undone": "what is taken back is not as that change left it",
    "/organiser/{slug}/programme/import/{file_id}": "the same file again changes nothing",
    "/organiser/{slug}/programme/move/{moved}": "it names the change that its form was read at",
    "/organiser/{slug}/programme/publication/{publication_id}/withdrawal": "it stays withdrawn",
    "/organiser/{slug}/programme/shift": "it names the change that its form was read at",
    "/organiser/{slug}/programme/take-back": "what is taken back is not as that change left it",
    "/organiser/{slug}/programme/undo": "what is taken back is not as that change left it",
    "/organiser/{slug}/sign-ups": "the terms are the same the second time",
    "/organiser/{slug}/programme/speakers/invitations": "nobody is asked twice within an hour",
    "/organiser/{slug}/papers/terms": "what papers say is the same the second time",
    "/organiser/{slug}/registrations/{reference}/link": "no link within five minutes of another",
    "/organiser/{slug}/team/{member}/restore": "who is back in the team is left as they are",
    "/speaker/{key}/confirm": "who has confirmed has a registration already",
    "/speaker/{key}/decline": "who has declined stays so, and nothing is sent again",
    "/speaker/{key}/photo": "the same photo is kept once, under its digest",
    "/speaker/{key}/photo/agreement": "who has agreed has agreed, from the first time on",
    "/speaker/{key}/photo/removal": "what is removed stays so",
    "/speaker/{key}/photo/withdrawal": "what is withdrawn stays withdrawn",
    "/speaker/{key}/profile": "what is stored already is no change, whatever came before",
    "/{edition_slug}/link": "no link within five minutes of another",
    "/{edition_slug}/register": "an address is registered once, and its letter waits five minutes",
}
"""The pages' POSTs that may come twice without a one-time key, each with the reason."""
ASKING = {"once", "desk"}
"""By which parameter a route uses `Once`: the desk of the form holds it for all of its routes."""
POSTS = {
    route.removeprefix("POST "): {*handler.parsed_fn_signature.parameters}
    for route, handler in SERVED.items()
    if route.startswith("POST ") and not route.startswith("POST /api/")
}


def test_every_post_of_a_page_is_done_once_or_may_be_done_twice():
    keyed = {path for path, asked in POSTS.items() if asked & ASKING}
    assert keyed | NATURAL.keys() == POSTS.keys()
    assert keyed & NATURAL.keys() == set()
    assert all(" " in reason for reason in NATURAL.values())


HERE = {
    "organiser/form_category.html": "/organiser/x/form/category",
    "organiser/form_question.html": "/organiser/x/form/question",
    "organiser/form_consent.html": "/organiser/x/form/consent",
    "accounts/sign_in.html": "/organiser/sign-in/x",
}
"""Where the pages are whose form goes to their own address."""


def routed(action, template):
    """Return the path of the route that a form of a sample page is sent to."""
    path = HERE[template] if action == "/" else action.partition("?")[0]
    found = [
        route
        for route in POSTS
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route)), path)
    ]
    return min(found, key=lambda route: route.count("{"))


FORM = re.compile(r'<form[^>]* method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
POSTED_BY = re.compile(r'<button(?![^>]*formmethod="get")[^>]*formaction="([^"]+)"')
FIELD = re.compile(rf'<input type="hidden" name="{ONCE_FIELD}" value="([\w-]{{22}})">')


def test_every_form_of_such_a_post_brings_a_key_of_its_own():
    keys, seen = [], set()
    for name in PAGES:
        if name == "scan":
            continue
        for action, inside in FORM.findall(page(name)):
            actions = [action, *POSTED_BY.findall(inside)]
            routes = {routed(one, PAGES[name][0]) for one in actions}
            seen |= routes
            found = FIELD.findall(inside)
            assert len(found) == bool(routes - NATURAL.keys()), (name, action)
            keys += found
    assert len({*keys}) == len(keys)
    form = "/organiser/{slug}/form/"
    same = {
        f"{form}{one}"
        for one in ("categories/{category}", "questions/{question}", "consents/{purpose}")
    }  # the form of what is new is that of what is there, and that of one kind is all kinds'
    parts = "/organiser/{slug}/programme/"
    same |= {f"{parts}{one}/{{part}}/delete" for one in ("rooms", "tracks", "speakers")}
    same.add("/organiser/{slug}/papers/certificates")  # the page is that of attestations
    no_form = {"/organiser/sign-in/passkey", "/organiser/account/passkeys"}  # sent by the script
    scripted = no_form | {f"{path}/challenge" for path in no_form}
    assert POSTS.keys() - seen - scripted == same


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition, address="anne@example.org")
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "fr"}) as client:
        yield client


async def key_of(client, path, action=None):
    """Return the one-time key of the form on a page, as a browser would send it."""
    shown = (await client.get(path)).text
    forms = {to: inside for to, inside in FORM.findall(shown) if FIELD.search(inside)}
    return FIELD.search(forms[action or path])[1]


def walk_in(**given):
    return {
        "given_name": "Zoé", "family_name": "Lefèvre", "organisation": "", "email": "",
        "category": "press", "another_person": "true", **given,
    }  # fmt: skip


async def people(site, edition):
    return await site.value("select count(*) from registration where edition_id = $1", edition.id)


async def test_a_walk_in_whose_button_is_pressed_many_times_comes_in_once(site, edition, team):
    path = f"/organiser/{edition.slug}/desk"
    key = await key_of(team, f"{path}?q=zoe", path)
    first = await team.post(path, data=walk_in(once=key))
    answers = await asyncio.gather(*(team.post(path, data=walk_in(once=key)) for _ in range(5)))
    assert {one.headers["location"] for one in answers} == {first.headers["location"]}
    assert await people(site, edition) == 1


async def test_pressed_at_once_it_is_done_once(site, edition, team):
    path = f"/organiser/{edition.slug}/desk"
    key = await key_of(team, f"{path}?q=zoe", path)
    answers = await asyncio.gather(*(team.post(path, data=walk_in(once=key)) for _ in range(6)))
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1
    assert await people(site, edition) == 1


async def test_who_goes_back_and_types_something_else_means_another_deed(site, edition, team):
    path = f"/organiser/{edition.slug}/desk"
    key = await key_of(team, f"{path}?q=zoe", path)
    for name in ("Zoé", "Ada", "Zoé"):
        answer = await team.post(path, data=walk_in(once=key, given_name=name))
        assert answer.status_code == 303
    assert await people(site, edition) == 2


async def test_a_refusal_is_not_kept(site, edition, team):
    path = f"/organiser/{edition.slug}/desk"
    key = await key_of(team, f"{path}?q=zoe", path)
    full = "update category set places = $2 where edition_id = $1 and code = 'press'"
    await site.value("update category set places = 1, taken = 1 where edition_id = $1"
                     " and code = 'press'", edition.id)  # fmt: skip
    assert (await team.post(path, data=walk_in(once=key))).status_code == 409
    await site.value(full, edition.id, 2)
    assert (await team.post(path, data=walk_in(once=key))).status_code == 303
    assert await people(site, edition) == 1


@pytest.mark.parametrize("key", ["", "x", "é" * 22, "x" * 65, "a b" * 8])
async def test_what_is_no_key_is_as_none(site, edition, team, key):
    path = f"/organiser/{edition.slug}/desk"
    for _ in range(2):
        assert (await team.post(path, data=walk_in(once=key))).status_code == 303
    assert await people(site, edition) == 2


async def test_a_list_of_guests_is_invited_once(site, edition, team):
    path = f"/organiser/{edition.slug}/invitations"
    sent = {
        "once": await key_of(team, path), "category": "press", "people": "Ada; Roux; ada@x.example"
    }  # fmt: skip
    answers = await asyncio.gather(*(team.post(path, data=sent) for _ in range(4)))
    assert {one.headers["location"] for one in answers} == {f"{path}?made=1"}
    assert await site.letters(edition) == [("invitation", "ada@x.example")]


async def test_a_test_leaves_once_for_one_page_and_again_for_the_next(site, edition, team):
    path = f"/organiser/{edition.slug}/letters/thanks"
    for number in (1, 2):
        words = {f"{part}-{one}": "Merci" for part in ("subject", "body") for one in ("fr", "en")}
        sent = {**words, "once": await key_of(team, path)}
        for _ in range(3):
            answer = await team.post(f"{path}/test", params={"language": "fr"}, data=sent)
            assert answer.status_code == 200
        assert len(await site.letters(edition)) == number


async def test_a_question_is_added_once(site, edition, team):
    path = f"/organiser/{edition.slug}/form/question"
    shown = (await team.get(path)).text
    revision = re.search(r'name="revision" value="(\d+)"', shown)[1]
    sent = {
        "once": FIELD.search(shown)[1],
        "revision": revision,
        "label.fr": "Au dîner ?",
        "kind": "text",
    }
    answers = await asyncio.gather(*(team.post(path, data=sent) for _ in range(4)))
    assert {one.status_code for one in answers} == {303}
    assert await site.value("select count(*) from question where edition_id=$1", edition.id) == 1


async def test_a_deed_on_one_registration_and_a_member_are_done_once(site, edition, team):
    person = await site.register(edition)
    path = f"/organiser/{edition.slug}/registrations/{person.reference}"
    sent = {"once": await key_of(team, path, f"{path}/decide"), "deed": "cancel", "revision": "1"}
    team_page = f"/organiser/{edition.slug}/team"
    member = {"once": await key_of(team, team_page), "email": "new@x.example", "roles": "door"}
    for _ in range(2):
        done = await team.post(f"{path}/decide", data=sent)
        assert (done.status_code, done.headers["location"]) == (303, f"{path}?told=cancel")
        taken_in = await team.post(team_page, data=member)
        assert taken_in.status_code == 303
    letters = sorted(kind for kind, _ in await site.letters(edition))
    assert letters == ["cancelled", "confirmed", "team"]


async def test_a_group_and_a_place_passed_on_are_done_once(site, client, edition):
    path = f"/{edition.slug}/register/group"
    sent = {
        "once": await key_of(client, path),
        "coordinator_name": "Jeanne Blanc",
        "coordinator_email": "jeanne@x.example",
        "category": "press",
        "people": "Ada; Roux; ada@x.example",
    }
    for _ in range(2):
        assert (await client.post(path, data=sent, headers=SAME_ORIGIN)).status_code == 303
    assert sorted(await site.letters(edition)) == [
        ("confirmed", "ada@x.example"), ("group", "jeanne@x.example"),
    ]  # fmt: skip
    person = await site.register(edition)
    path = f"/me/{person.key}/transfer"
    sent = {
        "once": await key_of(client, path),
        "given_name": "Léa", "family_name": "Blanc", "email": "lea@x.example",
    }  # fmt: skip
    answers = [await client.post(path, data=sent, headers=SAME_ORIGIN) for _ in range(2)]
    assert {one.headers["location"] for one in answers} == {f"/me/{person.key}?done=transferred"}


async def test_a_form_with_files_is_known_again_by_what_it_holds(site, client, edition):
    await site.ask(edition, "card", "file")
    person = await site.register(edition)
    path = f"/me/{person.key}/edit"
    sent = {
        "once": await key_of(client, path), "given_name": "Zoé", "family_name": "Roux",
        "language": "fr", "category": "elected", "revision": "1",
    }  # fmt: skip
    for content in (b"%PDF-1.7 %%EOF", b"%PDF-1.7 %%EOF", b"%PDF-1.7 other"):
        files = {"answers.card": ("Carte.pdf", content, "application/pdf")}
        answer = await client.post(path, data=sent, files=files, headers=SAME_ORIGIN)
        expected = 412 if b"other" in content else 303  # another deed, on what was changed
        assert answer.status_code == expected, answer.text
    assert await site.value("select revision from registration where id = $1", person.id) == 2
