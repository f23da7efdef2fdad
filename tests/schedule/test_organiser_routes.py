"""The editors' pages of the parts: what is typed is stored, or comes back with the reason."""

import re
import uuid
from html import unescape
from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image

from forum.core.context import Role
from schedule import editing, part_forms
from schedule.edits import PartKind, part_of
from schedule.models import ConflictCode, Level, Marker, SpeakerState, Track
from tests.factories import MORNING, SAME_ORIGIN, draft, plan_file

NOWHERE = uuid.UUID(int=7)
EVIL = "<script>alert(1)</script>"


def said(page):
    """Return the words of a page, spaces as one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


class Editor:
    """Somebody at the pages of the programme's parts."""

    def __init__(self, site, edition, client, headers):
        self.site = site
        self.edition = edition
        self.client = client
        self.headers = {**headers, "accept": "text/html", "accept-language": "en"}

    def at(self, path):
        return f"/organiser/{self.edition.slug}/programme/{path}"

    async def get(self, path):
        return await self.client.get(self.at(path), headers=self.headers)

    async def post(self, path, data=None, **more):
        headers = {**self.headers, **more.pop("headers", SAME_ORIGIN)}
        return await self.client.post(self.at(path), data=data or {}, headers=headers, **more)

    async def follow(self, answer):
        assert answer.status_code == 303, said(answer)
        return await self.client.get(answer.headers["location"], headers=self.headers)

    async def draft(self):
        async with self.site.pool.acquire() as db:
            return await editing.read(db, self.edition)

    async def form(self, kind, id_):
        """Return what the page of a part would send as it stands."""
        made = await self.draft()
        typed = part_forms.typed(kind, part_of(made, kind, id_), made, self.edition)
        return {**typed, "edited": [str(made.edited.get(id_, 0))]}


@pytest.fixture
async def editor(site, edition, client):
    headers = await site.signed_in(edition, Role.PROGRAMME_EDITOR, address="moi@example.org")
    return Editor(site, edition, client, headers)


@pytest.fixture
async def other(site, edition):
    async with site.client() as client:
        headers = await site.signed_in(edition, address="anne@example.org")
        yield Editor(site, edition, client, headers)


@pytest.fixture
async def there(site, edition):
    made = draft()
    made = replace(
        made, tracks=[Track(id=uuid.uuid4(), slug="eau", name={"fr": "Eau"}, position=0)]
    )
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, made, at=site.clock.at)
        return await editing.read(db, edition)


TYPED = {
    "rooms": {"name": "Salle Ariège", "capacity": "180", "access": ["step_free"]},
    "tracks": {"name.fr": "Climat", "name.en": "Climate", "tint": "5"},
    "speakers": {"name": "Zoé Lefèvre", "state": "invited", "email": "zoe@example.org"},
    "sessions": {"type": "talk", "title.fr": "Le climat", "minutes": "45", "confirmed": "yes"},
    "plans": {"title.fr": "Niveau 0", "alt.fr": "L’entrée est en bas."},
}
SHOWN = {
    "plans": "Niveau 0",
    "rooms": "Salle Ariège",
    "tracks": "Climate",
    "speakers": "Zoé Lefèvre",
}


@pytest.mark.parametrize("kind", TYPED)
async def test_a_part_is_added_found_changed_deleted_and_taken_back(editor, there, kind):
    name = SHOWN.get(kind, "Le climat")
    page = await editor.follow(await editor.post(f"{kind}/new", TYPED[kind]))
    assert f"Stored: {name}" in said(page)
    found = await editor.get(f"{kind}?q={name.split()[-1].lower()}")
    [path] = re.findall(rf"/programme/({kind}/[0-9a-f-]{{36}})\"", found.text)
    shown = await editor.get(path)
    assert name in said(shown)
    edited = re.search(r'name="edited" value="(\d+)"', shown.text)[1]
    field = next(one for one in TYPED[kind] if one in {"name", "name.fr", "title.fr"})
    page = await editor.follow(
        await editor.post(path, {**TYPED[kind], field: "Autre nom", "edited": edited})
    )
    assert "Stored: " in said(page)
    edited = re.search(r'name="edited" value="(\d+)"', (await editor.get(path)).text)[1]
    page = await editor.follow(await editor.post(f"{path}/delete", {"edited": edited}))
    assert "Deleted: " in said(page)
    assert (await editor.get(path)).status_code == 404
    number = re.search(r'name="number" value="(\d+)"', page.text)[1]
    page = await editor.follow(await editor.post("take-back", {"number": number, "list": kind}))
    assert "Taken back: " in said(page)
    assert (await editor.get(path)).status_code == 200


