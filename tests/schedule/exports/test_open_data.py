"""The pack of open data: what is in it, the same bytes each time, nothing that is not published."""

import io
import json
import zipfile

from icalendar import Calendar
from msgspec.structs import replace

from forum.core.tables import read_table
from schedule.exports import open_data, tables
from tests.schedule import factory

PROGRAMME = factory.programme(sessions=12)


def files(programme=PROGRAMME):
    whole = zipfile.ZipFile(io.BytesIO(open_data.pack(programme)))
    assert whole.testzip() is None
    return {info.filename: whole.read(info) for info in whole.infolist()}


def test_it_holds_the_programme_in_three_formats_and_says_what_it_is():
    found = files()
    assert sorted(found) == [
        f"forum-2027/{name}"
        for name in (
            "LISEZMOI.txt",
            "README.txt",
            "dictionary.csv",
            "programme.csv",
            "programme.ics",
            "programme.json",
        )
    ]
    count = len(PROGRAMME.sessions)
    assert len(read_table(found["forum-2027/programme.csv"], "x.csv")) == count
    assert len(Calendar.from_ical(found["forum-2027/programme.ics"]).walk("VEVENT")) == count
    schedule = json.loads(found["forum-2027/programme.json"])["schedule"]
    assert len(schedule["events"]) == count
    for name in ("LISEZMOI.txt", "README.txt"):
        text = found[f"forum-2027/{name}"].decode()
        assert "https://www.etalab.gouv.fr/licence-ouverte-open-licence/" in text
        assert "https://forum.example/forum-2027/programme" in text
        assert "version 3" in text


def test_every_column_is_in_the_dictionary():
    found = files()
    rows = read_table(found["forum-2027/dictionary.csv"], "x.csv")
    table = found["forum-2027/programme.csv"].decode("utf-8-sig").splitlines()[0].split(",")
    assert [row["column"] for _, row in rows] == table
    assert all(row["description_fr"] and row["description_en"] for _, row in rows)
    assert open_data.DICTIONARY.keys() == tables.HEADERS.keys()


def test_the_same_version_gives_the_same_bytes_and_another_one_others():
    first = open_data.pack(PROGRAMME)
    assert open_data.pack(PROGRAMME) == first
    assert open_data.pack(replace(PROGRAMME, version=4)) != first


def test_no_photo_leaves():
    people = [replace(one, photo="f" * 64) for one in PROGRAMME.speakers]
    for content in files(replace(PROGRAMME, speakers=people)).values():
        assert b"f" * 64 not in content
