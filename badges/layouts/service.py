"""Layouts of an edition: made, changed, removed, chosen for categories, and read to print."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import anyio.to_process
import anyio.to_thread
import msgspec
from msgspec import Struct

from badges import queries as badges
from badges.layouts import checking, images, queries, reading
from badges.layouts.images import TakenIn
from badges.layouts.models import DRAWINGS, Layout
from badges.layouts.queries import OldLayout, StoredImage, StoredLayout
from badges.layouts.reading import LayoutMistaken
from badges.layouts.shipped import SHIPPED
from forum.core import audit
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.text import Filled, slug

USUAL = "a6"
"""The layout of a category for which nothing was chosen."""
OTHERS = ""
"""Stands for every category for which nothing of its own was chosen."""
RESERVED = ("choices", "import")
"""What stands at these addresses is no layout."""
MOST_LAYOUTS = 40
MOST_IMAGES = 12
REVISIONS_KEPT = 10
IMAGE_TIMEOUT_S = 20
NO_SUCH_LAYOUT = N_("There is no such layout: choose one of those offered.")


class LayoutNotFound(NotFound):
    """There is no such badge layout."""

    code = "layout_not_found"


class LayoutChanged(Problem):
    """Somebody else has changed this layout meanwhile: look at it, then store yours again."""

    code = "layout_changed"
    status = 412


class LayoutUsed(Problem):
    """Badges use this layout: choose another one for them first."""

    code = "layout_used"


class LayoutsFull(Problem):
    """An edition has 40 layouts at most: remove one first."""

    code = "layouts_full"


class ImagesFull(Problem):
    """A layout has 12 images at most: remove one first."""

    code = "images_full"


class ImageUsed(Problem):
    """The layout shows this image: take it out of the layout first."""

    code = "image_used"


class ImageSlow(Problem):
    """This image takes too long to read: save it anew as PNG or JPEG, and smaller."""

    code = "image_slow"
    status = 422


class Printable(Struct, frozen=True, kw_only=True):
    """A layout with all that it needs: `images` are digests in the store of files, by name."""

    layout: Layout
    images: dict[str, str] = {}

    def files(self, blobs: Blobs) -> dict[str, bytes]:
        """Return its images by name, from the disk: call it in a thread."""
        return {name: blobs.path(digest).read_bytes() for name, digest in self.images.items()}


class EditionLayouts(Struct, frozen=True, kw_only=True):
    """The layouts that an edition may print, by name, and which one each category uses.

    `own` names those of the edition; `broken` are own ones that cannot be printed any more, as an
    older Forum stored them.
    """

    layouts: dict[str, Printable]
    own: frozenset[str]
    choices: dict[str, str]
    broken: list[str]

    def name_for(self, category: str) -> str:
        """Return the name of the layout that a category uses."""
        for key in (category, OTHERS):
            if self.choices.get(key) in self.layouts:
                return self.choices[key]
        return USUAL

    def of(self, category: str) -> Printable:
        """Return the layout that a category uses."""
        return self.layouts[self.name_for(category)]


async def of_edition(db: Db, edition: Edition) -> EditionLayouts:
    """Return the layouts of an edition: those that ship and its own."""
    stored = await queries.list_layouts(db, edition.id)
    kept = await queries.list_images(db, edition.id) if stored else []
    choices = await queries.list_choices(db, edition.id)
    layouts = {name: Printable(layout=layout) for name, layout in SHIPPED.items()}
    broken = []
    for one in stored:
        try:
            layouts[one.name] = printable(one, kept)
        except LayoutMistaken:
            broken.append(one.name)
    return EditionLayouts(
        layouts=layouts,
        own=frozenset(one.name for one in stored),
        choices={one.category: one.layout for one in choices},
        broken=broken,
    )


async def chosen(db: Db, edition: Edition, category: str) -> Printable:
    """Return the layout that the badges of a category have."""
    return (await of_edition(db, edition)).of(category)


def printable(stored: StoredLayout, kept: list[StoredImage]) -> Printable:
    """Return a stored layout with its images, out of those of the edition.

    Raises:
        LayoutMistaken: it cannot be printed.
    """
    own = {one.name: one.printed_digest or one.digest for one in kept if one.layout == stored.name}
    layout, _ = reading.read(stored.source)
    shown = {picture.name for face in layout.faces.values() for picture in face.pictures}
    return Printable(layout=layout, images={k: v for k, v in own.items() if k in shown})


class Own(Struct, frozen=True, kw_only=True):
    """A layout of an edition as it is edited: its images, and what it was."""

    stored: StoredLayout
    images: list[StoredImage]
    revisions: list[OldLayout]


async def find(db: Db, edition: Edition, name: str) -> Own:
    """Return a layout of the edition's own.

    Raises:
        LayoutNotFound: it has none of this name.
    """
    stored = await queries.find_layout(db, edition.id, name)
    if stored is None:
        raise LayoutNotFound
    kept = await queries.list_images(db, edition.id)
    return Own(
        stored=stored,
        images=[one for one in kept if one.layout == name],
        revisions=await queries.list_revisions(db, edition.id, name),
    )


@retried
async def add(
    db: Db,
    edition: Edition,
    source: str,
    brought: Mapping[str, StoredImage],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> str:
    """Add a layout, which can be printed, under its name or the next that is free; return it.

    `brought` are its images, whose files are stored already (`kept`, `print_sizes`).

    Raises:
        LayoutsFull: the edition has as many as it may.
    """
    layout, _ = reading.read(source)
    async with db.transaction():
        await queries.lock(db, edition.id)
        there = {one.name for one in await queries.list_layouts(db, edition.id)}
        if len(there) >= MOST_LAYOUTS:
            raise LayoutsFull
        name = free_name(layout.name, {*there, *SHIPPED, *RESERVED})
        named = source if name == layout.name else reading.renamed(source, name)
        await queries.insert_layout(db, edition.id, name, named, at, actor)
        for image in brought.values():
            await queries.put_image(db, edition.id, msgspec.structs.replace(image, layout=name))
        await _note(db, edition, "added", {"layout": name}, actor=actor, at=at, ids=ids)
    return name


def free_name(wanted: str, taken: set[str]) -> str:
    """Return a name that is not taken: `a6-2` where there is an `a6`."""
    base = slug(wanted, longest=checking.LONGEST_NAME - 4) or "badge"
    if base not in taken:
        return base
    return next(name for n in range(2, 10_000) if (name := f"{base}-{n}") not in taken)


async def change(
    db: Db,
    blobs: Blobs,
    edition: Edition,
    name: str,
    source: str,
    *,
    seen: int,
    actor: str,
    at: datetime,
    ids: Ids,
) -> int:
    """Store the TOML of a layout that was seen at revision `seen`; return the new revision.

    Images are made as large as their places need to print.

    Raises:
        LayoutNotFound, LayoutChanged.
        LayoutMistaken: with everything that is wrong; nothing is stored.
    """
    own = await find(db, edition, name)
    layout, _ = checking.accepted(source, {one.name for one in own.images})
    if layout.name != name:
        said = Filled(N_("The name of a layout never changes: it is %(name)s."), name=name)
        text = reading.parse(source)
        raise LayoutMistaken([text.placed(("name",), said)])
    printed = await print_sizes(blobs, layout, own.images)
    return await _change(db, edition, name, source, printed, seen=seen, actor=actor, at=at, ids=ids)


@retried
async def _change(
    db: Db,
    edition: Edition,
    name: str,
    source: str,
    printed: list[StoredImage],
    *,
    seen: int,
    actor: str,
    at: datetime,
    ids: Ids,
) -> int:
    async with db.transaction():
        await queries.lock(db, edition.id)
        now = await queries.find_layout(db, edition.id, name)
        if now is None:
            raise LayoutNotFound
        if now.revision != seen:
            raise LayoutChanged
        if now.source == source:
            return now.revision
        await queries.update_layout(db, edition.id, name, source, at, actor, REVISIONS_KEPT)
        there = {
            one.name: one for one in await queries.list_images(db, edition.id) if one.layout == name
        }
        for image in printed:
            if image.name in there and there[image.name].digest == image.digest:
                await queries.put_image(db, edition.id, image)
        detail = {"layout": name, "revision": now.revision + 1}
        await _note(db, edition, "changed", detail, actor=actor, at=at, ids=ids)
    return now.revision + 1


@retried
async def remove(
    db: Db,
    edition: Edition,
    name: str,
    *,
    seen: int,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Remove a layout that no category uses.

    Raises:
        LayoutNotFound, LayoutChanged, LayoutUsed.
    """
    async with db.transaction():
        await queries.lock(db, edition.id)
        now = await queries.find_layout(db, edition.id, name)
        if now is None:
            raise LayoutNotFound
        if now.revision != seen:
            raise LayoutChanged
        if any(one.layout == name for one in await queries.list_choices(db, edition.id)):
            raise LayoutUsed
        await queries.delete_layout(db, edition.id, name)
        await _note(db, edition, "removed", {"layout": name}, actor=actor, at=at, ids=ids)


