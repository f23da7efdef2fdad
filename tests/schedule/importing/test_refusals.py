"""Files that are no programme: each a clear refusal that names the place and the mend."""

import random

import pytest

from forum.core.errors import Problem
from schedule.exports import ics, schedule_json, schedule_xml, tables
from schedule.importing import MAX_BYTES, Unreadable, read
from schedule.models import Imported
from tests.schedule import factory

PROGRAMME = factory.programme(sessions=12)
WHOLE = {
    "xml": schedule_xml.schedule_xml(PROGRAMME, language="fr"),
    "json": schedule_json.schedule_v2(PROGRAMME),
    "v1.json": schedule_json.schedule_v1(PROGRAMME, language="fr"),
    "ics": ics.calendar(PROGRAMME, language="fr"),
}
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)).replace(
        b"&a0;", b"&a;"
    )
    + b"]><schedule><version>&a11;</version><conference/></schedule>"
)
EXTERNAL = (
    b'<!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<schedule><version>1</version><conference><title>&x;</title></conference></schedule>"
)


def refusal(data, name):
    with pytest.raises(Problem) as caught:
        read(data, name)
    return caught.value


@pytest.mark.parametrize("ending", WHOLE)
def test_a_file_cut_short_is_refused_with_its_line_wherever_it_is_cut(ending):
    seed = 20270322
    print("seed", seed)  # noqa: T201 -- to repeat a failure
    rng = random.Random(seed)  # noqa: S311
    whole = WHOLE[ending].rstrip()
    for length in sorted(rng.sample(range(20, len(whole) - 1), 60)):
        error = refusal(whole[:length], f"programme.{ending}")
        assert isinstance(error, Unreadable), length
        assert error.line is None or 1 <= error.line <= whole.count(b"\n") + 1
        assert str(error).startswith("Line "), (length, str(error))
        assert "again" in str(error), (length, str(error))


@pytest.mark.parametrize("ending", [*WHOLE, "csv"])
def test_bytes_changed_at_random_never_end_in_a_stack_trace(ending):
    seed = 4
    print("seed", seed)  # noqa: T201
    rng = random.Random(seed)  # noqa: S311
    whole = WHOLE.get(ending) or tables.sessions_csv(PROGRAMME, language="fr")
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            found = read(bytes(broken), f"programme.{ending}")
        except Problem:
            continue
        assert isinstance(found, Imported)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.xml", "Line 1: a.xml is empty"),
        (b"\xef\xbb\xbf \n", "a.json", "Line 1: a.json is empty"),
        (b"hello", "a.xml", "Line 1: this is no XML: choose the file"),
        (b"<html><body>x</body></html>", "a.xml", "Line 1: the first element is <html>"),
        (b"<!DOCTYPE html>\n<html><br></html>", "a.xml", "Line 2: this is a web page"),
        (b"<schedule/>", "a.xml", "Line 1: there is neither <conference> nor <day>"),
        (b"<iCalendar/>", "a.xcal", "Line 1: there is no <vcalendar>"),
        (b'{"a": 1}', "a.json", "Line 1: there is no schedule"),
        (b"[1, 2]", "a.json", "Line 1: this is not a schedule.json"),
        (b'{"a":\n nope}', "a.json", "Line 2: this is not JSON"),
        (b'{"schedule": {"conference": {"days": 3}}}', "a.json", "Line 1: there is no schedule"),
        (b"BEGIN:VCALENDAR\r\nX", "a.ics", "Line 2: the calendar breaks off here"),
        (b"%PDF-1.7", "a.pdf", "a.pdf is a PDF"),
        (b"a,b\n1,2\n", "a.csv", "Line 1: no column holds the titles"),
        (b"Titre,Date\n", "a.csv", "Line 1: there is no row under the headers"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "Row 3: a.png is not a text"),
    ],
)
def test_what_is_no_programme_is_named(data, name, says):
    assert str(refusal(data, name)).startswith(says)


def test_a_file_over_the_limit_is_refused():
    assert "over 20 MB" in str(refusal(b" " * (MAX_BYTES + 1), "a.xml"))


@pytest.mark.parametrize("data", [LAUGHS, EXTERNAL])
def test_entities_are_refused_and_never_read(data):
    error = refusal(data, "a.xml")
    assert "DOCTYPE" in str(error) or "not well-formed" in str(error)
    assert "root:" not in str(error)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<schedule>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</schedule>", "a.xml"),
        (b'{"schedule":' * 100_000 + b"1" + b"}" * 100_000, "a.json"),
        (b"[" * 100_000 + b"]" * 100_000, "a.json"),
    ],
)
def test_huge_nesting_is_refused(data, name):
    assert isinstance(refusal(data, name), Unreadable)


def test_deep_html_in_an_abstract_does_not_stop_the_file():
    deep = "&lt;div&gt;" * 5000 + "text"
    data = f"<schedule><conference/><day date='2027-03-22'><room name='A'><event id='1'><title>T</title><date>2027-03-22T09:00:00+01:00</date><duration>01:00</duration><abstract>{deep}</abstract></event></room></day></schedule>"  # noqa: E501
    assert len(read(data.encode(), "a.xml").draft.sessions) == 1


LONG = 60_000


@pytest.mark.parametrize(
    "text",
    [
        " " * LONG,
        "\u00a0" * LONG,
        "\n " * LONG,
        "<p " * LONG,
        "(" * LONG,
        "&lt;p" * LONG,
        "a:" * LONG,
    ],
)
def test_long_runs_cost_no_more_than_their_length(text):
    safe = f"a{text}b".replace("<", "&lt;")
    data = (
        f"<schedule><conference/><day date='2027-03-22'><room name='A'><event id='1'><title>{safe}"
        f"</title><start>09:00</start><duration>01:00</duration><abstract>{safe}</abstract><persons>"
        f"<person>{safe}</person></persons></event></room></day></schedule>"
    )
    assert len(read(data.encode(), "a.xml").draft.sessions) == 1
    text = text[:120_000]
    table = f'Title,Start,Speakers\n"{text} x","{text}","x{text}"\n'
    assert len(read(table.encode(), "a.csv").draft.sessions) == 1
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", f"SUMMARY:a{text.replace(chr(10), ' ')}b"]
    event = "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""])
    assert len(read(event.encode(), "a.ics").draft.sessions) == 1


@pytest.mark.parametrize("text", ['"' + '\\"' * LONG, '{"a":"' + "\\\\" * LONG, "[" + '"",' * LONG])
def test_long_broken_json_is_refused_at_once(text):
    assert isinstance(refusal(text.encode(), "a.json"), Unreadable)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<schedule><conference/>" + b"<a/>" * 4_000_000 + b"</schedule>", "a.xml"),
        (b'{"schedule":{"conference":{"days":[' + b"{}," * 4_000_000 + b"{}]}}}", "a.json"),
    ],
    ids=["xml", "json"],
)
def test_millions_of_parts_are_refused_before_they_take_memory(data, name):
    assert "is it a programme?" in str(refusal(data, name))


def test_losses_beyond_five_thousand_are_counted():
    days = ",".join(["{}"] * 6_000)
    data = f'{{"schedule": {{"conference": {{"days": [{days}]}}}}}}'
    losses = read(data.encode(), "a.json").losses
    assert len(losses) == 5_001
    assert losses[0].what == "1,000 more could not be read: look at the file as a whole"
