"""Badges on paper: eight hundred nasty names, read back by decoders and by text extraction."""

import os
import random
import re
import shutil
import subprocess
from collections import Counter
from io import BytesIO
from itertools import combinations
from typing import NamedTuple
from xml.sax.saxutils import unescape

import msgspec
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from badges.layouts.shipped import SHIPPED
from badges.models import Badge, BadgeCategory, BadgeRun, TokenPayload
from badges.printing.press import RunReport, render
from badges.tokens import sign, verify
from forum.core.font_coverage import printable, spelled
from forum.core.pdf import MM

SEED = 20270322
A6 = SHIPPED["a6"]
PEOPLE = A6.faces["front"].columns[2:4]
COUNT = 800
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CATEGORIES = {
    code: BadgeCategory(code=code, name={"fr": name, "en": code}, tint=tint)
    for tint, (code, name) in enumerate(
        [
            ("elected", "Élue, élu"),
            ("agent", "Agente, agent public"),
            ("partner", "Partenaire"),
            ("speaker", "Intervenante, intervenant"),
            ("press", "Presse"),
            ("staff", "Organisation"),
        ],
        start=1,
    )
}
RUN = BadgeRun(
    title="Forum des communes et des territoires d\u2019Occitanie",
    dates="22 et 23 mars 2027",
    language="fr",
    categories=CATEGORIES,
)


def split(text):
    return text.split()


GIVEN = split("""Léa Zoé Ñuño Œdipe Šárka Łucja İpek Nguyễn Þór Ελένη Людмила Anne-Lise X Marie-Ange
    Jean-François Maximilien-Alexandre Françoise Noé Aïcha Ŵyn Ėglė Ġorġ Ǆan d\u2019Arc""")
FAMILY = split("""Lefèvre Haÿ-les-Roses O\u2019Connor Müller Weiß Dvořák Żółć Çelik Ångström Ødegård
    Ő Saint-Exupéry Rochefoucauld-Doudeauville Παπαδόπουλος Щербаков Nguyễn Ng Gutiérrez-Ibáñez
    Łukaszewicz Pfalz-Zweibrücken-Birkenfeld Ÿvan Ðorđević Thị""")
PARTICLES = ["", "", "", "de ", "de La ", "d\u2019", "van der ", "al-", "von und zu ", "Le "]
BODIES = split("""Communauté d\u2019agglomération du Grand Ouest de l\u2019Étang Syndicat mixte
    d\u2019aménagement et développement économique des vallées Métropole Département Région
    Établissement public foncier & territorial (EPFT) — direction générale adjointe, pôle « eau »
    C:\\\\temp 100% #1 naïve façade cœur""")
TRAPS = [
    "W" * 120,
    "i" * 120,
    "Dupont & <Fils>",
    "()\\)(",
    "%PDF-1.7 endstream",
    "a\tb\nc",
    "  deux   espaces  ",
    "E\u0301lodie",
    "ev\u202elas",
    "A\u00adB\u200bC",
    "Marie" + "-Anne" * 23,
    "ŒÆ" * 60,
    "Ǆ" * 40,
    "1 2 3",
    "—",
    "",
]


class Sheet(NamedTuple):
    """What was printed: the file and what it should say."""

    pdf: bytes
    badges: list[Badge]
    report: RunReport


