import io
import random
import re
import subprocess
from datetime import timedelta
from functools import cache
from uuid import UUID

import page
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forum.core.i18n import words
from forum.core.text import sort_key
from schedule.models import Participation, SessionType, SpeakerRole
from schedule.papers.booklet import booklet, undrawable
from tests.schedule import factory


def squeezed(text):
    """A text without its spaces and hyphens, of which lines change the number."""
    return re.sub(r"[\s\u00ad\u200b-]", "", text).replace("'", "\u2019").replace("...", "…")


def pages_of(pdf):
    """What pdftotext reads on each page."""
    out = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return out.decode().split("\f")[:-1]


@cache
def sixty(language):
    """The booklet of sixty sessions."""
    return booklet(factory.programme(), language=language)


def failures(pdf, path):
    """What PDF/UA-1 has to say against a booklet, and qpdf."""
    path.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    return checked.returncode, [failure.message for failure in found.failures]


def one_session(**changes):
    """A programme of one session, changed."""
    programme = factory.programme(sessions=1)
    first = next(one for one in programme.sessions if one.type is not SessionType.BREAK)
    return replace(programme, sessions=[replace(first, **changes)])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_passes_pdf_ua_and_qpdf(language, tmp_path):
    assert failures(sixty(language), tmp_path / "a.pdf") == (0, [])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_title_and_every_name_is_found(language):
    programme = factory.programme()
    whole = squeezed("".join(pages_of(sixty(language))))
    titles = [squeezed(session.title[language]) for session in programme.sessions]
    assert [title for title in titles if title not in whole] == []
    names = [speaker.name.split(" ", 1) for speaker in programme.speakers]
    found = [squeezed(family + given) in whole for given, family in names]
    assert found == [True] * 120


def test_the_same_programme_gives_the_same_bytes():
    assert booklet(factory.programme(), language="fr") == sixty("fr")


def test_sixty_sessions_weigh_little():
    assert len(sixty("fr")) <= 150_000


@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_numbers_of_contents_and_index_are_where_the_links_lead(language):
    texts = [squeezed(text) for text in pages_of(sixty(language))]
    seen = 0
    with pikepdf.open(io.BytesIO(sixty(language))) as pdf:
        number_of = {one.obj.objgen: n for n, one in enumerate(pdf.pages, start=1)}
        for sheet in pdf.pages:
            for link in sheet.get("/Annots", []):
                said = re.fullmatch(r"(.*), page (\d+)", str(link.Contents))
                if said:
                    seen += 1
                    label, number = squeezed(said[1].rpartition(", ")[2]), int(said[2])
                    assert number == number_of[link.Dest[0].objgen]
                    unsaid = re.fullmatch(r"\d+(séances|sessions)|Grilledujour|Grid", label)
                    assert unsaid or label in texts[number - 1]
    assert seen > 200


def test_the_numbers_printed_in_the_index_are_those_of_the_pages():
    programme = factory.programme()
    texts = pages_of(sixty("fr"))
    title_page = {}
    for session in programme.sessions:
        wanted = squeezed(session.title["fr"])
        places = [n for n, text in enumerate(texts, start=1) if wanted in squeezed(text)]
        title_page[session.id] = places[-1]  # after the grid comes the list
    index = " ".join(
        " ".join(text.split()) for n, text in enumerate(texts) if "Intervenants" in text[:200]
    )
    for speaker in programme.speakers:
        given, family = speaker.name.split(" ", 1)
        pages = sorted(
            {
                title_page[s.id]
                for s in programme.sessions
                if speaker.id in {p.speaker_id for p in s.people}
            }
        )
        assert f"{family} {given} {', '.join(map(str, pages))}".strip() in index


def test_people_are_listed_as_french_readers_expect():
    programme = factory.programme()
    names = ["Œdipe Martin", "Élodie Ozanne", "Odile Oeben"]
    people = [
        replace(programme.speakers[n], name=name, sort_key=sort_key(*reversed(name.split())))
        for n, name in enumerate(names)
    ]
    pdf = booklet(replace(programme, sessions=[], speakers=people), language="fr")
    with pypdfium2.PdfDocument(pdf) as opened:  # in the order in which it is drawn
        text = " ".join(one.get_textpage().get_text_range() for one in opened)
    order = [text.index(name) for name in ("Martin Œdipe", "Oeben Odile", "Ozanne Élodie")]
    assert order == sorted(order)


def test_bookmarks_lead_to_days_grids_slots_and_parts():
    with pikepdf.open(io.BytesIO(sixty("fr"))) as pdf, pdf.open_outline() as outline:
        assert [entry.title for entry in outline.root] == [
            "Sommaire",
            "Lundi 22 mars",
            "Mardi 23 mars",
            "Intervenants",
            "Guides",
            "Salles",
            "Notes",
        ]
        grid, list_ = outline.root[1].children
        assert (grid.title, list_.title) == ("Grille du jour", "Séances")
        assert [slot.title for slot in list_.children] == [
            "9 h 15", "10 h 15", "10 h 45", "12 h", "14 h", "15 h 15", "16 h 45",
        ]  # fmt: skip


