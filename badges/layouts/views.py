"""What the pages of layouts show: people on badges, pictures of them, fields with their labels."""

import base64
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import anyio.to_process
import anyio.to_thread
import msgspec
from msgspec import Struct

from badges import queries as badges
from badges.layouts import forms, previews, queries, reading
from badges.layouts.models import DRAWINGS, PALETTE, Layout
from badges.layouts.previews import Specimen
from badges.layouts.queries import Bearer
from badges.layouts.service import Printable
from badges.models import Badge, BadgeCategory, BadgeRun
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.i18n import N_, Words, words
from forum.core.text import pick

MOST_KEPT = 300
REFERENCE = "K7QM-42XR"
INVENTED = (
    ("Marie-Françoise", "de Lavergne-Montségur", "Communauté d’agglomération", "Directrice"),
    ("Li", "Wu", "Ville", "Élue"),
    ("Camille", "Durand", "Département", "Chargé de mission"),
)
"""Who stands on badges while nobody is registered."""
PARTS = {"sheet": N_("Card and sheet"), "images": N_("Images"), "toml": N_("TOML")}
KNOWN_FACES = {"front": N_("Front of the card"), "back": N_("Back of the card")}


class Shown(Struct, frozen=True, kw_only=True):
    """Who is shown on badges, and of which category; `real` says that they are registered."""

    run: BadgeRun
    people: list[Badge]
    category: str
    categories: dict[str, str]
    real: bool


async def shown(db: Db, edition: Edition, asked: str, nth: int, language: str) -> Shown:
    """Return three people of a category: the longest name, the shortest, and the `nth`.

    Without a category of this code the first is taken; without anybody, people are invented.
    """
    rows = await badges.list_categories(db, edition.id)
    names = {row.code: pick(row.name, language, edition.language) for row in rows}
    category = asked if asked in names else next(iter(names), "")
    found = await queries.list_examples(db, edition.id, category, nth)
    run = BadgeRun(
        title=pick(edition.title, edition.language),
        dates=words(edition.language).dates(edition.starts_on, edition.ends_on),
        language=edition.language,
        venue=pick(edition.venue, edition.language),
        categories={
            row.code: BadgeCategory(code=row.code, name=row.name, tint=row.tint) for row in rows
        },
    )
    people = [badge_of(one) for one in found] or invented(category)
    return Shown(run=run, people=people, category=category, categories=names, real=bool(found))


def badge_of(one: Bearer) -> Badge:
    """Return the badge of somebody, with a code that opens nothing."""
    return Badge(
        reference=one.reference,
        given_name=one.given_name,
        family_name=one.family_name,
        category=one.category,
        token=previews.TOKEN,
        organisation=one.organisation,
        job_title=one.job_title,
    )


def invented(category: str) -> list[Badge]:
    """Return badges of people who do not exist."""
    return [
        Badge(
            reference=REFERENCE,
            given_name=given,
            family_name=family,
            category=category,
            token=previews.TOKEN,
            organisation=organisation,
            job_title=job,
        )
        for given, family, organisation, job in INVENTED
    ]


async def specimen(blobs: Blobs, one: Printable, seen: Shown) -> Specimen:
    """Return what is drawn of a layout."""
    files = await anyio.to_thread.run_sync(one.files, blobs) if one.images else {}
    return Specimen(layout=one.layout, images=files, run=seen.run, badges=seen.people)


async def picture(blobs: Blobs, one: Printable, seen: Shown, *, sheet: bool = False) -> str:
    """Return the picture of a layout with people on it, as an address that holds it."""
    drawn = previews.sheet if sheet else previews.picture
    what = await specimen(blobs, one, seen)
    return inline(await anyio.to_process.run_sync(partial(drawn, what)))


