"""Forms and JSON bodies as structs, with every mistake reported at once."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from forum.core.errors import Invalid
from forum.core.text import clean

S = TypeVar("S", bound=msgspec.Struct)

NEEDED = "This answer is needed."
UNKNOWN = "This field does not exist here."
TOO_LONG = re.compile(r"of length <= (\d+)")
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"^{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})+$"
"""An address as HTML's own forms take it, with a dot in the domain."""


def parse(into: type[S], sent: Mapping[str, Any]) -> S:
    """Read what a browser or a program sent into a struct.

    A form sends each field as a list of texts, JSON sends values. Texts are cleaned (NFC, no
    control characters) and come on one line; a text with nothing to see counts as not sent.

    Raises:
        Invalid: naming every field at fault, with the mend.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    fields = msgspec.structs.fields(into)
    for field in fields:
        given = _given(sent.get(field.encode_name), field.type)
        if given is None or given == []:
            if field.required:
                errors[field.encode_name] = NEEDED
            continue
        try:
            values[field.name] = msgspec.convert(given, field.type, strict=False)
        except msgspec.ValidationError as error:
            errors[field.encode_name] = mend(str(error))
    if into.__struct_config__.forbid_unknown_fields:
        known = {field.encode_name for field in fields}
        errors.update({name: UNKNOWN for name in sent if name not in known})
    if errors:
        raise Invalid(fields=errors)
    return into(**values)


def _given(sent: Any, wanted: Any) -> Any:
    many = get_origin(wanted) is list or any(get_origin(a) is list for a in get_args(wanted))
    if isinstance(sent, list) and not many:
        sent = sent[-1] if sent else None
    if isinstance(sent, str):
        sent = line(sent) or None
    if isinstance(sent, list):
        return [line(one) if isinstance(one, str) else one for one in sent if one != ""]
    return [sent] if many and isinstance(sent, str) else sent


def line(text: str) -> str:
    """Return `text` clean and on one line; '' when all of it is invisible."""
    whole = " ".join(clean(text).split())
    return whole if any(c.isprintable() and c != " " for c in whole) else ""


def mend(error: str) -> str:
    """Return what a person should do about msgspec's message, as an English msgid."""
    if TOO_LONG.search(error):
        return "This answer is too long: shorten it."
    if "length >= 1" in error:
        return NEEDED
    if "://" in error:
        return "Write a name here, without any address."
    if "matching regex" in error and "@" in error:
        return "Give an address such as name@example.org."
    if "Invalid enum value" in error:
        return "Choose one of the answers offered."
    return "This answer cannot be read: check it."
