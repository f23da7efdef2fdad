"""Attestations on paper: read by eyes, by phones and by screen readers, whatever the name."""

import subprocess
from datetime import UTC, datetime
from io import BytesIO

import page
import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace

from badges.attestation_pdf import render
from badges.models import Attestation

AT = datetime(2027, 3, 25, 8, tzinfo=UTC)
CODE = "000M-K7QM-42XR-ABCD-EFGH-JKMN-PQRS"
ONE = Attestation(
    reference="K7QM-42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    organisation="Communauté de communes du Val d’Ambroise",
    job_title="Directrice des systèmes d’information",
    title="Forum du numérique partagé",
    dates="23 et 24 mars 2027",
    venue="Centre de congrès Pierre-Baudis, Toulouse",
    presences=[
        "mardi 23 mars 2027\u00a0: de 8\u00a0h\u00a052 à 17\u00a0h\u00a030",
        "mercredi 24 mars 2027\u00a0: arrivée à 9\u00a0h",
    ],
    issued_on="jeudi 25 mars 2027",
    code=CODE,
    address="https://forum.example/verify",
    link=f"https://forum.example/verify/{CODE}",
    contact="contact@forum.example",
    language="fr",
)
LONGEST = replace(
    ONE,
    given_name="Dupont & <Fils\u202e " + "Wolfeschlegelsteinhausenbergerdorff" * 3,
    family_name="\u5c71\u7530 Жуков Παπαδόπουλος " + "Łukaszewicz-Đặng " * 5,
    organisation="(x) \\ " * 30,
    job_title="Chargée de mission " * 10,
    title="Un titre très long " * 9,
    venue="Salle des fêtes " * 12,
    presences=[
        f"mardi {n} mars 2027\u00a0: de 8\u00a0h\u00a052 à 17\u00a0h\u00a030" for n in range(20, 28)
    ],
)
FOREIGN = replace(ONE, given_name="علی‌رضا", family_name="क्षितिज 李 שׁ", title="論壇 2027")


def drawn(*some, language="fr"):
    return render(some, title="Attestation", author="Forum", language=language, made_at=AT)


def text_of(pdf, *options):
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode().replace("\u00a0", " ").replace("\u202f", " ")


def flat(pdf):
    return " ".join(text_of(pdf).split())


@pytest.mark.parametrize(
    "some",
    [
        [ONE],
        [LONGEST],
        [FOREIGN],
        [replace(ONE, language="en")],
        [ONE, replace(ONE, language="en"), LONGEST],
    ],
    ids=["usual", "longest", "foreign", "english", "several"],
)
def test_it_passes_pdf_ua_and_qpdf(some, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(drawn(*some, language=some[0].language))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert (checked.returncode, [failure.message for failure in found.failures]) == (0, [])


def test_it_says_who_what_and_when_in_reading_order():
    assert flat(drawn(ONE)) == (
        "Forum du numérique partagé Attestation de présence L’organisation de l’événement"
        " « Forum du numérique partagé » atteste que Maëlys d’Hérouville-Nguyen"
        " Directrice des systèmes d’information Communauté de communes du Val d’Ambroise"
        " a participé à cet événement. Dates : 23 et 24 mars 2027"
        " Lieu : Centre de congrès Pierre-Baudis, Toulouse Inscription : K7QM-42XR"
        " Jours de présence • mardi 23 mars 2027 : de 8 h 52 à 17 h 30"
        " • mercredi 24 mars 2027 : arrivée à 9 h"
        " Heures de lecture du badge aux portes, en heure locale. Un jour sans heure de départ est"
        " un jour où aucune n’a été relevée."
        " Fait le jeudi 25 mars 2027, pour servir et valoir ce que de droit."
        " Vérifier cette attestation"
        " Lisez ce code avec un téléphone, ou saisissez-le à cette adresse :"
        f" https://forum.example/verify {CODE} Une question ? contact@forum.example"
    )


def test_it_speaks_english_too():
    said = flat(drawn(replace(ONE, language="en"), language="en"))
    for sentence in (
        "Attestation of presence The organisers of “Forum du numérique partagé” certify that",
        "took part in this event. Dates: 23 et 24 mars 2027 Venue: Centre",
        "Issued on jeudi 25 mars 2027, to serve where it is needed.",
        "Scan this code, or type it at this address:",
    ):
        assert sentence in said


def test_what_is_not_known_leaves_its_line_out():
    bare = flat(drawn(replace(ONE, venue="", organisation="", job_title="", contact="")))
    assert "d’Hérouville-Nguyen a participé" in bare
    assert "Lieu" not in bare
    assert bare.endswith(CODE)


@pytest.mark.parametrize("one", [ONE, LONGEST], ids=["usual", "longest"])
def test_it_is_one_a4_page_whose_code_reads(one, tmp_path):
    pdf = drawn(one)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    picture = tmp_path / "a.png"
    document[0].render(scale=1.5).to_pil().save(picture)
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", picture], capture_output=True, check=True, text=True
    )
    assert read.stdout.strip() == ONE.link
    assert len(pdf) < 60_000


def test_the_longest_of_everything_is_there_whole_inside_the_page():
    pdf = drawn(LONGEST)
    letters = "".join(text_of(pdf).split()).replace("-", "")  # pdftotext takes them at line ends
    name = "Dupont&<Fils" + "Wolfeschlegelsteinhausenbergerdorff" * 3
    name += "山田ЖуковΠαπαδόπουλος" + "ŁukaszewiczĐặng" * 5
    for said in (
        name,
        "(x)\\" * 30,
        "Chargéedemission" * 10,
        "Salledesfêtes" * 12,
        *(f"mardi{n}mars2027:de8h52à17h30" for n in range(20, 28)),
        CODE.replace("-", ""),
    ):
        assert said in letters
    page_of_text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    boxes = [page_of_text.get_rect(n) for n in range(page_of_text.count_rects())]
    assert min(left for left, _, _, _ in boxes) >= 70
    assert max(right for _, _, right, _ in boxes) <= 525
    assert min(bottom for _, bottom, _, _ in boxes) >= 40
    lowest_of_days = min(
        box[1] for box in boxes if "17" in page_of_text.get_text_bounded(*box) and box[0] < 100
    )
    highest_of_foot = max(
        box[3] for box in boxes if "Vérifier" in page_of_text.get_text_bounded(*box)
    )
    assert lowest_of_days > highest_of_foot


def test_several_are_a_page_each_with_bookmarks_and_their_language():
    english = replace(ONE, given_name="Zoé", family_name="Lefèvre", language="en")
    pdf = drawn(ONE, english)
    assert [text_of(pdf, "-f", str(n), "-l", str(n)).splitlines()[2].strip() for n in (1, 2)] == [
        "Attestation de présence",
        "Attestation of presence",
    ]
    document = pypdfium2.PdfDocument(pdf)
    assert [one.get_title() for one in document.get_toc()] == [
        "Maëlys d’Hérouville-Nguyen",
        "Zoé Lefèvre",
    ]
    with pikepdf.open(BytesIO(pdf)) as opened:
        sections = opened.Root.StructTreeRoot.K.K
        assert str(opened.Root.Lang) == "fr"
        assert [str(one.get("/Lang", "")) for one in sections] == ["", "en"]


def test_equal_attestations_are_equal_bytes():
    assert drawn(ONE, LONGEST) == drawn(ONE, LONGEST)