async def test_what_was_stored_as_it_was_is_no_change(editor, there):
    id_ = there.sessions[0].id
    sent = await editor.form(PartKind.SESSION, id_)
    page = await editor.follow(await editor.post(f"sessions/{id_}", sent))
    assert "Nothing was changed." in said(page)
    assert (await editor.draft()).number == there.number


async def test_a_session_gets_people_with_roles_in_order(editor, there):
    for name in ("Zoé Lefèvre", "Loïc Œuvrard"):
        await editor.post("speakers/new", {"name": name, "state": "confirmed"})
    id_ = there.sessions[0].id
    sent = await editor.form(PartKind.SESSION, id_) | {
        "people.0.person": "Ada Ferrand",
        "people.0.role": "speaker",
        "people.1.person": "zoe lefevre",
        "people.1.role": "moderator",
        "people.2.person": "Loïc Œuvrard",
        "people.2.role": "guest",
    }
    moved = await editor.post(f"sessions/{id_}", sent | {"arrange": "people.1.up"})
    rows = re.findall(r'id="people\.(\d)\.person" name="[^"]+" value="([^"]*)"', moved.text)
    assert (moved.status_code, [name for _, name in rows]) == (
        200,
        ["zoe lefevre", "Ada Ferrand", "Loïc Œuvrard", "", ""],
    )
    assert (await editor.draft()).number == there.number + 2
    await editor.follow(await editor.post(f"sessions/{id_}", sent))
    made = await editor.draft()
    names = {one.id: one.name for one in made.speakers}
    people = next(one for one in made.sessions if one.id == id_).people
    assert [(names[one.speaker_id], one.role.value) for one in people] == [
        ("Ada Ferrand", "speaker"),
        ("Zoé Lefèvre", "moderator"),
        ("Loïc Œuvrard", "guest"),
    ]


async def test_mistakes_stand_at_their_fields_and_all_that_was_typed_stays(editor, there):
    id_ = there.sessions[0].id
    sent = await editor.form(PartKind.SESSION, id_) | {
        "title.fr": "",
        "abstract.fr": "Un résumé\r\nsur deux lignes",
        "url": "javascript:alert(1)",
        "people.0.person": "Personne d’autre",
        "time": "vers midi",
    }
    page = await editor.post(f"sessions/{id_}", sent)
    assert page.status_code == 422
    assert set(re.findall(r'<a href="#([^"]+)">', page.text)) >= {
        "title.fr",
        "url",
        "people.0.person",
        "time",
    }
    for typed in ("javascript:alert(1)", "Personne d’autre", "vers midi", "sur deux lignes"):
        assert typed in unescape(page.text)
    assert (await editor.draft()).number == there.number
    french = await editor.client.post(
        editor.at(f"sessions/{id_}"),
        data=sent,
        headers={**editor.headers, **SAME_ORIGIN, "accept-language": "fr"},
    )
    assert "Indiquez une adresse web comme https://www.exemple.fr." in said(french)


