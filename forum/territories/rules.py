"""Decisions on organisations: values in, a decision out."""

import re

from stdnum.fr import siren, siret

from forum.core.i18n import N_
from forum.territories.models import Organisation
from forum.territories.searching import Index, words_of

NUMBER = re.compile(r"^(?:siret|siren)?[\s:-]*([0-9\s.]+)$", re.IGNORECASE)
SIRET_DIGITS, SIREN_DIGITS = 14, 9


def number_of(text: str) -> str | None:
    """Return the digits of a right SIRET (14) or SIREN (9); None for any other text."""
    digits = _digits(text)
    right = (len(digits) == SIRET_DIGITS and siret.is_valid(digits)) or (
        len(digits) == SIREN_DIGITS and siren.is_valid(digits)
    )
    return digits if right else None


def _digits(text: str) -> str:
    found = NUMBER.match(text)
    return re.sub(r"\D", "", found[1]) if found else ""


def mistakes(name: object) -> dict[str, str]:
    """Return what is wrong with the name of an organisation, by field: a SIRET mistyped."""
    if isinstance(name, str) and len(_digits(name)) == SIRET_DIGITS and number_of(name) is None:
        return {"organisation": N_("This is no SIRET: check its digits, or write the name.")}
    return {}


def settle(index: Index, name: str | None, code: str | None) -> Organisation:
    """Return an organisation as it is stored, from what was typed and the code sent, if any.

    The code of a territory counts only with the name that goes with it: who chose a commune and
    then wrote something else meant that. A SIRET or SIREN in place of the name becomes the name of
    its commune or EPCI, or is written in groups. Any other text stays as it is, with a code when
    it can mean one territory only.
    """
    if not name:
        return Organisation(name=None)
    if digits := number_of(name):
        known = index.find_siren(digits[:SIREN_DIGITS])
        shown = _grouped(digits) if known is None else index.suggestion(known).name
        return Organisation(name=shown, code=_numbered(index, digits))
    if code and (digits := number_of(code)):
        return Organisation(name=name, code=_numbered(index, digits))
    chosen = index.find(code) if code else None
    if chosen is not None and words_of(name) in {
        words_of(chosen.name),
        words_of(index.suggestion(chosen).name),
    }:
        return Organisation(name=name, code=chosen.code)
    meant = index.resolve(name)
    return Organisation(name=name, code=meant.code if meant else None)


def _numbered(index: Index, digits: str) -> str:
    known = index.find_siren(digits[:SIREN_DIGITS])
    kind = "SIRET" if len(digits) == SIRET_DIGITS else "SIREN"
    return f"{kind}-{digits}" if known is None else known.code


def _grouped(digits: str) -> str:
    kind = "SIRET" if len(digits) == SIRET_DIGITS else "SIREN"
    groups = [digits[:3], digits[3:6], digits[6:9], digits[9:]]
    return " ".join([kind, *filter(None, groups)])
