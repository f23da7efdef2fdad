"""Tables as people bring them, and tables that no spreadsheet runs."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from forum.core import tables
from forum.core.tables import (
    UnreadableTable,
    XlsxWriter,
    cut,
    inert,
    read_table,
    write_csv,
    write_xlsx,
)
from forum.core.text import clean

NINE_THIRTY = datetime(2027, 3, 22, 9, 30, tzinfo=UTC)


def refusal(data, name="table.csv"):
    with pytest.raises(UnreadableTable) as caught:
        read_table(data, name)
    return caught.value


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter):
    text = delimiter.join(["Nom", "Ville, pays; région"]).replace("Ville, pays; région", '"Ville"')
    data = f"{text}\nZoé{delimiter}Alès\n".encode()
    assert read_table(data, "x.csv") == [(2, {"Nom": "Zoé", "Ville": "Alès"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encodings_of_office_programs_are_read(encoding):
    data = "Nom;Ville\nZoé;Œuilly\n".encode(encoding)
    assert read_table(data, "x.csv") == [(2, {"Nom": "Zoé", "Ville": "Œuilly"})]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    data = b'Programme\n\nA,B\n1,2\n\n"two\nlines",3\n'
    assert read_table(data, "x.csv") == [
        (4, {"A": "1", "B": "2"}),
        (6, {"A": "two\nlines", "B": "3"}),
    ]


def test_short_long_and_unnamed_columns_lose_nothing():
    data = b"A,,A\n1\n1,2,3,4\n"
    assert read_table(data, "x.csv") == [
        (2, {"A": "1", "column 2": "", "A (2)": ""}),
        (3, {"A": "1", "column 2": "2", "A (2)": "3", "column 4": "4"}),
    ]


def test_a_table_of_one_column_is_read():
    assert read_table(b"Nom\nAnna\n", "x.csv") == [(2, {"Nom": "Anna"})]


def test_broken_quoting_names_its_row():
    error = refusal(b'A,B\n1,2\n"open,3\n4,5\n')
    assert error.row == 3
    assert str(error).startswith("Row 3: unexpected end of data")


@pytest.mark.parametrize("data", [b"", b" \n\n", b",,\n,,\n", b"\xef\xbb\xbf"])
def test_an_empty_table_is_refused(data):
    assert "is empty" in str(refusal(data))


def test_what_is_no_text_is_refused_with_its_row():
    assert refusal(b"A,B\n1,\x00\x01\n").row == 2
    assert refusal(b"A,B\n1,\x81\x8d\n").row == 2


def test_a_table_over_the_limit_is_refused():
    assert "over 20 MB" in str(refusal(b"a" * 20_000_001))


def test_a_workbook_gives_dates_times_and_numbers_as_text():
    row = [date(2027, 3, 22), time(9, 30), NINE_THIRTY, 45, 1.5, None, "007"]
    data = write_xlsx(["a", "b", "c", "d", "e", "f", "g"], [row], sheet="Séances: [1]")
    assert [*read_table(data, "x.xlsx")[0][1].values()] == [
        "2027-03-22",
        "09:30:00",
        "2027-03-22T09:30:00",
        "45",
        "1.5",
        "",
        "007",
    ]


def test_the_same_rows_give_the_same_workbook():
    assert write_xlsx(["a"], [["b"]], sheet="x") == write_xlsx(["a"], [["b"]], sheet="x")


FORMULAS = [
    "=1+1",
    "+33 5",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "'=1",
    "''-",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_in_csv(text):
    data = write_csv(["a", "b"], [[text, "x"]]).decode("utf-8-sig")
    assert data.splitlines()[1].lstrip('"').startswith("'") if "\r" not in text else "\"'\r" in data


def test_no_text_becomes_a_formula_or_a_link_in_a_workbook():
    data = write_xlsx(["a"], [[text] for text in [*FORMULAS, "https://example.org"]], sheet="x")
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        sheet = made.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


CELLS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\"\t\n,;＝")).map(
    clean
)


@settings(max_examples=200)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_what_is_written_as_csv_is_read_back(rows):
    back = read_table(write_csv(["a", "b"], rows), "x.csv")
    assert [(row["a"], row["b"]) for _, row in back] == [row for row in rows if any(row)]


@settings(max_examples=8)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=20, max_size=40))
def test_what_is_written_as_a_workbook_is_read_back(rows):
    back = read_table(write_xlsx(["a", "b"], rows, sheet="x"), "x.xlsx")
    assert [(row["a"], row["b"]) for _, row in back] == [row for row in rows if any(row)]


RUNS = re.compile(r"[\s\"]*[=+\-@＝＋－＠]")
"""What a spreadsheet might take for a formula, whatever it trims."""
HOSTILE = st.lists(
    st.sampled_from([*"=+-@＝＋－＠'\"\t\r\n,; a", "cmd|' /C calc'!A0", "1"]), max_size=12
).map("".join)


@settings(max_examples=300)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_no_cell_runs_whatever_the_spreadsheet_takes_for_a_separator(rows):
    """Where Excel speaks French it cuts lines at semicolons, and minds no quotes inside a cell."""
    text = write_csv(["a", "b"], rows).decode("utf-8-sig")
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if RUNS.match(cell)], (delimiter, row)


@settings(max_examples=20)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=20, max_size=40))
def test_a_real_reader_finds_texts_in_a_workbook_as_they_were(rows):
    data = write_xlsx(["a", "b"], rows, sheet="x")
    read = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    got = read.to_python(skip_empty_area=False)[1:]
    wanted = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]
    told = [[str(cell).replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in got]
    while wanted and not any(wanted[-1]):
        wanted.pop()
    assert told == wanted
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@given(HOSTILE)
def test_what_is_inert_is_so_once(text):
    assert (inert(text) == text) == (not RUNS_HERE.search(f"\n{text}"))


RUNS_HERE = re.compile(r"[;\t\r\n][\s'\"]*[=+\-@＝＋－＠]|^\n'*[\t\r\n]")


def test_what_stays_in_a_file_is_what_stays_in_memory(tmp_path):
    rows = [[f"n{n}", n, None, NINE_THIRTY] for n in range(500)]
    out = io.BytesIO()
    writer = XlsxWriter(out, ["a", "b", "c", "d"], sheet="x", folder=tmp_path)
    writer.add(rows[:200])
    writer.add(rows[200:])
    writer.close()
    assert read_table(out.getvalue(), "x.xlsx") == read_table(
        write_xlsx(["a", "b", "c", "d"], rows, sheet="x"), "x.xlsx"
    )
    assert [*tmp_path.iterdir()] == []


def test_a_text_is_cut_at_what_a_cell_holds():
    assert cut("a" * 32_767) == "a" * 32_767
    assert cut("a" * 32_768) == "a" * 32_766 + "…"
    data = write_xlsx(["a"], [["é" * 40_000]], sheet="x")
    assert len(read_table(data, "x.xlsx")[0][1]["a"]) == 32_767


def test_an_archive_that_is_no_workbook_is_refused():
    assert "archive, not a workbook" in str(refusal(archive(a_xml="x"), "x.xlsx"))
    assert "broken workbook" in str(refusal(b"PK\x03\x04 truncated", "x.xlsx"))


def test_a_workbook_cut_short_is_refused_wherever_it_is_cut():
    whole = write_xlsx(["a", "b"], [["c", "d"]] * 50, sheet="x")
    for length in range(10, len(whole) - 1, len(whole) // 7):
        assert "orkbook" in str(refusal(whole[:length], "x.xlsx"))


def test_a_workbook_that_unpacks_too_large_is_refused_before_it_is_read(monkeypatch):
    def never(*_args, **_kwargs):
        raise AssertionError

    monkeypatch.setattr(tables.subprocess, "run", never)
    bomb = archive(xl__workbook_xml="x", xl__worksheets__sheet1_xml=b"0" * 160_000_000)
    assert len(bomb) < 200_000
    assert "unpacks to 160 MB" in str(refusal(bomb, "x.xlsx"))


def test_a_workbook_that_claims_a_huge_area_costs_no_more_than_allowed():
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    whole = write_xlsx(["a"], [["b"]], sheet="x")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, content if is_sheet else old.read(part))
    assert refusal(out.getvalue(), "x.xlsx").code == "unreadable_table"


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(tables, "READER_SECONDS", 0)
    assert "takes too long" in str(refusal(write_xlsx(["a"], [["b"]], sheet="x"), "x.xlsx"))
