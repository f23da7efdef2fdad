"""Plans of the booklet: where the numbers stand, what the key says, and that all can be read."""

import io
import re
import subprocess
import uuid

import page
import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from forum.core.i18n import words
from schedule.models import FloorPlan, Marker, PlanPicture, Room
from schedule.papers.book import BOTTOM, LEFT, RIGHT, TOP, Book
from schedule.papers.booklet import booklet
from schedule.papers.booklet_plans import (
    LEAST_HIGH,
    entry,
    key_height,
    placed,
    point,
    shared,
    sheets,
)
from schedule.plan_pictures import take_in
from schedule.plans import dots
from tests.factories import plan_file
from tests.schedule import factory

RED = (200, 20, 20)
DISC = (10, 92, 74)


def kept(content, name):
    """A picture as it is kept, and what a plan says of it."""
    made = take_in(content)
    told = PlanPicture(full=name, small="s", width_px=made.width_px, height_px=made.height_px)
    return told, {name: made.full}


def planned(markers=(), *, size=(1500, 1000), plans=1, **changes):
    """A programme with plans of one red picture, and that picture."""
    programme = factory.programme(sessions=4)
    picture, pictures = kept(plan_file(size=size, colour=RED), "a" * 64)
    plan = FloorPlan(
        id=uuid.UUID(int=5),
        position=0,
        title={"fr": "Niveau 0 : accueil", "en": "Level 0: welcome"},
        alt={"fr": "L’entrée est en bas.", "en": "The entrance is at the bottom."},
        picture=picture,
        markers=[Marker(room_id=programme.rooms[n].id, x=x, y=y) for n, x, y in markers],
    )
    made = replace(programme, plans=[replace(plan, **changes)] * plans)
    return made, pictures


def pages_of(pdf):
    out = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return out.decode().split("\f")[:-1]


def failures(pdf, path):
    path.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    return checked.returncode, [failure.message for failure in found.failures]