async def test_two_editors_keep_both_changes_where_they_typed_different_things(
    editor, other, there
):
    id_ = there.sessions[0].id
    mine = await editor.form(PartKind.SESSION, id_)
    theirs = mine | {"title.fr": "Leur titre", "minutes": "20"}
    await other.follow(await other.post(f"sessions/{id_}", theirs))
    page = await editor.post(
        f"sessions/{id_}", mine | {"minutes": "25", "abstract.fr": "Mon résumé"}
    )
    assert page.status_code == 412
    assert "anne@example.org, Monday 1 March at 13:00: Minutes, Title – French" in said(page)
    assert "Changed by both, yours is below: Minutes" in said(page)
    shown = dict(re.findall(r'id="([^"]+)" name="[^"]+" value="([^"]*)"', page.text))
    assert (shown["title.fr"], shown["minutes"]) == ("Leur titre", "25")
    assert "Mon résumé" in page.text
    edited = re.search(r'name="edited" value="(\d+)"', page.text)[1]
    again = mine | {
        "title.fr": "Leur titre",
        "minutes": "25",
        "abstract.fr": "Mon résumé",
        "edited": edited,
    }
    await editor.follow(await editor.post(f"sessions/{id_}", again))
    session = (await editor.draft()).sessions[0]
    assert (session.title["fr"], session.minutes, session.abstract) == (
        "Leur titre",
        25,
        {"fr": "Mon résumé"},
    )


async def test_what_another_removed_meanwhile_may_be_added_again_with_what_was_typed(
    editor, other, there
):
    id_ = there.tracks[0].id
    mine = await editor.form(PartKind.TRACK, id_)
    await other.follow(await other.post(f"tracks/{id_}/delete", {"edited": mine["edited"]}))
    page = await editor.post(f"tracks/{id_}", mine | {"name.fr": "Océans"})
    assert page.status_code == 404
    assert 'value="Océans"' in page.text
    assert f'action="{editor.at("tracks/new")}"' in page.text


async def test_a_clash_comes_back_in_words_with_what_was_typed(editor, there):
    first, second = there.sessions
    sent = await editor.form(PartKind.SESSION, second.id)
    page = await editor.post(
        f"sessions/{second.id}", sent | {"time": "9:00", "title.en": "Water, first"}
    )
    assert page.status_code == 409
    words = said(page)
    assert (
        "Eau et communes: Salle Garonne is taken by “Ouverture”, Tuesday 23 March at 09:00" in words
        or "Water, first: Salle Garonne is taken by “Ouverture”, Tuesday 23 March at 09:00" in words
    )
    assert "Ada Ferrand takes part in “Ouverture” too" in words
    assert 'value="9:00"' in page.text
    assert 'value="Water, first"' in page.text
    assert (await editor.draft()).sessions[1].starts_at == second.starts_at != first.starts_at


async def test_the_lists_say_what_is_missing_in_words(editor, there):
    words = said(await editor.get("sessions"))
    assert "title or abstract lack: English" in words
    people = said(await editor.get("speakers"))
    assert "no biography in French · no biography in English · no organisation" in people
    assert "no e-mail address · no photo" in people
    assert "seats unknown" in said(await editor.get("rooms"))
    assert "no name in English" in said(await editor.get("tracks"))
    assert "No session here" in said(await editor.get("sessions?only=unplaced"))
    assert "2 sessions" in said(await editor.get("sessions?only=wrong&q=garonne"))


async def test_long_lists_have_pages(editor, site, edition):
    made = draft(*(f"Séance {n}" for n in range(120)))
    spread = [replace(one, starts_at=None, room_id=None, people=[]) for one in made.sessions]
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, replace(made, sessions=spread), at=site.clock.at)
    first = await editor.get("sessions")
    last = await editor.get("sessions?page=99")
    assert first.text.count("<tr>") == 51
    assert last.text.count("<tr>") == 21
    assert "Page 3 of 3" in said(last)
    assert 'rel="next"' in first.text
    assert 'rel="next"' not in last.text


async def test_a_part_that_is_used_is_not_deleted_and_its_page_says_by_what(editor, there):
    id_ = there.rooms[0].id
    shown = await editor.get(f"rooms/{id_}")
    assert f"rooms/{id_}/delete" not in shown.text
    refused = await editor.post(f"rooms/{id_}/delete")
    assert refused.status_code == 409
    assert "Sessions name this still: change them first. Ouverture Eau et communes" in said(refused)


