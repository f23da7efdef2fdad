"""What a group of scans comes to: each decided, and all of a person settled together. No I/O."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from badges.doors import deciding
from badges.doors.deciding import Holder, ListRule, Question, Settled, Step, milliseconds, own_claim
from badges.doors.doors import Doors
from badges.models import (
    Answer,
    ConflictKind,
    Direction,
    NewConflict,
    NewScan,
    Outcome,
    Reading,
    Tally,
    UnreadScan,
)
from badges.scans.clocks import instant, told
from badges.scans.presented import Own, ReadScan
from forum.core.context import Edition
from forum.core.text import pick

LET_IN = frozenset({Outcome.ADMITTED, Outcome.LEFT})
NOTHING_IN_THE_WAY = frozenset({Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.LEFT})
"""What is answered where the rules forbid nothing; earlier scans may."""
WORST_FIRST = list(ConflictKind)

Key = tuple[str, UUID, str]
"""What scans are settled by: list, registration, period."""
Pair = tuple[ReadScan, Reading]


class Decided(Struct, frozen=True, kw_only=True):
    """A scan with what became of it; `key` is what is settled anew with it, None where nothing is.

    One that is `fresh` is to be stored: it is new, or tells now what it did not before.
    """

    read: ReadScan
    reading: Reading
    outcome: Outcome
    refusal: Outcome | None = None
    key: Key | None = None
    fresh: bool = True

    @property
    def id(self) -> UUID:
        """The scan's id."""
        return self.read.scan.id


class Changes(Struct, frozen=True, kw_only=True):
    """What is to be stored of a group: its new scans, and what they come to."""

    scans: list[NewScan]
    tallies: list[Tally]
    conflicts: list[NewConflict]


