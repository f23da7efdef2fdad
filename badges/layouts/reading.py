"""Layouts as TOML: read with every mistake named by its line and field, written to be read again.

What a layout must hold so that it can be printed is held in `badges.layouts.checking`.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, inspect

from badges.layouts.lines import Path, lines_of
from badges.layouts.models import Box, Layout, Size
from forum.core.errors import Problem
from forum.core.i18n import N_, Words
from forum.core.text import Filled

MOST_CHARACTERS = 65_536
LONGEST_LINE = 1_000
"""The standard library's reader takes minutes for a line of thousands of dotted keys."""
MOST_MISTAKES = 50
LARGEST = 10_000
"""No number of a layout is larger; infinite, and what is no number at all, are none."""
BARE = re.compile(r"[A-Za-z0-9_-]+")
AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
NAME_LINE = re.compile(r"^name[ \t]*=.*$", re.MULTILINE)
INLINE = (Box, Size)
"""What is written as a table on one line."""
SIZES = "sizes"

NO_TOML = N_("This line cannot be read as TOML: look at its quotes, brackets and equals sign.")
SAID: tuple[tuple[str, str], ...] = (
    ("Cannot overwrite", N_("This field stands here for the second time: keep one.")),
    ("Cannot declare", N_("This table stands here for the second time: keep one.")),
    ("Cannot mutate", N_("This table is closed already: put the field with its others.")),
    ("Duplicate inline", N_("This field stands here for the second time: keep one.")),
    ("Expected '=' after a key", N_("An equals sign is missing between a field and its value.")),
    ("Unclosed array", N_("A list is not closed: add “]”.")),
    ("Unclosed inline", N_("A table is not closed on its line: add “}”.")),
    ("Unterminated string", N_("A text is not closed: add its quotation mark.")),
    ('Expected "\'"', N_("A text is not closed: add its quotation mark.")),
    ("Illegal character", N_("A text is not closed, or holds a character that must not be there.")),
    ("Unescaped '\\'", N_("In a text, write a backslash twice.")),
    ("Invalid value", N_("The value is missing, or a text without its quotation marks.")),
    ("Expected newline", N_("Something follows the value: give each field a line of its own.")),
)
"""What the standard library's reader says, by its beginning, with the mend."""


class Mistake(Struct, frozen=True, kw_only=True):
    """What is wrong with a layout: where, as a path such as `faces.front.columns[2]`, and the mend.

    `message` is an English msgid, perhaps filled in. `line` is None where no text was read.
    """

    field: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        """Return it as one English line."""
        return ", ".join(filter(None, [f"line {self.line}" if self.line else "", self.said]))

    @property
    def said(self) -> str:
        """Return it in English, without its line."""
        return f"{self.field}: {self.message}" if self.field else str(self.message)

    def told(self, words: Words) -> str:
        """Return it as one line in a language."""
        message = words.say(self.message)
        if self.field:
            form = words.gettext("%(label)s: %(message)s")
            message = form % {"label": self.field, "message": message}
        if self.line is None:
            return message
        line = words.gettext("line %(n)d") % {"n": self.line}
        return f"{line}, {message}"


class LayoutMistaken(Problem):
    """This layout has mistakes: each is named with its line."""

    code = "layout_mistaken"
    status = 422

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = sorted(mistakes, key=lambda one: one.line or 0)
        super().__init__(fields={one.field or f"line {one.line}": str(one) for one in mistakes})


class Text(Struct, frozen=True, kw_only=True):
    """A layout as it was read: its values, and the line of each."""

    tree: dict[str, Any]
    lines: dict[Path, int]

    def placed(self, path: Path, message: str) -> Mistake:
        """Return a mistake at `path`, with the line of what stands there, or around it."""
        known = path
        while known not in self.lines:
            known = known[:-1]
        line = self.lines[known] if self.lines.keys() != {()} else None
        return Mistake(field=spelled(path), message=message, line=line)


