"""Decisions on organisations: values in, a decision out."""

import re

from stdnum.fr import siren, siret

from forum.core.errors import Invalid
from forum.territories.models import Organisation
from forum.territories.searching import Index, words_of

NUMBER = re.compile(r"^(?:siret|siren)?[\s:]*([\d\s.]+)$", re.IGNORECASE)
SIRET_DIGITS, SIREN_DIGITS = 14, 9


def settle(index: Index, name: str | None, code: str | None) -> Organisation:
    """Return an organisation as it is stored, from what was typed and the code chosen, if any.

    A code counts only with the name that goes with it: who chose a commune and then wrote something
    else meant that. A SIRET or SIREN becomes the name of its commune or EPCI, or is written in
    groups. Any other text stays as it is, with a code when it can mean one territory only.

    Raises:
        Invalid: fourteen digits that are no SIRET.
    """
    if not name:
        return Organisation(name=None)
    if number := NUMBER.match(name):
        digits = re.sub(r"\D", "", number[1])
        if len(digits) in {SIRET_DIGITS, SIREN_DIGITS}:
            return _numbered(index, name, digits)
    chosen = index.find(code) if code else None
    if chosen is not None and words_of(name) in {
        words_of(chosen.name),
        words_of(index.suggestion(chosen).name),
    }:
        return Organisation(name=name, code=chosen.code)
    meant = index.resolve(name)
    return Organisation(name=name, code=meant.code if meant else None)


def _numbered(index: Index, name: str, digits: str) -> Organisation:
    whole = len(digits) == SIRET_DIGITS
    if whole and not siret.is_valid(digits):
        raise Invalid(
            fields={"organisation": "This is no SIRET: check its digits, or write the name."}
        )
    if not whole and not siren.is_valid(digits):
        return Organisation(name=name)
    known = index.find_siren(digits[:SIREN_DIGITS])
    if known is not None:
        return Organisation(name=index.suggestion(known).name, code=known.code)
    kind = "SIRET" if whole else "SIREN"
    groups = [digits[:3], digits[3:6], digits[6:9], digits[9:]]
    return Organisation(name=" ".join([kind, *filter(None, groups)]), code=f"{kind}-{digits}")