class Group:
    """Scans that are decided and stored together, with what was read about each."""

    def __init__(
        self, pairs: Sequence[Pair], known: Doors, edition: Edition, received_at: datetime
    ) -> None:
        self._known = known
        self._edition = edition
        self._received_at = received_at
        self._steps: dict[Key, dict[UUID, Step]] = {}
        self._writes: dict[Key, int] = {}
        self._keys: dict[Own, Key] = {}
        self._touched: dict[Key, None] = {}
        self._taken_back = {one.taken_back for one, _ in pairs if one.taken_back}
        for one, reading in pairs:
            self._know(one, reading)
        by_id = {
            one.scan.id: self._decide(one, reading)
            for one, reading in sorted(_each(pairs), key=_turn)
        }
        self._decided = [by_id[one.scan.id] for one, _ in pairs]
        self._settled = {key: self._settle(key) for key in self._touched}

    @property
    def undoes_unknown(self) -> bool:
        """Whether it takes back what is not there: another request may be storing just that."""
        return any(
            one.fresh and one.outcome is Outcome.UNDONE and one.key is None for one in self._decided
        )

    def _know(self, one: ReadScan, reading: Reading) -> None:
        """Take what was read about one scan; each reading leaves out its own scan alone."""
        key = _key(one, reading)
        if key is None:
            return
        steps = self._steps.setdefault(key, {})
        if reading.steps:
            steps.update((step.id, step) for step in map(_stored_step, reading.steps))
        self._writes[key] = reading.writes
        if self._taken_back:
            self._keys[one.own] = key

    def _decide(self, one: ReadScan, reading: Reading) -> Decided:
        """Decide on one scan, and take it into account for those after it."""
        if reading.answered is None:
            return self._undo(one, reading) if one.scan.undoes else self._judge(one, reading)
        if _amends(one, reading) and reading.at is not None:
            return self._judge(one.made_at(reading.at, self._known), reading)
        return Decided(read=one, reading=reading, outcome=reading.answered, fresh=False)

    def _undo(self, one: ReadScan, reading: Reading) -> Decided:
        """Take a scan of the same device back; one that is not there yet will count for nothing."""
        key, undone = _key(one, reading), one.taken_back
        if key is None and undone is not None:
            key = self._keys.get(undone)
        if key is not None and undone is not None:
            self._touched[key] = None
            self._steps[key].pop(undone[1], None)
        return Decided(read=one, reading=reading, outcome=Outcome.UNDONE, key=key)

    def _judge(self, one: ReadScan, reading: Reading) -> Decided:
        """Say what becomes of a scan: what its device showed, else what the rules say.

        What a device refused was not let in, whatever the rules say of it.
        """
        key, shown = _key(one, reading), one.shown
        refusal = self._refusal(one, reading)
        outcome = shown or refusal or self._at_gate(one, key)
        if shown is not None and shown not in NOTHING_IN_THE_WAY:
            refusal = shown
        counts = key is not None and (refusal is None or outcome in LET_IN)
        if key is None or not (counts or reading.answered):
            return Decided(read=one, reading=reading, outcome=outcome, refusal=refusal)
        self._touched[key] = None
        self._steps[key].pop(one.scan.id, None)
        if counts and not (reading.undone or one.own in self._taken_back):
            self._steps[key][one.scan.id] = _step(one, outcome, refusal)
        return Decided(read=one, reading=reading, outcome=outcome, refusal=refusal, key=key)

    def _refusal(self, one: ReadScan, reading: Reading) -> Outcome | None:
        """Say why the rules do not let in, as things stood at the time of the scan.

        A device that leaves the decision to us has somebody in front of it: whoever was cancelled
        since the time that it tells does not pass.
        """
        said = one.said
        if isinstance(one.scan, UnreadScan) or said.reference == "":
            return Outcome.UNKNOWN
        holder = _holder(one, reading)
        claim = said.claim
        if said.reference is not None:
            if holder is None:
                return Outcome.UNKNOWN
            claim = own_claim(holder, self._edition.id)
        question = Question(
            rules=self._known.rules,
            gate=one.gate,
            at=one.at_ms if one.shown else milliseconds(self._received_at),
            direction=one.scan.direction,
            claim=claim,
            holder=holder,
        )
        return deciding.refusal(question, one.where)

    def _at_gate(self, one: ReadScan, key: Key | None) -> Outcome:
        """Decide on somebody in whose way nothing stands but earlier scans."""
        if key is None:
            raise AssertionError("whoever is refused nothing is somebody")
        if one.scan.direction is Direction.OUT:
            return Outcome.LEFT
        standing = self._settle(key).standing
        return (
            Outcome.ADMITTED if deciding.admits(self._rule(key), standing) else Outcome.ALREADY_IN
        )

    def _rule(self, key: Key) -> ListRule:
        return self._known.rules.lists[key[0]]

    def _settle(self, key: Key, *, without: UUID | None = None) -> Settled:
        steps: Iterable[Step] = self._steps[key].values()
        if without is not None:
            steps = (step for step in steps if step.id != without)
        return deciding.settle(steps, self._rule(key))

    # What is stored

    @property
    def changes(self) -> Changes:
        """All that is to be stored."""
        fresh = {one.id: one for one in self._decided if one.fresh}
        places = {key: place for place, key in enumerate(self._settled)}
        return Changes(
            scans=[
                _new_scan(one, places.get(one.key) if one.key else None) for one in fresh.values()
            ],
            tallies=[self._tally(key, settled) for key, settled in self._settled.items()],
            conflicts=[*self._conflicts(places), *_conflicts_alone(fresh.values())],
        )

    def stands(self, stored: Collection[UUID]) -> list[bool]:
        """Say of each scan whether its answer stands, now that these were stored."""
        return [one.id in stored or not one.fresh for one in self._decided]

    def _tally(self, key: Key, settled: Settled) -> Tally:
        first, last_at = settled.first, settled.last_at
        return Tally(
            check_in_list=key[0],
            registration_id=key[1],
            period=key[2],
            scan_id=first.id if first else None,
            gate=first.gate if first else None,
            at=instant(first.at) if first else None,
            inside=settled.standing.inside,
            entries=settled.entries,
            last_at=None if last_at is None else instant(last_at),
            writes=self._writes[key],
        )

    def _conflicts(self, places: dict[Key, int]) -> Iterator[NewConflict]:
        for key, settled in self._settled.items():
            for one in settled.conflicts:
                yield NewConflict(
                    scan_id=one.scan,
                    kind=one.kind,
                    other_scan_id=one.other,
                    registration_id=key[1],
                    tally=places[key],
                )

    # What is answered

    def answer(self, place: int) -> Answer:
        """Return the answer to the scan at this place; a revoked device is told no name."""
        decided = self._decided[place]
        reading, scan = decided.reading, decided.read.scan
        conflict = self._worst(decided) if decided.fresh else reading.conflict
        if reading.registration_id is None:
            unread = isinstance(scan, UnreadScan) and decided.outcome is Outcome.UNKNOWN
            return Answer(
                id=scan.id,
                outcome=decided.outcome,
                detail=scan.flaw if unread and isinstance(scan, UnreadScan) else None,
                conflict=conflict,
            )
        if decided.read.device.revoked:
            return Answer(id=scan.id, outcome=decided.outcome, conflict=conflict)
        earlier = self._earlier(decided, conflict)
        return Answer(
            id=scan.id,
            outcome=decided.outcome,
            name=f"{reading.given_name} {reading.family_name}",
            category=pick(reading.category_name or {}, self._edition.language),
            at=instant(earlier.at) if earlier else None,
            gate=earlier.gate if earlier else None,
            conflict=conflict,
        )

    def _worst(self, one: Decided) -> ConflictKind | None:
        settled = self._settled.get(one.key) if one.key is not None else None
        kinds = [*_wrong_alone(one)]
        if settled is not None and settled.conflicts:
            kinds += [found.kind for found in settled.conflicts if found.scan == one.id]
        return min(kinds, key=WORST_FIRST.index, default=None)

    def _earlier(self, one: Decided, conflict: ConflictKind | None) -> Step | None:
        """Return the entry with which an `already_in`, or a second admission, clashes."""
        again = one.outcome is Outcome.ALREADY_IN or conflict is ConflictKind.ADMITTED_TWICE
        key = _key(one.read, one.reading)
        return self._settle(key, without=one.id).first if again and key is not None else None