@retried
async def choose(
    db: Db,
    edition: Edition,
    wanted: Mapping[str, str],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Store which layout each category uses; `OTHERS` is for all others, '' takes a choice back.

    Raises:
        Invalid: naming every category for which what was chosen is not there.
    """
    async with db.transaction():
        await queries.lock(db, edition.id)
        known = {one.name for one in await queries.list_layouts(db, edition.id)} | {*SHIPPED}
        categories = {one.code for one in await badges.list_categories(db, edition.id)}
        errors = {
            category: NO_SUCH_LAYOUT
            for category, layout in wanted.items()
            if (layout and layout not in known) or category not in {OTHERS, *categories}
        }
        if errors:
            raise Invalid(fields=errors)
        before = {one.category: one.layout for one in await queries.list_choices(db, edition.id)}
        changed = {k: v for k, v in wanted.items() if v != before.get(k, "")}
        if not changed:
            return
        for category, layout in changed.items():
            if layout:
                await queries.put_choice(db, edition.id, category, layout)
        taken_back = [category for category, layout in changed.items() if not layout]
        await queries.delete_choices(db, edition.id, taken_back)
        detail: dict[str, Any] = {
            "changes": {k or "*": [before.get(k, ""), v] for k, v in changed.items()}
        }
        await _note(db, edition, "chosen", detail, actor=actor, at=at, ids=ids)


# Images


async def take_in(content: bytes) -> TakenIn:
    """Return an image made anew, by a process of its own, which is ended when it takes long.

    Raises:
        ImageTooLarge, ImageRefused, NotAnImage, ImageSlow.
    """
    if len(content) > images.MOST_BYTES:
        raise images.ImageTooLarge
    return await _apart(partial(images.take_in, content))


async def _apart(work: "partial[TakenIn]") -> TakenIn:
    try:
        with anyio.fail_after(IMAGE_TIMEOUT_S):
            return await anyio.to_process.run_sync(work, cancellable=True)
    except TimeoutError as error:
        raise ImageSlow from error


async def kept(blobs: Blobs, name: str, made: TakenIn) -> StoredImage:
    """Keep the file of an image; return what is to be stored of it."""
    digest = await anyio.to_thread.run_sync(blobs.put, made.content)
    return StoredImage(
        layout="",
        name=name,
        digest=digest,
        printed_digest=None,
        media_type=made.media_type,
        width_px=made.width_px,
        height_px=made.height_px,
        size_bytes=len(made.content),
    )


async def print_sizes(blobs: Blobs, layout: Layout, there: list[StoredImage]) -> list[StoredImage]:
    """Return the images that a layout shows, each as large as its largest place needs to print."""
    wanted = places(layout)
    found = []
    for image in there:
        if image.name not in wanted:
            continue
        content = await anyio.to_thread.run_sync(blobs.path(image.digest).read_bytes)
        made = await _apart(partial(images.at_size, content, *wanted[image.name]))
        digest = await anyio.to_thread.run_sync(blobs.put, made.content)
        found.append(msgspec.structs.replace(image, printed_digest=digest))
    return found


def places(layout: Layout) -> dict[str, tuple[float, float]]:
    """Return the width and the height (mm) of the largest place of each image."""
    found: dict[str, tuple[float, float]] = {}
    for face in layout.faces.values():
        for picture in face.pictures:
            if picture.name not in DRAWINGS:
                wide, high = found.get(picture.name, (0, 0))
                box = picture.box
                found[picture.name] = (max(wide, box.width_mm), max(high, box.height_mm))
    return found


async def put_image(
    db: Db,
    blobs: Blobs,
    edition: Edition,
    layout: str,
    name: str,
    content: bytes,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> str:
    """Keep an image for a layout; one of the same name gives way to it. Return its name.

    Raises:
        LayoutNotFound, ImagesFull.
        ImageTooLarge, ImageRefused, NotAnImage, ImageSlow.
    """
    called = slug(name.rpartition(".")[0] or name, longest=checking.LONGEST_NAME) or "image"
    if called in DRAWINGS:
        called = f"{called}-image"
    await find(db, edition, layout)
    image = await kept(blobs, called, await take_in(content))
    image = msgspec.structs.replace(image, layout=layout)
    now = await find(db, edition, layout)
    try:
        parts = checking.accepted(now.stored.source, {called, *(one.name for one in now.images)})
        [image] = await print_sizes(blobs, parts[0], [image]) or [image]
    except LayoutMistaken:
        pass  # it is made to print when the layout is stored next
    await _put_image(db, edition, layout, image, actor=actor, at=at, ids=ids)
    return called


@retried
async def _put_image(
    db: Db,
    edition: Edition,
    layout: str,
    image: StoredImage,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    async with db.transaction():
        await queries.lock(db, edition.id)
        own = await find(db, edition, layout)
        if len({image.name, *(one.name for one in own.images)}) > MOST_IMAGES:
            raise ImagesFull
        await queries.put_image(db, edition.id, image)
        detail = {"layout": layout, "image": image.name}
        await _note(db, edition, "image_added", detail, actor=actor, at=at, ids=ids)


@retried
async def remove_image(
    db: Db,
    edition: Edition,
    layout: str,
    name: str,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Remove an image that its layout does not show.

    Raises:
        LayoutNotFound, ImageUsed.
    """
    async with db.transaction():
        await queries.lock(db, edition.id)
        own = await find(db, edition, layout)
        if not any(one.name == name for one in own.images):
            return
        try:
            shown = places(reading.read(own.stored.source)[0])
        except LayoutMistaken:
            shown = {}
        if name in shown:
            raise ImageUsed
        await queries.delete_image(db, edition.id, layout, name)
        detail = {"layout": layout, "image": name}
        await _note(db, edition, "image_removed", detail, actor=actor, at=at, ids=ids)


async def _note(
    db: Db,
    edition: Edition,
    what: str,
    detail: dict[str, Any],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Keep in the audit who did what to a layout."""
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=f"badge_layout_{what}",
        detail=detail,
    )
