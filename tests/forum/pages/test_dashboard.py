"""The overview's numbers: exact places, days, sizes and regions; one page, few statements."""

from datetime import timedelta

import msgspec
import pytest

from forum.core.i18n import words
from forum.editions.models import Category
from forum.pages import dashboard
from forum.questions.models import AnswerCount
from forum.registrations.models import DayCount, OrganisationCount, Status, StatusCount
from forum.territories import service
from tests.factories import FIRST_DAY, Counting
from tests.pages.samples import EDITION, QUESTIONS, option, question

ENGLISH = words("en")
ATLAS = service.atlas()
LAST = msgspec.structs.replace(
    EDITION,
    id=2,
    starts_on=FIRST_DAY - timedelta(days=364),
    ends_on=FIRST_DAY - timedelta(days=363),
)


def category(**given):
    values = {"code": "press", "number": 0, "name": {"en": "Press"}, "tint": 1, "open": True}
    return Category(**{**values, "places": 10, "taken": 0, **given})


def counts(**of):
    return [StatusCount(category="press", status=Status(s), count=n) for s, n in of.items()]


def test_places_are_counted_by_where_registrations_stand():
    [row] = dashboard.places(
        [category(taken=6, reserved=1)],
        counts(confirmed=5, offered=1, pending=2, waiting=3, cancelled=4, refused=1),
        ENGLISH,
    )
    assert (row.confirmed, row.offered, row.reserved, row.pending, row.waiting) == (5, 1, 1, 2, 3)
    assert (row.places, row.left, row.ended) == (10, 3, 5)
    assert 'aria-label="5 of 10 places taken"' in row.picture
    assert row.picture.count("<rect") == 6


def test_a_category_without_limit_has_no_number_of_places_left():
    [row] = dashboard.places([category(places=None, taken=5)], counts(confirmed=5), ENGLISH)
    assert (row.places, row.left, row.confirmed) == (None, None, 5)
    assert 'aria-label="Taken: 5"' in row.picture


def came(edition, *days):
    return [
        DayCount(edition_id=edition.id, day=edition.starts_on - timedelta(days=before), count=n)
        for before, n in days
    ]


def test_the_curve_sums_up_day_by_day_until_today_beside_the_last_edition():
    rows = came(EDITION, (20, 3), (18, 2)) + came(LAST, (21, 5), (1, 4), (-1, 1))
    today = EDITION.starts_on - timedelta(days=7)
    made = dashboard.curve(EDITION, LAST, rows, today, ENGLISH)
    assert [(one.label, one.now, one.last) for one in made.moments] == [
        ("D−21", 0, 5),
        ("D−14", 5, 5),
        ("D−7", 5, 5),
        ("Day 1", None, 9),
        ("Day 2", None, 10),
    ]
    assert 'class="line now"' in made.picture
    assert 'class="line last"' in made.picture


def test_without_a_last_edition_there_is_one_curve():
    made = dashboard.curve(EDITION, None, came(EDITION, (3, 1)), EDITION.starts_on, ENGLISH)
    assert [(one.label, one.now, one.last) for one in made.moments] == [
        ("D−3", 1, None),
        ("Day 1", 1, None),
    ]
    assert 'class="line last"' not in made.picture


def test_without_any_registration_there_is_no_curve():
    assert dashboard.curve(EDITION, LAST, [], EDITION.starts_on, ENGLISH) is None


@pytest.mark.parametrize("before", [0, 1, 200, 2_000])
def test_the_table_of_the_curve_stays_short_whatever_the_time(before):
    made = dashboard.curve(EDITION, None, came(EDITION, (before, 1)), EDITION.starts_on, ENGLISH)
    assert 1 <= len(made.moments) <= dashboard.MOST_ROWS + 2
    assert made.picture.count('class="tick"') <= dashboard.MOST_TICKS + 1


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (7, 8), (640, 800), (99_999, 100_000)])
def test_the_axis_ends_at_a_round_number_that_is_enough(most, top):
    made, labels = dashboard._counts(most)
    assert (made, labels[-1]) == (top, (top, str(top)))
    assert len(labels) <= dashboard.MOST_TICKS + 1


def represented(**of):
    rows = [OrganisationCount(code=code.replace("_", "-"), count=n) for code, n in of.items()]
    found = {row.code: service.find(row.code) for row in rows}
    known = {code: one for code, one in found.items() if one is not None}
    return dashboard.represented(rows, known, ATLAS, sum(of.values()) + 5, ENGLISH)