def test_title_language_and_fictitious_mark():
    with pikepdf.open(io.BytesIO(sixty("en"))) as pdf:
        assert str(pdf.docinfo.Title) == "Forum of Digital Territories – Programme"
        assert str(pdf.Root.Lang) == "en"
    texts = pages_of(sixty("en"))
    assert all("Fictitious programme" in text for text in texts)
    true = booklet(replace(factory.programme(sessions=2), fictitious=False), language="en")
    assert "Fictitious" not in "".join(pages_of(true))


def test_the_cover_says_what_when_and_where():
    cover = " ".join(pages_of(sixty("fr"))[0].split())
    assert "Forum des territoires numériques" in cover
    assert "22 et 23 mars 2027" in cover
    assert "Centre de congrès Pierre-Baudis, Toulouse" in cover


def test_the_moderator_comes_first_and_each_role_is_named():
    programme = factory.programme(sessions=1)
    session = next(one for one in programme.sessions if one.type is not SessionType.BREAK)
    ada, bea, chloe = programme.speakers[:3]
    people = [
        Participation(speaker_id=ada.id),
        Participation(speaker_id=bea.id, role=SpeakerRole.GUEST),
        Participation(speaker_id=chloe.id, role=SpeakerRole.MODERATOR),
    ]
    changed = replace(programme, sessions=[replace(session, people=people)])
    text = " ".join(" ".join(pages_of(booklet(changed, language="fr"))).split())
    order = [
        text.index(what)
        for what in ("Modération", chloe.name, "Avec", ada.name, "Grand témoin", bea.name)
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("language", "people", "label"),
    [("fr", 1, "Grand témoin"), ("fr", 2, "Grands témoins"), ("en", 1, "Guest"),
     ("en", 2, "Guests")],
)  # fmt: skip
def test_a_role_of_several_is_named_as_such(language, people, label):
    programme = factory.programme(sessions=1)
    session = next(one for one in programme.sessions if one.type is not SessionType.BREAK)
    panel = [
        Participation(speaker_id=one.id, role=SpeakerRole.GUEST)
        for one in programme.speakers[:people]
    ]
    changed = replace(programme, sessions=[replace(session, people=panel)])
    text = " ".join(" ".join(pages_of(booklet(changed, language=language))).split())
    assert re.findall(r"\bG(?:rand témoin|rands témoins|uests?)\b", text) == [label]


def test_an_empty_programme_is_a_valid_booklet_that_says_so(tmp_path):
    empty = replace(factory.programme(sessions=0), rooms=[], tracks=[], guides=[], title={})
    pdf = booklet(empty, language="fr")
    assert "Ce programme n’a pas encore de séance." in "".join(pages_of(pdf))
    assert failures(pdf, tmp_path / "a.pdf") == (0, [])


@pytest.mark.parametrize(
    "title",
    [
        "Dupont & <Fils",
        "(parenthèses) \\ et %pour cent",
        "a" * 300,
        "Un titre très long " * 200,
        "Κυβερνοασφάλεια и данные",
        "100 % d’eau : « où ? »",
    ],
)
def test_a_title_is_printed_whole(title):
    programme = one_session(title={"fr": title})
    whole = squeezed("".join(pages_of(booklet(programme, language="fr"))))
    assert squeezed(title) in whole


@pytest.mark.parametrize(
    "title", ["مرحبا بكم", "שלום לכולם", "日本語の題", "🦀 et 👩‍👩‍👧", "\u202eevil", ""]
)
def test_letters_without_a_glyph_neither_stop_nor_hide(title, tmp_path):
    programme = one_session(title={"fr": title})
    assert failures(booklet(programme, language="fr"), tmp_path / "a.pdf") == (0, [])


def test_letters_without_a_glyph_are_reported_and_still_read():
    programme = one_session(title={"fr": "Forum 𓀀𓁐"})
    (missing,) = undrawable(programme, language="fr")
    assert (missing.place, missing.text, missing.characters) == ("session 1", "Forum 𓀀𓁐", "𓀀𓁐")
    assert "Forum 𓀀𓁐" in "".join(pages_of(booklet(programme, language="fr")))


def test_a_text_without_translation_says_its_language():
    pdf = booklet(one_session(abstract={"fr": "Un résumé français."}), language="en")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        languages = {
            str(one.Lang)
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and "/Lang" in one and "/S" in one
        }
    assert languages == {"fr"}


def test_sessions_without_room_or_time_are_listed(tmp_path):
    programme = factory.programme(sessions=8)
    changed = [
        replace(one, room_id=None) if n % 2 else replace(one, starts_at=None, room_id=None)
        for n, one in enumerate(programme.sessions)
    ]
    pdf = booklet(replace(programme, sessions=changed), language="fr")
    texts = pages_of(pdf)
    assert "Horaire à préciser" in "".join(texts)
    assert "Salle à préciser" in "".join(texts)
    whole = squeezed("".join(texts))
    assert [one.number for one in changed if squeezed(one.title["fr"]) not in whole] == []
    assert failures(pdf, tmp_path / "a.pdf") == (0, [])


