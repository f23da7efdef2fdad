"""What hangs and stands: door sheets, grids, table tents and signs, measured in their PDFs."""

import random
import re
from datetime import timedelta

import pypdfium2
import pytest
from msgspec.structs import replace

from forum.core.i18n import words
from schedule.days import days
from schedule.models import Participation, SessionType, SpeakerRole
from schedule.papers.book import Book
from schedule.papers.orders import Form, Paper
from tests.schedule import factory
from tests.schedule.papers.reading import characters, drawn_order, made, pages_of, squeezed, wrong

BOTH = ("fr", "en")


def real(programme):
    """The sessions that are no breaks."""
    return [one for one in programme.sessions if one.type is not SessionType.BREAK]


def busy(many):
    """A programme whose first room has so many sessions of ten minutes on one day."""
    programme = factory.programme(sessions=many, room_count=1, days=20)
    room, begins = programme.rooms[0], real(programme)[0].starts_at
    sessions = [
        replace(one, room_id=room.id, starts_at=begins + timedelta(minutes=10 * n), minutes=10)
        for n, one in enumerate(real(programme))
    ]
    return replace(programme, sessions=sessions)


# Door sheets


@pytest.mark.parametrize(("paper", "least"), [(Paper.A4, 18.0), (Paper.A3, 18.0 * 2**0.5)])
@pytest.mark.parametrize("many", [3, 24])
def test_what_visitors_look_for_on_a_door_reads_from_three_metres(paper, least, many):
    pdf = made(busy(many), Form.DOORS, BOTH, paper=paper)
    with pypdfium2.PdfDocument(pdf) as opened:
        pages, high = len(opened), opened[0].get_height()
    for number in range(pages):
        body = [
            size
            for char, size, (_, bottom, _, _) in characters(pdf, number)
            if char.isalnum()
            and bottom > high * 38 / 297  # below stand the code, the version and the date
        ]
        assert min(body) >= least - 0.01


def test_few_sessions_are_set_larger_than_many():
    largest = [
        max(size for _, size, box in characters(made(busy(many), Form.DOORS)) if box[3] < 680)
        for many in (2, 5, 24)
    ]
    assert largest == sorted(largest, reverse=True)
    assert largest[0] > largest[2]


def test_a_door_with_many_sessions_goes_over_pages_that_are_counted():
    programme = busy(24)
    texts = drawn_order(made(programme, Form.DOORS))
    assert len(texts) > 1
    counted = [f"{n} / {len(texts)}" in text for n, text in enumerate(texts, start=1)]
    assert counted == [True] * len(texts)
    whole = squeezed("".join(texts))
    assert [one for one in real(programme) if squeezed(one.title["fr"]) not in whole] == []


def test_a_door_names_roles_and_both_titles_and_what_is_cancelled():
    programme = factory.programme(sessions=1)
    session = real(programme)[0]
    ada, bea, chloe = programme.speakers[:3]
    people = [
        Participation(speaker_id=ada.id),
        Participation(speaker_id=bea.id),
        Participation(speaker_id=chloe.id, role=SpeakerRole.MODERATOR),
    ]
    changed = replace(session, people=people, cancelled=True)
    pdf = made(replace(programme, sessions=[changed]), Form.DOORS, BOTH)
    text = " ".join(drawn_order(pdf)[0].split())
    wanted = [
        session.title["fr"],
        session.title["en"],
        f"Modération / Moderator {chloe.name}",
        f"{ada.name}, {bea.name}",
    ]
    places = [squeezed(text).index(squeezed(one)) for one in wanted]
    assert places == sorted(places)
    assert "ANNULÉE / CANCELLED ·" in text


@pytest.mark.parametrize("title", ["Un titre très long " * 60, "a" * 300])
def test_a_session_longer_than_a_page_is_set_smaller_and_whole(title):
    programme = factory.programme(sessions=1)
    session = replace(real(programme)[0], title={"fr": title})
    pdf = made(replace(programme, sessions=[session]), Form.DOORS)
    assert squeezed(title) in squeezed("".join(pages_of(pdf)))


# Grids


def test_a_day_of_six_rooms_is_one_page_with_every_title_whole():
    programme = factory.programme()
    texts = pages_of(made(programme, Form.GRID))
    assert len(texts) == 2
    whole = [squeezed(text) for text in pages_of(made(programme, Form.GRID), "-raw")]
    for text, day in zip(whole, days(programme), strict=True):
        assert [p for p in day.sessions if squeezed(p.session.title["fr"]) not in text] == []


@pytest.mark.parametrize("room_count", [2, 9, 30])
@pytest.mark.parametrize("paper", [Paper.A4, Paper.A3])
def test_nothing_of_a_grid_leaves_the_page_and_no_titles_overlap(room_count, paper):
    programme = factory.programme(sessions=room_count * 5, room_count=room_count, days=1)
    pdf = made(programme, Form.GRID, paper=paper)
    with pypdfium2.PdfDocument(pdf) as opened:
        sizes = [page.get_size() for page in opened]
        for page, (wide, high) in zip(opened, sizes, strict=True):
            for one in page.get_objects():
                left, bottom, right, top = one.get_bounds()
                assert (left >= -1, bottom >= -1, right <= wide + 1, top <= high + 1) == (True,) * 4
    assert {wide > high for wide, high in sizes} == {True}