class Word(NamedTuple):
    """A word of a page, in points from its upper left corner."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str


def token(number):
    payload = TokenPayload(
        key_id=1, edition=1, ticket=number, category=number % 6, days=3, revision=0
    )
    return sign(payload, KEY)


def badge(number=1, **changes):
    plain = Badge(
        reference=f"K{number:04}-7XQ",
        given_name="Léa",
        family_name="Lefèvre",
        category="elected",
        token=token(number),
        organisation="Ville de Toulouse",
        job_title="Adjointe au maire",
    )
    return msgspec.structs.replace(plain, **changes)


def nasty(chance, number):
    given = " ".join(chance.choices(GIVEN, k=chance.choice([1, 1, 1, 1, 2, 3])))
    family = chance.choice(PARTICLES) + "-".join(
        chance.choices(FAMILY, k=chance.choice([1, 1, 1, 2, 4]))
    )
    body = " ".join(chance.choices(BODIES, k=chance.choice([0, 1, 3, 6, 12, 20])))[:200]
    job = " ".join(chance.choices(BODIES, k=chance.choice([0, 1, 3, 8])))
    trapped = chance.randrange(12)
    return badge(
        number,
        given_name=chance.choice(TRAPS) if trapped == 0 else given[:120],
        family_name=chance.choice(TRAPS) if trapped == 1 else family[:120],
        organisation=chance.choice([*TRAPS, "M" * 200]) if trapped == 2 else body,
        job_title=chance.choice(TRAPS) if trapped == 3 else job or None,
        category=chance.choice(list(CATEGORIES)),
    )


def printed(*badges, run=RUN):
    out = BytesIO()
    report = render(run, badges, layout=A6, out=out)
    return Sheet(out.getvalue(), list(badges), report)


def text_of(sheet):
    document = pypdfium2.PdfDocument(sheet.pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())


def program(name):
    """Return the path of a tool; where it is missing the test is skipped, but fails in CI."""
    path = shutil.which(name)
    if not path:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is not installed")
    return path


@pytest.fixture(scope="module")
def eight_hundred():
    print(f"seed {SEED}")  # noqa: T201  # shown when a test fails
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    return printed(*(nasty(chance, number) for number in range(COUNT)))


@pytest.fixture(scope="module")
def scans(eight_hundred, tmp_path_factory):
    """Every sheet as a grey picture at 150 dots an inch."""
    folder = tmp_path_factory.mktemp("scans")
    document = pypdfium2.PdfDocument(eight_hundred.pdf)
    paths = [folder / f"{n:03}.pgm" for n in range(len(document))]
    for page, path in zip(document, paths, strict=True):
        page.render(scale=150 / 72, grayscale=True).to_pil().save(path)
    return paths


@pytest.fixture(scope="module")
def words(eight_hundred, tmp_path_factory):
    """The words of each card, as pdftotext finds them, in the order of the badges."""
    path = tmp_path_factory.mktemp("words") / "badges.pdf"
    path.write_bytes(eight_hundred.pdf)
    command = [program("pdftotext"), "-bbox", str(path), "-"]
    page_texts = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    cards = []
    for page in page_texts.split("<page ")[1:]:
        found = re.findall(
            r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', page
        )
        spoken = [Word(*map(float, numbers), unescape(text)) for *numbers, text in found]
        for left, top in A6.corners():
            x0, y0, x1, y1 = (n * MM for n in (left, top, left + 105, top + 148.5))
            cards.append([w for w in spoken if x0 <= w.x0 < x1 and y0 <= w.y0 < y1])
    return cards[:COUNT]


def spoken_in(column, card, corner):
    """Return the words of `card` in one column of the layout, whose card is at `corner`."""
    left, top = (corner[0] + column.box.x_mm) * MM, (corner[1] + column.box.y_mm) * MM
    right, bottom = left + column.box.width_mm * MM, top + column.box.height_mm * MM
    return [
        word
        for word in card
        if left - 0.1 <= word.x0
        and word.x1 <= right + 0.1
        and top - 0.1 <= word.y0
        and word.y1 <= bottom + 0.1
    ]


def test_zxing_reads_every_code_and_all_verify(eight_hundred, scans):
    read = Counter()
    for path in scans:
        with Image.open(path) as picture:
            found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        read.update(code.text for code in found)
    assert read == Counter(badge.token for badge in eight_hundred.badges)
    tickets = sorted(verify(code, {1: KEY.public_key()}).ticket for code in read)
    assert tickets == list(range(COUNT))


def test_zbar_reads_every_code(eight_hundred, scans):
    strips = [right_halves(path) for path in scans]
    options = ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable"]
    runs = [
        subprocess.Popen([program("zbarimg"), *options, *half], stdout=subprocess.PIPE, text=True)
        for half in (strips[::2], strips[1::2])
    ]
    read = Counter(code for run in runs for code in run.communicate()[0].split())
    assert read == Counter(badge.token for badge in eight_hundred.badges)


def right_halves(path):
    """Write the part of a scan where the codes are, as zbar is slow; return where it is."""
    with Image.open(path) as picture:
        half, width, height = 622, 1241, picture.height
        strip = Image.new("L", (2 * (half // 2), height), 255)
        for n, right in enumerate((half, width)):
            strip.paste(picture.crop((right - half // 2, 0, right, height)), (n * (half // 2), 0))
    found = path.with_suffix(".strip.pgm")
    strip.save(found)
    return found


def test_every_text_is_whole_and_in_its_place(eight_hundred, words):
    wrong = []
    for n, (card, one) in enumerate(zip(words, eight_hundred.badges, strict=True)):
        corner = A6.corners()[n % 4]
        expected = (
            (one.given_name, one.family_name.upper()),
            (one.organisation or "", one.job_title or ""),
        )
        for column, texts in zip(PEOPLE, expected, strict=True):
            found = "".join(word.text for word in spoken_in(column, card, corner))
            want = printable("".join(texts)).replace(" ", "")
            if Counter(found) != Counter(want):
                wrong.append((one.reference, want, found))
    assert wrong == []


def test_names_are_found_as_they_are_written(eight_hundred, words):
    wrong = []
    for card, one in zip(words, eight_hundred.badges, strict=True):
        written = [printable(one.given_name), printable(one.family_name.upper())]
        lines = "".join(word.text for word in card)
        wrong += [name for name in written if name.replace(" ", "") not in lines]
    assert wrong == []


def test_no_two_words_overlap_and_none_leaves_its_card(words):
    wrong = []
    for n, card in enumerate(words):
        left, top = A6.corners()[n % 4]
        right, bottom = (left + 105 - 5) * MM, (top + 148.5 - 5) * MM
        wrong += [(n, word) for word in card if word.x1 > right or word.y1 > bottom]
        for one, other in combinations(card, 2):
            wide = min(one.x1, other.x1) - max(one.x0, other.x0)
            high = min(one.y1, other.y1) - max(one.y0, other.y0)
            if wide > 0.1 and high > 0.1:
                wrong.append((n, one, other))
    assert wrong == []


def test_every_card_says_its_category_and_reference(eight_hundred, words):
    for card, one in zip(words, eight_hundred.badges, strict=True):
        spoken = [word.text for word in card]
        assert one.reference in spoken
        assert set(CATEGORIES[one.category].name["fr"].split()) <= set(spoken)


def test_the_run_reports_its_pages_and_badges(eight_hundred):
    assert eight_hundred.report == RunReport(pages=200, badges=800, problems=[])
    assert len(eight_hundred.pdf) <= 1_200 * COUNT


def test_the_file_is_sound_and_says_what_it_is(eight_hundred):
    with pikepdf.open(BytesIO(eight_hundred.pdf)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 200
        assert str(pdf.Root.Lang) == "fr"
        assert str(pdf.docinfo.Title) == f"Badges · {RUN.title}"
        assert str(pdf.Root.ViewerPreferences.DisplayDocTitle) == "True"
        filters = {str(o.get("/Filter")) for o in pdf.objects if isinstance(o, pikepdf.Stream)}
        assert not any("ASCII85" in name for name in filters)
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o]
        assert all("/FontFile2" in font.FontDescriptor and "/ToUnicode" in font for font in fonts)
        faces = {str(font.BaseFont).split("+")[1] for font in fonts}
        assert faces == {"Inter-Regular", "Inter-SemiBold", "Inter-Bold"}


def test_equal_badges_give_equal_bytes():
    assert printed(badge(1), badge(2)).pdf == printed(badge(1), badge(2)).pdf


def test_badges_may_come_from_a_generator():
    out = BytesIO()
    report = render(RUN, (badge(n) for n in range(5)), layout=A6, out=out)
    assert (report.pages, report.badges) == (2, 5)


def test_a_badge_without_a_code_becomes_a_card_that_says_so():
    sheet = printed(badge(1), badge(2, token="none"), badge(3))
    reason = "Le billet n\u2019a pas de code valable."
    assert sheet.report == RunReport(pages=1, badges=3, problems=[("K0002-7XQ", reason)])
    text = text_of(sheet)
    assert text.count("Badge à vérifier") == 1
    assert reason in text
    assert text.count("LEFÈVRE") == 2


def test_a_name_that_cannot_be_drawn_becomes_a_card_that_says_so():
    sheet = printed(badge(1, given_name="𓀀", family_name="𓁐𓂀 Li"), badge(2))
    assert sheet.report.problems == [
        ("K0001-7XQ", "Ces caractères ne peuvent pas être imprimés\u00a0: 𓀀 𓁐 𓂀")
    ]
    assert "U+13000 U+13050 U+13080" in text_of(sheet)
    assert "LEFÈVRE" in text_of(sheet)
    picture = pypdfium2.PdfDocument(sheet.pdf)[0].render(scale=150 / 72).to_pil()
    codes = {found.text for found in zxingcpp.read_barcodes(picture)}
    assert codes == {token(1), token(2)}


def test_an_unknown_category_becomes_a_card_that_says_so():
    sheet = printed(badge(1, category="vip"))
    assert sheet.report.problems == [
        ("K0001-7XQ", "La catégorie «\u00a0vip\u00a0» n\u2019existe pas.")
    ]
    assert "Badge à vérifier K0001-7XQ" in text_of(sheet)


def test_an_organisation_that_cannot_be_drawn_is_left_out_and_reported():
    sheet = printed(badge(1, organisation="Mairie 🌲"))
    assert sheet.report.problems == [
        ("K0001-7XQ", "Ces caractères ne peuvent pas être imprimés\u00a0: 🌲")
    ]
    assert "Léa LEFÈVRE Adjointe au maire" in text_of(sheet)
    assert "Mairie" not in text_of(sheet)


def test_a_title_that_cannot_be_drawn_shows_the_codes_and_is_reported():
    run = msgspec.structs.replace(RUN, title="Forum 𓀀𓁐")
    sheet = printed(badge(1), run=run)
    assert sheet.report.problems == [("", "Ces caractères ne peuvent pas être imprimés\u00a0: 𓀀 𓁐")]
    assert "Forum U+13000U+13050" in text_of(sheet)


def test_a_run_in_english_speaks_english():
    run = msgspec.structs.replace(RUN, language="en")
    sheet = printed(badge(1, token=""), run=run)
    assert sheet.report.problems == [("K0001-7XQ", "The ticket has no valid code.")]
    assert "elected" in text_of(sheet)


def test_no_badge_gives_a_page_that_says_so():
    sheet = printed()
    assert sheet.report == RunReport(pages=1, badges=0, problems=[])
    assert "Il n\u2019y a pas de badge à imprimer." in text_of(sheet)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Léa", "Léa"),
        ("Le\u0301a", "Léa"),
        (" a \t b\n c ", "a b c"),
        ("a\u00a0b\u202fc", "a b c"),
        ("ev\u202elas\u200d\u00ad", "evlas"),
        ("\x00\x07", ""),
        ("\u01c4\uff21", "D\u017dA"),
    ],
)
def test_what_is_printed_is_composed_on_one_line_and_visible(text, seen):
    assert printable(text) == seen


def test_what_fonts_lack_is_spelled_out():
    assert spelled("Li 李 𓀀") == "Li 李 U+13000"