def test_a_cancelled_session_is_marked_in_words_and_leaves_the_grid():
    pdf = booklet(one_session(cancelled=True), language="fr")
    texts = pages_of(pdf)
    assert "ANNULÉ" in "".join(texts)
    assert "Grille du jour" not in "".join(texts)


def grid_cells(pdf):
    """The place of each cell of the grids: page, rectangle, what it says."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            (n, [float(value) for value in link.Rect], str(link.Contents))
            for n, sheet in enumerate(opened.pages, start=1)
            for link in sheet.get("/Annots", [])
            if re.match(r"\d+ h.* – ", str(link.Contents))
        ]


def test_sessions_that_overlap_in_a_room_share_its_column():
    programme = factory.programme(sessions=1)
    first = next(one for one in programme.sessions if one.type is not SessionType.BREAK)
    later = first.starts_at + timedelta(minutes=30)
    second = replace(first, id=UUID(int=7), number=2, starts_at=later, overlaps=True)
    pdf = booklet(replace(programme, sessions=[first, second]), language="fr")
    (_, left, _), (_, right, _) = grid_cells(pdf)
    assert left[2] <= right[0]


def test_cells_of_the_grid_never_overlap():
    cells = grid_cells(sixty("fr"))
    assert len(cells) == 64
    for n, (sheet, (x0, y0, x1, y1), _) in enumerate(cells):
        for other, (a0, b0, a1, b1), _ in cells[n + 1 :]:
            apart = x1 <= a0 or a1 <= x0 or y1 <= b0 or b1 <= y0
            assert other != sheet or apart


def test_many_rooms_go_over_several_pages():
    programme = factory.programme(sessions=120, room_count=29, days=1)
    texts = pages_of(booklet(programme, language="fr"))
    grids = [text for text in texts if "Salles 1 à" in text or re.search(r"Salles \d+ à", text)]
    assert len(grids) == 5
    names = squeezed("".join(grids))
    assert [room.name for room in programme.rooms if squeezed(room.name) not in names] == []


def test_a_session_past_midnight_stands_under_the_evening(tmp_path):
    night = factory.at(factory.FIRST_DAY + timedelta(days=1), "00:30")
    programme = factory.programme(sessions=6, room_count=3)
    sessions = [
        replace(one, starts_at=night) if one.number == 6 else one for one in programme.sessions
    ]
    pdf = booklet(replace(programme, sessions=sessions), language="fr")
    (cell,) = [cell for cell in grid_cells(pdf) if "(6)" in cell[2]]
    assert "Lundi 22 mars" in pages_of(pdf)[cell[0] - 1]
    assert failures(pdf, tmp_path / "a.pdf") == (0, [])


def test_phones_read_the_codes_of_the_guides():
    with pypdfium2.PdfDocument(sixty("fr")) as pdf:
        pictures = [pdf[n].render(scale=150 / 72).to_pil() for n in (len(pdf) - 3, len(pdf) - 1)]
    found = {one.text for picture in pictures for one in zxingcpp.read_barcodes(picture)}
    assert found == {
        "https://forum.example/forum-2027/guides/charte-ia",
        "https://forum.example/forum-2027/guides/cyber",
        "https://forum.example/forum-2027/programme",
    }


def test_long_abstracts_end_with_a_whole_sentence():
    text = "Une phrase de quelques mots. " * 60
    pdf = booklet(one_session(abstract={"fr": text}), language="fr")
    assert "mots. […]" in " ".join("".join(pages_of(pdf)).split())


def test_the_words_are_french_or_english():
    assert words("fr").gettext("Contents") == "Sommaire"
    assert "Contents" in pages_of(sixty("en"))[1]


TEXTS = st.dictionaries(st.sampled_from(["fr", "en", "de"]), st.text(max_size=60), max_size=2)


@settings(max_examples=25)
@given(TEXTS, TEXTS, st.integers(0, 3000), st.integers(0, 2**32))
def test_no_programme_stops_it(title, abstract, minutes, seed):
    rng = random.Random(seed)  # noqa: S311  # a seed is the point
    programme = factory.programme(seed=seed, sessions=4, room_count=2)
    sessions = [
        replace(
            one,
            title=title,
            abstract=abstract,
            minutes=minutes,
            starts_at=one.starts_at + timedelta(minutes=rng.randint(-900, 900))
            if one.starts_at
            else None,
            room_id=rng.choice([None, one.room_id, UUID(int=3)]),
            track_id=rng.choice([None, one.track_id, UUID(int=4)]),
            people=[*one.people, Participation(speaker_id=UUID(int=5))],
        )
        for one in programme.sessions
    ]
    pdf = booklet(replace(programme, title=title, venue=abstract, sessions=sessions), language="fr")
    assert pdf.startswith(b"%PDF-1.7")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) >= 4
