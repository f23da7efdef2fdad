"""A conflict at a door in words for somebody who is tired: what happened, why, and what to do."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from badges.conflicts.queries import ConflictRow
from badges.conflicts.service import FITTING, Decision
from badges.models import ConflictKind, Direction, Outcome
from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import Text, pick

KINDS = {
    ConflictKind.ADMITTED_TWICE: N_("Let in twice"),
    ConflictKind.ADMITTED_AFTER_CANCELLATION: N_("Let in with a ticket that had ended"),
    ConflictKind.ADMITTED_AGAINST_THE_RULES: N_("Let in against the rules"),
    ConflictKind.CLOCK_OFF: N_("Read by a device whose clock is off"),
    ConflictKind.DEVICE_REVOKED: N_("Read by a device that is revoked"),
}
DECISIONS = {
    Decision.SAME_PERSON: N_("The same person, twice"),
    Decision.COPIED_TICKET: N_("A copied ticket: two people"),
    Decision.LET_IN_RIGHTLY: N_("Let in rightly"),
    Decision.LET_IN_WRONGLY: N_("Should not have come in"),
    Decision.TIME_RIGHT: N_("The time is right"),
    Decision.TIME_WRONG: N_("The time is wrong"),
    Decision.IN_OUR_HANDS: N_("The device was in our hands"),
    Decision.IN_STRANGE_HANDS: N_("The device was in strange hands"),
    Decision.TO_BE_LOOKED_AT: N_("To be looked at: stays open"),
}
AGAINST = {
    Outcome.NOT_YET: N_("the list was not open yet"),
    Outcome.TOO_LATE: N_("the list had closed"),
    Outcome.WRONG_DAY: N_("the ticket or the list is not for that day"),
    Outcome.NOT_ON_LIST: N_("the category is not on the list, or a seat is needed"),
    Outcome.WAITING: N_("the registration had no place"),
    Outcome.FORGED: N_("the code was not signed by this forum"),
    Outcome.UNKNOWN: N_("nobody holds this ticket"),
    Outcome.WRONG_EDITION: N_("the ticket is one of another edition"),
    Outcome.CANCELLED: N_("the registration was cancelled"),
    Outcome.REVOKED: N_("the ticket was taken back"),
}
LET_IN = N_("Let in %(passage)s.")
COUNTED_ONCE = N_("Attendance counts one entry, the first.")
COUNTED = N_("Attendance counts the entry: the person was there.")
NOBODY_COUNTED = N_("Attendance counts nobody: the code is nobody's.")
AS_ANY_OTHER = N_("Attendance counts the reading as any other.")
ASK_BOTH = N_(
    "Ask at both gates whether it was one person. If it was not, the ticket was copied: issue a new"
    " one to whom it belongs, and the old one opens nothing any more."
)
STAY_OR_GO = N_(
    "If the person may stay, register them at the desk; if not, have somebody look for them."
)
ASK_GATE = N_(
    "Ask at the gate what they knew. If they were right, correct the rules of the list, so that the"
    " next ones come in without a conflict."
)
SET_CLOCK = N_("Have the device set its clock by the network, and look whether the time matters.")
LOOK_WHETHER_THERE = N_(
    "If the device was in strange hands by then, look whether the person was really there."
)


class Told(Struct, frozen=True, kw_only=True):
    """A conflict in words: what it is called, whose it is, and a sentence or two for each question.

    `who` is '' where the code was nobody's.
    """

    title: str
    who: str
    category: str
    happened: list[str]
    means: str
    mend: str


def decisions(kind: ConflictKind, words: Words) -> dict[str, str]:
    """Return the decisions that a kind takes, in words."""
    return {one.value: words.gettext(DECISIONS[one]) for one in FITTING[kind]}


class Explainer:
    """Explains the conflicts of an edition in one language."""

    def __init__(self, edition: Edition, words: Words) -> None:
        self._edition = edition
        self._words = words

    def told(self, one: ConflictRow) -> Told:
        """Return a conflict in words."""
        happened, means, mend = self._explained(one)
        name = f"{one.given_name} {one.family_name}" if one.reference else ""
        return Told(
            title=self._words.gettext(KINDS[one.kind]),
            who=name,
            category=self._pick(one.category),
            happened=happened,
            means=self._words.gettext(means),
            mend=self._words.gettext(mend),
        )

    def _explained(self, one: ConflictRow) -> tuple[list[str], str, str]:
        match one.kind:
            case ConflictKind.ADMITTED_TWICE:
                return self._twice(one), COUNTED_ONCE, ASK_BOTH
            case ConflictKind.ADMITTED_AFTER_CANCELLATION:
                return self._ended(one), COUNTED, STAY_OR_GO
            case ConflictKind.ADMITTED_AGAINST_THE_RULES:
                means = COUNTED if one.reference else NOBODY_COUNTED
                return self._against(one), means, ASK_GATE
            case ConflictKind.CLOCK_OFF:
                return self._clock(one), AS_ANY_OTHER, SET_CLOCK
            case ConflictKind.DEVICE_REVOKED:
                return self._revoked(one), AS_ANY_OTHER, LOOK_WHETHER_THERE

    def _twice(self, one: ConflictRow) -> list[str]:
        first = N_("Let in a first time %(passage)s.")
        found = []
        if one.other_at is not None:
            passage = self._passage(
                one.other_at,
                self._gate(one.other_gate_name, one.other_gate),
                one.other_device,
                offline=bool(one.other_offline),
            )
            found.append(self._say(first, {"passage": passage}))
        found.append(self._say(N_("Let in again %(passage)s."), {"passage": self._own(one)}))
        return [*found, self._say(self._why_twice(one), {})]

    @staticmethod
    def _why_twice(one: ConflictRow) -> str:
        if one.offline and one.other_offline:
            return N_("Neither device had a network then: neither could know of the other.")
        if one.offline:
            return N_("The second device had no network, and did not know of the first entry.")
        if one.other_offline:
            return N_(
                "The first entry was read without a network: it was not known here yet when the"
                " second came."
            )
        return N_("Both devices showed green before they knew of each other.")

    def _ended(self, one: ConflictRow) -> list[str]:
        found = [self._say(LET_IN, {"passage": self._own(one)})]
        if one.refusal is Outcome.CANCELLED and one.ended_at is not None:
            sentence = N_("The registration had been cancelled on %(when)s.")
            found.append(self._say(sentence, {"when": self._moment(one.ended_at)}))
        elif one.ended_at is not None:
            sentence = N_("The ticket had been taken back on %(when)s.")
            found.append(self._say(sentence, {"when": self._moment(one.ended_at)}))
        elif one.reissued_at is not None:
            sentence = N_("A new ticket had taken its place on %(when)s.")
            found.append(self._say(sentence, {"when": self._moment(one.reissued_at)}))
        else:
            found.append(self._say(N_("A new ticket had taken its place."), {}))
        return [*found, *self._unaware(one)]

    def _unaware(self, one: ConflictRow) -> list[str]:
        if not one.offline:
            return []
        return [self._say(N_("The device had no network, and did not know."), {})]

    def _against(self, one: ConflictRow) -> list[str]:
        reason = AGAINST.get(one.refusal or Outcome.UNKNOWN, AGAINST[Outcome.UNKNOWN])
        values = {"passage": self._own(one), "reason": self._words.gettext(reason)}
        found = [self._say(N_("Let in %(passage)s, although %(reason)s."), values)]
        if one.offline:
            sentence = N_("The device had no network, and went by what it had fetched before.")
            found.append(self._say(sentence, {}))
        return found

    def _clock(self, one: ConflictRow) -> list[str]:
        found = [self._say(LET_IN, {"passage": self._own(one)})]
        if one.scanned_at != one.at:
            values = {"clock": self._moment(one.scanned_at), "at": self._moment(one.at)}
            sentence = N_("The clock of the device said %(clock)s; the reading counts on %(at)s.")
            return [*found, self._say(sentence, values)]
        if one.at == one.received_at:
            sentence = N_("The device told no date to be believed: the reading counts as it came.")
        else:
            sentence = N_("The clock of the device differs from ours: the time may be wrong.")
        return [*found, self._say(sentence, {})]

    def _revoked(self, one: ConflictRow) -> list[str]:
        sentence = N_("Read %(passage)s.")
        if one.outcome is Outcome.ADMITTED:
            sentence = LET_IN
        elif one.direction is Direction.OUT:
            sentence = N_("Read on the way out %(passage)s.")
        found = [self._say(sentence, {"passage": self._own(one)})]
        if one.device_revoked_at is None:
            return found
        values = {
            "revoked": self._moment(one.device_revoked_at),
            "arrived": self._moment(one.received_at),
        }
        told = N_("The device was revoked on %(revoked)s; it handed this over on %(arrived)s.")
        return [*found, self._say(told, values)]

    def _own(self, one: ConflictRow) -> str:
        """Return when, where and by what the scan of a conflict was made."""
        gate = self._gate(one.gate_name, one.gate)
        return self._passage(one.at, gate, one.device, offline=one.offline)

    def _passage(self, at: datetime, gate: str, device: str | None, *, offline: bool) -> str:
        values = {"when": self._moment(at), "gate": gate, "device": device or "?"}
        if offline:
            sentence = N_(
                "on %(when)s, at “%(gate)s”, by the device “%(device)s”, without a network"
            )
            return self._say(sentence, values)
        return self._say(N_("on %(when)s, at “%(gate)s”, by the device “%(device)s”"), values)

    def _gate(self, name: Text | None, slug: str | None) -> str:
        return self._pick(name) or slug or "?"

    def _pick(self, text: Text | None) -> str:
        return pick(text or {}, self._words.language, self._edition.language)

    def _moment(self, at: datetime) -> str:
        return self._words.moment(at, self._edition.zone)

    def _say(self, sentence: str, values: Mapping[str, str]) -> str:
        return self._words.gettext(sentence) % values