def _each(pairs: Sequence[Pair]) -> Iterable[Pair]:
    """Return each scan once: where a device tells it twice, the one that says what it showed."""
    found: dict[UUID, Pair] = {}
    for pair in pairs:
        before = found.setdefault(pair[0].scan.id, pair)[0]
        if before.own == pair[0].own and before.shown is None and pair[0].shown is not None:
            found[before.scan.id] = pair
    return found.values()


def _turn(pair: Pair) -> tuple[bool, datetime]:
    """Return what orders scans that come together: what takes back others first, then by time."""
    return pair[0].scan.undoes is None, pair[0].at


def _key(one: ReadScan, reading: Reading) -> Key | None:
    """Return what a scan is settled by: one that undoes another by what that counts for."""
    if reading.registration_id is None or isinstance(one.scan, UnreadScan):
        return None
    if reading.check_in_list is None or reading.period is None:
        return None
    return reading.check_in_list, reading.registration_id, reading.period


def _amends(one: ReadScan, reading: Reading) -> bool:
    """Say whether a device tells what it showed of a scan that it left to us before."""
    left_to_us = reading.own and not reading.offline and reading.answered is not Outcome.UNDONE
    return one.shown is not None and left_to_us


def _holder(one: ReadScan, reading: Reading) -> Holder | None:
    """Return the bearer of a ticket as `deciding` knows them; who was refused never had a place."""
    if reading.registration_id is None or reading.status is None:
        return None
    window = one.where.window
    seats = [window.session] if window and window.session is not None and reading.seated else []
    return Holder(
        status="cancelled" if reading.status == "refused" else reading.status,
        category=reading.category_number or 0,
        days=reading.days or 0,
        revision=reading.revision or 0,
        ended_at=None if reading.revoked_at is None else milliseconds(reading.revoked_at),
        replaced_at=None if reading.reissued_at is None else milliseconds(reading.reissued_at),
        seats=seats,
    )


def _step(one: ReadScan, outcome: Outcome, refusal: Outcome | None) -> Step:
    return Step(
        id=one.scan.id,
        at=one.at_ms,
        device=one.device.id,
        seq=one.scan.seq,
        direction=one.scan.direction,
        gate=one.gate,
        let_in=outcome in LET_IN,
        refusal=refusal,
    )


def _stored_step(row: Sequence[Any]) -> Step:
    scan_id, at, device, seq, direction, gate, let_in, refusal = row
    return Step(
        id=UUID(scan_id),
        at=at,
        device=UUID(device),
        seq=seq,
        direction=Direction(direction),
        gate=gate,
        let_in=let_in,
        refusal=None if refusal is None else Outcome(refusal),
    )


def _new_scan(one: Decided, tally: int | None) -> NewScan:
    """Return the row of a scan; one that undoes another says nothing of whom, that one does."""
    read, scan = one.read, one.read.scan
    window, undoes = read.where.window, scan.undoes is not None
    reading = one.reading
    return NewScan(
        id=scan.id,
        device_id=read.device.id,
        gate=read.gate,
        direction=scan.direction,
        registration_id=None if undoes else reading.registration_id,
        scanned_at=told(scan.scanned_at, read.at),
        at=read.at,
        seq=scan.seq,
        clock_offset_ms=scan.clock_offset_ms,
        check_in_list=None if undoes else reading.check_in_list,
        period=None if undoes else reading.period,
        session=None if undoes or window is None else window.session,
        offline=read.shown is not None,
        outcome=one.outcome,
        refusal=one.refusal,
        undoes=scan.undoes,
        undone=reading.undone,
        amends=reading.answered is not None,
        tally=tally,
    )


def _conflicts_alone(fresh: Iterable[Decided]) -> Iterator[NewConflict]:
    for one in fresh:
        for kind in _wrong_alone(one):
            yield NewConflict(
                scan_id=one.id, kind=kind, registration_id=one.reading.registration_id
            )


def _wrong_alone(one: Decided) -> Iterator[ConflictKind]:
    """Yield what is wrong with a scan whatever the others are: its clock, its device."""
    let_in = one.outcome is Outcome.ADMITTED
    if let_in and one.key is None:
        yield ConflictKind.ADMITTED_AGAINST_THE_RULES
    if let_in and one.read.clock_off:
        yield ConflictKind.CLOCK_OFF
    if one.read.device.revoked:
        yield ConflictKind.DEVICE_REVOKED