def test_a_grid_of_many_rooms_is_shared_out_until_it_is_legible():
    programme = factory.programme(sessions=150, room_count=30, days=1)
    rooms = [" ".join(text.split()) for text in pages_of(made(programme, Form.GRID))]
    assert 1 <= len(rooms) <= 8
    named = sorted(
        room.name
        for room in programme.rooms
        for text in rooms
        if squeezed(room.name) in squeezed(text)
    )
    assert {*named} == {room.name for room in programme.rooms}


# Table tents


def test_tents_stand_in_order_of_seats_with_the_name_on_both_faces():
    programme = factory.programme(sessions=1)
    session = real(programme)[0]
    ada, bea, chloe = programme.speakers[:3]
    people = [
        Participation(speaker_id=ada.id),
        Participation(speaker_id=bea.id, role=SpeakerRole.GUEST),
        Participation(speaker_id=chloe.id, role=SpeakerRole.MODERATOR),
    ]
    pdf = made(replace(programme, sessions=[replace(session, people=people)]), Form.TENTS)
    texts = [" ".join(text.split()) for text in drawn_order(pdf)]
    assert [text.count(name.name) for text, name in zip(texts, (chloe, ada, bea), strict=True)] == [
        2, 2, 2,
    ]  # fmt: skip
    assert [text.count(f"place {n} sur 3") for n, text in enumerate(texts, start=1)] == [1, 1, 1]
    assert "Modération" in texts[0]
    assert "Modération" not in texts[1]
    issue = Book(programme, words("fr")).issue
    assert re.fullmatch(r"Version \d+, .*\d{4}", issue)
    assert [text.count(issue) for text in texts] == [1, 1, 1]


def test_one_face_is_upside_down_and_each_name_is_within_its_face():
    pdf = made(factory.programme(sessions=12), Form.TENTS)
    with pypdfium2.PdfDocument(pdf) as opened:
        for page in opened:
            wide, high = page.get_size()
            texts = [
                (one.get_matrix().get(), one.get_bounds())
                for one in page.get_objects()
                if one.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT
            ]
            for (a, *_), (left, bottom, right, top) in texts:
                assert left >= 20
                assert right <= wide - 20
                if a > 0:
                    assert top <= high / 2
                else:
                    assert bottom >= high / 2
            assert {a > 0 for (a, *_), _ in texts} == {True, False}


@pytest.mark.parametrize(
    "name",
    [
        "X",
        "Marie-Bérengère de La Rochefoucauld-Montmorency-Luxembourg d’Aguessau",
        "Wolfeschlegelsteinhausenbergerdorff" * 2,
        "José María Álvarez del Manzano y López del Hierro de la Santísima Trinidad",
    ],
)
def test_a_name_of_any_length_is_whole_on_a_tent(name):
    programme = factory.programme(sessions=1)
    session = real(programme)[0]
    ada = replace(programme.speakers[0], name=name)
    programme = replace(
        programme,
        speakers=[ada],
        sessions=[replace(session, people=[Participation(speaker_id=ada.id)])],
    )
    (text,) = drawn_order(made(programme, Form.TENTS))
    assert squeezed(text).count(squeezed(name)) == 2


# Signs


def test_a_sign_has_two_sides_in_both_languages():
    programme = factory.programme(sessions=3)
    first = real(programme)[0]
    programme = replace(programme, sessions=[replace(first, sign_up=True), *real(programme)[1:]])
    texts = [" ".join(text.split()) for text in drawn_order(made(programme, Form.SIGNS, BOTH))]
    assert [(("Il reste des places" in x), ("Complet" in x)) for x in texts] == [
        (True, False),
        (False, True),
    ]
    assert ["Seats left" in text for text in texts] == [True, False]
    room = next(one.name for one in programme.rooms if one.id == first.room_id)
    for text in texts:
        assert squeezed(first.title["fr"]) in squeezed(text)
        assert room in text
        assert "9 h 15 – 10 h 15" in text


def test_the_words_of_a_sign_are_large():
    programme = factory.programme(sessions=1)
    programme = replace(programme, sessions=[replace(real(programme)[0], sign_up=True)])
    for number in (0, 1):
        sizes = [size for _, size, _ in characters(made(programme, Form.SIGNS), number)]
        assert max(sizes) >= 70


# Any programme


@pytest.mark.parametrize("seed", range(3))
def test_odd_programmes_print_in_every_form(seed, tmp_path):
    rng = random.Random(seed)  # noqa: S311  # a seed is the point
    programme = factory.programme(seed=seed, sessions=25, room_count=rng.randint(1, 12))
    odd = ["", "a", "🦀 et 👩‍👩‍👧", "مرحبا بكم", "Dupont & <Fils (1) \\", "x" * 200, "日本語の題"]
    sessions = [
        replace(
            one,
            title={"fr": rng.choice([one.title["fr"], *odd])},
            minutes=rng.choice([1, 5, 45, 180, 900]),
            sign_up=rng.random() < 0.3,
            room_id=one.room_id if rng.random() < 0.8 else None,
            track_id=rng.choice([one.track_id, None]),
        )
        for one in programme.sessions
    ]
    speakers = [
        replace(one, name=rng.choice([one.name, *odd[1:]]), organisation=rng.choice([None, *odd]))
        for one in programme.speakers
    ]
    programme = replace(programme, sessions=sessions, speakers=speakers)
    for form in (Form.GRID, Form.DOORS, Form.TENTS, Form.SIGNS):
        pdf = made(programme, form, BOTH)
        assert wrong(pdf, tmp_path / "a.pdf") == (0, [])