async def test_what_changed_meanwhile_is_not_taken_back(editor, there):
    id_ = there.tracks[0].id
    sent = await editor.form(PartKind.TRACK, id_)
    first = await editor.post(f"tracks/{id_}", sent | {"tint": "2"})
    number = first.headers["location"].partition("done=")[2]
    await editor.post(f"tracks/{id_}", await editor.form(PartKind.TRACK, id_) | {"tint": "3"})
    refused = await editor.post("take-back", {"number": number, "list": "tracks"})
    assert refused.status_code == 412
    assert (await editor.draft()).tracks[0].tint == 3


MASS = {"id": str(NOWHERE), "number": "99", "slug": "mine", "registration_id": str(NOWHERE)}
MASS |= {
    "photo": "f" * 64,
    "photo_agreed_at": "2027-01-01T00:00:00Z",
    "overlaps": "yes",
    "picture": "f",
}


@pytest.mark.parametrize("kind", TYPED)
async def test_a_form_sets_nothing_that_it_does_not_show(editor, there, kind):
    await editor.follow(await editor.post(f"{kind}/new", TYPED[kind] | MASS))
    made = await editor.draft()
    new = [
        one
        for parts in (made.rooms, made.tracks, made.speakers, made.sessions, made.plans)
        for one in parts
        if made.edited[one.id] == made.number
    ]
    assert len(new) == 1
    assert new[0].id != NOWHERE
    assert getattr(new[0], "slug", "") != "mine"
    assert getattr(new[0], "picture", None) is None
    if kind == "sessions":
        assert (new[0].number, new[0].overlaps) == (3, False)
    if kind == "speakers":
        behind = made.backstage_of_speakers[new[0].id]
        assert (behind.photo, behind.photo_agreed_at, behind.registration_id) == (None, None, None)
        assert behind.state is SpeakerState.INVITED


