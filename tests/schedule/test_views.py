"""The public pages of any programme, however odd: every session is where a reader looks for it."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from forum.core.i18n import words
from schedule.asking import Arrangement, Asked
from schedule.models import Access, GuideLink, Partner, SessionType
from schedule.present import present
from schedule.views import MOST_TAGS, OTHERS, Viewer
from tests.pages.samples import templates
from tests.pages.test_pages import Document
from tests.schedule import factory
from tests.schedule.programmes import PUBLISHED_AT, edition, programmes

FIRST = factory.FIRST_DAY.isoformat()


def viewer(programme, language="fr"):
    return Viewer(programme, words(language))


def rendered(programme, asked, *, at=PUBLISHED_AT):
    """Return the programme's page of every day."""
    one = viewer(programme)
    found = one.found(asked, None)
    rooms, tracks = (asked.view is view for view in (Arrangement.ROOMS, Arrangement.TRACKS))
    return templates().render(
        "schedule/programme.html",
        "fr",
        edition=edition(timezone=programme.timezone),
        programme=programme,
        jsonld="",
        asked=asked,
        query="",
        views=[],
        days=[],
        all_days={"path": "/", "current": True},
        chosen_day=False,
        slots=one.themes(found) if tracks else [] if rooms else one.slots(found),
        grids=one.grids(found) if rooms else [],
        found=len(found),
        choices=one.choices(asked),
        present=one.present(present(programme, at)),
        now_path="/",
        missing=0,
        calendar_path="",
    )


@settings(max_examples=40)
@given(programmes())
def test_every_session_of_any_programme_stands_once_in_every_view(programme):
    placed = [one for one in programme.sessions if one.starts_at]
    titled = Counter(one.slug for one in placed if one.type is not SessionType.BREAK)
    for view in (Arrangement.TIME, Arrangement.ROOMS, Arrangement.TRACKS):
        html = rendered(programme, Asked(view=view))
        document = Document(html)
        assert document.open == []
        found = Counter(e["data-session"] for _, e in document.elements if "data-session" in e)
        assert found == titled
        for one in placed:
            if one.cancelled and one.type is not SessionType.BREAK:
                assert "Annulée" in html


@settings(max_examples=40)
@given(programmes())
def test_every_session_and_person_of_any_programme_has_a_page(programme):
    for language in ("fr", "en"):
        one = viewer(programme, language)
        common = {"edition": edition(timezone=programme.timezone), "programme": programme}
        for session in programme.sessions:
            html = templates().render(
                "schedule/session.html",
                language,
                jsonld="",
                session=one.whole_session(session),
                previous=None,
                following=None,
                **common,
            )
            assert Document(html).open == []
        for speaker in programme.speakers:
            whole = one.whole_speaker(speaker)
            assert len(whole["sessions"]) == sum(
                person.speaker_id == speaker.id
                for session in programme.sessions
                for person in session.people
            )
            html = templates().render("schedule/speaker.html", language, speaker=whole, **common)
            assert Document(html).open == []


@settings(max_examples=40)
@given(programmes())
def test_everybody_stands_once_under_their_letter(programme):
    groups = viewer(programme).letters("")
    letters = [group["letter"] for group in groups]
    assert letters == [*sorted({*letters} - {OTHERS}), *([OTHERS] if OTHERS in letters else [])]
    paths = [person["path"] for group in groups for person in group["people"]]
    assert sorted(paths) == sorted(
        f"/{programme.edition}/speakers/{one.slug}" for one in programme.speakers
    )


@pytest.mark.parametrize("view", [Arrangement.TIME, Arrangement.ROOMS, Arrangement.TRACKS])
def test_a_thousand_sessions_are_all_in_the_page(view):
    programme = factory.programme(sessions=1000, room_count=40)
    html = rendered(programme, Asked(view=view))
    wanted = [one for one in programme.sessions if one.type is not SessionType.BREAK]
    assert len(wanted) == 1000
    assert len(re.findall("data-session=", html)) == 1000


def dressed():
    """Return a programme whose first session has all that a session can have."""
    programme = factory.programme(sessions=6)
    first, second, *rest = [one for one in programme.sessions if one.room_id]
    room = next(one for one in programme.rooms if one.id == first.room_id)
    first = replace(
        first,
        title={"fr": "Eau & <communes>"},
        type=SessionType.KEYNOTE,
        language="en",
        tags=["Sobriété", "achat public"],
        partners=[Partner(name="Lumen", url="https://example.org/")],
        guides=["cyber", "gone"],
        capacity=40,
        sign_up=True,
        livestream="https://example.org/direct",
    )
    rooms = [
        replace(one, access=[Access.HEARING_LOOP, Access.STEP_FREE]) if one.id == room.id else one
        for one in programme.rooms
    ]
    return replace(
        programme,
        rooms=rooms,
        sessions=[first, replace(second, cancelled=True), *rest],
        guides=[GuideLink(slug="cyber", title={"fr": "Cyber"}, path="/f/guides/cyber/download")],
    )


