"""The organisers' pages of check-in lists, with what each would answer at a time to somebody.

Each form is sent with the revision that its page showed. Where somebody else changed the same
meanwhile, the page comes again with what was typed, and with what they stored.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect

from badges import queries
from badges.doors import doors, gate_queries, gate_views, gate_words, gates, lists, trying
from badges.doors.bench import LIMITED, MAY, PATH, Bench, at_bench, place
from badges.doors.doors import Doors
from badges.doors.gate_views import Sent, seen
from badges.doors.lists import ListChanged, ListUsed
from badges.models import CategoryRow, CheckInList, Direction, GateKind
from forum.core.context import Edition
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.rights import Staff
from forum.core.text import pick
from forum.core.web import AnyResponse, Given, form_fields

LISTS = f"{PATH}/lists"
ONE = f"{LISTS}/{{check_in_list:str}}"
LONGEST_REFERENCE = 20


@get(LISTS, include_in_schema=False, opt=MAY)
async def lists_page(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the check-in lists: what each restricts, what it counts, and whose it is."""
    edition, words = staff.edition, bench.words
    found = await lists.all_of(bench.db, edition.id)
    names = gate_views.category_names(
        await queries.list_categories(bench.db, edition.id), bench.page.language
    )
    standing: dict[str, list[Any]] = {one.slug: [] for one in found}
    for gate in await gates.all_of(bench.db, edition.id):
        standing[gate.check_in_list].append(gate.name)
    return bench.show(
        "lists",
        staff,
        lists=[
            {
                "slug": one.slug,
                "name": one.name,
                "says": gate_words.summary(one, names, words, edition),
                "gates": standing[one.slug],
            }
            for one in found
        ],
    )


async def show_list(
    bench: Bench,
    staff: Staff,
    one: CheckInList | None,
    *,
    sent: Sent | None = None,
    problem: Problem | None = None,
    theirs: list[str] | None = None,
) -> AnyResponse:
    """Show a check-in list, or an empty one to add; of one that is there, when it is open."""
    edition = staff.edition
    if sent is None:
        sent = gate_views.typed_list(one or lists.usual(GateKind.DOOR, "", {}), edition)
    categories = await queries.list_categories(bench.db, edition.id)
    rooms = await gate_queries.list_rooms(bench.db, edition.id)
    return bench.show_form(
        "list",
        staff,
        sent,
        problem=problem,
        theirs=theirs,
        one=one,
        categories=gate_views.category_names(categories, bench.page.language),
        rooms=gate_views.room_choices(rooms, one, bench.words),
        rows=gate_views.form_rows(sent),
        counts=gate_words.said(gate_words.COUNTS, bench.words),
        preview=None if one is None else await _preview(bench, staff, one, categories),
    )


async def _preview(
    bench: Bench, staff: Staff, one: CheckInList, categories: list[CategoryRow]
) -> dict[str, Any]:
    """Return when a list is open, and what it would answer to whom the address names."""
    edition, words = staff.edition, bench.words
    known = await doors.read(bench.db, edition)
    rule = known.rules.lists[one.slug]
    asked = bench.request.query_params
    typed = {
        name: asked.get(name, "")[:LONGEST_REFERENCE].strip()
        for name in ("who", "category", "when", "gate", "direction", "seat")
    }
    errors: dict[str, str] = {}
    answer = None
    if typed["when"]:
        answer, errors = await _answer(bench, edition, one, known, categories, typed)
    elif rule.windows:
        opens = gate_words.instant(rule.windows[0].opens).astimezone(edition.zone)
        typed["when"] = f"{opens:%Y-%m-%dT%H:%M}"
    else:
        typed["when"] = f"{edition.starts_on:%Y-%m-%d}T09:00"
    return {
        "always": rule.windows is None,
        "days": gate_words.opened(rule, known.rules.days, known.sessions, edition, words),
        "gates": {
            gate.slug: pick(gate.name, bench.page.language, edition.language)
            for gate in known.rules.gates.values()
            if gate.check_in_list == one.slug
        },
        "ways": gate_words.said(gate_words.WAYS, words),
        "typed": typed,
        "errors": {name: words.say(text) for name, text in errors.items()},
        "answer": answer,
    }


