"""What can be done with an edition. Each verb is one transaction."""

import tomllib
from datetime import datetime
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from badges.doors import gates, lists
from forum.core.context import Edition, EditionState
from forum.core.db import Db, refused
from forum.core.i18n import LANGUAGES
from forum.editions import queries, rules
from forum.editions.models import (
    EditionInvalid,
    EditionNotFound,
    NewCategory,
    NewEdition,
    NewGate,
    SlugTaken,
)
from schedule.naming import identity

NAME_RULE = "use small letters without accents, digits and hyphens, such as forum-2027"
TEXTS = {"title", "subtitle", "venue", "name", "wording", "label", "help"}
T = TypeVar("T")
DEFAULT_CATEGORY = NewCategory(code="attendee", name={"fr": "Participant", "en": "Attendee"})
DEFAULT_GATE = NewGate(slug="main", name={"fr": "Entrée principale", "en": "Main entrance"})


async def create(db: Db, new: NewEdition, *, at: datetime) -> Edition:
    """Create an edition with its categories, gates and consents.

    Without categories it has one, `attendee`; without gates one, `main`.

    Raises:
        EditionInvalid: naming the fields at fault.
        SlugTaken: an edition has this slug.
    """
    mistakes = rules.mistakes(new)
    if mistakes:
        raise EditionInvalid(fields=mistakes)
    async with db.transaction():
        await db.execute("select pg_advisory_xact_lock(hashtext('forum.edition'))")
        edition_id = await queries.next_edition_id(db)
        with refused("edition_slug_key", SlugTaken()):
            await queries.insert_edition(db, edition_id, new, at)
        for number, category in enumerate(new.categories or [DEFAULT_CATEGORY]):
            await queries.insert_category(db, edition_id, number, category)
        for position, consent in enumerate(new.consents):
            await queries.insert_consent_purpose(
                db, edition_id, position, consent.purpose, consent.wording, at
            )
        await _lay_down_doors(db, edition_id, new)
    return await find(db, new.slug)


async def _lay_down_doors(db: Db, edition_id: int, new: NewEdition) -> None:
    """Store the check-in lists of a new edition, and its gates."""
    for one in new.lists:
        made = rules.check_in_list(one, new, room=lambda name: str(identity("", "room", name)))
        await lists.put(db, edition_id, made)
    for position, gate in enumerate(new.gates or [DEFAULT_GATE]):
        await gates.put(
            db,
            edition_id,
            gate.slug,
            gate.name,
            gate.check_in_list,
            position=position,
            kind=gate.kind,
            directions=gate.directions,
        )


async def find(db: Db, slug: str) -> Edition:
    """Return the edition of this name.

    Raises:
        EditionNotFound: there is none.
    """
    edition = await queries.find_edition(db, slug)
    if edition is None:
        raise EditionNotFound
    return edition


async def by_id(db: Db, edition_id: int) -> Edition:
    """Return the edition of this number.

    Raises:
        EditionNotFound: there is none.
    """
    edition = await queries.find_edition_by_id(db, edition_id)
    if edition is None:
        raise EditionNotFound
    return edition


async def the_only_one(db: Db, slug: str | None) -> Edition:
    """Return the edition named, or the only open one when none is named.

    Raises:
        EditionNotFound: there is none, or several are open and none was named.
    """
    if slug is not None:
        edition = await queries.find_edition(db, slug)
        if edition is None:
            message = f"There is no edition {slug}: `forum edition list` shows them."
            raise EditionNotFound(message)
        return edition
    editions = await queries.list_editions(db)
    candidates = [e for e in editions if e.state is EditionState.OPEN] or editions
    if len(candidates) == 1:
        return candidates[0]
    names = ", ".join(edition.slug for edition in candidates)
    why = f"several are open ({names})" if names else "there is none yet"
    raise EditionNotFound(f"Which edition? Name it with --edition: {why}.")


def from_toml(text: str, given: dict[str, Any]) -> NewEdition:
    """Read an edition from a TOML text; what the caller `given` on the command line wins.

    A title, name or wording may be one text (then in the main language) or one per language.

    Raises:
        EditionInvalid: the text is no TOML (with line and column), or a field is wrong.
    """
    values = {**read_toml(text), **given}
    return described(values, NewEdition, language_of(values))


def read_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text holds.

    Raises:
        EditionInvalid: with line and column, when it is none.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EditionInvalid(f"This is not TOML: {error}") from error


def language_of(values: dict[str, Any]) -> str:
    """Return the main language of an edition that is described so."""
    languages = values.get("languages")
    return str(languages[0]) if languages and isinstance(languages, list) else LANGUAGES[0]


def described(values: Any, into: type[T], language: str) -> T:
    """Read a part of an edition's description; a text in no language is in `language`.

    Raises:
        EditionInvalid: naming the place of each mistake.
    """
    texts = _texts(values, language)
    try:
        return msgspec.convert(texts, into)
    except msgspec.ValidationError as error:
        said = "; ".join(_each_mistake(texts, into, "$") or [_said(str(error))])
        raise EditionInvalid(f"The edition's description is wrong: {said}") from error


def _each_mistake(value: Any, into: Any, place: str) -> list[str]:
    """Return every mistake of a description with its place, where msgspec stops at the first."""
    parts: list[tuple[Any, Any, str]] = []
    if isinstance(value, list) and get_origin(into) is list:
        parts = [(one, get_args(into)[0], f"{place}[{n}]") for n, one in enumerate(value)]
    elif isinstance(value, dict) and isinstance(into, type) and issubclass(into, msgspec.Struct):
        fields = {field.encode_name: field for field in msgspec.structs.fields(into)}
        known = {name: fields[name].type for name in value if name in fields}
        parts = [(value[name], type_, f"{place}.{name}") for name, type_ in known.items()]
        strangers = [name for name in value if name not in fields]
        missing = [name for name, field in fields.items() if field.required and name not in value]
        return [
            *(f"Object contains unknown field `{name}` - at `{place}`" for name in strangers),
            *(f"Object missing required field `{name}` - at `{place}`" for name in missing),
            *(said for part in parts for said in _each_mistake(*part)),
        ]
    if parts:
        return [said for part in parts for said in _each_mistake(*part)]
    try:
        msgspec.convert(value, into)
    except msgspec.ValidationError as error:
        what, _, inside = str(error).partition(" - at ")
        deeper = inside.strip("`").removeprefix("$")
        return [_said(f"{what} - at `{place}{deeper}`")]
    return []


def _said(error: str) -> str:
    what, _, place = error.partition(" - at ")
    return f"{NAME_RULE} - at {place}" if "matching regex" in what else error


def _texts(value: Any, language: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _texts(inner, language, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner, language) for inner in value]
    if isinstance(value, str) and name in TEXTS:
        return {language: value}
    return value