async def test_markup_and_turned_texts_are_shown_as_text_everywhere(editor, there, site, client):
    id_ = there.sessions[0].id
    await editor.post(
        f"speakers/{there.speakers[0].id}",
        await editor.form(PartKind.SPEAKER, there.speakers[0].id)
        | {"name": f"Ada \u202e{EVIL}", "biography.fr": EVIL, "note": EVIL},
    )
    await editor.post(f"rooms/{there.rooms[0].id}", {"name": EVIL, "floor": EVIL})
    await editor.post(f"tracks/{there.tracks[0].id}", {"name.fr": EVIL, "tint": "1"})
    sent = await editor.form(PartKind.SESSION, id_) | {
        "title.fr": EVIL,
        "abstract.fr": f'"\u2067><img src=x onerror=alert(1)>{EVIL}',
        "tags": EVIL,
        "partners.0.name": EVIL,
        "track_id": str(there.tracks[0].id),
    }
    await editor.follow(await editor.post(f"sessions/{id_}", sent))
    parts = {
        "rooms": there.rooms[0].id,
        "tracks": there.tracks[0].id,
        "speakers": there.speakers[0].id,
        "sessions": id_,
    }
    await site.programme(editor.edition, await editor.draft())
    pages = [
        *[await editor.get(kind) for kind in parts],
        *[await editor.get(f"{kind}/{one}") for kind, one in parts.items()],
        await editor.get("rooms/travel"),
        await editor.get(f"sessions?done={(await editor.draft()).number}"),
        await client.get(f"/{editor.edition.slug}/programme"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert EVIL not in page.text
        assert "<img src=x" not in page.text
        assert "\u202e" not in page.text
        assert "\u2067" not in page.text
    assert all("&lt;script&gt;" in page.text for page in pages[:8])


async def test_forms_of_other_sites_store_nothing(editor, there):
    cross = {"sec-fetch-site": "cross-site"}
    for path in ("rooms/new", f"tracks/{there.tracks[0].id}/delete", "take-back", "conflicts"):
        refused = await editor.post(path, {"name": "Volée"}, headers=cross)
        assert refused.status_code == 403
    assert (await editor.draft()).number == there.number


# Photos


def photo(colour=(200, 20, 20)):
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return ("moi.png", out.getvalue(), "image/png")


async def test_a_photo_is_public_only_while_the_person_agrees(editor, there, site, client):
    id_ = there.speakers[0].id
    path = f"speakers/{id_}/photo"
    assert (await editor.get(path)).status_code == 404
    await editor.follow(await editor.post(path, files={"photo": photo()}))
    shown = await editor.get(path)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["cache-control"] == "private, no-store"
    behind = (await editor.draft()).backstage_of_speakers[id_]
    public = f"/{editor.edition.slug}/photos/{behind.photo}"
    assert (await client.get(public)).status_code == 404
    assert (await editor.draft()).speakers[0].photo is None

    await editor.follow(await editor.post(path, {"agreed": "yes"}))
    seen = await client.get(public)
    assert (seen.status_code, seen.content) == (200, shown.content)
    again = await client.get(public, headers={"if-none-match": seen.headers["etag"]})
    assert again.status_code == 304
    made = await editor.draft()
    assert made.speakers[0].photo == behind.photo
    assert made.backstage_of_speakers[id_].photo_agreed_at == site.clock.at
    elsewhere = await site.edition()
    assert (await client.get(f"/{elsewhere.slug}/photos/{behind.photo}")).status_code == 404

    await editor.follow(await editor.post(path))
    assert (await client.get(public)).status_code == 404


async def test_another_photo_needs_another_consent_and_one_can_be_taken_away(editor, there, site):
    id_ = there.speakers[0].id
    path = f"speakers/{id_}/photo"
    await editor.post(path, {"agreed": "yes"}, files={"photo": photo()})
    first = (await editor.draft()).backstage_of_speakers[id_]
    site.clock.forward(minutes=5)
    await editor.post(path, {"agreed": "yes"})
    assert (await editor.draft()).backstage_of_speakers[id_] == first
    await editor.post(path, {"agreed": "yes"}, files={"photo": photo((1, 2, 3))})
    second = (await editor.draft()).backstage_of_speakers[id_]
    assert second.photo != first.photo
    assert second.photo_agreed_at == site.clock.at
    await editor.post(path, {"away": "yes", "agreed": "yes"})
    gone = (await editor.draft()).backstage_of_speakers[id_]
    assert (gone.photo, gone.photo_agreed_at) == (None, None)
    sent = await editor.form(PartKind.SPEAKER, id_) | {"note": "Rappeler"}
    await editor.follow(await editor.post(f"speakers/{id_}", sent))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7", "This file is no photo that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This file is no photo that can be read"),
        (b"\xff\xd8" + b"x" * 5_000_001, "This photo is too large"),
    ],
)
async def test_a_file_that_is_no_photo_is_refused_at_its_field(editor, there, content, words):
    path = f"speakers/{there.speakers[0].id}/photo"
    refused = await editor.post(path, files={"photo": ("x.jpg", content, "image/jpeg")})
    assert refused.status_code == 422
    assert words in said(refused)
    assert 'aria-invalid="true"' in refused.text
    assert (await editor.draft()).number == there.number


async def test_a_body_beyond_the_limit_is_refused(editor, there):
    path = f"speakers/{there.speakers[0].id}/photo"
    large = ("x.jpg", b"x" * 5_200_000, "image/jpeg")
    assert (await editor.post(path, files={"photo": large})).status_code == 413


