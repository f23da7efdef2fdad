"""The organisers' pages of gates.

Each form is sent with the revision that its page showed. Where somebody else changed the same
meanwhile, the page comes again with what was typed, and with what they stored.
"""

from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect

from badges.doors import gate_views, gate_words, gates, lists, presets
from badges.doors.bench import LIMITED, MAY, PATH, Bench, at_bench, place
from badges.doors.gate_views import Sent, last, seen
from badges.doors.gates import GateChanged, GateUsed
from badges.doors.presets import NoRoomLeft, Preset
from badges.models import Gate
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.rights import Staff
from forum.core.text import pick
from forum.core.web import AnyResponse, Given, form_fields

GATES = f"{PATH}/gates"
ONE = f"{GATES}/{{gate:str}}"


async def show_gates(bench: Bench, staff: Staff, *, problem: Problem | None = None) -> AnyResponse:
    """Show the gates in their order, and what may be laid down at once."""
    edition = staff.edition
    found = await gates.all_of(bench.db, edition.id)
    names = {one.slug: one.name for one in await lists.all_of(bench.db, edition.id)}
    return bench.show(
        "gates",
        staff,
        problem=problem,
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
    )


@get(GATES, include_in_schema=False, opt=MAY)
async def gates_page(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the gates."""
    return await show_gates(bench, staff)


@post(f"{GATES}/presets", include_in_schema=False, opt=MAY, middleware=LIMITED)
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
        return await show_gates(bench, staff, problem=problem)
    one = f"/{made[0]}" if len(made) == 1 else ""
    return Redirect(place(staff, f"gates{one}?done=added"), status_code=303)


async def show_gate(
    bench: Bench,
    staff: Staff,
    gate: Gate | None,
    *,
    sent: Sent | None = None,
    problem: Problem | None = None,
    theirs: list[str] | None = None,
) -> AnyResponse:
    """Show a gate, or an empty one to add."""
    words, edition = bench.words, staff.edition
    if sent is None:
        sent = gate_views.typed_gate(gate) if gate else {"kind": ["door"]}
    known = await lists.all_of(bench.db, edition.id)
    return bench.show_form(
        "gate",
        staff,
        sent,
        problem=problem,
        theirs=theirs,
        gate=gate,
        kinds=gate_words.said(gate_words.KINDS, words),
        ways=gate_words.said(gate_words.DIRECTIONS, words),
        lists={one.slug: pick(one.name, bench.page.language, edition.language) for one in known},
    )


@get(f"{GATES}/new", include_in_schema=False, opt=MAY)
async def new_gate(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show an empty gate."""
    return await show_gate(bench, staff, None)


@post(f"{GATES}/new", include_in_schema=False, opt=MAY, middleware=LIMITED)
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
    except Invalid as problem:
        return await show_gate(bench, staff, None, sent=sent, problem=problem)
    return Redirect(place(staff, f"gates/{slug}?done=added"), status_code=303)


@get(ONE, include_in_schema=False, opt=MAY)
async def gate_page(staff: Given[Staff], bench: Given[Bench], gate: FromPath[str]) -> AnyResponse:
    """Show a gate."""
    found = await gates.find(bench.db, staff.edition.id, gate)
    return await show_gate(bench, staff, found)


@post(ONE, include_in_schema=False, opt=MAY, middleware=LIMITED)
async def change_gate(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once], gate: FromPath[str]
) -> AnyResponse | Redirect:
    """Change a gate."""
    sent = await form_fields(bench.request)
    given = gate_views.gate_given(sent, staff.edition, new=False)

    async def change() -> str:
        changed = await gates.change(
            bench.db, staff.edition, gate, given, seen=seen(sent), **bench.by(staff)
        )
        return changed.slug

    try:
        await once(str, change)
    except (Invalid, GateChanged) as problem:
        found = await gates.find(bench.db, staff.edition.id, gate)
        theirs = _theirs(bench, sent, found) if isinstance(problem, GateChanged) else None
        return await show_gate(bench, staff, found, sent=sent, problem=problem, theirs=theirs)
    return Redirect(place(staff, "gates?done=stored"), status_code=303)


def _theirs(bench: Bench, sent: Sent, found: Gate) -> list[str]:
    """Return what another stored of a gate that differs from what was typed."""
    names = {
        **gate_words.said(gate_words.KINDS, bench.words),
        **gate_words.said(gate_words.DIRECTIONS, bench.words),
    }
    return gate_views.differing(sent, gate_views.typed_gate(found), bench.words, names)


@post(f"{ONE}/delete", include_in_schema=False, opt=MAY, middleware=LIMITED)
async def delete_gate(
    staff: Given[Staff], bench: Given[Bench], gate: FromPath[str]
) -> AnyResponse | Redirect:
    """Remove a gate, or say what keeps it."""
    shown_at = seen(await form_fields(bench.request))
    try:
        await gates.remove(bench.db, staff.edition, gate, seen=shown_at, **bench.by(staff))
    except (GateUsed, GateChanged) as problem:
        found = await gates.find(bench.db, staff.edition.id, gate)
        return await show_gate(bench, staff, found, problem=problem)
    return Redirect(place(staff, "gates?done=removed"), status_code=303)


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
    ],
    dependencies={"bench": Provide(at_bench)},
)
