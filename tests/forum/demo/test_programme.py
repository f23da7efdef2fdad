"""The demonstration's programme: complete, in two languages, and without a clash."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from forum.core.pdf import missing_glyphs
from forum.demo.contents import read
from forum.demo.programme import draft
from schedule.conflicts import conflicts
from schedule.models import Access, Session, SessionType, SpeakerRole

FIRST_DAY = date(2027, 3, 22)
DRAFT = draft(FIRST_DAY)
PARIS = ZoneInfo("Europe/Paris")


def clash(one: Session, other: Session) -> bool:
    assert one.starts_at
    assert one.ends_at
    assert other.starts_at
    assert other.ends_at
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def words(text: str) -> int:
    return len(text.split())


def people(session: Session) -> Counter[SpeakerRole]:
    return Counter(part.role for part in session.people)


def test_the_programme_has_its_exact_size():
    assert (len(DRAFT.rooms), len(DRAFT.tracks), len(DRAFT.sessions), len(DRAFT.speakers)) == (
        6,
        5,
        45,
        120,
    )
    assert Counter(session.type for session in DRAFT.sessions) == {
        SessionType.ROUND_TABLE: 19,
        SessionType.WORKSHOP: 8,
        SessionType.BREAK: 8,
        SessionType.PLENARY: 3,
        SessionType.KEYNOTE: 3,
        SessionType.TALK: 2,
        SessionType.SIDE_EVENT: 2,
    }


def test_the_same_seed_gives_the_same_programme():
    assert draft(FIRST_DAY, seed=2027) == DRAFT


def test_another_seed_gives_other_speakers_and_the_same_sessions():
    other = draft(FIRST_DAY, seed=1)
    assert {one.name for one in other.speakers} != {one.name for one in DRAFT.speakers}
    assert [one.id for one in other.sessions] == [one.id for one in DRAFT.sessions]


def test_the_two_days_follow_the_first_one():
    assert (DRAFT.starts_on, DRAFT.ends_on) == (FIRST_DAY, date(2027, 3, 23))
    days = {one.starts_at.astimezone(PARIS).date() for one in DRAFT.sessions if one.starts_at}
    assert days == {FIRST_DAY, date(2027, 3, 23)}


def test_local_times_hold_on_the_day_when_clocks_change():
    spring = draft(date(2027, 3, 27))
    opening, last = spring.sessions[0], spring.sessions[-1]
    assert opening.starts_at == datetime(2027, 3, 27, 7, 30, tzinfo=UTC)
    assert last.starts_at == datetime(2027, 3, 28, 14, 30, tzinfo=UTC)


def test_each_day_runs_from_half_past_eight_to_six_and_one_evening():
    for day in (FIRST_DAY, FIRST_DAY + timedelta(days=1)):
        hours = [
            (one.starts_at.astimezone(PARIS).time(), one.ends_at.astimezone(PARIS).time())
            for one in DRAFT.sessions
            if one.starts_at and one.ends_at and one.starts_at.astimezone(PARIS).date() == day
        ]
        assert min(start for start, _ in hours) == time(8, 30)
        assert max(end for start, end in hours if start < time(18)) == time(18, 0)
    assert max(end for _, end in hours) == time(18, 0)


def test_no_room_holds_two_sessions_at_once():
    clashes = [
        (one.slug, other.slug)
        for one, other in combinations(DRAFT.sessions, 2)
        if one.room_id == other.room_id and clash(one, other)
    ]
    assert clashes == []


def test_nobody_is_in_two_places_at_once():
    clashes = [
        (one.slug, other.slug)
        for one, other in combinations(DRAFT.sessions, 2)
        if clash(one, other)
        and {part.speaker_id for part in one.people} & {part.speaker_id for part in other.people}
    ]
    assert clashes == []


def test_the_rules_of_the_programme_find_no_conflict_either():
    assert conflicts(DRAFT, zone=PARIS) == []


def test_every_speaker_appears():
    named = {part.speaker_id for session in DRAFT.sessions for part in session.people}
    assert named == {speaker.id for speaker in DRAFT.speakers}


def test_every_session_but_the_breaks_has_people():
    empty = {session.type for session in DRAFT.sessions if not session.people}
    assert empty == {SessionType.BREAK}


def test_a_round_table_has_one_moderator_shown_first_and_three_to_five_speakers():
    tables = [one for one in DRAFT.sessions if one.type is SessionType.ROUND_TABLE]
    for session in tables:
        assert session.people[0].role is SpeakerRole.MODERATOR
        assert people(session)[SpeakerRole.MODERATOR] == 1
        assert 3 <= people(session)[SpeakerRole.SPEAKER] <= 5
        assert people(session).keys() == {SpeakerRole.MODERATOR, SpeakerRole.SPEAKER}


def test_opening_and_closing_plenaries_have_three_witnesses():
    plenaries = [one for one in DRAFT.sessions if one.type is SessionType.PLENARY]
    assert [people(one)[SpeakerRole.GUEST] for one in (plenaries[0], plenaries[-1])] == [3, 3]


def test_breaks_are_in_the_hall():
    hall = DRAFT.rooms[-1]
    breaks = [one for one in DRAFT.sessions if one.type is SessionType.BREAK]
    assert {one.room_id for one in breaks} == {hall.id}


def test_rooms_go_from_forty_to_eight_hundred_seats():
    assert [room.capacity for room in DRAFT.rooms] == [800, 250, 160, 120, 40, 800]


def test_every_theme_has_five_sessions_or_more():
    tracks = Counter(one.track_id for one in DRAFT.sessions if one.track_id)
    assert tracks.keys() == {track.id for track in DRAFT.tracks}
    assert min(tracks.values()) >= 5


def test_every_text_is_in_french_and_english():
    texts = [track.name for track in DRAFT.tracks]
    texts += [room.description for room in DRAFT.rooms]
    texts += [speaker.biography for speaker in DRAFT.speakers]
    for session in DRAFT.sessions:
        texts += [session.title, session.subtitle, session.abstract]
    for text in texts:
        assert text.keys() == {"fr", "en"}
        assert all(text.values())
        assert text["fr"] != text["en"]


def test_an_abstract_is_a_paragraph_of_60_to_120_words():
    for session in DRAFT.sessions:
        if session.type is not SessionType.BREAK:
            for text in session.abstract.values():
                assert 60 <= words(text) <= 120, session.slug


def test_no_two_abstracts_or_biographies_are_alike():
    texts = [one.abstract["fr"] for one in DRAFT.sessions]
    texts += [one.biography["fr"] for one in DRAFT.speakers]
    assert len(set(texts)) == len(texts)


def test_french_signs_stand_after_a_no_break_space():
    for session in DRAFT.sessions:
        for text in (session.title, session.subtitle, session.abstract):
            assert not any(f" {sign}" in text["fr"] for sign in ":;?!»")
            assert "'" not in text["fr"]


def test_ids_slugs_and_numbers_are_unique():
    for parts in (DRAFT.rooms, DRAFT.tracks, DRAFT.speakers, DRAFT.sessions):
        assert len({one.id for one in parts}) == len(parts)
        assert len({one.slug for one in parts}) == len(parts)
    assert [one.number for one in DRAFT.sessions] == list(range(1, 46))


def test_speakers_are_in_order_of_their_sort_key():
    keys = [one.sort_key for one in DRAFT.speakers]
    assert keys == sorted(keys)


def test_every_speaker_has_a_job_and_an_organisation():
    assert all(one.job_title and one.organisation for one in DRAFT.speakers)


def test_the_fonts_hold_every_character():
    texts = [room.name for room in DRAFT.rooms]
    for speaker in DRAFT.speakers:
        texts += [speaker.name, speaker.organisation or "", speaker.job_title or ""]
        texts += speaker.biography.values()
    for session in DRAFT.sessions:
        for text in (session.title, session.subtitle, session.abstract):
            texts += text.values()
    assert missing_glyphs("".join(texts)) == ""


def test_rooms_say_how_they_are_reached_and_topics_join_sessions():
    assert all(Access.STEP_FREE in room.access for room in DRAFT.rooms)
    told = Counter(tag for session in DRAFT.sessions for tag in session.tags)
    assert [tag for tag, count in told.items() if count == 1] == ["financement", "RGAA"]
    named = {guide for session in DRAFT.sessions for guide in session.guides}
    guide = read("guide")
    assert named == {guide["file"]["slug"], guide["link"]["slug"]}
