"""What holds for every form on paper: checkers are content, drafts are marked, bytes repeat."""

import io
import itertools
import re
from functools import cache

import pikepdf
import pytest
from msgspec.structs import replace

from forum.core.errors import Invalid
from schedule.models import Access, SessionType, Travel
from schedule.papers.orders import PAPERS, Form, NothingToPrint, Order, Paper, hold
from tests.schedule import factory
from tests.schedule.papers.reading import about, made, outline, pages_of, wrong

BOTH = ("fr", "en")
FORUM = "Forum des territoires numériques"


@cache
def few():
    """Fourteen sessions over two days; every third takes sign-ups, one is cancelled."""
    programme = factory.programme(sessions=14, room_count=3, days=2)
    rooms = [replace(one, access=[*Access][: n + 1]) for n, one in enumerate(programme.rooms)]
    walks = [Travel(room_a=a.id, room_b=b.id, minutes=3) for a, b in itertools.pairwise(rooms)]
    sessions = [
        replace(one, sign_up=one.type is not SessionType.BREAK and not one.number % 3)
        for one in programme.sessions
    ]
    sessions[3] = replace(sessions[3], cancelled=True)
    return replace(programme, rooms=rooms, sessions=sessions, travel=walks)


CASES = [
    (form, languages, paper, draft)
    for form in Form
    for languages, paper, draft in [
        (("fr",), PAPERS[form][0], False),
        (BOTH, PAPERS[form][-1], True),
    ]
]


@pytest.mark.parametrize(("form", "languages", "paper", "draft"), CASES)
def test_it_passes_pdf_ua_and_qpdf(form, languages, paper, draft, tmp_path):
    pdf = made(few(), form, languages, paper=paper, draft=draft)
    assert wrong(pdf, tmp_path / "a.pdf") == (0, [])
    assert made(few(), form, languages, paper=paper, draft=draft) == pdf


@pytest.mark.parametrize("form", Form)
def test_a_draft_says_so_on_every_page_and_in_its_title(form):
    draft = made(few(), form, BOTH, draft=True)
    texts = pages_of(draft)
    assert all("BROUILLON" in text or "DRAFT" in text for text in texts)
    assert "BROUILLON" in about(draft)[0]
    version = made(few(), form, BOTH)
    assert not any("BROUILLON" in text or "DRAFT" in text for text in pages_of(version))
    assert "BROUILLON" not in about(version)[0]


@pytest.mark.parametrize("form", [Form.GRID, Form.DOORS, Form.SIGNS])
def test_a_version_prints_its_number_and_its_date(form):
    french = [" ".join(text.split()) for text in pages_of(made(few(), form))]
    assert all("Version 3, lundi 1er mars 2027" in text for text in french)
    draft = [" ".join(text.split()) for text in pages_of(made(few(), form, draft=True))]
    assert all("Brouillon du lundi 1er mars à 10 h 30" in text for text in draft)


@pytest.mark.parametrize(
    ("form", "languages", "title"),
    [
        (Form.BOOKLET, ("en",), "Forum of Digital Territories – Programme"),
        (Form.GRID, ("fr",), f"{FORUM} – Grilles"),
        (Form.DOORS, ("en",), "Forum of Digital Territories – Door sheets"),
        (
            Form.TENTS,
            ("en", "fr"),
            f"Forum of Digital Territories – Table tents / {FORUM} – Chevalets",
        ),
        (Form.SIGNS, ("fr",), f"{FORUM} – Panneaux de séance"),
    ],
)
def test_title_and_language(form, languages, title):
    assert about(made(few(), form, languages)) == (title, languages[0])


def test_bookmarks_of_each_form():
    assert [one[0] for one in outline(made(few(), Form.BOOKLET, BOTH))] == ["Français", "English"]
    assert outline(made(few(), Form.GRID)) == ["Lundi 22 mars", "Mardi 23 mars"]
    assert outline(made(few(), Form.GRID, BOTH)) == [
        ("Français", ["Lundi 22 mars", "Mardi 23 mars"]),
        ("English", ["Monday 22 March", "Tuesday 23 March"]),
    ]
    rooms = ["Grand auditorium", "Salle Garonne", "Salle Ariège"]
    assert outline(made(few(), Form.DOORS)) == [
        ("Lundi 22 mars", rooms),
        ("Mardi 23 mars", rooms),
    ]
    signs = outline(made(few(), Form.SIGNS, ("en",)))
    assert {tuple(below) for _, below in signs} == {("Seats left", "Full")}


def test_a_booklet_in_both_languages_is_two_with_pages_of_their_own():
    programme = few()
    french = pages_of(made(programme, Form.BOOKLET))
    english = pages_of(made(programme, Form.BOOKLET, ("en",)))
    both = pages_of(made(programme, Form.BOOKLET, BOTH))
    assert len(both) == len(french) + len(english)
    assert "Sommaire" in both[1]
    assert "Contents" in both[len(french) + 1]
    seen = []
    with pikepdf.open(io.BytesIO(made(programme, Form.BOOKLET, BOTH))) as pdf:
        number_of = {one.obj.objgen: n for n, one in enumerate(pdf.pages, start=1)}
        for n, sheet in enumerate(pdf.pages, start=1):
            for link in sheet.get("/Annots", []):
                said = re.search(r", page (\d+)$", str(link.Contents))
                if said:
                    assert int(said[1]) == number_of[link.Dest[0].objgen]
                    assert (int(said[1]) > len(french)) == (n > len(french))
                    seen.append(n)
        parts = pdf.Root.StructTreeRoot.K.K
        assert [(str(one.S), str(one.Lang)) for one in parts] == [("/Part", "fr"), ("/Part", "en")]
    assert min(seen) <= len(french) < max(seen)


def test_the_booklet_tells_the_rooms_with_access_and_walks():
    texts = [" ".join(text.split()) for text in pages_of(made(few(), Form.BOOKLET))]
    page = next(text for text in texts if "D’une salle à l’autre" in text)
    assert "Niveau 0 Grand auditorium 800 places · accès de plain-pied" in page
    assert "240 places · accès de plain-pied · boucle magnétique" in page
    assert page.count("3 min") == 4  # two walks, either way


def test_days_and_rooms_are_chosen():
    programme = few()
    day, room = programme.starts_on, programme.rooms[1].slug
    doors = outline(made(programme, Form.DOORS, days=(day,), rooms=(room,)))
    assert doors == [("Lundi 22 mars", ["Salle Garonne"])]
    assert outline(made(programme, Form.GRID, days=(day,))) == ["Lundi 22 mars"]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"form": Form.BOOKLET, "paper": Paper.A3}, {"paper": "This form is printed on A4."}),
        ({"form": Form.DOORS, "rooms": ("nowhere",)}, {"room": "The programme has no such room."}),
        (
            {"form": Form.GRID, "days": (factory.FIRST_DAY.replace(year=2001),)},
            {"day": "The programme has no session on this day."},
        ),
    ],
)
def test_what_cannot_be_printed_is_named(asked, fields):
    with pytest.raises(Invalid) as refused:
        hold(few(), Order(**asked))
    assert refused.value.fields == fields


def test_nothing_to_print_is_said():
    plain = factory.programme(sessions=4)
    with pytest.raises(NothingToPrint):
        hold(plain, Order(form=Form.SIGNS))
    empty = replace(plain, sessions=[], speakers=[])
    for form in (Form.GRID, Form.DOORS, Form.TENTS):
        with pytest.raises(NothingToPrint):
            hold(empty, Order(form=form, paper=PAPERS[form][0]))
    hold(empty, Order())