def inline(png: bytes) -> str:
    """Return a picture as an address that holds it: nothing else is asked for."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


class Thumbnails:
    """Small pictures of layouts with an invented person, kept for as long as nothing changes."""

    def __init__(self) -> None:
        self._kept: dict[bytes, bytes] = {}

    async def of(self, blobs: Blobs, wanted: Mapping[str, Printable], run: BadgeRun) -> bytes:
        """Return the pictures of layouts one below the other, see `previews.strip`."""
        category = next(iter(run.categories), "")
        seen = Shown(
            run=run, people=invented(category), category=category, categories={}, real=False
        )
        keys = {name: _key(one, run) for name, one in wanted.items()}
        known = {key: self._kept[key] for key in keys.values() if key in self._kept}
        missing = {keys[name]: one for name, one in wanted.items() if keys[name] not in known}
        if missing:
            what = [await specimen(blobs, one, seen) for one in missing.values()]
            made = await anyio.to_process.run_sync(partial(previews.small, what))
            known.update(zip(missing, made, strict=True))
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            self._kept.update(known)
        pictures = [known[key] for key in keys.values()]
        return await anyio.to_thread.run_sync(previews.strip, pictures)


def _key(one: Printable, run: BadgeRun) -> bytes:
    return sha256(msgspec.json.encode([one.layout, one.images, run])).digest()


def version(wanted: Mapping[str, Printable], run: BadgeRun) -> str:
    """Return what changes as the picture of these layouts does."""
    return sha256(b"".join(_key(one, run) for one in wanted.values())).hexdigest()[:12]


THUMBNAILS = Thumbnails()


# The form


def title(layout: Layout, language: str) -> str:
    """Return what a layout is called."""
    return layout.title if isinstance(layout.title, str) else pick(layout.title, language)


def size(layout: Layout, said: Words) -> str:
    """Return how large a layout's cards are, and how many stand on a sheet."""
    number = f"{layout.card_width_mm:g} × {layout.card_height_mm:g}\u00a0mm"
    if said.language == "fr":
        number = number.replace(".", ",")
    if layout.device == "label":
        return said.gettext("%(size)s, label printer") % {"size": number}
    text = said.ngettext(
        "%(size)s, one on a sheet", "%(size)s, %(n)d on a sheet", layout.sheet.cards
    )
    return text % {"size": number, "n": layout.sheet.cards}


def parts_of(faces: Sequence[str], said: Words) -> dict[str, str]:
    """Return the pages of which a layout's form is made, by their names in addresses."""
    named = {
        f"{forms.FACE}{face}": said.gettext(KNOWN_FACES[face]) if face in KNOWN_FACES else face
        for face in faces
    }
    pages = {name: said.gettext(text) for name, text in PARTS.items()}
    return {"sheet": pages.pop("sheet"), **named, **pages}


def form(tree: forms.Tree, part: str, images: Sequence[str], said: Words) -> dict[str, Any]:
    """Return what the template needs to show the fields of one page of the form."""
    return {
        "face": f"faces.{part.removeprefix(forms.FACE)}",
        "value_of": partial(forms.shown, tree),
        "label_of": partial(forms.label, words=said),
        "things": partial(forms.things, tree),
        "texts": partial(forms.texts, tree),
        "fields": {name: said.gettext(text) for name, text in forms.FIELDS.items()},
        "choices": {name: said.gettext(text) for name, text in forms.CHOICES.items()},
        "pictures": [*DRAWINGS, *images],
        "palette": PALETTE,
        "carried": forms.carried(tree),
        "has_reverse": bool(tree.get("reverse")),
        "titles": [one for one in forms.fields_of(tree, "sheet") if one.startswith("title")],
    }


def told(mistakes: Sequence[reading.Mistake], said: Words, *, typed: bool) -> list[str]:
    """Return mistakes or warnings as lines; `typed` names fields as the form does."""
    if not typed:
        return [one.told(said) for one in mistakes]
    form_ = said.gettext("%(label)s: %(message)s")
    return [
        form_
        % {"label": forms.label(forms.way_of(one.field), said), "message": said.say(one.message)}
        for one in mistakes
    ]
