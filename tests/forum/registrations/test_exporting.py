"""Registrations as CSV, XLSX and JSON: formula-safe, in local time, read back by ourselves."""

import csv
import io
import json
import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from forum.core import tables
from forum.registrations import exporting
from forum.registrations.models import Registration, Status

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2027, 7, 1, 22, 30, tzinfo=UTC)


def registration(**given):
    values = {
        "edition_id": 1,
        "id": uuid.uuid4(),
        "reference": "K7QM-4TXV",
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "zoe@example.org",
        "organisation": None,
        "job_title": None,
        "category": "elected",
        "language": "fr",
        "status": Status.CONFIRMED,
        "turn": None,
        "mail_version": 1,
        "mailed_at": AT,
        "created_at": AT,
        "changed_at": AT,
    }
    return Registration(**{**values, **given})


def cells(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_row_is_what_people_read():
    assert cells(exporting.as_csv([registration()], PARIS)) == [
        list(exporting.COLUMNS),
        [
            "K7QM-4TXV",
            "confirmed",
            "Zoé",
            "Lefèvre",
            "zoe@example.org",
            "elected",
            "",
            "",
            "",
            "fr",
            "2027-07-02 00:30:00+02:00",
        ],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+33", "-2", "@SUM(A1)", "＝1+1", "=HYPERLINK(1)"])
def test_no_name_becomes_a_formula(name):
    data = exporting.as_csv([registration(family_name=name)], PARIS)
    assert cells(data)[1][3] == f"'{name}"
    ((_, row),) = tables.read_table(data, "people.csv")
    assert row["family_name"] == name


def test_a_workbook_holds_the_names_as_text():
    data = exporting.as_xlsx([registration(family_name="=1+1")], PARIS)
    ((_, row),) = tables.read_table(data, "people.xlsx")
    assert (row["family_name"], row["reference"]) == ("=1+1", "K7QM-4TXV")
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_json_is_a_list_of_objects_in_utc():
    (got,) = json.loads(exporting.as_json([registration()]))
    assert (got["reference"], got["status"], got["organisation"], got["created_at"]) == (
        "K7QM-4TXV",
        "confirmed",
        None,
        "2027-07-01T22:30:00Z",
    )


def test_strange_names_come_back_as_they_were():
    names = ["Dupont & <Fils>", 'd"Oc', "O’Brien; a,b", "'=x", "line break"]
    data = exporting.as_csv([registration(family_name=name) for name in names], PARIS)
    assert [row["family_name"] for _, row in tables.read_table(data, "x.csv")] == names
