"""Exports as CSV, XLSX and JSON: what an address asks, formula-safe files, read back by others."""

import csv
import io
import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from forum.core import tables
from forum.core.sheets import Format
from forum.core.text import clean
from forum.editions.models import Category
from forum.registrations import columns, exporting, importing
from forum.registrations.exporting import Labels, Order
from forum.registrations.listing import Filter
from forum.registrations.models import Status
from tests.forum.registrations.test_columns import AT, CONSENTS, EDITION, OFFERED, QUESTIONS, ROW

KNOWN = {one.name for one in OFFERED}
EVERYTHING = tuple(one.name for one in OFFERED)


def written(rows, folder, **given):
    order = Order(**given)
    out = io.BytesIO()
    wanted = columns.chosen(OFFERED, order.columns)
    sheet = exporting.sheet(order, wanted, EDITION, out, folder)
    for row in rows:
        sheet.add([row])
    sheet.close()
    return out.getvalue()


def person(**given):
    return msgspec.structs.replace(ROW, **given)


def cells(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_is_what_people_read(tmp_path):
    told = {
        "reference": "K7QM-4TXV",
        "status": "confirmed",
        "category": "elected",
        "created_at": "2027-07-02 00:30",
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "zoe@example.org",
        "organisation": "Commune d’Alès",
        "organisation_code": "COM-30007",
        "job_title": "",
        "language": "fr",
    }
    assert cells(written([ROW], tmp_path, format=Format.CSV)) == [[*told], [*told.values()]]


def test_a_workbook_has_times_on_the_wall_dates_and_numbers(tmp_path):
    names = ("created_at", "answers.seats", "answers.arrives", "answers.dinner")
    data = written([ROW], tmp_path, columns=names, labels=Labels.FR)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["registrations"]
    assert book.get_sheet_by_index(0).to_python() == [
        ["Inscription le", "dinner ?", "seats ?", "arrives ?"],
        [datetime(2027, 7, 2, 0, 30), "Oui", 2.0, date(2027, 3, 22)],  # noqa: DTZ001 -- on the wall
    ]


def test_json_is_a_list_of_objects_in_utc(tmp_path):
    names = ("reference", "job_title", "created_at", "days", "answers.meal")
    data = written([ROW, ROW], tmp_path, format=Format.JSON, columns=names, labels=Labels.FR)
    one = {
        "reference": "K7QM-4TXV",
        "created_at": "2027-07-01T22:30:00Z",
        "job_title": None,
        "days": ["2027-03-23"],
        "answers": {"meal": ["soup", "gone"]},
    }
    assert json.loads(data) == [one, one]
    assert data.count(b"\n") == 4
    assert json.loads(written([], tmp_path, format=Format.JSON)) == []


TEXTS = st.lists(
    st.sampled_from([*"=+-@＝＋－＠'\"\t\n,; aé", "cmd|' /C calc'!A0", "1"]), min_size=1, max_size=9
).map(lambda parts: clean("".join(parts)) or "x")


@settings(max_examples=60)
@given(given_name=TEXTS, family_name=TEXTS, diet=TEXTS)
def test_no_name_and_no_answer_becomes_a_formula(tmp_path_factory, given_name, family_name, diet):
    folder = tmp_path_factory.getbasetemp()
    row = person(given_name=given_name, family_name=family_name, needs={"diet": diet})
    names = ("given_name", "family_name", "answers.diet")
    data = written([row], folder, format=Format.CSV, columns=names)
    for delimiter in ",;\t":
        for line in csv.reader(
            io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter
        ):
            assert not [c for c in line if c.lstrip(' \n"')[:1] in tuple("=+-@＝＋－＠")]
    ((_, back),) = tables.read_table(data, "x.csv")
    assert [back[name] for name in names] == [given_name, family_name, diet]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(written([row], folder, format=Format.XLSX, columns=names))
    )
    read = book.get_sheet_by_index(0).to_python()[1]
    assert read == [given_name, family_name, diet]


