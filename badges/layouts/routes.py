"""The organisers' pages of badge layouts: chosen, made, edited beside their picture, taken along.

Each form is sent with the revision that its page showed. Where somebody else changed the same
meanwhile, the page comes again with what was typed, beside what they stored.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import anyio.to_process
import anyio.to_thread
import msgspec
from litestar import Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges.layouts import bundles, checking, forms, images, previews, reading, service, views
from badges.layouts.bundles import BundleTooLarge, NotALayoutFile
from badges.layouts.images import ImageRefused, ImageTooLarge, NotAnImage
from badges.layouts.models import Layout
from badges.layouts.queries import StoredImage
from badges.layouts.reading import LayoutMistaken, Mistake
from badges.layouts.service import (
    EditionLayouts,
    ImagesFull,
    ImageSlow,
    ImageUsed,
    LayoutChanged,
    LayoutNotFound,
    LayoutsFull,
    LayoutUsed,
    Own,
    Printable,
)
from badges.layouts.shipped import SHIPPED
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.forms import line as typed_line
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields

MAY = {"deed": Deed.EDIT_BADGES}
HERE = "/organiser/{slug:str}/badges/layouts"
PER_MINUTE = 60
PREVIEWS_PER_MINUTE = 240
OPTIONS: dict[str, Any] = {"include_in_schema": False, "opt": MAY}
LIMITED: dict[str, Any] = {
    **OPTIONS,
    "middleware": [limited("layouts", per_minute=PER_MINUTE)],
}
KEPT = "private, max-age=86400"
"""For what lies at an address that changes with it."""
LARGEST_FORM = 500_000
LARGEST_IMPORT = bundles.LARGEST_FILE + 100_000
LARGEST_IMAGE = images.MOST_BYTES + 100_000
SHEET = "sheet"
IMAGES = "images"
TOML = "toml"
MOST_NTH = 1_000_000
BAD_IMAGE = (ImageRefused, ImageTooLarge, NotAnImage, ImageSlow, ImagesFull)

Sent = Mapping[str, list[str]]


class ImageNotFound(NotFound):
    """There is no such image."""

    code = "layout_image_not_found"


class Bench:
    """Where an organiser works on layouts: one request, and what it needs."""

    def __init__(
        self, request: AnyRequest, db: Db, page: Page, blobs: Blobs, now: datetime, ids: Ids
    ) -> None:
        self.request = request
        self.db = db
        self.page = page
        self.blobs = blobs
        self.now = now
        self.ids = ids
        self.words = page.words

    def by(self, staff: Staff) -> dict[str, Any]:
        """Return what each verb asks for beside its values."""
        return {"actor": staff.actor, "at": self.now, "ids": self.ids}

    @property
    def done(self) -> str:
        """What was done before the page was shown."""
        return str(self.request.query_params.get("done", ""))


async def at_bench(
    request: AnyRequest,
    db: Given[Db],
    page: Given[Page],
    blobs: Given[Blobs],
    now: Given[datetime],
    ids: Given[Ids],
) -> Bench:
    """Give a route of layouts its bench."""
    return Bench(request, db, page, blobs, now, ids)


def _home(edition: Edition) -> str:
    return f"/organiser/{edition.slug}/badges/layouts"


def _last(sent: Sent, name: str) -> str:
    return (sent.get(name) or [""])[-1]


def _number(text: str, most: int = 10**9) -> int:
    """Return a whole number that was sent, 0 for anything else."""
    return int(text) % (most + 1) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


# The list


async def show_list(
    bench: Bench,
    staff: Staff,
    *,
    refusal: str = "",
    lines: Sequence[str] = (),
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> AnyResponse:
    """Show all layouts with a small picture, and which category uses which."""
    edition, words = staff.edition, bench.words
    known = await service.of_edition(bench.db, edition)
    seen = await views.shown(bench.db, edition, "", 0, bench.page.language)
    rows = [
        {
            "name": name,
            "title": views.title(one.layout, bench.page.language),
            "size": views.size(one.layout, words),
            "place": n * previews.SMALL,
            "own": name in known.own,
            "used_by": _users(known, name, seen.categories),
        }
        for n, (name, one) in enumerate(known.layouts.items())
    ]
    return bench.page(
        "badges/layouts.html",
        edition,
        status=status,
        staff=staff,
        rows=sorted(rows, key=lambda row: (not row["own"], row["title"])),
        side=previews.SMALL,
        version=views.version(known.layouts, seen.run),
        broken=known.broken,
        categories=seen.categories,
        choices=known.choices,
        usual=service.USUAL,
        refusal=refusal,
        lines=lines,
        errors={name: words.say(text) for name, text in (errors or {}).items()},
        done=bench.done,
    )


def _users(known: EditionLayouts, name: str, categories: Mapping[str, str]) -> list[str]:
    return [said for code, said in categories.items() if known.name_for(code) == name]


@get(HERE, **OPTIONS)
async def layouts_page(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the layouts that an edition may print."""
    return await show_list(bench, staff)