def spelled(path: Path) -> str:
    """Return a path as people write it: `faces.front.columns[2].box`; places count from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def read(source: str) -> tuple[Layout, Text]:
    """Return the layout that a TOML text describes, and where its parts stand.

    Raises:
        LayoutMistaken: with all that is wrong: the first of what is no TOML, else every field.

    """
    text = parse(source)
    return built(text), text


def parse(source: str) -> Text:
    """Return the values of a TOML text, whatever they are, and their lines.

    Raises:
        LayoutMistaken: it is no TOML, or longer than a layout may be.

    """
    source = source.replace("\r\n", "\n").removeprefix("\ufeff")
    if len(source) > MOST_CHARACTERS:
        said = N_("This is longer than a layout may be (%(most)d characters).")
        raise LayoutMistaken([Mistake(field="", message=Filled(said, most=MOST_CHARACTERS))])
    for n, line in enumerate(source.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            said = N_("This line is longer than %(most)d characters: break it.")
            long = Mistake(field="", message=Filled(said, most=LONGEST_LINE), line=n)
            raise LayoutMistaken([long])
    try:
        return Text(tree=tomllib.loads(source), lines=lines_of(source))
    except tomllib.TOMLDecodeError as error:
        raise LayoutMistaken([_no_toml(str(error), source)]) from error
    except RecursionError as error:
        deep = N_("Lists or tables stand inside each other too often.")
        raise LayoutMistaken([Mistake(field="", message=deep, line=1)]) from error
    except ValueError as error:  # a number of thousands of digits, or a date that is none
        raise LayoutMistaken([Mistake(field="", message=NO_TOML)]) from error


def _no_toml(said: str, source: str) -> Mistake:
    place = AT_LINE.search(said)
    line = int(place[1]) if place else source.rstrip("\n").count("\n") + 1
    message = next((ours for theirs, ours in SAID if said.startswith(theirs)), NO_TOML)
    return Mistake(field="", message=message, line=line)


def built(text: Text) -> Layout:
    """Return the layout of values that were read.

    Raises:
        LayoutMistaken: naming every field that is missing, unknown or of another kind.

    """
    mistakes = [text.placed(path, said) for path, said in Kinds().of(text.tree)]
    if mistakes:
        raise LayoutMistaken(mistakes)
    return msgspec.convert(text.tree, Layout)


def of_values(tree: Mapping[str, Any]) -> tuple[Layout, Text]:
    """Return the layout of values that came without a text.

    Raises:
        LayoutMistaken: naming every field that is missing, unknown or of another kind.

    """
    text = Text(tree=dict(tree), lines={(): 1})
    return built(text), text


Found = Iterable[tuple[Path, str]]


class Kinds:
    """Holds values against the fields of `Layout`: whether they are there, and of their kind."""

    def __init__(self) -> None:
        self.layout = inspect.type_info(Layout)

    def of(self, tree: object) -> list[tuple[Path, str]]:
        """Return what is wrong, in the order of the fields, `MOST_MISTAKES` at most."""
        found: list[tuple[Path, str]] = []
        for one in self.value(tree, self.layout, ()):
            found.append(one)
            if len(found) == MOST_MISTAKES:
                break
        return found

    def value(self, given: object, wanted: inspect.Type, path: Path) -> Found:
        """Yield what is wrong with one value, and inside."""
        match wanted:
            case inspect.StructType():
                yield from self.table(given, wanted, path)
            case inspect.VarTupleType():
                yield from self.array(given, wanted, path)
            case inspect.DictType():
                yield from self.named(given, wanted, path)
            case inspect.UnionType():
                yield from self.either(given, wanted, path)
            case _:
                if said := _single(given, wanted):
                    yield path, said

    def table(self, given: object, wanted: inspect.StructType, path: Path) -> Found:
        """Yield what is wrong with a table of known fields."""
        if not isinstance(given, dict):
            names = ", ".join(field.encode_name for field in wanted.fields if field.required)
            said = N_("Write a table here, with these fields at least: %(names)s.")
            yield path, Filled(said, names=names or "–")
            return
        known = {field.encode_name: field for field in wanted.fields}
        for name in given:
            if name not in known:
                yield (*path, name), _unknown(name, known)
        for name, field in known.items():
            if name in given:
                yield from self.value(given[name], field.type, (*path, name))
            elif field.required:
                yield (*path, name), N_("This is missing: add it.")

    def array(self, given: object, wanted: inspect.VarTupleType, path: Path) -> Found:
        """Yield what is wrong with a list."""
        if not isinstance(given, list):
            if path[-1] == SIZES and isinstance(given, str):
                yield path, N_("Write lines: largest–smallest, as in “1: 40–22, 2: 22–14”.")
            else:
                yield path, N_("Write a list here, between “[” and “]”.")
            return
        for n, one in enumerate(given):
            yield from self.value(one, wanted.item_type, (*path, n))

    def named(self, given: object, wanted: inspect.DictType, path: Path) -> Found:
        """Yield what is wrong with a table whose names are the author's."""
        if not isinstance(given, dict):
            yield path, N_("Write a table here.")
            return
        for name, one in given.items():
            yield from self.value(one, wanted.value_type, (*path, name))

    def either(self, given: object, wanted: inspect.UnionType, path: Path) -> Found:
        """Yield what is wrong with a value that may be of several kinds."""
        kinds = [one for one in wanted.types if not isinstance(one, inspect.NoneType)]
        if given is None and len(kinds) < len(wanted.types):
            return  # a form carries what is not there; TOML cannot say so
        if len(kinds) == 1:
            yield from self.value(given, kinds[0], path)
        elif isinstance(given, dict):
            tables = [one for one in kinds if isinstance(one, inspect.DictType)]
            yield from self.value(given, tables[0], path)
        elif not isinstance(given, str):
            yield path, N_("Write a text here between quotation marks, or one for each language.")


