"""The numbers of an edition arranged for its overview: values in, values and pictures out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from markupsafe import Markup
from msgspec import Struct

from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import pick
from forum.editions.models import Category
from forum.pages.charts import STEPS, Axes, Line, Part, bar, curves, france
from forum.questions.models import AnswerCount, Question
from forum.registrations.models import DayCount, OrganisationCount, Status, StatusCount
from forum.territories.models import Atlas, Kind, Territory

WEEK = 7
MOST_ROWS = 27
"""The most lines of the table of a curve: a page of an organiser has 600 elements."""
MOST_TICKS = 6
MOST_ANSWERS = 24
"""The most answers that are shown with their bars, for the same reason."""


class Numbered(Struct, frozen=True, kw_only=True):
    """A line of a table with its bar: a name, how many registrations, of how many territories."""

    name: str
    count: int
    territories: int
    picture: Markup


class Places(Struct, frozen=True, kw_only=True):
    """The places of one category; `places` and `left` None: no limit of its own."""

    category: str
    places: int | None
    confirmed: int
    offered: int
    pending: int
    waiting: int
    reserved: int
    left: int | None
    ended: int
    picture: Markup


def places(
    categories: Sequence[Category], counts: Iterable[StatusCount], words: Words
) -> list[Places]:
    """Return how the places of each category are taken."""
    counted = {(row.category, row.status): row.count for row in counts}
    return [_places(category, counted, words) for category in categories]


def _places(category: Category, counted: Mapping[tuple[str, Status], int], words: Words) -> Places:
    def of(*statuses: Status) -> int:
        return sum(counted.get((category.code, status), 0) for status in statuses)

    confirmed, offered = of(Status.CONFIRMED), of(Status.OFFERED)
    pending, waiting = of(Status.PENDING), of(Status.WAITING)
    left = category.places_left
    parts = [
        Part(kind="confirmed", count=confirmed),
        Part(kind="offered", count=offered),
        Part(kind="reserved", count=category.reserved),
        Part(kind="pending", count=pending),
        Part(kind="left", count=max(0, (left or 0) - pending)),
        Part(kind="waiting", count=waiting),
    ]
    if category.places is None:
        said = words.gettext("%(label)s: %(message)s")
        said %= {"label": words.gettext("Taken"), "message": confirmed}
    else:
        said = words.gettext("%(taken)d of %(places)d places taken")
        said %= {"taken": confirmed, "places": category.places}
    return Places(
        category=pick(category.name, words.language),
        places=category.places,
        confirmed=confirmed,
        offered=offered,
        pending=pending,
        waiting=waiting,
        reserved=category.reserved,
        left=left,
        ended=of(Status.CANCELLED, Status.REFUSED),
        picture=bar(parts, sum(part.count for part in parts), said),
    )


class Moment(Struct, frozen=True, kw_only=True):
    """A line of the curve's table: a number of days before the first day, and both counts."""

    days: int
    label: str
    now: int | None
    last: int | None


class Curve(Struct, frozen=True, kw_only=True):
    """How registrations came, beside those of the edition before."""

    picture: Markup
    moments: list[Moment]


def curve(
    edition: Edition,
    last: Edition | None,
    counts: Iterable[DayCount],
    today: date,
    words: Words,
) -> Curve | None:
    """Return how the registrations came by day; None before the first of both editions."""
    rows = list(counts)
    now = _summed(edition, rows, until=today)
    before = _summed(last, rows, until=last.ends_on) if last else []
    both = [*now, *before]
    if not both:
        return None
    first, end = max(day for day, _ in both), min(0, *(day for day, _ in both))
    most, counts_said = _counts(max(count for _, count in both))
    step = WEEK
    while (first - end) // step >= MOST_TICKS:
        step *= 2
    axes = Axes(
        first=first,
        last=end,
        most=most,
        days=[(day, _day(day, words)) for day in range(0, first + 1, step)][::-1],
        counts=counts_said,
    )
    lines = [Line(kind="last", points=before)] if before else []
    lines += [Line(kind="now", points=now)] if now else []
    said = words.gettext("Registrations in all, by days before the first day")
    return Curve(
        picture=curves(lines, axes, said),
        moments=_moments(dict(now), dict(before), first, end, words),
    )


