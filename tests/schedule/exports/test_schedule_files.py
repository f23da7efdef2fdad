"""What schedule.xml, schedule.json and tables do with what they cannot hold."""

import json

from lxml import etree
from msgspec.structs import replace

from forum.core.tables import read_table
from schedule.exports.schedule_json import schedule_v1, schedule_v2
from schedule.exports.schedule_xml import schedule_xml
from schedule.exports.tables import sessions_csv
from schedule.models import Link, Participation, SessionType, SpeakerRole
from tests.schedule import factory

PROGRAMME = factory.programme(sessions=12)
FIRST = next(s for s in PROGRAMME.sessions if s.type is not SessionType.BREAK)


def only(**changes):
    return replace(PROGRAMME, sessions=[replace(FIRST, **changes)])


def xml_events(programme, language="fr"):
    return list(etree.fromstring(schedule_xml(programme, language=language)).iter("event"))


def test_characters_that_xml_cannot_hold_are_left_out():
    (event,) = xml_events(only(title={"fr": "a\x00b\x0bc\ufffed<&>"}))
    assert event.findtext("title") == "abcd<&>"


def test_links_that_are_no_web_address_are_left_out_everywhere():
    bad = [Link(url="javascript:alert(1)", title="x"), Link(url="https://a.example/", title="y")]
    programme = only(links=bad, url="javascript:alert(2)")
    outputs = [
        schedule_xml(programme, language="fr"),
        schedule_v1(programme, language="fr"),
        schedule_v2(programme),
        sessions_csv(programme, language="fr"),
    ]
    for data in outputs:
        assert b"javascript" not in data
        assert b"https://a.example/" in data


def test_cancelled_sessions_are_left_out_where_they_cannot_be_marked():
    programme = only(cancelled=True)
    assert xml_events(programme) == []
    days = json.loads(schedule_v1(programme, language="fr"))["schedule"]["conference"]["days"]
    assert [event for day in days for room in day["rooms"].values() for event in room] == []


def test_cancelled_sessions_are_marked_in_v2_and_in_tables():
    programme = only(cancelled=True)
    (event,) = json.loads(schedule_v2(programme))["schedule"]["events"]
    assert event["state"] == "CANCELED"
    ((_, row),) = read_table(sessions_csv(programme, language="fr"), "x.csv")
    assert row["Statut"] == "annulé"


def test_breaks_are_part_of_the_programme():
    pauses = [s for s in PROGRAMME.sessions if s.type is SessionType.BREAK]
    told = [e for e in xml_events(PROGRAMME) if e.findtext("type") == "Pause"]
    assert len(told) == len(pauses) > 0
    events = json.loads(schedule_v2(PROGRAMME))["schedule"]["events"]
    assert len([event for event in events if event["type"] == "BREAK"]) == len(pauses)


def test_v2_names_roles_as_the_schema_does():
    people = [
        Participation(speaker_id=speaker.id, role=role)
        for speaker, role in zip(PROGRAMME.speakers, SpeakerRole, strict=False)
    ]
    (event,) = json.loads(schedule_v2(only(people=people)))["schedule"]["events"]
    assert [one["role"] for one in event["participants"]] == [
        "MODERATOR",
        "MODERATOR",
        "SPEAKER",
        "GUEST",
        "CONTRIBUTOR",
        "HOST",
    ]
    assert [one.get("session_role") for one in event["participants"]][:2] == [None, "chair"]


def test_xml_speaks_one_language_and_falls_back():
    (event,) = xml_events(only(title={"fr": "Titre"}, abstract={"fr": "Oui", "en": "Yes"}), "en")
    assert (event.findtext("title"), event.findtext("abstract")) == ("Titre", "Yes")


def test_no_title_becomes_a_formula_in_the_table():
    data = sessions_csv(only(title={"fr": "=HYPERLINK(1)"}), language="fr")
    assert b"'=HYPERLINK(1)" in data
    ((_, row),) = read_table(data, "x.csv")
    assert row["Titre (fr)"] == "=HYPERLINK(1)"