@get(f"{HERE}/pictures.png", **OPTIONS)
async def pictures(staff: Given[Staff], bench: Given[Bench]) -> Response[bytes]:
    """Send the small pictures of all layouts as one, whose people are invented."""
    known = await service.of_edition(bench.db, staff.edition)
    seen = await views.shown(bench.db, staff.edition, "", 0, bench.page.language)
    content = await views.THUMBNAILS.of(bench.blobs, known.layouts, seen.run)
    return Response(content, media_type="image/png", headers={"cache-control": KEPT})


@post(f"{HERE}/choices", **LIMITED)
async def choose(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse | Redirect:
    """Store which layout each category uses."""
    sent = await form_fields(bench.request)
    wanted = {
        name.removeprefix("for."): _last(sent, name) for name in sent if name.startswith("for.")
    }
    try:
        await service.choose(bench.db, staff.edition, wanted, **bench.by(staff))
    except Invalid as invalid:
        errors = {f"for.{category}": said for category, said in invalid.fields.items()}
        return await show_list(bench, staff, errors=errors, status=422)
    return Redirect(f"{_home(staff.edition)}?done=chosen", status_code=303)


@post(HERE, **LIMITED)
async def start(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once]
) -> AnyResponse | Redirect:
    """Begin a layout of one's own like another."""
    sent = await form_fields(bench.request)
    known = await service.of_edition(bench.db, staff.edition)
    like = _last(sent, "like")
    if like not in known.layouts:
        return await show_list(bench, staff, errors={"like": service.NO_SUCH_LAYOUT}, status=422)
    source = reading.write(known.layouts[like].layout)
    called = typed_line(_last(sent, "title"))[: checking.LONGEST_TITLE]
    if called:
        layout = known.layouts[like].layout
        source = reading.write(msgspec.structs.replace(layout, title=called, name=called))
    brought = {}
    if like in known.own:
        of = await service.find(bench.db, staff.edition, like)
        brought = {one.name: one for one in of.images}
        source = source if called else of.stored.source

    async def add() -> str:
        return await service.add(bench.db, staff.edition, source, brought, **bench.by(staff))

    try:
        name = await once(str, add)
    except LayoutsFull as problem:
        said = bench.words.say(problem.message)
        return await show_list(bench, staff, refusal=said, status=problem.status)
    return Redirect(f"{_home(staff.edition)}/{name}?done=added", status_code=303)