async def test_a_plan_comes_with_its_picture_and_markers_and_keeps_them(editor, there, site):
    [room] = {one.room_id for one in there.sessions}
    sent = {
        **TYPED["plans"],
        "markers.4.room": str(room),
        "markers.4.x": "12,5",
        "markers.4.y": "99.96 %",
        "markers.5.room": str(NOWHERE),
        "markers.5.x": "",
        "markers.5.y": "",
    }
    files = {"picture": ("plan.png", plan_file(), "image/png")}
    await editor.follow(await editor.post("plans/new", sent, files=files))
    [plan] = (await editor.draft()).plans
    assert plan.markers == [Marker(room_id=room, x=12.5, y=100)]
    shown = await editor.get(f"plans/{plan.id}/picture")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.headers["cache-control"] == "private, no-store"
    form = await editor.form(PartKind.PLAN, plan.id)
    empty = {"picture": ("", b"", "application/octet-stream")}  # no file was chosen
    await editor.follow(
        await editor.post(f"plans/{plan.id}", form | {"position": "3"}, files=empty)
    )
    [again] = (await editor.draft()).plans
    assert again == replace(plan, position=3)
    other = {"picture": ("b.webp", plan_file("WEBP", (800, 500)), "image/webp")}
    form = await editor.form(PartKind.PLAN, plan.id)
    await editor.follow(await editor.post(f"plans/{plan.id}", form, files=other))
    [last] = (await editor.draft()).plans
    assert (last.picture.width_px, last.markers) == (800, plan.markers)
    assert site.parts.blobs.path(plan.picture.full).is_file()  # an old version may show it


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG and PDF are not taken"),
        (b"%PDF-1.7", "SVG and PDF are not taken"),
        (b"GIF89a", "This file is no picture that can be read"),
        (plan_file(size=(50, 50)), "This picture is too small"),
        (b"\xff\xd8" + b"x" * 5_000_001, "This picture is too large"),
    ],
)
async def test_a_file_that_is_no_plan_is_refused_and_what_was_typed_stays(
    editor, there, content, words
):
    files = {"picture": ("x.png", content, "image/png")}
    refused = await editor.post("plans/new", TYPED["plans"], files=files)
    assert refused.status_code == 422
    assert words in said(refused)
    assert 'value="Niveau 0"' in refused.text
    assert (await editor.draft()).plans == []
    large = {"picture": ("x.png", b"x" * 5_300_000, "image/png")}
    assert (await editor.post("plans/new", TYPED["plans"], files=large)).status_code == 413


async def test_a_room_that_goes_leaves_its_marker_to_the_editors(editor, there):
    await editor.post("rooms/new", {"name": "Salle Tarn"})
    room = next(one for one in (await editor.draft()).rooms if one.name == "Salle Tarn")
    marker = {"markers.0.room": str(room.id), "markers.0.x": "1", "markers.0.y": "2"}
    await editor.post("plans/new", TYPED["plans"] | marker)
    await editor.follow(await editor.post(f"rooms/{room.id}/delete", {}))
    [plan] = (await editor.draft()).plans
    assert plan.markers == [Marker(room_id=room.id, x=1, y=2)]
    listed = said(await editor.get("plans?only=wrong"))
    assert "no picture: it is not published · the room of one marker is gone" in listed
    assert "no title in English · no description in English" in listed
    told = said(await editor.get("publication"))
    assert "Plan “Niveau 0”: no picture: it is not published, the room of one marker" in told
    page = await editor.get(f"plans/{plan.id}")
    assert "A room that is gone" in said(page)
    form = await editor.form(PartKind.PLAN, plan.id)
    await editor.follow(await editor.post(f"plans/{plan.id}", form | {"position": "2"}))
    assert (await editor.draft()).plans == [replace(plan, position=2)]
    form = await editor.form(PartKind.PLAN, plan.id)
    await editor.follow(
        await editor.post(f"plans/{plan.id}", form | {"markers.0.x": "", "markers.0.y": ""})
    )
    assert (await editor.draft()).plans[0].markers == []


