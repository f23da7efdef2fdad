"""The organisers' pages of gates and check-in lists: what the doors go by.

Each form is sent with the revision that its page showed. Where somebody else changed the same
meanwhile, the page comes again with what was typed, and with what they stored.
"""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect

from badges import queries
from badges.doors import doors, gate_queries, gate_views, gate_words, gates, lists, presets, trying
from badges.doors.doors import Doors
from badges.doors.gate_views import Sent, last
from badges.doors.gates import GateChanged, GateUsed
from badges.doors.lists import ListChanged, ListUsed
from badges.doors.presets import NoRoomLeft, Preset
from badges.models import CategoryRow, CheckInList, Direction, Gate, GateKind
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import pick
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields

MAY = {"deed": Deed.RUN_DOORS}
PER_MINUTE = 120
PATH = "/organiser/{slug:str}/doors"
LONGEST_REFERENCE = 20


class Bench:
    """Where an organiser lays down the doors: one request, and what it needs."""

    def __init__(self, request: AnyRequest, db: Db, page: Page, now: datetime, ids: Ids) -> None:
        self.request = request
        self.db = db
        self.page = page
        self.now = now
        self.ids = ids
        self.words = page.words

    def by(self, staff: Staff) -> dict[str, Any]:
        """Return what each verb asks for beside its values."""
        return {"actor": staff.actor, "at": self.now, "ids": self.ids}

    async def categories(self, edition: Edition) -> list[CategoryRow]:
        """Return the categories of the edition."""
        return await queries.list_categories(self.db, edition.id)

    def show(
        self, template: str, staff: Staff, *, status: int = 200, **context: Any
    ) -> AnyResponse:
        """Answer with a page of the doors."""
        return self.page(
            f"badges/{template}.html",
            staff.edition,
            status=status,
            staff=staff,
            labels=gate_words.said(gate_words.LABELS, self.words),
            **context,
        )

    def told(self, sent: Sent, errors: Mapping[str, str] | None) -> dict[str, Any]:
        """Return what a form shows again: what was typed, and each mistake."""
        said = {name: self.words.say(text) for name, text in (errors or {}).items()}
        return {
            "sent": {name: values[-1] for name, values in sent.items() if values},
            "ticked": sent,
            "errors": said,
            "places": gate_views.places(said, self.words),
        }


async def at_bench(
    request: AnyRequest, db: Given[Db], page: Given[Page], now: Given[datetime], ids: Given[Ids]
) -> Bench:
    """Give a route of the doors its bench."""
    return Bench(request, db, page, now, ids)


def _home(staff: Staff, kind: str) -> str:
    return f"/organiser/{staff.edition.slug}/doors/{kind}"


# Gates


async def show_gates(
    bench: Bench, staff: Staff, *, refusal: str = "", status: int = 200
) -> AnyResponse:
    """Show the gates in their order, and what may be laid down at once."""
    edition = staff.edition
    found = await gates.all_of(bench.db, edition.id)
    names = {one.slug: one.name for one in await lists.all_of(bench.db, edition.id)}
    return bench.show(
        "gates",
        staff,
        status=status,
        gates=[
            {
                "slug": one.slug,
                "name": one.name,
                "kind": bench.words.gettext(gate_words.KINDS[one.kind]),
                "directions": bench.words.gettext(gate_words.DIRECTIONS[one.directions]),
                "list": one.check_in_list,
                "list_name": names[one.check_in_list],
                "checked_in": one.checked_in,
            }
            for one in found
        ],
        rooms=[one.name for one in await presets.without_gate(bench.db, edition.id)],
        refusal=refusal,
        done=bench.request.query_params.get("done", ""),
    )


