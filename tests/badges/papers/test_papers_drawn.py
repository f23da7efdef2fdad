"""Sign-in sheets and lists as drawn: rows read back line by line, whatever the names."""

import re
import subprocess
from datetime import UTC, datetime

import page
import pypdfium2
import pytest
from msgspec.structs import replace

from badges.papers import list_pdf, sign_in_pdf
from badges.papers.models import (
    Box,
    Listed,
    PaperTerms,
    PeopleList,
    Queue,
    Row,
    SignInPaper,
    SignInSheet,
)

AT = datetime(2027, 3, 20, 8, tzinfo=UTC)
TERMS = PaperTerms(
    organiser="Région Occitanie", legal="SIRET 123", place="Toulouse", signatory="La directrice"
)
HOSTILE = [
    ("Dupont & <Fils", "</b>%(name)s"),
    ("Zorro\u202e", "Bidi"),
    ("\u0639\u0644\u064a", "Arabic"),
    ("(x) \\ ", "endstream endobj"),
    ("Wolfeschlegelsteinhausenbergerdorff" * 3, "Long"),
]


def one(number, family=None, given="Zoé", **more):
    name = family or f"Nom{number:03}"
    return Listed(
        reference=f"K{number:03}-7XQM",
        given_name=given,
        family_name=name,
        organisation="Ville d’Albi",
        category="Élu",
        sort_key=name.casefold(),
        **more,
    )


def sheet(people=3, blank=2, **more):
    given = {
        "heading": "mardi 23 mars 2027",
        "facts": [("Lieu", "Toulouse")],
        "boxes": [Box(label="Matin", hours="9 h à 12 h 30"), Box(label="Après-midi", hours="")],
        "rows": [Row(person=one(n), filled=["", ""]) for n in range(1, people + 1)],
        "blank": blank,
        "reference": "ABCD-EFGH-JK",
    }
    return SignInSheet(**{**given, **more})


def signed(*sheets, language="fr"):
    return sign_in_pdf.render(
        SignInPaper(
            title="Forum",
            language=language,
            terms=TERMS,
            printed="20 mars 2027",
            sheets=[*sheets],
            made_at=AT,
        )
    )


def listed(people, *, breaks="line", language="fr", **more):
    given = {
        "title": "Forum",
        "heading": "Liste d’accueil",
        "language": language,
        "lines": [f"{len(people)} personnes"],
        "queues": [Queue(label="", people=people)],
        "breaks": breaks,
        "printed": "20 mars 2027",
        "with_badges": True,
        "made_at": AT,
    }
    return list_pdf.render(PeopleList(**{**given, **more}))


def lines(pdf, number=None, *, layout=True):
    """Return what pdftotext reads, each line with single spaces; of one page where it is given."""
    pages = ["-f", str(number), "-l", str(number)] if number else []
    how = ["-layout"] if layout else ["-raw"]
    done = subprocess.run(
        ["pdftotext", *how, *pages, "-", "-"], input=pdf, capture_output=True, check=True
    )
    told = [" ".join(line.split()) for line in done.stdout.decode().splitlines()]
    return [line for line in told if line]


def letters(pdf):
    return "".join("".join(lines(pdf, layout=False)).split()).replace("-", "")