@pytest.mark.parametrize("labels", Labels)
@pytest.mark.parametrize("format_", [Format.CSV, Format.XLSX])
def test_the_importer_reads_back_what_is_written(tmp_path, labels, format_):
    categories = [
        Category(code="press", number=0, name={"fr": "Presse", "en": "Press"}, tint=1, open=True,
                 places=None, taken=0),
        Category(code="elected", number=1, name=ROW.category_name, tint=1, open=True, places=None,
                 taken=0),
    ]  # fmt: skip
    answers = {"dinner": True, "meal": ["soup"], "seats": 2, "arrives": "2027-03-22"}
    zoe = person(answers=answers)
    other = {"family_name": "=1+1;=2", "email": "b@example.org", "job_title": "Maire"}
    rows = [zoe, msgspec.structs.replace(zoe, **other)]
    for names in ((*columns.BASIC, "consents"), EVERYTHING):
        data = written(rows, tmp_path, format=format_, labels=labels, columns=names)
        table = tables.read_table(data, f"x.{format_}")
        offered = importing.Offered(
            edition=EDITION, categories=categories, consents=CONSENTS, questions=QUESTIONS
        )
        plan = importing.Plan(columns=importing.guess(importing.headers_of(table), offered))
        read = importing.read(table, offered, plan)
        assert read.bad == []
        fields = [
            *("given_name", "family_name", "email", "category", "organisation"),
            *("organisation_code", "job_title", "language", "consents"),
        ]
        shared = ["elected", "Commune d’Alès", "COM-30007"]
        assert [[getattr(one.form, name) for name in fields] for one in read.good] == [
            ["Zoé", "Lefèvre", "zoe@example.org", *shared, None, "fr", ["photos"]],
            ["Zoé", "=1+1;=2", "b@example.org", *shared, "Maire", "fr", ["photos"]],
        ]
    assert [one.form.answers for one in read.good] == [{**answers, "diet": "sans sel"}] * 2


# What an address asks


def asked(query, **usual):
    return exporting.read(parse_qs(query, keep_blank_values=True), EDITION, KNOWN, Order(**usual))


def test_an_address_that_says_nothing_asks_for_the_usual():
    assert asked("", labels=Labels.FR) == (Order(labels=Labels.FR), {})
    assert Order() == Order(columns=columns.BASIC, format=Format.XLSX, labels=Labels.NAMES)


def test_an_address_says_who_and_what():
    order, errors = asked(
        "status=waiting,pending&category=press&printed=no&since=2027-01-02&reference=k7qm-4txv"
        "&reference=A234-B567&columns=reference,email&columns=answers.diet&format=json&labels=en"
    )
    assert errors == {}
    assert order == Order(
        filter=Filter(
            status=(Status.PENDING, Status.WAITING),
            category="press",
            printed=False,
            since=date(2027, 1, 2),
        ),
        references=("K7QM-4TXV", "A234-B567"),
        columns=("reference", "email", "answers.diet"),
        format=Format.JSON,
        labels=Labels.EN,
    )
    assert asked(exporting.address(order).removeprefix("?")) == (order, {})


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("columns=reference,nose", "columns", "There is no column “nose” here"),
        ("chosen=1", "columns", exporting.NO_COLUMN),
        ("columns=&chosen=1", "columns", exporting.NO_COLUMN),
        ("format=pdf", "format", exporting.UNKNOWN_FORMAT),
        ("labels=de", "labels", exporting.UNKNOWN_LABELS),
        ("reference=ABC", "reference", exporting.NO_REFERENCE),
        ("reference=" + "+".join(f"K7QM-{n:04}" for n in range(201)), "reference",
         exporting.TOO_MANY_CHOSEN),
        ("since=tomorrow", "since", "Give a date such as"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(query, field, said):
    _, errors = asked(query)
    assert [*errors] == [field]
    assert str(errors[field]).startswith(said)


def test_a_column_that_one_may_not_have_does_not_exist():
    _, errors = exporting.read(
        {"columns": ["answers.diet"]}, EDITION, KNOWN - {"answers.diet"}, Order()
    )
    assert [*errors] == ["columns"]


def test_the_name_of_the_file_tells_edition_day_and_filter_but_nothing_searched():
    at = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
    assert exporting.file_name(Order(), EDITION, at) == "forum_registrations_2027-02-01.xlsx"
    meant = Filter(
        q="lefèvre",
        status=(Status.CONFIRMED,),
        category="elected",
        day=date(2027, 3, 22),
        group=UUID(int=1),
        language="en",
        organisation="Ville d’Alès",
        printed=False,
        since=date(2027, 1, 2),
        until=date(2027, 1, 3),
    )
    order = Order(filter=meant, references=("K7QM-4TXV",), format=Format.CSV)
    assert exporting.file_name(order, EDITION, AT) == (
        "forum_registrations_2027-07-02_confirmed_elected_en_day-2027-03-22_group_ville-d-ales"
        "_to-print_since-2027-01-02_until-2027-01-03_search_chosen.csv"
    )


def test_the_audit_keeps_all_but_the_words_searched():
    order = Order(
        filter=Filter(q="lefèvre", status=(Status.CONFIRMED, Status.WAITING), category="x")
    )
    assert exporting.recorded(order, 3) == {
        "format": "xlsx",
        "columns": [*columns.BASIC],
        "filter": {"category": "x", "status": ["confirmed", "waiting"], "searched": True},
        "references": [],
        "count": 3,
    }