async def _answer(
    bench: Bench,
    edition: Edition,
    one: CheckInList,
    known: Doors,
    categories: list[CategoryRow],
    typed: Mapping[str, str],
) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Return what would be answered with its reason, or what is wrong with the question."""
    at = gate_views.moment(typed["when"], edition)
    if at is None:
        return None, {"when": "Give a day and a time, such as 2027-03-15T18:00."}
    numbers = {each.code: each.number for each in categories}
    asked = trying.Asked(
        check_in_list=one.slug,
        gate=typed["gate"] or None,
        reference=_reference(typed["who"]),
        category=numbers.get(typed["category"], next(iter(numbers.values()), 0)),
        seat=bool(typed["seat"]),
        at=at,
        direction=Direction.OUT if typed["direction"] == "out" else Direction.IN,
    )
    try:
        tried = await trying.ask(bench.db, edition, known, asked)
    except Invalid as invalid:
        return None, dict(invalid.fields)
    reasons = gate_words.Reasons(known.sessions, categories, edition, bench.words)
    bearer = tried.bearer
    passes = tried.outcome in ("admitted", "left")
    return {
        "outcome": bench.words.gettext(gate_words.OUTCOMES[tried.outcome]),
        "passes": "yes" if passes else "",
        "why": reasons.why(tried),
        "who": f"{bearer.given_name} {bearer.family_name}" if bearer else "",
    }, {}


def _reference(typed: str) -> str:
    """Return a reference as it is stored, however it was typed."""
    plain = typed.replace("-", "").replace(" ", "").upper()
    return f"{plain[:4]}-{plain[4:]}" if plain else ""


@get(f"{LISTS}/new", include_in_schema=False, opt=MAY)
async def new_list(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show an empty list, or one that begins like another."""
    like = bench.request.query_params.get("like", "")
    if not like:
        return await show_list(bench, staff, None)
    found = await lists.find(bench.db, staff.edition.id, like)
    return await show_list(bench, staff, None, sent=gate_views.typed_list(found, staff.edition))


@post(f"{LISTS}/new", include_in_schema=False, opt=MAY, middleware=LIMITED)
async def add_list(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once]
) -> AnyResponse | Redirect:
    """Add a check-in list."""
    sent = gate_views.tidied(await form_fields(bench.request))
    given = gate_views.list_given(sent, staff.edition, new=True)

    async def add() -> str:
        return (await lists.add(bench.db, staff.edition, given, **bench.by(staff))).slug

    try:
        slug = await once(str, add)
    except Invalid as problem:
        return await show_list(bench, staff, None, sent=sent, problem=problem)
    return Redirect(place(staff, f"lists/{slug}?done=added"), status_code=303)


@get(ONE, include_in_schema=False, opt=MAY)
async def list_page(
    staff: Given[Staff], bench: Given[Bench], check_in_list: FromPath[str]
) -> AnyResponse:
    """Show a check-in list: its rules, when it is open, what it would answer."""
    found = await lists.find(bench.db, staff.edition.id, check_in_list)
    return await show_list(bench, staff, found)


@post(ONE, include_in_schema=False, opt=MAY, middleware=LIMITED)
async def change_list(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once], check_in_list: FromPath[str]
) -> AnyResponse | Redirect:
    """Change a check-in list."""
    edition = staff.edition
    sent = gate_views.tidied(await form_fields(bench.request))
    given = gate_views.list_given(sent, edition, new=False)

    async def change() -> str:
        changed = await lists.change(
            bench.db, edition, check_in_list, given, seen=seen(sent), **bench.by(staff)
        )
        return changed.slug

    try:
        await once(str, change)
    except (Invalid, ListChanged) as problem:
        found = await lists.find(bench.db, edition.id, check_in_list)
        late = isinstance(problem, ListChanged)
        theirs = await _theirs(bench, edition, sent, found) if late else None
        return await show_list(bench, staff, found, sent=sent, problem=problem, theirs=theirs)
    return Redirect(place(staff, f"lists/{check_in_list}?done=stored"), status_code=303)


async def _theirs(bench: Bench, edition: Edition, sent: Sent, found: CheckInList) -> list[str]:
    """Return what another stored of a list that differs from what was typed."""
    categories = await queries.list_categories(bench.db, edition.id)
    rooms = await gate_queries.list_rooms(bench.db, edition.id)
    names = {
        **gate_words.said(gate_words.COUNTS, bench.words),
        **gate_views.category_names(categories, bench.page.language),
        **gate_views.room_choices(rooms, found, bench.words),
        **{day.isoformat(): bench.words.day(day) for day in edition.days},
        "yes": bench.words.gettext("yes"),
    }
    return gate_views.differing(sent, gate_views.typed_list(found, edition), bench.words, names)


@post(f"{ONE}/delete", include_in_schema=False, opt=MAY, middleware=LIMITED)
async def delete_list(
    staff: Given[Staff], bench: Given[Bench], check_in_list: FromPath[str]
) -> AnyResponse | Redirect:
    """Remove a check-in list, or say what keeps it."""
    shown_at = seen(await form_fields(bench.request))
    try:
        await lists.remove(bench.db, staff.edition, check_in_list, seen=shown_at, **bench.by(staff))
    except (ListUsed, ListChanged) as problem:
        found = await lists.find(bench.db, staff.edition.id, check_in_list)
        return await show_list(bench, staff, found, problem=problem)
    return Redirect(place(staff, "lists?done=removed"), status_code=303)


router = Router(
    "/",
    route_handlers=[lists_page, new_list, add_list, list_page, change_list, delete_list],
    dependencies={"bench": Provide(at_bench)},
)