def test_a_session_page_tells_all_that_is_known():
    programme = dressed()
    html = templates().render(
        "schedule/session.html",
        "fr",
        jsonld="",
        edition=edition(),
        programme=programme,
        session=viewer(programme).whole_session(programme.sessions[0]),
        previous=None,
        following=None,
    )
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    links = {a.get("href") for a in Document(html).all("a")}
    assert "Eau & <communes>" in text
    for said in ("Sobriété", "Lumen", "accès de plain-pied, boucle magnétique", "anglais",
                 "Places 40", "Sur réservation"):  # fmt: skip
        assert said in text
    assert links >= {
        "/toulouse-2027/programme?tag=achat%20public",
        "https://example.org/",
        "https://example.org/direct",
        "/f/guides/cyber/download",
        *(f"/{programme.edition}/speakers/{one.slug}" for one in _people(programme)),
    }
    assert "gone" not in html


@pytest.mark.parametrize(
    ("floor", "said"), [("2", "niveau 2"), ("-1", "niveau -1"), ("Mezzanine", "Mezzanine")]
)
def test_a_floor_that_is_a_number_is_called_one(floor, said):
    programme = dressed()
    rooms = [replace(one, floor=floor) for one in programme.rooms]
    programme = replace(programme, rooms=rooms)
    assert viewer(programme).whole_session(programme.sessions[0])["place"]["floor"] == said


def _people(programme):
    wanted = {person.speaker_id for person in programme.sessions[0].people}
    return [one for one in programme.speakers if one.id in wanted]


def test_a_photo_is_shown_only_where_there_is_one():
    programme = dressed()
    speaker = _people(programme)[0]
    shown = viewer(programme).whole_speaker(speaker)
    with_photo = viewer(programme).whole_speaker(replace(speaker, photo="0" * 64))
    assert (shown["photo"], with_photo["photo"]) == (
        None,
        f"/{programme.edition}/speakers/{speaker.slug}/photo",
    )


def found(programme, **asked):
    return [one.number for one in viewer(programme).found(Asked(**asked), None)]


def test_each_filter_lets_its_own_through():
    programme = dressed()
    first = programme.sessions[0]
    track = next(one for one in programme.tracks if one.id == first.track_id)
    room = next(one for one in programme.rooms if one.id == first.room_id)
    everything = found(programme)
    assert len(everything) == len(programme.sessions)
    assert found(programme, tag="Sobriété") == [first.number]
    assert found(programme, sign_up=True) == [first.number]
    assert found(programme, type="keynote") == [first.number]
    assert found(programme, q="lumen COMMUNES") == [first.number]
    assert found(programme, type="nothing") == []
    for name, value, of in (
        ("track", track.slug, lambda one: one.track_id == track.id),
        ("room", room.slug, lambda one: one.room_id == room.id),
        ("language", "en", lambda one: one.language == "en"),
    ):
        wanted = [one.number for one in programme.sessions if of(one)]
        assert sorted(found(programme, **{name: value})) == sorted(wanted)
        assert first.number in wanted


def test_the_filters_offer_what_the_programme_holds():
    programme = dressed()
    choices = viewer(programme).choices(Asked())
    assert choices["tag"] == [("achat public", "achat public"), ("Sobriété", "Sobriété")]
    assert ("break", "Pause") not in choices["type"]
    assert {name for _, name in choices["language"]} <= {"anglais", "français"}
    assert choices["sign_up"] is True
    assert viewer(factory.programme(sessions=0)).choices(Asked())["sign_up"] is False


def test_of_many_tags_the_most_used_are_offered_and_the_one_asked_for():
    programme = factory.programme(sessions=40)
    sessions = [
        replace(one, tags=["commun", f"t{n:02}"]) for n, one in enumerate(programme.sessions)
    ]
    one = viewer(replace(programme, sessions=sessions))
    offered = [tag for tag, _ in one.choices(Asked())["tag"]]
    assert (len(offered), offered[0]) == (MOST_TAGS, "commun")
    asked = [tag for tag, _ in one.choices(Asked(tag="t39"))["tag"]]
    assert set(asked) == {*offered, "t39"}
    assert "t99" not in [tag for tag, _ in one.choices(Asked(tag="t99"))["tag"]]


def test_a_session_past_midnight_stands_under_the_evening_before():
    programme = factory.programme(sessions=1)
    night = factory.at(factory.FIRST_DAY + timedelta(days=1), "00:30")
    sessions = [replace(programme.sessions[0], starts_at=night)]
    one = viewer(replace(programme, sessions=sessions))
    assert one.days() == [factory.FIRST_DAY]
    [slot] = one.slots(one.found(Asked(), factory.FIRST_DAY))
    assert (slot["day"], slot["heading"]) == (factory.FIRST_DAY, "0\u00a0h\u00a030")