@post(f"{HERE}/import", **LIMITED, request_max_body_size=LARGEST_IMPORT)
async def bring(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once]
) -> AnyResponse | Redirect:
    """Take a layout in from a file: TOML, or a ZIP with its images."""
    words = bench.words
    content = await _file(bench.request, "file")
    try:
        bundle = await anyio.to_thread.run_sync(bundles.unpack, content)
        taken: dict[str, StoredImage] = {}
        for name, file in bundle.images.items():
            made = await service.take_in(file)
            taken[name] = await service.kept(bench.blobs, name, made)
        layout, _ = checking.accepted(bundle.source, taken)
        shown = service.places(layout)
        there = [one for name, one in taken.items() if name in shown]
        brought = {one.name: one for one in await service.print_sizes(bench.blobs, layout, there)}

        async def add() -> str:
            return await service.add(
                bench.db, staff.edition, bundle.source, brought, **bench.by(staff)
            )

        name = await once(str, add)
    except LayoutMistaken as problem:
        lines = [one.told(words) for one in problem.mistakes]
        said = words.say(problem.message)
        return await show_list(bench, staff, refusal=said, lines=lines, status=422)
    except (NotALayoutFile, BundleTooLarge, LayoutsFull, *BAD_IMAGE) as problem:
        said = words.say(problem.message)
        return await show_list(bench, staff, refusal=said, status=problem.status)
    return Redirect(f"{_home(staff.edition)}/{name}?done=added", status_code=303)


async def _file(request: AnyRequest, name: str) -> bytes:
    """Return the file that a form brought; nothing where there is none."""
    for one in (await request.form()).dict().get(name, []):
        if isinstance(one, UploadFile):
            return bytes(await one.read())
    return b""


@get(f"{HERE}/schema.json", **OPTIONS)
async def schema(staff: Given[Staff]) -> Response[bytes]:
    """Send the JSON Schema of the TOML, for editors that complete and check."""
    del staff
    return Response(msgspec.json.encode(reading.schema()), media_type="application/schema+json")


# One layout


class Draft:
    """A layout as a page has it in hand: stored, or typed and not stored yet."""

    def __init__(self, own: Own, part: str) -> None:
        self.own = own
        self.part = part
        self.source = own.stored.source
        self.tree: forms.Tree | None = None
        self.layout: Layout | None = None
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []

    @property
    def images(self) -> dict[str, str]:
        """The images that are kept beside the layout: digests by name."""
        return {one.name: one.printed_digest or one.digest for one in self.own.images}

    def read_source(self, source: str) -> None:
        """Take a TOML text in hand."""
        self.source = source
        try:
            layout, text = reading.read(source)
        except LayoutMistaken as problem:
            self.mistakes = problem.mistakes
            return
        self.tree = forms.values(layout)
        remarks = checking.check(layout, text, self.images)
        self.mistakes, self.warnings = remarks.mistakes, remarks.warnings
        self.layout = layout if not remarks.mistakes else None

    def read_values(self, tree: forms.Tree) -> None:
        """Take typed values in hand; the stored TOML stays as it is while nothing changes."""
        self.tree = tree
        try:
            layout, text = reading.of_values(tree)
        except LayoutMistaken as problem:
            self.mistakes = problem.mistakes
            return
        self.tree = forms.values(layout)
        remarks = checking.check(layout, text, self.images)
        self.mistakes, self.warnings = remarks.mistakes, remarks.warnings
        if not remarks.mistakes:
            self.layout = layout
            if layout != _layout_of(self.own.stored.source):
                self.source = reading.write(layout)

    @property
    def in_words(self) -> bool:
        """Whether the page at hand is the TOML, where mistakes are named with their lines."""
        return self.part == TOML or self.tree is None

    @property
    def printable(self) -> Printable | None:
        """The layout with its images, where it can be printed."""
        return Printable(layout=self.layout, images=self.images) if self.layout else None


def _layout_of(source: str) -> Layout | None:
    try:
        return reading.read(source)[0]
    except LayoutMistaken:
        return None


def stored_draft(own: Own, part: str, revision: int = 0) -> Draft:
    """Return a layout as it is stored, or as it was at a revision that is kept."""
    draft = Draft(own, part)
    old = {one.revision: one.source for one in own.revisions}
    draft.read_source(old.get(revision, own.stored.source))
    return draft