def test_territories_are_counted_by_size_and_by_region():
    places = {"COM_44109": 3, "COM_80829": 1, "COM_93066": 2, "EPCI_244400404": 4}
    made = represented(**places, DEP_974=1, REG_53=2, SIREN_552100554=1)
    assert made.territories == 6
    assert [(row.name, row.count, row.territories) for row in made.sizes if row.count] == [
        ("Communes of 200,000 inhabitants or more", 3, 1),
        ("Communes of 50,000 to 199,999", 2, 1),
        ("Communes of fewer than 2,000", 1, 1),
        ("Intercommunalities", 4, 1),
        ("Départements", 1, 1),
        ("Régions", 2, 1),
        ("Other organisations, or none", 6, 0),
    ]
    assert [(row.name, row.count, row.departements) for row in made.regions] == [
        ("Pays de la Loire", 7, "Loire-Atlantique\u00a07"),
        ("Île-de-France", 2, "Seine-Saint-Denis\u00a02"),
        ("Bretagne", 2, ""),
        ("Hauts-de-France", 1, "Somme\u00a01"),
        ("La Réunion", 1, "La Réunion\u00a01"),
    ]
    assert "Loire-Atlantique (44): 7" in made.picture
    assert "Vendée (85): 0" in made.picture


def test_without_territories_the_map_is_blank():
    made = represented()
    assert (made.territories, made.regions) == (0, [])
    assert [(one.step, one.label) for one in made.shades] == [(0, "0")]
    assert 'class="s1"' not in made.picture


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ([], ["0"]),
        ([1], ["0", "1"]),
        ([1, 3], ["0", "1", "2", "3"]),
        ([5], ["0", "1", "2", "3", "4", "5"]),
        ([60], ["0", "1", "2–4", "5–11", "12–25", "26–60"]),
        ([6], ["0", "1", "2", "3", "4–6"]),
    ],
)
def test_the_shades_grow_alike_and_end_at_the_most(counts, labels):
    steps = dashboard.shades(counts)
    shown = dashboard._legend(steps, max(counts, default=0))
    assert [one.label for one in shown] == labels
    assert [one.step for one in shown] == [0, *range(6 - len(steps), 6)]


async def test_the_page_compares_with_the_edition_before(site, client):
    last = await site.edition(
        starts_on=FIRST_DAY - timedelta(days=364), ends_on=FIRST_DAY - timedelta(days=363)
    )
    await site.register(last, organisation="Rennes")
    edition = await site.edition(places=1)
    await site.register(edition, organisation="Ville de Nantes")
    await site.register(edition, organisation="Dupont & <fils>")
    team = await site.signed_in(edition)
    page = (await client.get(f"/organiser/{edition.slug}?lang=en", headers=team)).text
    assert "Loire-Atlantique (44): 1" in page
    assert "Ille-et-Vilaine (35): 0" in page
    assert 'class="line now"' in page
    assert ">Forum of towns, 2027" in page.replace("</svg> ", "</svg>>")


async def test_the_page_asks_few_questions_whatever_the_number_of_registrations(site, client):
    edition = await site.edition()
    team = await site.signed_in(edition)
    for name in ("Nantes", "Rennes", "Lyon", "Paris", "Lille"):
        await site.register(edition, organisation=name)
    counting = Counting(site.pool)
    site.parts._database, before = counting, site.parts._database
    try:
        answer = await client.get(f"/organiser/{edition.slug}", headers=team)
    finally:
        site.parts._database = before
    assert answer.status_code == 200
    asked = [one for one in counting.statements if one.lstrip().startswith(("select", "with"))]
    assert len(asked) <= 12, asked


def test_an_edition_of_one_day_begins_on_its_first():
    assert dashboard._day(0, ENGLISH) == "Day 1"
    assert dashboard._day(-1, words("fr")) == "Jour 2"
    assert dashboard._day(7, words("fr")) == "J−7"


def test_answers_are_counted_for_each_option_of_the_questions_that_somebody_answered():
    counts = [
        AnswerCount(question="comes", answer="yes", count=9),
        AnswerCount(question="meal", answer="vegan", count=3),
        AnswerCount(question="gone", answer="x", count=1),
    ]
    made = dashboard.answered(QUESTIONS, counts, words("fr"))
    assert [(one.label, [(row.name, row.count) for row in one.rows]) for one in made] == [
        ("Serez-vous au dîner ?", [("Oui", 9), ("Non", 0)]),
        ("Que mangez-vous ?", [("De tout", 0), ("Végétalien", 3)]),
    ]


def test_only_so_many_answers_are_shown_as_the_page_can_hold():
    count = AnswerCount(question="q", answer="o0", count=1)
    for options, shown in ((dashboard.MOST_ANSWERS, 1), (dashboard.MOST_ANSWERS + 1, 0)):
        long = question("q", "choice", "?", options=[option(f"o{n}", "x") for n in range(options)])
        assert len(dashboard.answered([long], [count], ENGLISH)) == shown
