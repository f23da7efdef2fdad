"""The page of a speaker: who opens it, what it stores, what it refuses."""

import asyncio
from io import BytesIO

import pytest
from icalendar import Calendar
from PIL import Image

from forum.registrations.keys import AttendeeKeys
from forum.speakers.keys import SpeakerKeys
from schedule import publishing
from schedule.models import SpeakerState as State
from tests.factories import NOON, SAME_ORIGIN
from tests.forum.speakers.people import ADA, DAY, STRANGER, House, draft, profile

GPS = 0x8825
FRENCH = {"accept-language": "fr"}


@pytest.fixture
async def house(site):
    return await House.built(site)


def picture(kind="JPEG", size=(1200, 900), **given):
    out = BytesIO()
    Image.new("RGB", size, (10, 80, 60)).save(out, kind, **given)
    return out.getvalue()


def located():
    """Return a JPEG that says where and by which camera it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    exif[0x0112] = 6
    exif.get_ifd(GPS)[2] = (43.0, 36.0, 15.0)
    return picture(exif=exif, comment=b"taken at home")


async def test_the_page_shows_what_is_asked_and_is_kept_by_nobody(house):
    answer = await house.get(headers=FRENCH)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}
    for text in ("L’eau", "intervention", "Salle Garonne", "Avec Ben Ali", "mardi 23 mars, de 9"):
        assert text in answer.text, text
    assert 'value="Ferrand"' in answer.text
    assert "checked" not in answer.text.split('id="photo"')[1].split("</form>")[0]


async def test_a_strange_key_and_a_removed_speaker_are_not_found(house):
    secret = house.site.settings.secret_key
    strange = [
        AttendeeKeys(secret).key(house.edition.id, ADA),
        SpeakerKeys(secret).key(house.edition.id, STRANGER),
        SpeakerKeys(secret).key(65000, ADA),
        "nobody",
    ]
    async with house.site.client() as client:
        for key in strange:
            for path in ("", "/photo", "/sessions.ics"):
                assert (await client.get(f"/speaker/{key}{path}")).status_code == 404
            for path in ("confirm", "decline", "profile", "photo", "photo/agreement"):
                sent = await client.post(f"/speaker/{key}/{path}", headers=SAME_ORIGIN)
                assert sent.status_code == 404
    made = draft()
    await house.put(type(made)(rooms=made.rooms, speakers=made.speakers[1:]))
    assert (await house.get()).status_code == 404
    answer = await house.post_to("/confirm", {"given_name": "Ada", "family_name": "F"})
    assert answer.status_code == 404
    assert await house.registrations() == []


async def test_a_post_of_another_site_is_refused(house):
    async with house.site.client() as client:
        answer = await client.post(
            f"/speaker/{house.key}/decline", headers={"sec-fetch-site": "cross-site"}
        )
    assert answer.status_code == 403
    assert (await house.ada()).state is State.PROPOSED


async def test_a_yes_needs_a_name_and_is_said_again_by_the_page(house):
    answer = await house.post_to("/confirm", {"given_name": "Ada", "family_name": ""})
    assert answer.status_code == 422
    assert 'value="Ada"' in answer.text
    answer = await house.post_to("/confirm", {"given_name": "Ada", "family_name": "Ferrand"})
    assert answer.headers["location"] == f"/speaker/{house.key}?done=confirmed"
    said = (await house.get("?done=confirmed", headers=FRENCH)).text
    assert "Merci\u00a0: les organisateurs savent que vous venez." in said
    assert "Je confirme" not in said
    [row] = await house.registrations()
    assert row[:2] == ("Ada", "Ferrand")


@pytest.mark.parametrize("field", ["state", "registration_id", "category", "email"])
async def test_an_answer_can_set_nothing_else(house, field):
    sent = {"given_name": "Ada", "family_name": "Ferrand", field: "x"}
    assert (await house.post_to("/confirm", sent)).status_code == 422
    assert (await house.post_to("/decline", {field: "x"})).status_code == 422
    assert (await house.post_to("/profile", profile(**{field: "x"}))).status_code == 422
    assert (await house.ada()).state is State.PROPOSED
    assert await house.changes() == []


async def test_a_no_with_a_registration_asks_and_keeps_what_was_typed(house):
    await house.confirm()
    answer = await house.post_to("/decline", {"why": "Une <crue>"})
    assert answer.status_code == 422
    assert "Une &lt;crue&gt;</textarea>" in answer.text
    assert 'href="#registration-keep"' in answer.text
    await house.post_to("/decline", {"why": "Une <crue>", "registration": "cancel"})
    assert (await house.ada()).note == "Une <crue>"
    assert [row[4] for row in await house.registrations()] == ["cancelled"]


async def test_a_registration_that_its_address_made_is_neither_shown_nor_ended(house):
    known = await house.site.register(house.edition, category="agent", email="ada@example.org")
    await house.confirm()
    page = (await house.get(headers=FRENCH)).text
    assert "Vous aviez déjà une inscription" in page
    assert known.reference not in page
    assert known.key not in page
    assert 'name="registration"' not in page
    await house.post_to("/decline", {"registration": "cancel"})
    assert (await house.site.registered(house.edition, known.id)).status == "confirmed"


async def test_a_profile_is_a_change_of_the_draft_by_the_speaker(house):
    sent = profile(
        **{
            "name": "Ada de La Tour",
            "biography.en": "Mayor since 2020.",
            "link-0-url": "example.org",
            "time-0-day": DAY,
            "edited": "1",
        }
    )
    answer = await house.post_to("/profile", sent)
    assert answer.headers["location"] == f"/speaker/{house.key}?done=profile"
    content, behind = await house.content(), await house.ada()
    assert (content.name, content.biography) == ("Ada de La Tour", {"en": "Mayor since 2020."})
    assert [link.url for link in content.links] == ["https://example.org"]
    assert len(behind.availability) == 1
    assert (behind.state, behind.registration_id) == (State.PROPOSED, None)
    assert await house.changes() == [("speaker_profile", f"speaker:{ADA}")]
    assert await house.audited() == [("speaker_profile", {})]
    for edited in ("1", "2"):  # a second press, and the form sent again as it is
        again = await house.post_to("/profile", {**sent, "edited": edited})
        assert again.status_code == 303
    assert len(await house.changes()) == 1  # nothing was different


async def test_two_presses_at_once_are_one_change(house):
    sent = profile(job_title="Présidente", edited="1")
    answers = await asyncio.gather(*(house.post_to("/profile", sent) for _ in range(4)))
    assert {one.status_code for one in answers} == {303}
    photo = {"photo": ("me.jpg", picture())}
    for _ in range(2):
        await house.post_to("/photo", {"agreed": "yes"}, files=photo)
    assert [kind for kind, _ in await house.changes()] == ["speaker_profile", "speaker_photo"]


async def test_a_profile_with_mistakes_stores_nothing_and_keeps_all(house):
    sent = profile(**{"name": "", "biography.fr": "Une bio", "time-4-day": DAY, "time-4-from": "9"})
    answer = await house.post_to("/profile", sent)
    assert answer.status_code == 422
    assert "Une bio</textarea>" in answer.text
    assert 'href="#time-4-from"' in answer.text
    assert 'id="time-4-from" name="time-4-from" value="9"' in answer.text
    assert await house.changes() == []


async def test_what_an_editor_changed_meanwhile_is_shown_beside_what_was_typed(house):
    await house.invite()
    answer = await house.post_to("/profile", profile(job_title="Présidente", edited="1"))
    assert answer.status_code == 412
    assert 'value="Présidente"' in answer.text
    assert "<dd>Maire</dd>" in answer.text
    assert 'name="edited" value="2"' in answer.text
    assert (await house.content()).job_title == "Maire"
    answer = await house.post_to("/profile", profile(job_title="Présidente", edited="2"))
    assert answer.status_code == 303
    assert (await house.content()).job_title == "Présidente"


async def test_a_photo_is_kept_small_upright_and_without_where_it_was_taken(house):
    sent = located()
    assert b"taken at home" in sent
    answer = await house.post_to("/photo", files={"photo": ("me.jpg", sent)})
    assert answer.headers["location"].endswith("?done=photo")
    kept = (await house.get("/photo")).content
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size) == ("JPEG", (600, 800))
        assert dict(image.getexif()) == {}
        assert "comment" not in image.info
        assert "exif" not in image.info
    assert b"telephone" not in kept
    assert (await house.ada()).photo_agreed_at is None
    assert (await house.content()).photo is None


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_other_pictures_are_kept_as_jpeg(house, kind):
    await house.post_to("/photo", files={"photo": ("me", picture(kind, (90, 60)))})
    answer = await house.get("/photo")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_consent_is_ticked_by_the_person_and_withdrawn_at_any_time(house):
    photo = {"photo": ("me.jpg", picture())}
    await house.post_to("/photo", {"agreed": "yes"}, files=photo)
    behind = await house.ada()
    assert behind.photo_agreed_at == NOON
    assert (await house.content()).photo == behind.photo
    house.site.clock.forward(days=60)  # the forum is over
    assert (await house.post_to("/photo/withdrawal")).headers["location"].endswith("withdrawn")
    assert (await house.ada()).photo_agreed_at is None
    assert (await house.content()).photo is None
    refused = await house.post_to("/photo/agreement", {"agreed": "yes"})
    assert refused.status_code == 409
    house.site.clock.at = NOON
    assert (await house.post_to("/photo/agreement", {})).status_code == 422
    house.site.clock.forward(hours=1)
    await house.post_to("/photo/agreement", {"agreed": "yes"})
    assert (await house.ada()).photo_agreed_at == house.site.clock.at
    other = {"photo": ("me.jpg", picture(size=(50, 50)))}
    await house.post_to("/photo", files=other)
    assert (await house.ada()).photo_agreed_at is None  # another photo, another agreement
    await house.post_to("/photo/removal")
    assert (await house.ada()).photo is None
    assert (await house.get("/photo")).status_code == 404
    deeds = {(action, detail["kept"]) for action, detail in await house.audited()}
    assert deeds == {("speaker_photo", True), ("speaker_photo", False)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choisissez d’abord une photo."),
        (b"\xff\xd8\xff\xe0 no more", "n’est pas une photo lisible"),
        (b"GIF89a" + b"\0" * 99, "n’est pas une photo lisible"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "n’est pas une photo lisible"),
        (picture("BMP", (9, 9)), "n’est pas une photo lisible"),
        (picture()[:5000], "n’est pas une photo lisible"),
        (picture() + b"\0" * 5_000_000, "trop grande"),
        (picture("PNG", (9000, 9000)), "trop grande"),
    ],
    ids=["none", "magic", "gif", "svg", "bmp", "cut", "bytes", "bomb"],
)
async def test_what_is_no_photo_is_refused_and_nothing_stored(house, content, said):
    async with house.site.client(headers={**FRENCH, **SAME_ORIGIN}) as client:
        answer = await client.post(
            f"/speaker/{house.key}/photo", files={"photo": ("me.jpg", content)}
        )
    assert answer.status_code == 422
    assert said in answer.text
    assert (await house.ada()).photo is None
    assert await house.changes() == []


async def test_the_calendar_is_of_the_published_version_and_keeps_what_is_cancelled(house):
    early = await house.get("/sessions.ics", headers={"accept": "text/html", **FRENCH})
    assert early.status_code == 404
    assert "otre agenda viendra avec le programme" in early.text
    assert "sessions.ics" not in (await house.get()).text
    made = draft()
    await house.site.programme(house.edition, made)
    held = house.site.parts.shelves
    held.__init__()  # a new version is seen within a second
    first = Calendar.from_ical((await house.get("/sessions.ics")).content).walk("VEVENT")
    assert [(str(one["uid"]), str(one["status"])) for one in first] == [
        (str(made.sessions[0].id), "CONFIRMED")
    ]
    assert "sessions.ics" in (await house.get()).text
    off = type(made)(
        rooms=made.rooms,
        speakers=made.speakers,
        sessions=[one.__class__(**{**asdict(one), "cancelled": True}) for one in made.sessions],
    )
    await house.put(off)
    unpublished = Calendar.from_ical((await house.get("/sessions.ics")).content)
    assert str(unpublished.walk("VEVENT")[0]["status"]) == "CONFIRMED"
    await house.site.do(publishing.publish, house.edition, base_url=house.site.settings.base_url)
    held.__init__()
    answer = await house.get("/sessions.ics")
    [now] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(now["uid"]), str(now["status"])) == (str(made.sessions[0].id), "CANCELLED")
    assert answer.headers["cache-control"] == "private, no-store"


def asdict(one):
    return {name: getattr(one, name) for name in one.__struct_fields__}


async def test_when_the_forum_is_over_the_page_shows_and_takes_nothing(house):
    house.site.clock.forward(days=60)
    answer = await house.get(headers=FRENCH)
    assert "Le forum est terminé" in answer.text
    assert "Enregistrer mon profil" not in answer.text
    assert (await house.post_to("/profile", profile(job_title="x"))).status_code == 409
    assert (await house.post_to("/photo", files={"photo": ("a", picture())})).status_code == 409
    assert await house.changes() == []