def typed_draft(own: Own, sent: Sent) -> Draft:
    """Return a layout as it was typed."""
    draft = Draft(own, _last(sent, "part") or SHEET)
    tree = forms.typed(sent) if draft.part != TOML else None
    if tree is None:
        draft.part = TOML
        draft.read_source(_last(sent, "source").replace("\r\n", "\n"))
    else:
        draft.read_values(tree)
    return draft


async def show_layout(
    bench: Bench,
    staff: Staff,
    draft: Draft,
    *,
    sent: Sent | None = None,
    refusal: str = "",
    theirs: str | None = None,
    status: int = 200,
) -> AnyResponse:
    """Show a layout to be edited, beside its picture."""
    words, edition, own = bench.words, staff.edition, draft.own
    asked = {name: values[-1] for name, values in (sent or {}).items() if values}
    asked = {**bench.request.query_params, **asked}
    nth = _number(str(asked.get("nth", "")), MOST_NTH)
    seen = await views.shown(
        bench.db, edition, str(asked.get("category", "")), nth, bench.page.language
    )
    faces = _faces(draft)
    pages = views.parts_of(faces, words)
    part = draft.part if draft.part in pages else SHEET
    if draft.in_words and part != IMAGES:
        part = TOML
    typed = part != TOML
    fields = forms.fields_of(draft.tree, part) if typed and draft.tree is not None else []
    errors = forms.errors_by_field(draft.mistakes, fields, words) if typed else {}
    picture = ""
    if draft.printable is not None:
        picture = await views.picture(
            bench.blobs, draft.printable, seen, sheet=part == SHEET and _on_sheet(draft.layout)
        )
    return bench.page(
        "badges/layout.html",
        edition,
        status=status,
        staff=staff,
        called=own.stored.name,
        title=_title(draft, bench.page.language),
        pages=pages,
        part=part,
        revision=own.stored.revision,
        source=draft.source,
        errors=errors,
        places={way: (forms.label(way, words), way) for way in errors},
        lines=views.told(draft.mistakes, words, typed=typed),
        warnings=views.told(draft.warnings, words, typed=typed),
        picture=picture,
        whole_sheet=part == SHEET and _on_sheet(draft.layout),
        people=[f"{one.given_name} {one.family_name}" for one in seen.people],
        real=seen.real,
        category=seen.category,
        categories=seen.categories,
        nth=nth,
        other=secrets.randbelow(MOST_NTH),
        images=own.images,
        revisions=own.revisions,
        refusal=refusal,
        theirs=theirs,
        done=bench.done,
        unsaved=sent is not None,
        form=views.form(draft.tree or {}, part, [one.name for one in own.images], words),
    )


def _on_sheet(layout: Layout | None) -> bool:
    return layout is not None and layout.sheet.cards > 1


def _faces(draft: Draft) -> list[str]:
    faces = (draft.tree or {}).get("faces")
    return [one for one in faces if checking.NAME.fullmatch(one)] if isinstance(faces, dict) else []


def _title(draft: Draft, language: str) -> str:
    layout = draft.layout or _layout_of(draft.own.stored.source)
    return views.title(layout, language) if layout else draft.own.stored.name


@get(f"{HERE}/{{layout:str}}", **OPTIONS)
async def layout_page(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]
) -> AnyResponse:
    """Show a layout: one's own to be edited, one that ships to be looked at."""
    query = bench.request.query_params
    if layout in SHIPPED:
        return await show_shipped(bench, staff, layout)
    own = await service.find(bench.db, staff.edition, layout)
    revision = _number(str(query.get("revision", "")))
    return await show_layout(
        bench, staff, stored_draft(own, str(query.get("part", SHEET)), revision)
    )