@get(f"{PATH}/gates", include_in_schema=False, opt=MAY)
async def gates_page(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the gates."""
    return await show_gates(bench, staff)


@post(
    f"{PATH}/gates/presets",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def lay_down(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once]
) -> AnyResponse | Redirect:
    """Add a gate as most forums have it, with its list; or one for each room."""
    asked = last(await form_fields(bench.request), "preset")
    if asked not in {one.value for one in Preset}:
        raise Invalid(fields={"preset": "Choose one of the answers offered."})

    async def make() -> list[str]:
        made = await presets.lay_down(bench.db, staff.edition, Preset(asked), **bench.by(staff))
        return [one.slug for one in made]

    try:
        made = await once(list[str], make)
    except NoRoomLeft as problem:
        said = bench.words.say(problem.message)
        return await show_gates(bench, staff, refusal=said, status=problem.status)
    place = f"/{made[0]}?done=added" if len(made) == 1 else "?done=added"
    return Redirect(f"{_home(staff, 'gates')}{place}", status_code=303)


async def show_gate(
    bench: Bench,
    staff: Staff,
    gate: Gate | None,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    theirs: list[str] | None = None,
    status: int = 200,
) -> AnyResponse:
    """Show a gate, or an empty one to add."""
    words, edition = bench.words, staff.edition
    shown = sent
    if shown is None:
        shown = gate_views.typed_gate(gate) if gate else {"kind": ["door"]}
    known = await lists.all_of(bench.db, edition.id)
    return bench.show(
        "gate",
        staff,
        status=status,
        gate=gate,
        kinds=gate_words.said(gate_words.KINDS, words),
        ways=gate_words.said(gate_words.DIRECTIONS, words),
        lists={one.slug: pick(one.name, bench.page.language, edition.language) for one in known},
        refusal=refusal,
        theirs=theirs,
        done=bench.request.query_params.get("done", ""),
        **bench.told(shown, errors),
    )


@get(f"{PATH}/gates/new", include_in_schema=False, opt=MAY)
async def new_gate(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show an empty gate."""
    return await show_gate(bench, staff, None)


@post(
    f"{PATH}/gates/new",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def add_gate(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once]
) -> AnyResponse | Redirect:
    """Add a gate."""
    sent = await form_fields(bench.request)
    given = gate_views.gate_given(sent, staff.edition, new=True)

    async def add() -> str:
        return (await gates.add(bench.db, staff.edition, given, **bench.by(staff))).slug

    try:
        slug = await once(str, add)
    except Invalid as invalid:
        return await show_gate(bench, staff, None, sent=sent, errors=invalid.fields, status=422)
    return Redirect(f"{_home(staff, 'gates')}/{slug}?done=added", status_code=303)


@get(f"{PATH}/gates/{{gate:str}}", include_in_schema=False, opt=MAY)
async def gate_page(staff: Given[Staff], bench: Given[Bench], gate: FromPath[str]) -> AnyResponse:
    """Show a gate."""
    found = await gates.find(bench.db, staff.edition.id, gate)
    return await show_gate(bench, staff, found)


@post(
    f"{PATH}/gates/{{gate:str}}",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def change_gate(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once], gate: FromPath[str]
) -> AnyResponse | Redirect:
    """Change a gate."""
    sent = await form_fields(bench.request)
    given = gate_views.gate_given(sent, staff.edition, new=False)

    async def change() -> str:
        changed = await gates.change(
            bench.db, staff.edition, gate, given, seen=_seen(sent), **bench.by(staff)
        )
        return changed.slug

    async def again(problem: Problem, **context: Any) -> AnyResponse:
        found = await gates.find(bench.db, staff.edition.id, gate)
        if isinstance(problem, GateChanged):
            names = {
                **gate_words.said(gate_words.KINDS, bench.words),
                **gate_words.said(gate_words.DIRECTIONS, bench.words),
            }
            typed = gate_views.typed_gate(found)
            context["theirs"] = gate_views.differing(sent, typed, bench.words, names)
        return await show_gate(bench, staff, found, sent=sent, status=problem.status, **context)

    return await _stored(once, change, again, f"{_home(staff, 'gates')}?done=stored")


@post(
    f"{PATH}/gates/{{gate:str}}/delete",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def delete_gate(
    staff: Given[Staff], bench: Given[Bench], gate: FromPath[str]
) -> AnyResponse | Redirect:
    """Remove a gate, or say what keeps it."""
    seen = _seen(await form_fields(bench.request))
    try:
        await gates.remove(bench.db, staff.edition, gate, seen=seen, **bench.by(staff))
    except (GateUsed, GateChanged) as problem:
        found = await gates.find(bench.db, staff.edition.id, gate)
        said = bench.words.say(problem.message)
        return await show_gate(bench, staff, found, refusal=said, status=problem.status)
    return Redirect(f"{_home(staff, 'gates')}?done=removed", status_code=303)


# Lists


@get(f"{PATH}/lists", include_in_schema=False, opt=MAY)
async def lists_page(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the check-in lists: what each restricts, what it counts, and whose it is."""
    edition, words = staff.edition, bench.words
    found = await lists.all_of(bench.db, edition.id)
    names = gate_views.category_names(await bench.categories(edition), bench.page.language)
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
        done=bench.request.query_params.get("done", ""),
    )


async def show_list(
    bench: Bench,
    staff: Staff,
    one: CheckInList | None,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    theirs: list[str] | None = None,
    status: int = 200,
) -> AnyResponse:
    """Show a check-in list, or an empty one to add; of one that is there, when it is open."""
    words, edition = bench.words, staff.edition
    shown = sent
    if shown is None:
        usual = lists.usual(GateKind.DOOR, "", {})
        shown = gate_views.typed_list(one or usual, edition)
    categories = await bench.categories(edition)
    rooms = await gate_queries.list_rooms(bench.db, edition.id)
    return bench.show(
        "list",
        staff,
        status=status,
        one=one,
        categories=gate_views.category_names(categories, bench.page.language),
        rooms=gate_views.room_choices(rooms, one, words),
        rows=gate_views.form_rows(shown),
        counts=gate_words.said(gate_words.COUNTS, words),
        refusal=refusal,
        theirs=theirs,
        done=bench.request.query_params.get("done", ""),
        preview=None if one is None else await _preview(bench, staff, one, categories),
        **bench.told(shown, errors),
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


@get(f"{PATH}/lists/new", include_in_schema=False, opt=MAY)
async def new_list(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show an empty list, or one that begins like another."""
    like = bench.request.query_params.get("like", "")
    if not like:
        return await show_list(bench, staff, None)
    found = await lists.find(bench.db, staff.edition.id, like)
    return await show_list(bench, staff, None, sent=gate_views.typed_list(found, staff.edition))


@post(
    f"{PATH}/lists/new",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
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
    except Invalid as invalid:
        return await show_list(bench, staff, None, sent=sent, errors=invalid.fields, status=422)
    return Redirect(f"{_home(staff, 'lists')}/{slug}?done=added", status_code=303)


@get(f"{PATH}/lists/{{check_in_list:str}}", include_in_schema=False, opt=MAY)
async def list_page(
    staff: Given[Staff], bench: Given[Bench], check_in_list: FromPath[str]
) -> AnyResponse:
    """Show a check-in list: its rules, when it is open, what it would answer."""
    found = await lists.find(bench.db, staff.edition.id, check_in_list)
    return await show_list(bench, staff, found)


@post(
    f"{PATH}/lists/{{check_in_list:str}}",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def change_list(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once], check_in_list: FromPath[str]
) -> AnyResponse | Redirect:
    """Change a check-in list."""
    sent = gate_views.tidied(await form_fields(bench.request))
    given = gate_views.list_given(sent, staff.edition, new=False)

    async def change() -> str:
        changed = await lists.change(
            bench.db, staff.edition, check_in_list, given, seen=_seen(sent), **bench.by(staff)
        )
        return changed.slug

    async def again(problem: Problem, **context: Any) -> AnyResponse:
        found = await lists.find(bench.db, staff.edition.id, check_in_list)
        if isinstance(problem, ListChanged):
            context["theirs"] = await _theirs(bench, staff.edition, sent, found)
        return await show_list(bench, staff, found, sent=sent, status=problem.status, **context)

    home = f"{_home(staff, 'lists')}/{check_in_list}?done=stored"
    return await _stored(once, change, again, home)


async def _theirs(bench: Bench, edition: Edition, sent: Sent, found: CheckInList) -> list[str]:
    rooms = await gate_queries.list_rooms(bench.db, edition.id)
    names = {
        **gate_words.said(gate_words.COUNTS, bench.words),
        **gate_views.category_names(await bench.categories(edition), bench.page.language),
        **gate_views.room_choices(rooms, found, bench.words),
        **{day.isoformat(): bench.words.day(day) for day in edition.days},
        "yes": bench.words.gettext("yes"),
    }
    return gate_views.differing(sent, gate_views.typed_list(found, edition), bench.words, names)


@post(
    f"{PATH}/lists/{{check_in_list:str}}/delete",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def delete_list(
    staff: Given[Staff], bench: Given[Bench], check_in_list: FromPath[str]
) -> AnyResponse | Redirect:
    """Remove a check-in list, or say what keeps it."""
    seen = _seen(await form_fields(bench.request))
    try:
        await lists.remove(bench.db, staff.edition, check_in_list, seen=seen, **bench.by(staff))
    except (ListUsed, ListChanged) as problem:
        found = await lists.find(bench.db, staff.edition.id, check_in_list)
        said = bench.words.say(problem.message)
        return await show_list(bench, staff, found, refusal=said, status=problem.status)
    return Redirect(f"{_home(staff, 'lists')}?done=removed", status_code=303)


def _seen(sent: Sent) -> frozenset[int] | None:
    """Return the revision that a form was shown at."""
    revision = gate_views.whole(sent, "revision")
    return None if revision is None else frozenset({revision})


async def _stored(
    once: Once,
    work: Callable[[], Coroutine[Any, Any, str]],
    again: Callable[..., Coroutine[Any, Any, AnyResponse]],
    home: str,
) -> AnyResponse | Redirect:
    """Do a change once; show the page again where it cannot be done."""
    try:
        await once(str, work)
    except Invalid as invalid:
        return await again(invalid, errors=invalid.fields)
    except (GateChanged, ListChanged) as problem:
        return await again(problem)
    return Redirect(home, status_code=303)


router = Router(
    "/",
    route_handlers=[
        gates_page,
        lay_down,
        new_gate,
        add_gate,
        gate_page,
        change_gate,
        delete_gate,
        lists_page,
        new_list,
        add_list,
        list_page,
        change_list,
        delete_list,
    ],
    dependencies={"bench": Provide(at_bench)},
)