def elements(pdf, role):
    """The elements of a role in the structure of a document."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            {name: str(one.get(name, "")) for name in ("/Alt", "/Lang")}
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/S") == f"/{role}"
        ]


MARKED = [(0, 20, 30), (3, 80, 75)]


@pytest.mark.parametrize("languages", [("fr",), ("en",), ("fr", "en"), ("en", "fr")])
def test_it_passes_pdf_ua_with_plans(languages, tmp_path):
    programme, pictures = planned(MARKED, plans=2)
    first, *others = languages
    pdf = booklet(programme, language=first, others=others, pictures=pictures)
    assert failures(pdf, tmp_path / "a.pdf") == (0, [])


@pytest.mark.parametrize(
    ("language", "title", "alt", "seats"),
    [
        ("fr", "Niveau 0 : accueil", "L’entrée est en bas.", "800 places"),
        ("en", "Level 0: welcome", "The entrance is at the bottom.", "800 seats"),
    ],
)
def test_the_page_follows_the_rooms_with_title_key_bookmark_and_words(language, title, alt, seats):
    programme, pictures = planned(MARKED)
    pdf = booklet(programme, language=language, pictures=pictures)
    pages = pages_of(pdf)
    said = ["".join(one.split()) for one in pages]
    number = len(pages) - 1  # the last page is that of notes
    assert "".join(title.split()) in said[number - 1]
    assert f"GrandAuditorium,{seats}".replace(" ", "").lower() in said[number - 1].lower()
    assert "SalleTarn,120" in said[number - 1]
    assert "SalleGaronne" not in said[number - 1]
    assert f"Plan{title}".replace(" ", "") in said[1].replace("\u00a0", "").replace("\u202f", "")
    assert {"/Alt": alt, "/Lang": ""} in elements(pdf, "Figure")
    with pypdfium2.PdfDocument(pdf) as opened:
        marks = {one.get_title(): one.get_dest().get_index() for one in opened.get_toc()}
    [found] = [at for name, at in marks.items() if name.startswith("Plan")]
    assert found == number - 1


def test_numbers_stand_on_the_picture_where_their_marker_says():
    programme, pictures = planned(MARKED)
    pdf = booklet(programme, language="fr", pictures=pictures)
    with pypdfium2.PdfDocument(pdf) as opened:
        scale = 2
        seen = opened[len(opened) - 2].render(scale=scale).to_pil().convert("RGB")
    [plan] = programme.plans
    book = Book(programme, words("fr"))
    top = TOP - book.heading_height(book.text(plan.title), note=False)
    place = placed(plan.picture, top, 30)
    high = seen.height / scale
    for dot in dots(plan.markers, programme.rooms):
        x, y = point(place, dot)
        edge = seen.getpixel((round((x - 5.6) * scale), round((high - y) * scale)))
        beside = seen.getpixel((round((x - 14) * scale), round((high - y) * scale)))
        assert [abs(a - b) < 12 for a, b in zip(edge, DISC, strict=True)] == [True] * 3
        assert [abs(a - b) < 12 for a, b in zip(beside, RED, strict=True)] == [True] * 3


@pytest.mark.parametrize(("size", "most"), [((2400, 1600), 1371), ((1600, 2400), 1371)])
def test_a_picture_has_as_many_pixels_as_print_and_no_more(size, most):
    programme, pictures = planned(size=size)
    pdf = booklet(programme, language="fr", others=["en"], pictures=pictures)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        images = [one for one in opened.objects if isinstance(one, pikepdf.Stream)]
        [image] = [one for one in images if one.get("/Subtype") == "/Image"]  # once for both
        assert int(image.Width) <= most
        assert [int(image.Width), int(image.Height)] != [*size]
    without = len(booklet(replace(programme, plans=[]), language="fr", others=["en"]))
    assert len(pdf) - without < 15_000


def test_a_photograph_is_a_jpeg_of_bounded_weight():
    noise = Image.effect_noise((2400, 1600), 40).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=60)
    picture, pictures = kept(out.getvalue(), "b" * 64)
    programme, _ = planned(picture=picture)
    pdf = booklet(programme, language="fr", pictures=pictures)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        [image] = [
            one
            for one in opened.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
        assert (str(image.Filter), str(image.ColorSpace)) == ("/DCTDecode", "/DeviceRGB")
        assert len(image.read_raw_bytes()) < 1_000_000
        assert pikepdf.PdfImage(image).as_pil_image().size == (int(image.Width), int(image.Height))


def test_of_a_lost_picture_the_words_are_printed(tmp_path):
    programme, _ = planned(MARKED)
    pdf = booklet(programme, language="fr", pictures={})
    assert "L’entrée est en bas." in pages_of(pdf)[-2]
    assert failures(pdf, tmp_path / "a.pdf") == (0, [])


def test_words_in_another_language_are_marked_as_such():
    programme, pictures = planned(alt={"fr": "L’entrée est en bas."})
    pdf = booklet(programme, language="en", pictures=pictures)
    assert {"/Alt": "L’entrée est en bas.", "/Lang": "fr"} in elements(pdf, "Figure")


def test_a_programme_without_plans_has_the_bytes_that_it_had():
    programme = factory.programme(sessions=4)
    assert booklet(programme, language="fr") == booklet(programme, language="fr", pictures={})
    assert "Plan" not in [one.split()[-1] for one in pages_of(booklet(programme, language="fr"))]


def test_plans_stand_alone_where_there_is_no_room(tmp_path):
    programme, pictures = planned()
    sessions = [replace(one, room_id=None) for one in programme.sessions]
    programme = replace(programme, rooms=[], travel=[], sessions=sessions)
    pdf = booklet(programme, language="fr", pictures=pictures)
    assert failures(pdf, tmp_path / "a.pdf") == (0, [])


@given(
    st.integers(200, 2400),
    st.integers(200, 2400),
    st.integers(0, 60),
    st.floats(0, 100),
    st.floats(0, 100),
)
@settings(max_examples=60)
def test_pictures_and_numbers_stay_on_the_page_and_in_shape(wide, high, rooms, x, y):
    picture = PlanPicture(full="a", small="a", width_px=wide, height_px=high)
    place = placed(picture, TOP - 40, min(rooms * 18, 600))
    assert place.left >= LEFT - 0.01
    assert place.left + place.wide <= RIGHT + 0.01
    assert place.bottom + place.high == pytest.approx(TOP - 40)
    assert place.bottom >= BOTTOM - 0.01
    assert place.wide / place.high == pytest.approx(wide / high)
    assert place.high <= LEAST_HIGH + 0.01 or (place.bottom - min(rooms * 18, 600) >= BOTTOM - 0.01)
    room = Room(id=uuid.UUID(int=1), slug="a", name="A", position=0)
    [dot] = dots([Marker(room_id=room.id, x=x, y=y)], [room])
    left, up = point(place, dot)
    assert place.left <= left + 0.01
    assert left <= place.left + place.wide + 0.01
    assert place.bottom <= up + 0.01
    assert up <= place.bottom + place.high + 0.01
    assert (left - place.left) / place.wide * 100 == pytest.approx(x, abs=0.01)
    assert (place.bottom + place.high - up) / place.high * 100 == pytest.approx(y, abs=0.01)


@given(st.integers(0, 140), st.integers(1, 40))
@settings(max_examples=25)
def test_every_room_is_in_the_key_once_whatever_its_length(count, words_in_a_name):
    rooms = [
        Room(
            id=uuid.UUID(int=n + 1),
            slug=f"r{n}",
            name=f"R{n} " + "salle " * (words_in_a_name if n % 3 else 1),
            position=n,
            capacity=n,
        )
        for n in range(count)
    ]
    programme, pictures = planned()
    [plan] = programme.plans
    plan = replace(plan, markers=[Marker(room_id=one.id, x=50, y=50) for one in rooms])
    programme = replace(
        programme,
        rooms=rooms,
        plans=[plan],
        sessions=[replace(one, room_id=None) for one in programme.sessions],
        travel=[],
    )
    made, places = sheets(Book(programme, words("fr"), pictures=pictures))
    assert places == {"plan-0": 1}
    pdf = booklet(programme, language="fr", pictures=pictures)
    last = pages_of(pdf)[-1 - len(made) : -1]
    said = " ".join(" ".join(last).split()).split()
    numbers = [one[1:].strip(",") for one in said if re.fullmatch(r"R\d+,?", one)]
    assert sorted(map(int, numbers)) == [*range(count)]


def test_a_key_that_fits_is_level():
    programme, _ = planned([(n, 10, 10) for n in range(6)])
    book = Book(programme, words("fr"))
    [plan] = programme.plans
    entries = [entry(book, one) for one in dots(plan.markers, programme.rooms)]
    columns, rest = shared(entries, 400)
    assert ([len(one) for one in columns], rest) == ([3, 3], [])
    assert key_height(entries) == pytest.approx(sum(one.height for one in columns[0]))
