"""JSON-LD by the rules of schema.org that matter for events, written down here."""

import json
import re
from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schedule.exports.jsonld import embedded, programme_jsonld, session_jsonld
from schedule.models import Partner
from tests.schedule import factory
from tests.schedule.programmes import programmes

PROGRAMME = factory.programme(sessions=12)
FIRST = next(one for one in PROGRAMME.sessions if one.people)
ABSOLUTE = re.compile(r"https?://[^\s]+")

# of each type: what it must have, what it may have (schema.org, Google's rules for Event)
RULES = {
    "Event": (
        {"name", "startDate", "location", "eventStatus", "eventAttendanceMode"},
        {
            "@context", "@id", "identifier", "alternativeHeadline", "description", "url", "sameAs",
            "endDate", "inLanguage", "performer", "contributor", "subjectOf", "keywords",
            "maximumAttendeeCapacity", "subEvent", "superEvent",
        },
    ),
    "Place": ({"name"}, {"address", "maximumAttendeeCapacity", "containedInPlace"}),
    "VirtualLocation": ({"url"}, set()),
    "Role": ({"roleName", "performer"}, set()),
    "Person": ({"name"}, {"identifier", "jobTitle", "affiliation"}),
    "Organization": ({"name"}, {"url"}),
    "CreativeWork": ({"url"}, set()),
}  # fmt: skip
STATUS = {"https://schema.org/EventScheduled", "https://schema.org/EventCancelled"}
MODES = {f"https://schema.org/{one}EventAttendanceMode" for one in ("Offline", "Mixed")}


def judge(node, *, above=""):
    """Hold a node, and all inside it, against the rules."""
    needed, allowed = RULES[node["@type"]]
    names = node.keys() - {"@type"}
    if above == "superEvent":
        needed = {"name", "startDate", "location"}
    assert needed <= names <= needed | allowed | RULES[node["@type"]][0], (node["@type"], names)
    assert all(value not in ("", None, [], {}) for value in node.values())
    for name in ("@id", "url", "sameAs"):
        if name in node:
            assert ABSOLUTE.fullmatch(node[name]) or node[name].startswith("mailto:")
    if "eventStatus" in node:
        assert node["eventStatus"] in STATUS
        assert node["eventAttendanceMode"] in MODES
        kinds = [one["@type"] for one in listed(node["location"])]
        streamed = node["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
        assert "subEvent" in node or kinds == ["Place", *(["VirtualLocation"] if streamed else [])]
    if "endDate" in node:
        read = datetime.fromisoformat if "T" in node["startDate"] else date.fromisoformat
        assert read(node["startDate"]) <= read(node["endDate"])
        assert "T" not in node["startDate"] or read(node["startDate"]).tzinfo
    for name, value in node.items():
        for one in listed(value):
            if isinstance(one, dict):
                judge(one, above=name)


def listed(value):
    return value if isinstance(value, list) else [value]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(programmes(), st.sampled_from(["fr", "en"]))
def test_every_programme_follows_the_rules(programme, language):
    whole = json.loads(programme_jsonld(programme, language=language))
    assert whole["@context"] == "https://schema.org"
    judge(whole)
    told = [one["identifier"] for one in whole.get("subEvent", [])]
    assert told == [str(one.id) for one in programme.sessions if one.starts_at]


def test_a_session_says_who_plays_which_part_where_and_whether_it_is_held():
    session = replace(
        FIRST,
        cancelled=True,
        livestream="https://live.example/a",
        tags=["IA"],
        capacity=40,
        partners=[Partner(name="AMF", url="https://amf.example/")],
        guides=["charte-ia"],
        people=FIRST.people[:1],
    )
    programme = replace(PROGRAMME, sessions=[session])
    node = json.loads(session_jsonld(programme, session, language="en"))
    judge(node)
    speaker = next(one for one in PROGRAMME.speakers if one.id == session.people[0].speaker_id)
    room = next(one for one in PROGRAMME.rooms if one.id == session.room_id)
    assert node["eventStatus"] == "https://schema.org/EventCancelled"
    assert node["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert node["location"][0]["name"] == room.name
    assert node["location"][0]["containedInPlace"]["name"] == "Toulouse congress centre"
    assert node["location"][1] == {"@type": "VirtualLocation", "url": "https://live.example/a"}
    assert node["performer"][0]["performer"]["name"] == speaker.name
    assert node["performer"][0]["performer"]["affiliation"]["name"] == speaker.organisation
    assert node["contributor"] == [
        {"@type": "Organization", "name": "AMF", "url": "https://amf.example/"}
    ]
    assert node["subjectOf"][0]["url"] == "https://forum.example/forum-2027/guides/charte-ia"
    assert node["keywords"][-1] == "IA"
    assert node["maximumAttendeeCapacity"] == 40
    assert node["superEvent"]["startDate"] == "2027-03-22"


@given(st.text(max_size=80))
def test_nothing_in_a_page_ends_the_script(text):
    data = json.dumps({"name": text}, ensure_ascii=False).encode("utf-8", "replace")
    inside = embedded(data)
    assert not set(inside) & {"<", ">", "&", "\u2028", "\u2029"}
    assert json.loads(inside) == json.loads(data)