def _single(given: object, wanted: inspect.Type) -> str | None:
    """Return what is wrong with a number, a text, a choice or a yes or no; None when nothing is."""
    match wanted:
        case inspect.FloatType():
            right = type(given) in {int, float} and _sane(given)  # type: ignore[arg-type]
            return None if right else N_("Write a number here, such as 12.5.")
        case inspect.IntType():
            right = type(given) is int and _sane(given)
            return None if right else N_("Write a whole number here, such as 2.")
        case inspect.StrType():
            right = isinstance(given, str)
            return None if right else N_("Write a text here, between quotation marks.")
        case inspect.BoolType():
            return None if isinstance(given, bool) else N_("Write true or false here.")
        case inspect.LiteralType(values=values):
            right = any(given == one and type(given) is type(one) for one in values)
            choices = ", ".join(str(one) for one in values)
            return (
                None if right else Filled(N_("Write one of these: %(choices)s."), choices=choices)
            )
    raise TypeError(wanted)


def _sane(number: float) -> bool:
    """Say whether a number is one, and no length of another world."""
    return -LARGEST <= number <= LARGEST


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, [*known], 1, cutoff=0.7)
    if near:
        return Filled(N_("There is no such field: perhaps %(name)s is meant."), name=near[0])
    names = ", ".join(known)
    return Filled(N_("There is no such field: here stand %(names)s."), names=names)


# Written


def write(layout: Layout) -> str:
    """Return the TOML of a layout; `read` gives an equal one again. What is usual is left out."""
    lines: list[str] = []
    _table(lines, layout, ())
    return "\n".join(lines).strip("\n") + "\n"


def renamed(source: str, name: str) -> str:
    """Return the TOML of a layout under another name, its remarks kept where that can be."""
    wanted = msgspec.structs.replace(read(source)[0], name=name)
    line = f'name = "{name}"'
    tried = NAME_LINE.sub(lambda _: line, source, count=1)
    return tried if read(tried)[0] == wanted else write(wanted)


def _table(lines: list[str], struct: Struct, path: tuple[str, ...]) -> None:
    """Add the fields of a struct: those on one line first, then the tables inside."""
    inside: list[tuple[str, Any]] = []
    usual = _usual(type(struct))
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if name in usual and usual[name] == value:
            continue
        if _apart(value):
            inside.append((name, value))
        else:
            lines.append(f"{name} = {_inline(value)}")
    for name, value in inside:
        _inner(lines, value, (*path, name))


def _inner(lines: list[str], value: Any, path: tuple[str, ...]) -> None:
    """Add a value that has headings of its own."""
    if isinstance(value, Struct):
        lines += ["", f"[{_key(path)}]"]
        _table(lines, value, path)
    elif isinstance(value, dict):
        for name, one in value.items():
            _inner(lines, one, (*path, name))
    else:
        for one in value:
            lines += ["", f"[[{_key(path)}]]"]
            _table(lines, one, path)


def _apart(value: Any) -> bool:
    """Say whether a value needs a heading of its own."""
    if isinstance(value, tuple):
        return bool(value) and not isinstance(value[0], INLINE)
    if isinstance(value, dict):
        return bool(value) and all(isinstance(one, Struct) for one in value.values())
    return isinstance(value, Struct) and not isinstance(value, INLINE)


def _inline(value: Any) -> str:
    """Return a value on one line; a list of tables, on a line each."""
    if isinstance(value, Struct):
        usual = _usual(type(value))
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        value = {k: v for k, v in fields.items() if k not in usual or usual[k] != v}
    if isinstance(value, dict):
        inside = ", ".join(f"{_key((name,))} = {_inline(one)}" for name, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, tuple):
        items = [_inline(one) for one in value]
        if len(items) > 1:
            return "[\n" + "".join(f"  {one},\n" for one in items) + "]"
        return f"[{', '.join(items)}]"
    return _scalar(value)


def _scalar(value: str | float | bool) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
        return f"{value:.0f}"
    return repr(value)


def _quoted(text: str) -> str:
    """Return a TOML basic string (TOML 1.0): what JSON escapes, and the one that it leaves."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


def _key(path: Iterable[str]) -> str:
    return ".".join(part if BARE.fullmatch(part) else _quoted(part) for part in path)


def _usual(of: type[Struct]) -> dict[str, Any]:
    """Return the fields that have a usual value, with it."""
    return {
        field.name: field.default
        for field in msgspec.structs.fields(of)
        if field.default is not msgspec.NODEFAULT
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the form, for editors of TOML that complete and check."""
    made = msgspec.json.schema(Layout)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A badge layout",
        **made,
    }
