"""What organisers' files say in many ways, and what is listed where they make no sense."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from schedule.importing import read
from schedule.importing.sheet import guess
from schedule.models import Link, Partner, SessionType, SpeakerRole

EVENT = {
    "id": "1",
    "guid": "",
    "title": "<title>Ouverture</title>",
    "date": "<date>2027-03-22T09:00:00+01:00</date>",
    "start": "<start>09:00</start>",
    "duration": "<duration>01:00</duration>",
    "rest": "",
}


def event(**values):
    one = {**EVENT, **values}
    inside = "\n".join(one[name] for name in ("title", "date", "start", "duration", "rest"))
    return f"<event id='{one['id']}' guid='{one['guid']}'>\n{inside}\n</event>"


def schedule(*events, room="Salle A", head="", day=""):
    days = day or "<day index='1' date='2027-03-22' start='2027-03-22T04:00:00+01:00'>"
    return (
        "<schedule>\n<conference><acronym>test</acronym><title>Essai</title>"
        f"<time_zone_name>Europe/Paris</time_zone_name>{head}</conference>\n{days}"
        f"<room name='{room}'>{''.join(events)}</room></day></schedule>"
    ).encode()


def sessions(data, name="a.xml", **options):
    return read(data, name, **options).draft.sessions


def one(data, name="a.xml", **options):
    (found,) = sessions(data, name, **options)
    return found


def losses(data, name="a.xml", **options):
    return [(loss.line, loss.place, loss.what) for loss in read(data, name, **options).losses]


def test_ids_are_kept_where_they_are_uuids_and_else_made_of_id_and_acronym():
    guid = "84dd605e-4a94-5b5e-aaba-3c75968a0341"
    assert str(one(schedule(event(guid=guid))).id) == guid
    made = one(schedule(event(guid="HOqeNIb6G7M4hYFKFRkCmQ"))).id
    assert made == one(schedule(event(guid="HOqeNIb6G7M4hYFKFRkCmQ", id="77"))).id
    assert made != one(schedule(event(guid="HOqeNIb6G7M4hYFKFRkCmR"))).id


def test_a_second_session_of_one_guid_is_kept_under_a_new_id():
    guid = "84dd605e-4a94-5b5e-aaba-3c75968a0341"
    data = schedule(
        event(guid=guid), event(guid=guid, id="2", date="<date>2027-03-22T11:00:00Z</date>")
    )
    first, second = sessions(data)
    assert (str(first.id), first.number, second.number) == (guid, 1, 2)
    assert second.id != first.id
    assert sessions(data)[1].id == second.id
    assert losses(data) == [
        (
            9,
            "session “Ouverture”",
            f"has the id of an earlier session ({guid}): kept under a new one",
        )
    ]


def test_numbers_are_the_files_own_where_they_can_be():
    late = "<date>2027-03-22T1{}:00:00Z</date>"
    ids = ["7", "7", "0", "x", "99999999999"]
    data = schedule(*(event(id=n, date=late.format(i)) for i, n in enumerate(ids)))
    assert [s.number for s in sessions(data)] == [7, 1, 2, 3, 4]


def test_slugs_are_unique_and_follow_the_title():
    data = schedule(
        event(),
        event(id="2", date="<date>2027-03-22T11:00:00Z</date>", title="<title>Ouverture !</title>"),
    )
    assert [s.slug for s in sessions(data)] == ["ouverture", "ouverture-2"]


def test_people_of_one_name_and_two_ids_are_two_people():
    people = "<persons><person id='1'>Zoé Roy</person><person id='2'>Zoé Roy</person></persons>"
    draft = read(schedule(event(rest=people)), "a.xml").draft
    assert [(s.name, s.slug) for s in draft.speakers] == [
        ("Zoé Roy", "zoe-roy"),
        ("Zoé Roy", "zoe-roy-2"),
    ]


def test_one_id_is_one_person_whatever_the_name():
    people = "<persons><person id='1'>Zoé Roy</person></persons>"
    again = "<persons><person id='1'>Zoe Roy</person></persons>"
    data = schedule(
        event(rest=people), event(id="2", rest=again, date="<date>2027-03-22T11:00:00Z</date>")
    )
    imported = read(data, "a.xml")
    assert [s.name for s in imported.draft.speakers] == ["Zoé Roy"]
    assert [loss.what for loss in imported.losses] == [
        "has the id of “Zoé Roy”: taken as one person under that name"
    ]


def test_a_name_without_an_id_is_the_one_person_of_that_name():
    people = "<persons><person id='1'>Zoé Roy</person></persons>"
    bare = "<persons><person>Zoé Roy</person></persons>"
    data = schedule(
        event(rest=people), event(id="2", rest=bare, date="<date>2027-03-22T11:00:00Z</date>")
    )
    assert len(read(data, "a.xml").draft.speakers) == 1


def test_roles_are_read_from_attributes_and_brackets():
    people = (
        "<persons><person id='1' role='moderator'>Léa</person><person id='2'>Tom (Chair)</person>"
        "<person id='3'>Max (Ville de Lyon)</person></persons>"
    )
    draft = read(schedule(event(rest=people)), "a.xml").draft
    names = {speaker.id: speaker.name for speaker in draft.speakers}
    assert [(names[p.speaker_id], p.role) for p in draft.sessions[0].people] == [
        ("Léa", SpeakerRole.MODERATOR),
        ("Tom", SpeakerRole.CHAIR),
        ("Max (Ville de Lyon)", SpeakerRole.SPEAKER),
    ]


def test_a_person_named_twice_is_kept_once():
    people = "<persons><person id='1'>Léa</person><person id='1'>Léa</person></persons>"
    data = schedule(event(rest=people))
    assert len(one(data).people) == 1
    assert losses(data)[0][2] == "names “Léa” twice: kept once, as speaker"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Plénière", SessionType.PLENARY),
        ("Table ronde", SessionType.ROUND_TABLE),
        ("podium", SessionType.ROUND_TABLE),
        ("Atelier", SessionType.WORKSHOP),
        ("HANDS-ON", SessionType.WORKSHOP),
        ("lecture", SessionType.TALK),
        ("Vortrag", SessionType.TALK),
        ("Keynote", SessionType.KEYNOTE),
        ("Pause déjeuner", SessionType.BREAK),
        ("Mittagspause", SessionType.BREAK),
        ("Autre", SessionType.OTHER),
        ("", SessionType.TALK),
    ],
)
def test_types_are_understood_in_three_languages(word, kind):
    data = schedule(event(rest=f"<type>{word}</type>"))
    assert one(data).type is kind
    assert losses(data) == []


def test_an_unknown_type_is_other_and_listed_once():
    data = schedule(event(rest="<type>ritual</type>"))
    assert one(data).type is SessionType.OTHER
    assert losses(data) == [(3, "type", "“ritual” is none of our types: read as “other”")]


@pytest.mark.parametrize(
    ("when", "clock", "instant"),
    [
        ("2027-03-22T09:00:00+01:00", "", datetime(2027, 3, 22, 8, tzinfo=UTC)),
        ("2027-03-22T08:00:00Z", "11:00", datetime(2027, 3, 22, 8, tzinfo=UTC)),
        ("2027-03-22T09:00:00", "", datetime(2027, 3, 22, 8, tzinfo=UTC)),
        ("2027-03-22", "09:00", datetime(2027, 3, 22, 8, tzinfo=UTC)),
        ("", "09:00", datetime(2027, 3, 22, 8, tzinfo=UTC)),
        ("", "25:30", datetime(2027, 3, 23, 0, 30, tzinfo=UTC)),
        ("", "01:30", datetime(2027, 3, 23, 0, 30, tzinfo=UTC)),
        ("2027-03-23", "01:30", datetime(2027, 3, 23, 0, 30, tzinfo=UTC)),
    ],
)
def test_times_are_understood_past_midnight_too(when, clock, instant):
    data = schedule(event(date=f"<date>{when}</date>", start=f"<start>{clock}</start>"))
    assert one(data).starts_at == instant


def test_a_session_without_a_time_is_unplaced_and_listed():
    data = schedule(event(date="<date>soon</date>", start=""))
    assert one(data).starts_at is None
    assert losses(data) == [
        (3, "session “Ouverture”", "has no time that can be read: left unplaced")
    ]


def test_a_session_outside_the_days_is_kept_and_listed():
    head = "<start>2027-03-22</start><end>2027-03-22</end>"
    data = schedule(event(date="<date>2027-03-25T09:00:00Z</date>"), head=head)
    assert one(data).starts_at == datetime(2027, 3, 25, 9, tzinfo=UTC)
    assert losses(data) == [
        (
            3,
            "session “Ouverture”",
            "is on 2027-03-25, outside the days 2027-03-22 to 2027-03-22: kept",
        )
    ]


def test_the_later_of_two_sessions_in_a_room_is_marked():
    data = schedule(event(), event(id="2", date="<date>2027-03-22T09:30:00+01:00</date>"))
    assert [s.overlaps for s in sessions(data)] == [False, True]
    assert losses(data) == [
        (
            9,
            "session “Ouverture”",
            "starts before “Ouverture” ends in the same room: kept, marked as overlapping",
        )
    ]


def test_a_missing_room_leaves_the_time():
    found = one(schedule(event(), room=""))
    assert (found.room_id, found.starts_at) == (None, datetime(2027, 3, 22, 8, tzinfo=UTC))


def test_a_missing_length_and_title_are_listed():
    data = schedule(event(title="", duration="<duration>long</duration>"))
    assert (one(data).title, one(data).minutes) == ({"fr": "Conférence"}, 30)
    assert losses(data) == [
        (3, "session “”", "has no length that can be read (“long”): taken as 30 minutes"),
        (3, "session", "has no title: called “Conférence”"),
    ]


def test_html_becomes_paragraphs():
    html = "&lt;p&gt;Un &lt;b&gt;mot&lt;/b&gt;&lt;/p&gt;&lt;ul&gt;&lt;li&gt;a&lt;/li&gt;&lt;li&gt;&lt;a href='https://b.example/'&gt;b&lt;/a&gt;&lt;/ul&gt;&lt;script&gt;x&lt;/script&gt;"  # noqa: E501
    found = one(schedule(event(rest=f"<abstract>{html}</abstract>")))
    assert found.abstract == {"fr": "Un mot\n\n- a\n- b (https://b.example/)"}


def test_text_that_only_looks_like_html_stays():
    found = one(schedule(event(rest="<abstract>a &lt; b and vector&lt;int&gt;</abstract>")))
    assert found.abstract == {"fr": "a < b and vector<int>"}


def test_links_of_the_web_are_kept_and_others_listed():
    links = (
        "<links><link href='https://a.example/é'>A</link><link href='/b'>B</link>"
        "<link href='javascript:alert(1)'>C</link><link href='www.d.example'/></links>"
    )
    data = schedule(event(rest=links), head="<base_url>https://base.example/x</base_url>")
    assert one(data).links == [
        Link(url="https://a.example/%C3%A9", title="A"),
        Link(url="https://base.example/b", title="B"),
        Link(url="https://www.d.example", title="https://www.d.example"),
    ]
    assert losses(data) == [
        (
            8,
            "session “Ouverture”",
            "links to “javascript:alert(1)”, no web address: left out",
        )
    ]


def test_texts_are_in_the_language_in_which_the_session_is_held():
    found = one(schedule(event(rest="<language>en</language><abstract>Hi</abstract>")))
    assert (found.title, found.abstract, found.language) == (
        {"en": "Ouverture"},
        {"en": "Hi"},
        "en",
    )


def test_a_file_in_another_encoding_than_it_says_is_read():
    data = schedule(event(title="<title>Été</title>")).decode().encode("cp1252")
    assert one(data).title == {"fr": "Été"}
    assert losses(data) == [
        (1, "file", "is not in the encoding it announces: read as Windows-1252")
    ]


def test_an_unknown_timezone_is_listed():
    data = schedule(event()).replace(b"Europe/Paris", b"Europe/Pariz")
    assert read(data, "a.xml").draft.timezone is None
    assert "“Europe/Pariz” is unknown" in losses(data)[0][2]


def v2(*events, **schedule_fields):
    conference = {"acronym": "test", "title": "T", "time_zone_name": "Europe/Paris"}
    whole = {"schedule": {"conference": conference, "events": [*events], **schedule_fields}}
    return json.dumps(whole, indent=1).encode()


V2_EVENT = {
    "guid": "84dd605e-4a94-5b5e-aaba-3c75968a0341",
    "type": "DISCUSSION",
    "title": "Titre",
    "start": "2027-03-22T09:00:00+01:00",
    "end": "2027-03-22T10:15:00+01:00",
    "abstract": {"fr": "Résumé", "en": "Abstract"},
    "participants": [
        {"guid": "0c16ffaa-709d-599f-959f-9a38b911361a", "name": "Léa", "role": "MODERATOR"},
        {"guid": "1c16ffaa-709d-599f-959f-9a38b911361a", "name": "Léa", "role": "HOST"},
        {"guid": "2c16ffaa-709d-599f-959f-9a38b911361a", "name": "Max", "role": "JUGGLER"},
        "nobody",
    ],
}


def test_v2_carries_roles_languages_and_a_break():
    pause = {"type": "BREAK", "title": "Pause", "start": "2027-03-22T10:15:00+01:00",
             "end": "2027-03-22T10:45:00+01:00"}  # fmt: skip
    data = v2(V2_EVENT, pause)
    panel, rest = sessions(data, "a.json")
    assert [person.role for person in panel.people] == ["moderator", "host", "speaker"]
    assert (panel.type, panel.minutes) == (SessionType.ROUND_TABLE, 75)
    assert panel.abstract == {"fr": "Résumé", "en": "Abstract"}
    assert (rest.type, rest.minutes, rest.room_id) == (SessionType.BREAK, 30, None)
    assert losses(data, "a.json") == [
        (9, "participants", "holds what is no object: left out"),
        (30, "person “Max”", "has an unknown role “JUGGLER”: read as speaker"),
    ]


def test_v2_keeps_what_is_cancelled():
    assert one(v2(V2_EVENT | {"state": "CANCELED"}), "a.json").cancelled


def test_wrong_types_in_json_are_listed_not_raised():
    strange = {
        "guid": 5,
        "title": ["x"],
        "start": 7,
        "participants": "all",
        "links": [3],
        "room": 9,
    }
    data = v2(strange, "x", None)
    assert len(sessions(data, "a.json")) == 1
    assert [(place, what) for _, place, what in losses(data, "a.json")] == [
        ("events", "holds what is no object: left out"),
        ("events", "holds what is no object: left out"),
        ("session “”", "has no time that can be read: left unplaced"),
        ("session “”", "has no length that can be read (“”): taken as 30 minutes"),
        ("participants", "is not a list: left out"),
        ("links", "holds what is no object: left out"),
        ("session", "has no title: called “Conférence”"),
    ]


def calendar(*lines):
    body = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR"])
    return body.encode()


def vevent(*lines):
    return ["BEGIN:VEVENT", "UID:a@b", "SUMMARY:Atelier : numérique", *lines, "END:VEVENT"]


def test_a_calendar_is_read():
    data = calendar(
        *vevent(
            "DTSTART:20270322T080000Z",
            "DURATION:PT1H30M",
            "LOCATION:Salle A",
            "STATUS:CANCELLED",
            'ATTENDEE;CN="Zoé Roy (moderator)":mailto:z@example.org',
            "ATTENDEE:mailto:y@example.org",
        )
    )
    found = one(data, "a.ics")
    assert (found.minutes, found.cancelled, found.type) == (90, True, SessionType.WORKSHOP)
    assert [person.role for person in found.people] == [SpeakerRole.MODERATOR]
    assert losses(data, "a.ics") == [(4, "attendee", "has an address but no name: left out")]


def test_whole_days_and_repeats_are_listed():
    data = calendar(
        *vevent("DTSTART;VALUE=DATE:20270322"),
        *vevent("DTSTART:20270322T080000Z", "DTEND:20270322T090000Z", "RRULE:FREQ=DAILY"),
    )
    assert [what for _, _, what in losses(data, "a.ics")] == [
        "lasts whole days: left unplaced",
        "is repeated: only its first time is read",
        "has the id of an earlier session (a@b): kept under a new one",
    ]


def test_xcal_of_rfc_6321_is_read():
    data = b"""<icalendar xmlns="urn:ietf:params:xml:ns:icalendar-2.0"><vcalendar><components>
    <vevent><properties><uid><text>a</text></uid><summary><text>Pause</text></summary>
    <dtstart><date-time>2027-03-22T08:00:00Z</date-time></dtstart>
    <duration><duration>PT45M</duration></duration></properties></vevent>
    </components></vcalendar></icalendar>"""
    found = one(data, "a.xcal")
    assert (found.type, found.minutes) == (SessionType.BREAK, 45)
    assert found.starts_at == datetime(2027, 3, 22, 8, tzinfo=UTC)


SHEET = """Programme du forum;;;;;
Jour;Horaire;Salle;Titre;Modérateur;Intervenants
Lundi 22 mars 2027;;;;;
;9h30 - 11h;Hémicycle;Ouverture;Léa Roy;Tom Py (grand témoin, Ville d’Albi); Max Fo
;11 h;;Pause;;
23/03/2027;22:30 à 0:30;Hémicycle;Nuit;;
;;;À placer;;
;midi;;Repas;;
"""


def test_a_sheet_is_read_as_an_organiser_writes_it():
    data = SHEET.replace("Albi); Max", "Albi) | Max").replace(" | ", "\x00")
    data = data.replace(
        "Tom Py (grand témoin, Ville d’Albi)\x00Max Fo",
        '"Tom Py (grand témoin, Ville d’Albi); Max Fo"',
    )
    imported = read(data.encode(), "programme.csv")
    draft = imported.draft
    placed = [(s.title["fr"], s.starts_at, s.minutes) for s in draft.sessions]
    assert placed == [
        ("Ouverture", datetime(2027, 3, 22, 8, 30, tzinfo=UTC), 90),
        ("Pause", datetime(2027, 3, 22, 10, tzinfo=UTC), 30),
        ("Nuit", datetime(2027, 3, 23, 21, 30, tzinfo=UTC), 120),
        ("À placer", None, 30),
        ("Repas", None, 30),
    ]
    assert (draft.starts_on, draft.ends_on) == (date(2027, 3, 22), date(2027, 3, 23))
    people = {speaker.id: speaker for speaker in draft.speakers}
    told = [(people[p.speaker_id].name, p.role) for p in draft.sessions[0].people]
    assert told == [
        ("Léa Roy", SpeakerRole.MODERATOR),
        ("Tom Py", SpeakerRole.GUEST),
        ("Max Fo", SpeakerRole.SPEAKER),
    ]
    assert [speaker.organisation for speaker in draft.speakers] == [None, "Ville d’Albi", None]
    assert [(loss.line, loss.what) for loss in imported.losses] == [
        (5, "has no length that can be read (“”): taken as 30 minutes"),
        (8, "has no time that can be read: left unplaced"),
    ]


def test_a_sheet_in_english_with_two_languages_and_minutes():
    data = (
        b"Title (en),Title (fr),Date,Start,Duration,Type,Status,Budget\n"
        b"Opening,Ouverture,2027-03-22,9:30 am,45 min,Plenary,cancelled,12\n"
    )
    found = one(data, "a.csv")
    assert found.title == {"en": "Opening", "fr": "Ouverture"}
    assert (found.minutes, found.type, found.cancelled) == (45, SessionType.PLENARY, True)
    assert losses(data, "a.csv") == [(1, "column “Budget”", "is none of ours: left out")]


@pytest.mark.parametrize(
    ("start", "end", "hour", "minutes"),
    [
        ("23h", "25h", 22, 120),
        ("25h", "26h", 24, 60),
        ("25h", "2h", 24, 60),
        ("25h-26h30", "", 24, 90),
        ("2027-03-22 23:00", "25h", 22, 120),
    ],
)
def test_the_hours_of_a_night_are_counted_from_the_day_it_follows(start, end, hour, minutes):
    data = f"Jour,Début,Fin,Titre\n22/03/2027,{start},{end},Nuit\n".encode()
    found = one(data, "a.csv")
    evening = datetime(2027, 3, 22, tzinfo=UTC) + timedelta(hours=hour)
    assert (found.starts_at, found.minutes) == (evening, minutes)


def test_the_same_sheet_gives_the_same_ids():
    data = SHEET.encode()
    assert read(data, "a.csv") == read(data, "b.csv")


def table(*rows, headers="Titre;Date;Début;Fin"):
    return "\n".join([headers, *rows]).encode()


@pytest.mark.parametrize(
    ("start", "end", "minutes", "what"),
    [
        ("14:00", "13:00", 30, "ends (“13:00”) before it starts: taken as 30 minutes"),
        ("09:00", "09:00", 30, "ends (“09:00”) before it starts: taken as 30 minutes"),
        ("09:00", "5:00", 30, "ends (“5:00”) before it starts: taken as 30 minutes"),
        ("11:30", "1:00", 30, "ends (“1:00”) before it starts: taken as 30 minutes"),
        ("09:00", "midi", 30, "has no end that can be read (“midi”): taken as 30 minutes"),
        ("22:00", "01:30", 210, None),
        ("20:00", "00:00", 240, None),
        ("25h", "26h", 60, None),
        ("25h", "2h", 60, None),
        ("23:00", "04:00", 300, None),
        ("23:00", "04:01", 30, "ends (“04:01”) before it starts: taken as 30 minutes"),
    ],
)
def test_an_end_before_the_start_is_a_night_or_a_mistake(start, end, minutes, what):
    found = read(table(f"A;22/03/2027;{start};{end}"), "a.csv")
    assert [one.minutes for one in found.draft.sessions] == [minutes]
    assert [one.what for one in found.losses] == ([what] if what else [])


def test_a_length_stands_where_the_end_is_a_mistake():
    data = table("A;22/03/2027;14:00;13:00;45", headers="Titre;Date;Début;Fin;Durée")
    found = read(data, "a.csv")
    assert found.draft.sessions[0].minutes == 45
    assert [one.what for one in found.losses] == [
        "ends (“13:00”) before it starts: its length is taken"
    ]


def test_what_belongs_to_a_session_is_read_from_a_table_as_people_write_it():
    headers = "Titre;Mots-clés;Partenaires;Guides;Jauge;Inscription;Diffusion en direct"
    data = table(
        'A;"IA, élus";"Ville de Cahors https://cahors.example/; AMF";charte-ia;40 places;Oui;'
        "https://live.example/a",
        'B;"IA; élus, agents";;"Charte IA";beaucoup;peut-être;à venir',
        headers=headers,
    )
    found = read(data, "a.csv")
    first, second = sorted(found.draft.sessions, key=lambda one: one.number)
    assert (first.tags, first.guides, first.capacity, first.sign_up, first.livestream) == (
        ["IA", "élus"],
        ["charte-ia"],
        40,
        True,
        "https://live.example/a",
    )
    assert first.partners == [
        Partner(name="Ville de Cahors", url="https://cahors.example/"),
        Partner(name="AMF"),
    ]
    assert (second.tags, second.guides, second.capacity) == (["IA", "élus, agents"], [], None)
    assert [(one.line, one.place, one.what) for one in found.losses] == [
        (3, "session “B”", "has a number of seats that cannot be read (“beaucoup”): left out"),
        (3, "session “B”", "is streamed at “à venir”, no web address: left out"),
        (3, "guides", "“Charte” is no slug of a guide: left out"),
        (3, "guides", "“IA” is no slug of a guide: left out"),
        (3, "sign-up", "“peut-être” is neither yes nor no: read as no"),
    ]


def test_two_people_of_one_name_are_one_and_it_is_said():
    data = table(
        "A;Jean Martin (Ville de Cahors)", "B;Jean Martin (Région)", headers="Titre;Intervenants"
    )
    found = read(data, "a.csv")
    assert [one.organisation for one in found.draft.speakers] == ["Ville de Cahors"]
    assert [(one.line, one.place, one.what) for one in found.losses] == [
        (
            3,
            "person “Jean Martin”",
            "is of “Ville de Cahors” and of “Région”: taken as one person, of the first",
        )
    ]


def test_columns_are_told_apart_and_may_be_told_otherwise():
    data = table("A;Zoé;9h;x", headers="Intitulé;Animateur;Quand;Divers")
    assert [
        (one.header, one.samples, one.meaning) for one in guess(data, "a.csv", language="fr")
    ] == [
        ("Intitulé", ["A"], "title:fr"),
        ("Animateur", ["Zoé"], "role:moderator"),
        ("Quand", ["9h"], ""),
        ("Divers", ["x"], ""),
    ]
    meanings = {"Intitulé": "title:en", "Animateur": "speakers", "Divers": "tags"}
    found = read(data, "a.csv", meanings=meanings)
    (session,) = found.draft.sessions
    assert (session.title, session.people[0].role, session.tags) == ({"en": "A"}, "speaker", ["x"])
    assert found.losses == []