def _summed(edition: Edition, rows: Sequence[DayCount], *, until: date) -> list[tuple[int, int]]:
    """Return how many there were in all, from the day of the first one to `until`, each day."""
    by_day = {row.day: row.count for row in rows if row.edition_id == edition.id}
    if not by_day:
        return []
    day, total = min(by_day), 0
    points = []
    while day <= max(until, *by_day):
        total += by_day.get(day, 0)
        points.append(((edition.starts_on - day).days, total))
        day += timedelta(days=1)
    return points


def _counts(most: int) -> tuple[int, list[tuple[int, str]]]:
    """Return the top of the axis and its labels: three to five steps of 1, 2 or 5 times ten."""
    step = next(
        base * 10**power
        for power in range(9)
        for base in (1, 2, 5)
        if base * 10**power * MOST_TICKS >= most + 1
    )
    top = -(-most // step) * step or step
    return top, [(count, str(count)) for count in range(0, top + 1, step)]


def _day(day: int, words: Words) -> str:
    if day <= 0:
        return words.gettext("Day %(n)d") % {"n": 1 - day}
    return words.gettext("D−%(n)d") % {"n": day}


def _moments(
    now: Mapping[int, int], last: Mapping[int, int], first: int, end: int, words: Words
) -> list[Moment]:
    step = WEEK
    while (first - end) // step >= MOST_ROWS:
        step *= 2
    days = sorted({*range(0, first + 1, step), first, end}, reverse=True)
    return [
        Moment(days=day, label=_day(day, words), now=_at(now, day), last=_at(last, day))
        for day in days
    ]


def _at(counts: Mapping[int, int], day: int) -> int | None:
    """Return how many there were on a day: 0 before the first one, None after the last known."""
    if not counts or day < min(counts):
        return None
    return counts.get(day, 0)


class Answered(Struct, frozen=True, kw_only=True):
    """A question and how many chose each of its answers."""

    label: str
    rows: list[Numbered]


def answered(
    questions: Sequence[Question], counts: Iterable[AnswerCount], words: Words
) -> list[Answered]:
    """Return how often each answer was chosen, of questions that somebody answered.

    At most `MOST_ANSWERS` are shown, those of the first questions.
    """
    chosen = {(row.question, row.answer): row.count for row in counts}
    shown: list[Answered] = []
    room = MOST_ANSWERS
    for question in questions:
        options = _options(question, words)
        found = [(name, chosen.get((question.code, code), 0)) for code, name in options]
        most = max((count for _, count in found), default=0)
        if not most or len(found) > room:
            continue
        room -= len(found)
        rows = [
            Numbered(
                name=name,
                count=count,
                territories=0,
                picture=bar([Part(kind="confirmed", count=count)], most),
            )
            for name, count in found
        ]
        shown.append(Answered(label=pick(question.label, words.language), rows=rows))
    return shown


def _options(question: Question, words: Words) -> list[tuple[str, str]]:
    if question.options:
        return [(one.code, pick(one.label, words.language)) for one in question.options]
    return [("yes", words.gettext("Yes")), ("no", words.gettext("No"))]


class Region(Struct, frozen=True, kw_only=True):
    """A région and its départements, as the table under the map says them."""

    name: str
    count: int
    departements: str


class Shade(Struct, frozen=True, kw_only=True):
    """A step of the map's legend, 0 to 5, and the numbers it stands for."""

    step: int
    label: str


class Represented(Struct, frozen=True, kw_only=True):
    """Where registrations come from."""

    territories: int
    sizes: list[Numbered]
    regions: list[Region]
    shades: list[Shade]
    picture: Markup


def represented(
    counts: Sequence[OrganisationCount],
    known: Mapping[str, Territory],
    atlas: Atlas,
    standing: int,
    words: Words,
) -> Represented:
    """Return the territories represented, by size, and by région and département.

    `known` holds the territories among the codes; `standing` is how many registrations there are.
    """
    come = [(known[row.code], row.count) for row in counts if row.code in known]
    by_departement: Counter[str] = Counter()
    by_region: Counter[str] = Counter()
    for territory, count in come:
        by_departement[territory.departement] += count
        by_region[_region(territory, atlas)] += count
    by_departement.pop("", None)
    steps = shades(by_departement.values())
    titles = {
        code: words.gettext("%(label)s: %(message)s")
        % {"label": f"{one.name} ({code})", "message": by_departement[code]}
        for code, one in atlas.departements.items()
    }
    picture = france(
        atlas,
        {code: step_of(count, steps) for code, count in by_departement.items()},
        titles,
        words.gettext("Map of France: registrations by département"),
    )
    return Represented(
        territories=len(come),
        sizes=_sizes(come, standing, words),
        regions=_regions(by_region, by_departement, atlas),
        shades=_legend(steps, max(by_departement.values(), default=0)),
        picture=picture,
    )


def _region(territory: Territory, atlas: Atlas) -> str:
    if territory.departement:
        return atlas.departements[territory.departement].region
    return territory.code.partition("-")[2]


def _regions(by_region: Counter[str], by_departement: Counter[str], atlas: Atlas) -> list[Region]:
    def inside(region: str) -> str:
        found = [
            (count, one.name)
            for code, count in by_departement.most_common()
            if (one := atlas.departements[code]).region == region
        ]
        return ", ".join(f"{name}\N{NO-BREAK SPACE}{count}" for count, name in found)

    return [
        Region(name=atlas.regions[code], count=count, departements=inside(code))
        for code, count in by_region.most_common()
    ]


def shades(counts: Iterable[int]) -> list[int]:
    """Return the least number of each shade, at most five, the steps growing alike."""
    most = max(counts, default=0)
    if most <= STEPS:
        return list(range(1, most + 1))
    return sorted({round(most ** (step / STEPS)) for step in range(STEPS)})


def step_of(count: int, steps: Sequence[int]) -> int:
    """Return the shade of a number, from 1; 0 for nothing. Fewer shades are the darker ones."""
    reached = sum(count >= least for least in steps)
    return reached + STEPS - len(steps) if reached else 0


def _legend(steps: Sequence[int], most: int) -> list[Shade]:
    shown = [Shade(step=0, label="0")]
    for least, following in pairwise([*steps, most + 1]):
        label = f"{least}–{following - 1}" if following - 1 > least else str(least)
        shown.append(Shade(step=step_of(least, steps), label=label))
    return shown


TOWNS, JOINED = (Kind.COMMUNE, Kind.ARRONDISSEMENT), (Kind.EPCI, Kind.EPT)
SIZES: list[tuple[str, tuple[Kind, ...], int | None]] = [
    (N_("Communes of 200,000 inhabitants or more"), TOWNS, 4),
    (N_("Communes of 50,000 to 199,999"), TOWNS, 3),
    (N_("Communes of 10,000 to 49,999"), TOWNS, 2),
    (N_("Communes of 2,000 to 9,999"), TOWNS, 1),
    (N_("Communes of fewer than 2,000"), TOWNS, 0),
    (N_("Intercommunalities"), JOINED, None),
    (N_("Départements"), (Kind.DEPARTEMENT,), None),
    (N_("Régions"), (Kind.REGION,), None),
]
"""The lines of the table of sizes: a name, the kinds it counts, their size class (None: any)."""


def _sizes(come: Sequence[tuple[Territory, int]], standing: int, words: Words) -> list[Numbered]:
    rows = []
    for name, kinds, size in SIZES:
        of = [n for one, n in come if one.kind in kinds and size in {None, one.size}]
        rows.append((words.gettext(name), sum(of), len(of)))
    others = standing - sum(count for _, count in come)
    rows.append((words.gettext("Other organisations, or none"), others, 0))
    most = max(count for _, count, _ in rows)
    return [
        Numbered(
            name=name,
            count=count,
            territories=territories,
            picture=bar([Part(kind="confirmed", count=count)], most),
        )
        for name, count, territories in rows
    ]