async def show_shipped(bench: Bench, staff: Staff, name: str) -> AnyResponse:
    """Show a layout that ships."""
    query, layout = bench.request.query_params, SHIPPED[name]
    nth = _number(str(query.get("nth", "")), MOST_NTH)
    asked = str(query.get("category", ""))
    seen = await views.shown(bench.db, staff.edition, asked, nth, bench.page.language)
    return bench.page(
        "badges/layout_shipped.html",
        staff.edition,
        staff=staff,
        called=name,
        title=views.title(layout, bench.page.language),
        size=views.size(layout, bench.words),
        picture=await views.picture(bench.blobs, Printable(layout=layout), seen),
        people=[f"{one.given_name} {one.family_name}" for one in seen.people],
        real=seen.real,
        category=seen.category,
        categories=seen.categories,
        other=secrets.randbelow(MOST_NTH),
        source=reading.write(layout),
    )


@post(
    f"{HERE}/{{layout:str}}/preview",
    status_code=200,
    middleware=[limited("layout-previews", per_minute=PREVIEWS_PER_MINUTE)],
    request_max_body_size=LARGEST_FORM,
    **OPTIONS,
)
async def preview(staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]) -> AnyResponse:
    """Show a layout as it was typed; nothing is stored."""
    own = await service.find(bench.db, staff.edition, layout)
    sent = await form_fields(bench.request)
    return await show_layout(bench, staff, typed_draft(own, sent), sent=sent)


@post(f"{HERE}/{{layout:str}}", **LIMITED, request_max_body_size=LARGEST_FORM)
async def store(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once], layout: FromPath[str]
) -> AnyResponse | Redirect:
    """Store a layout as it was typed."""
    own = await service.find(bench.db, staff.edition, layout)
    sent = await form_fields(bench.request)
    draft = typed_draft(own, sent)
    if draft.layout is None:
        return await show_layout(bench, staff, draft, sent=sent, status=422)

    async def change() -> int:
        return await service.change(
            bench.db,
            bench.blobs,
            staff.edition,
            layout,
            draft.source,
            seen=_number(_last(sent, "revision")),
            **bench.by(staff),
        )

    try:
        await once(int, change)
    except LayoutChanged:
        now = await service.find(bench.db, staff.edition, layout)
        draft.own = now
        return await show_layout(
            bench, staff, draft, sent=sent, theirs=now.stored.source, status=412
        )
    except LayoutMistaken as problem:
        draft.mistakes = problem.mistakes
        return await show_layout(bench, staff, draft, sent=sent, status=422)
    at = f"{_home(staff.edition)}/{layout}?part={draft.part}&done=stored"
    return Redirect(at, status_code=303)


@post(f"{HERE}/{{layout:str}}/delete", **LIMITED)
async def delete(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]
) -> AnyResponse | Redirect:
    """Remove a layout, or say what keeps it."""
    seen = _number(_last(await form_fields(bench.request), "revision"))
    try:
        await service.remove(bench.db, staff.edition, layout, seen=seen, **bench.by(staff))
    except (LayoutUsed, LayoutChanged) as problem:
        return await _refused(bench, staff, layout, SHEET, problem)
    return Redirect(f"{_home(staff.edition)}?done=removed", status_code=303)


async def _refused(
    bench: Bench, staff: Staff, layout: str, part: str, problem: Problem
) -> AnyResponse:
    own = await service.find(bench.db, staff.edition, layout)
    said = bench.words.say(problem.message)
    return await show_layout(
        bench, staff, stored_draft(own, part), refusal=said, status=problem.status
    )


# Files


async def _any(bench: Bench, staff: Staff, name: str) -> tuple[str, list[StoredImage]]:
    """Return the TOML of a layout, one's own or one that ships, and its images."""
    if name in SHIPPED:
        return reading.write(SHIPPED[name]), []
    own = await service.find(bench.db, staff.edition, name)
    return own.stored.source, own.images


@get(f"{HERE}/{{layout:str}}/layout.toml", **OPTIONS)
async def export_toml(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]
) -> Response[bytes]:
    """Send the TOML of a layout."""
    source, _ = await _any(bench, staff, layout)
    return _download(source.encode(), "application/toml", f"{layout}.toml")