async def test_two_editors_of_a_plan_are_told_of_each_other(editor, other, there):
    await editor.post("plans/new", TYPED["plans"])
    [plan] = (await editor.draft()).plans
    form = await editor.form(PartKind.PLAN, plan.id)
    files = {"picture": ("plan.png", plan_file(), "image/png")}
    await other.follow(await other.post(f"plans/{plan.id}", form | {"position": "7"}, files=files))
    refused = await editor.post(f"plans/{plan.id}", form | {"title.fr": "Rez-de-chaussée"})
    assert refused.status_code == 412
    assert "anne@example.org" in said(refused)
    assert ": Order, Picture" in said(refused)
    assert 'value="Rez-de-chaussée"' in refused.text


async def test_a_photo_of_an_old_page_is_not_stored(editor, there):
    id_ = there.speakers[0].id
    refused = await editor.post(f"speakers/{id_}/photo", {"edited": "99"}, files={"photo": photo()})
    assert refused.status_code == 412
    assert (await editor.draft()).backstage_of_speakers[id_].photo is None


# Walks and levels


async def test_walks_are_set_for_pairs_of_rooms_and_audited(editor, there, site):
    await editor.post("rooms/new", {"name": "Salle Ariège"})
    shown = await editor.get("rooms/travel")
    [name] = re.findall(r'name="(walk\.[^"]+)"', shown.text)
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)[1]
    page = await editor.follow(await editor.post("rooms/travel", {name: "12", "seen": seen}))
    assert 'value="12"' in page.text
    assert [one.minutes for one in (await editor.draft()).travel] == [12]
    old = await editor.post("rooms/travel", {name: "20", "seen": seen})
    assert old.status_code == 412
    assert 'value="20"' in old.text
    wrong = await editor.post("rooms/travel", {name: "loin"})
    assert wrong.status_code == 422
    assert 'value="loin"' in wrong.text
    assert "Give a whole number from 0 to 600." in said(wrong)
    await editor.post("rooms/travel", {})
    assert len((await editor.draft()).travel) == 1
    await editor.post("rooms/travel", {name: ""})
    assert (await editor.draft()).travel == []
    gone = await editor.post("rooms/travel", {f"walk.{NOWHERE}.{there.rooms[0].id}": "3"})
    assert gone.status_code == 404
    assert (
        await site.value(
            "select count(*) from audit where edition_id = $1 and action = 'room_travel'",
            editor.edition.id,
        )
        == 2
    )


async def test_levels_are_set_by_kind_and_audited(editor, there, site):
    shown = await editor.get("conflicts")
    assert len(re.findall(r'type="radio"', shown.text)) == 3 * 14
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)[1]
    sent = {"room_taken": "warn", "text_missing": "ignore", "other": "block", "seen": seen}
    page = await editor.follow(await editor.post("conflicts", sent | {"no_track": "x"}))
    assert "Stored." in said(page)
    async with site.pool.acquire() as db:
        levels = await editing.levels_of(db, editor.edition)
    assert {code: level for code, level in levels.items() if level is not Level.WARN} == {
        ConflictCode.PERSON_IN_TWO_PLACES: Level.BLOCK,
        ConflictCode.TEXT_MISSING: Level.IGNORE,
    }
    assert "title or abstract lack" not in said(await editor.get("sessions"))
    old = await editor.post("conflicts", {"room_taken": "block", "seen": seen})
    assert old.status_code == 412
    assert re.search(r'name="room_taken" value="block" checked', old.text)
    [detail] = await site.rows(
        "select detail from audit where edition_id = $1 and action = 'conflict_levels'",
        editor.edition.id,
    )
    assert detail[0] == {
        "changed": {"room_taken": ["block", "warn"], "text_missing": ["warn", "ignore"]}
    }


async def test_two_who_store_at_once_do_not_lose_each_other(editor, other, there):
    id_ = there.sessions[0].id
    sent = await editor.form(PartKind.SESSION, id_)
    answers = []
    for who, minutes in ((editor, "20"), (other, "25")):
        answers.append(await who.post(f"sessions/{id_}", sent | {"minutes": minutes}))
    assert [one.status_code for one in answers] == [303, 412]
    assert (await editor.draft()).sessions[0].minutes == 20
    assert (await editor.draft()).sessions[0].starts_at == MORNING
