"""The ticket on paper: read by eyes, by scanners and by screen readers, whatever the name."""

import subprocess
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import page
import pypdfium2
import pytest
import zxingcpp
from msgspec.structs import replace

from badges.models import PaperTicket
from badges.ticket_pdf import render

TICKET = PaperTicket(
    token="A" * 121 + "B",
    reference="K7QM-42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    organisation="Communauté de communes du Val d’Ambroise",
    category="Agent public",
    title="Forum du numérique partagé",
    days="23 et 24 mars 2027",
    venue="Centre de congrès Pierre-Baudis, Toulouse",
    contact="contact@forum.example",
    language="fr",
    made_at=datetime(2027, 3, 1, tzinfo=UTC),
)
HOSTILE = replace(
    TICKET,
    given_name="Dupont & <Fils\u202e\r\n",
    family_name="\u5c71\u7530 " + "Wolfeschlegelsteinhausenbergerdorff" * 3,
    organisation="(x) \\ " * 20,
    title="Un titre très long " * 8,
    venue="",
    contact="",
)
FOREIGN = replace(
    TICKET,
    given_name="دَاوُد קְצִיר त्रिपाठी",
    family_name="Ṣọ́lá 李小龙 김철수 น้ำใจ བསྟན་འཛིན",
    organisation="جامعة القاهرة (2027) " * 4,
    title="国際フォーラム",
)


def text_of(pdf):
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def read(pdf, scale=2.0):
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil()
    return zxingcpp.read_barcode(picture).text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("ticket", [TICKET, HOSTILE, FOREIGN], ids=["usual", "hostile", "foreign"])
def test_it_passes_pdf_ua_and_qpdf(ticket, language, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(render(replace(ticket, language=language)))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert (checked.returncode, [failure.message for failure in found.failures]) == (0, [])


@pytest.mark.parametrize("ticket", [TICKET, HOSTILE], ids=["usual", "hostile"])
def test_it_is_one_a4_page_whose_code_reads_even_when_it_is_small(ticket):
    pdf = render(ticket)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert read(pdf) == TICKET.token
    assert read(pdf, scale=1.0) == TICKET.token
    assert len(pdf) < 60_000


def test_it_says_who_where_and_when():
    text = " ".join(text_of(render(TICKET)).split())
    for said in ("K7QM-42XR", "Maëlys", "Agent public", "23 et 24 mars 2027", "Pierre-Baudis"):
        assert said in text
    assert "Présentez ce code à l’entrée, sur papier ou sur votre écran." in text
    assert "Une question ? contact@forum.example" in text.replace("\u202f", " ").replace(
        "\u00a0", " "
    )


def test_names_of_other_scripts_are_read_as_they_are_written():
    text = text_of(render(FOREIGN))
    for said in ("त्रिपाठी", "Ṣọ́lá", "李小龙", "김철수", "น้ำใจ", "བསྟན་འཛིན", "国際フォーラム"):
        assert unicodedata.normalize("NFC", said) in text, said
    assert text.count("جامعة") == text.count("القاهرة") == 4


def test_it_speaks_english_too():
    text = text_of(render(replace(TICKET, language="en")))
    assert "Show this code at the entrance, on paper or on your screen." in text


def test_equal_tickets_are_equal_bytes_even_drawn_side_by_side():
    wanted = render(TICKET)
    with ThreadPoolExecutor(8) as pool:
        tickets = [TICKET if n % 2 else replace(TICKET, given_name=f"Zoé {n}") for n in range(40)]
        drawn = list(pool.map(render, tickets))
    assert [drawn[n] == wanted for n in range(1, 40, 2)] == [True] * 20
    assert [one == render(ticket) for one, ticket in zip(drawn, tickets, strict=True)] == [
        True
    ] * 40


def test_what_is_no_token_is_refused():
    with pytest.raises(ValueError, match="122 characters"):
        render(replace(TICKET, token="A"))