def holds(pdf, tmp_path):
    """Say what qpdf and PDF/UA-1 have against a document: nothing."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    said = [failure.message for failure in found.failures]
    return (done.returncode, "WARNING" in done.stdout + done.stderr, said) == (0, False, [])


FILLED = {
    "filled": True,
    "blank": 0,
    "present": [2, 1],
    "rows": [
        Row(person=one(1), filled=["entrée 9 h · sortie 12 h", "—"]),
        Row(person=one(2), filled=["entrée avant · sortie non lue", "entrée 14 h · sortie 17 h"]),
    ],
}


def test_a_sheet_to_sign_has_its_rows_blank_ones_and_totals():
    assert lines(signed(sheet())) == [
        "Forum",
        "Feuille d’émargement",
        "mardi 23 mars 2027",
        "Organisateur : Région Occitanie",
        "SIRET 123",
        "Lieu : Toulouse",
        "Référence : ABCD-EFGH-JK",
        "N° Nom, prénom Organisme Matin 9 h à 12 h 30 Après-midi",
        "1 Nom001 Zoé Ville d’Albi",
        "2 Nom002 Zoé Ville d’Albi",
        "3 Nom003 Zoé Ville d’Albi",
        "4",
        "5",
        "3 personnes sur la liste · Présents, matin : ……………… · Présents, après-midi : ………………",
        "Certifié exact par l’organisateur : nom, date et signature",
        "ABCD-EFGH-JK · imprimée le 20 mars 2027 Page 1 sur 1",
    ]


def test_the_sheet_of_a_session_counts_who_is_present():
    rows = [Row(person=one(n), filled=[""]) for n in range(3)]
    told = lines(signed(sheet(boxes=[Box(label="Signature", hours="")], rows=rows)))
    assert "3 personnes sur la liste · Présents : ………………" in told


def test_a_filled_sheet_says_what_was_read_and_how_many_were_there():
    told = " ".join(lines(signed(sheet(**FILLED)), layout=False))
    assert "2 personnes sur la liste · Présents, matin : 2 · Présents, après-midi : 1" in told
    for text in ("entrée 9 h · sortie 12 h", "entrée avant · sortie non lue", "—"):
        assert text in told
    assert "……" not in told


@pytest.mark.parametrize("people", [0, 1, 13, 14, 15, 16, 17, 18, 60, 200])
def test_every_row_is_on_a_page_once_and_pages_are_numbered(people):
    pdf = signed(sheet(people, 3))
    count = len(pypdfium2.PdfDocument(pdf))
    found = []
    for number in range(1, count + 1):
        told = lines(pdf, number)
        assert told[-1].endswith(f"Page {number} sur {count}")
        found += [
            int(line.partition(" ")[0])
            for line in told
            if re.fullmatch(r"\d+( Nom\d+ Zoé Ville d’Albi)?", line)
        ]
    assert found == [*range(1, people + 4)]
    assert len([line for line in lines(pdf) if "sur la liste" in line]) == 1
    assert any("sur la liste" in line for line in lines(pdf, count))


def test_sheets_of_one_document_are_numbered_each_by_itself():
    pdf = signed(sheet(40), sheet(2, heading="mercredi 24 mars 2027", reference="MNPQ-RSTV-WX"))
    foots = [lines(pdf, n)[-1] for n in range(1, len(pypdfium2.PdfDocument(pdf)) + 1)]
    assert foots[-1] == "MNPQ-RSTV-WX · imprimée le 20 mars 2027 Page 1 sur 1"
    assert foots[0].startswith("ABCD-EFGH-JK · imprimée le 20 mars 2027 Page 1 sur ")


def test_hostile_names_stay_what_they_are_on_a_sheet(tmp_path):
    rows = [
        Row(person=one(n, family, given), filled=["", ""])
        for n, (family, given) in enumerate(HOSTILE)
    ]
    pdf = signed(sheet(rows=rows))
    told = letters(pdf)
    for text in (
        "Dupont&<Fils</b>%(name)s",
        "ZorroBidi",
        "(x)\\endstreamendobj",
        "Wolfeschlegelsteinhausenbergerdorff" * 3,
    ):
        assert text in told
    assert "\u202e" not in "".join(lines(pdf))
    assert "Arabic" in told
    assert holds(pdf, tmp_path)


@pytest.mark.parametrize(
    "sheets",
    [[sheet()], [sheet(**FILLED)], [sheet(0, 8)], [sheet(45), sheet(1, 0)]],
    ids=["to-sign", "filled", "nobody", "several"],
)
def test_sheets_are_accessible_and_whole(sheets, tmp_path):
    for language in ("fr", "en"):
        assert holds(signed(*sheets, language=language), tmp_path)


def test_sheets_speak_english():
    told = " ".join(lines(signed(sheet(**FILLED), language="en"), layout=False))
    assert "2 people listed · Present, matin: 2 · Present, après-midi: 1" in told
    assert "Page 1 of 1" in told


# Lists

NAMES = [f"{letter}om{n:02}" for letter in "ABCD" for n in range(12)]
PEOPLE = [one(n, name, printed=n % 2 == 0) for n, name in enumerate(NAMES)]


def rows_of(pdf):
    """Return the names as read, in the order of reading."""
    return [
        line.partition(" ")[0]
        for line in lines(pdf, layout=False)
        if re.fullmatch(r"[A-Z]om\d\d Zoé( K\d+-7XQM)?", line)
    ]


@pytest.mark.parametrize("breaks", ["line", "page"])
def test_a_list_has_everybody_once_in_order_wherever_letters_begin(breaks, tmp_path):
    pdf = listed(PEOPLE, breaks=breaks)
    count = len(pypdfium2.PdfDocument(pdf))
    assert rows_of(pdf) == NAMES
    for number in range(1, count + 1):
        assert f"Page {number} sur {count}" in lines(pdf, number)[-1]
    by_page = [
        {line[0] for line in lines(pdf, n, layout=False) if re.match(r"[A-Z]om\d\d Zoé", line)}
        for n in range(1, count + 1)
    ]
    if breaks == "page":
        assert by_page == [{"A"}, {"B"}, {"C"}, {"D"}]
    else:
        assert by_page == [{*"ABCD"}, {"D"}]
    assert [entry.get_title() for entry in pypdfium2.PdfDocument(pdf).get_toc()] == [*"ABCD"]
    told = " ".join(lines(pdf, layout=False))
    assert told.count("badge à imprimer") == len(PEOPLE) / 2
    assert holds(pdf, tmp_path)


@pytest.mark.parametrize("breaks", ["line", "page"])
def test_a_letter_of_many_goes_on_in_the_next_columns(breaks, tmp_path):
    names = [f"Mom{n:03}" for n in range(150)] + ["Nom150"]
    pdf = listed([one(n, name) for n, name in enumerate(names)], breaks=breaks)
    found = [line.split()[0] for line in lines(pdf, layout=False) if re.match(r"[MN]om\d+ Z", line)]
    assert found == names
    assert holds(pdf, tmp_path)


@pytest.mark.parametrize("each", [7, 8, 16, 17])
def test_pages_are_full_and_no_letter_stands_alone_at_the_foot_of_a_column(each):
    """Letters follow on: other numbers of names bring their headings to other heights."""
    names = [f"{chr(65 + n)}om{k:02}" for n in range(26) for k in range(each)]
    pdf = listed([one(n, name, printed=n % 3 == 0) for n, name in enumerate(names)])
    assert rows_of(pdf) == names
    count = len(pypdfium2.PdfDocument(pdf))
    assert len(names) / count >= (36 if each < 10 else 40)
    for number in range(1, count + 1):
        told = [line for line in lines(pdf, number, layout=False) if re.match(r"[A-Z](om|$)", line)]
        for place, line in enumerate(told):
            if len(line) == 1:
                assert told[place + 1].startswith(f"{line}om")


def test_queues_are_parts_of_one_list(tmp_path):
    queues = [
        Queue(label="File 1 : de A à B", people=PEOPLE[:24]),
        Queue(label="File 2 : de C à D", people=PEOPLE[24:]),
    ]
    pdf = listed(PEOPLE, queues=queues)
    assert rows_of(pdf) == NAMES
    told = " ".join(lines(pdf, layout=False))
    assert told.index("File 1 : de A à B") < told.index("File 2 : de C à D")
    assert holds(pdf, tmp_path)


def test_who_is_in_the_building_has_hours_those_elsewhere_and_a_foot(tmp_path):
    inside = [one(n, f"Nom{n}", note="9 h, Entrée") for n in range(3)]
    away = [one(9, "Ailleurs", note="10 h, Salle")]
    pdf = listed(
        inside,
        with_badges=False,
        heading="Dans le bâtiment",
        more_heading="Vus à une autre porte seulement",
        more=away,
        foot="Ne gardez cette liste que le temps nécessaire.",
    )
    told = " ".join(lines(pdf, layout=False))
    assert told.count("9 h, Entrée") == 3
    assert told.index("Nom2 Zoé") < told.index("Vus à une autre porte seulement")
    assert told.index("Vus à une autre porte seulement") < told.index("Ailleurs Zoé")
    assert "Ne gardez cette liste que le temps nécessaire." in told
    assert "badge" not in told
    assert holds(pdf, tmp_path)


def test_nobody_in_the_building_is_a_page_too(tmp_path):
    pdf = listed([], with_badges=False)
    assert "0 personnes" in lines(pdf)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert holds(pdf, tmp_path)


def test_hostile_names_stay_what_they_are_on_a_list(tmp_path):
    people = [one(n, family, given) for n, (family, given) in enumerate(HOSTILE)]
    pdf = listed([*people, *PEOPLE])
    told = letters(pdf)
    assert "Dupont&<Fils</b>%(name)s" in told
    assert "(x)\\endstreamendobj" in told
    assert "Wolfeschlegelsteinhausenbergerdorff" * 3 in told
    assert "\u202e" not in "".join(lines(pdf))
    assert holds(pdf, tmp_path)


def test_equal_values_give_equal_bytes():
    assert signed(sheet()) == signed(sheet())
    assert listed(PEOPLE) == listed(PEOPLE)


def test_a_list_by_a_key_that_is_no_letter_is_under_a_sign():
    assert replace(PEOPLE[0], sort_key="7eme").letter == "#"
    assert replace(PEOPLE[0], sort_key="").letter == "#"