@get(f"{HERE}/{{layout:str}}/layout.zip", **OPTIONS)
async def export_zip(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]
) -> Response[bytes]:
    """Send a layout with its images."""
    source, found = await _any(bench, staff, layout)

    def packed() -> bytes:
        files = {
            one.name: (one.media_type, bench.blobs.path(one.digest).read_bytes()) for one in found
        }
        return bundles.pack(source, files)

    content = await anyio.to_thread.run_sync(packed)
    return _download(content, "application/zip", f"{layout}.zip")


@get(f"{HERE}/{{layout:str}}/sheet.pdf", **OPTIONS)
async def trial(staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]) -> Response[bytes]:
    """Send a sheet to be tried with a printer; its codes open nothing."""
    known = await service.of_edition(bench.db, staff.edition)
    if layout not in known.layouts:
        raise LayoutNotFound
    asked = str(bench.request.query_params.get("category", ""))
    seen = await views.shown(bench.db, staff.edition, asked, 0, bench.page.language)
    what = await views.specimen(bench.blobs, known.layouts[layout], seen)
    content = await anyio.to_process.run_sync(partial(previews.paper, what))
    return _download(content, "application/pdf", f"{layout}.pdf", kind="inline")


def _download(
    content: bytes, media_type: str, name: str, *, kind: str = "attachment"
) -> Response[bytes]:
    headers = {"cache-control": PRIVATE, "content-disposition": disposition(name, kind=kind)}
    return Response(content, media_type=media_type, headers=headers)


@post(f"{HERE}/{{layout:str}}/images", **LIMITED, request_max_body_size=LARGEST_IMAGE)
async def bring_image(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str]
) -> AnyResponse | Redirect:
    """Keep an image for a layout."""
    name, content = "", b""
    for one in (await bench.request.form()).dict().get("image", []):
        if isinstance(one, UploadFile):
            name, content = one.filename, bytes(await one.read())
    try:
        await service.put_image(
            bench.db, bench.blobs, staff.edition, layout, name, content, **bench.by(staff)
        )
    except BAD_IMAGE as problem:
        return await _refused(bench, staff, layout, IMAGES, problem)
    at = f"{_home(staff.edition)}/{layout}?part={IMAGES}&done=stored"
    return Redirect(at, status_code=303)


@get(f"{HERE}/{{layout:str}}/images/{{image:str}}", **OPTIONS)
async def show_image(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str], image: FromPath[str]
) -> Response[bytes]:
    """Send an image of a layout, as it is kept."""
    own = await service.find(bench.db, staff.edition, layout)
    found = next((one for one in own.images if one.name == image), None)
    if found is None:
        raise ImageNotFound
    content = await anyio.to_thread.run_sync(bench.blobs.path(found.digest).read_bytes)
    return Response(content, media_type=found.media_type, headers={"cache-control": PRIVATE})


@post(f"{HERE}/{{layout:str}}/images/{{image:str}}/delete", **LIMITED)
async def delete_image(
    staff: Given[Staff], bench: Given[Bench], layout: FromPath[str], image: FromPath[str]
) -> AnyResponse | Redirect:
    """Remove an image that the layout does not show."""
    try:
        await service.remove_image(bench.db, staff.edition, layout, image, **bench.by(staff))
    except ImageUsed as problem:
        return await _refused(bench, staff, layout, IMAGES, problem)
    at = f"{_home(staff.edition)}/{layout}?part={IMAGES}&done=removed"
    return Redirect(at, status_code=303)


router = Router(
    "/",
    route_handlers=[
        layouts_page,
        pictures,
        choose,
        start,
        bring,
        schema,
        layout_page,
        preview,
        store,
        delete,
        export_toml,
        export_zip,
        trial,
        bring_image,
        show_image,
        delete_image,
    ],
    dependencies={"bench": Provide(at_bench)},
)
