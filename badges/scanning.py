"""Scans: a batch of readings in, an answer for each out, two statements whatever their number."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from badges import deciding, doors, scan_queries
from badges.deciding import (
    MS,
    Claim,
    Found,
    Holder,
    ListRule,
    Place,
    Question,
    Settled,
    Step,
    claim_of,
    milliseconds,
    own_claim,
)
from badges.doors import Doors
from badges.keys import Keyring
from badges.models import (
    Answer,
    Asked,
    ConflictKind,
    Direction,
    NewConflict,
    NewScan,
    Outcome,
    PastScan,
    Presented,
    Reading,
    Scan,
    Tally,
    TokenPayload,
    UnreadScan,
)
from badges.tokens import Forged, normalise
from forum.core.context import Device, Edition
from forum.core.db import Db, retried
from forum.core.ids import READABLE
from forum.core.text import pick

FARTHEST = timedelta(days=366)
"""A device whose clock is off by more has none: its scans count when they arrive."""
OFF = timedelta(minutes=2)
"""A clock that is off by more, without the device knowing it, is a conflict."""
NOTICEABLE_MS = 2000
"""A difference of clocks that a slow network does not explain."""
TRIES = 20

NO_ANSWER_TO = {
    Direction.IN: frozenset({Outcome.LEFT, Outcome.UNDONE}),
    Direction.OUT: frozenset({Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.UNDONE}),
}
LET_IN = frozenset({Outcome.ADMITTED, Outcome.LEFT})
GOOD_FOR_A_KNOWN_ONE = frozenset({None, Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.LEFT})
"""What a device shows where it finds nothing in the way but earlier scans."""

Key = tuple[str, UUID, str]
"""What scans are settled by: list, registration, period."""


class Own(Struct, frozen=True):
    """A scan's id, as one device means it: none takes back what another read."""

    device: UUID
    scan: UUID | None

    @classmethod
    def of(cls, one: "_Read", scan: UUID | None) -> "Own":
        """Return what the device of `one` means by an id."""
        return cls(one.presented.device.id, scan)


class _Read(Struct, frozen=True, kw_only=True):
    """A scan as it was presented, with what its text and its time say without the database."""

    presented: Presented
    at: datetime
    clock_off: bool
    gate: str
    rule: ListRule
    where: Place
    claim: Claim | None
    number: int | None
    reference: str | None

    @property
    def scan(self) -> Scan:
        return self.presented.scan


class _Decided(Struct, frozen=True, kw_only=True):
    """A scan with what became of it; `key` is what it is settled by, None where it is not."""

    read: _Read
    reading: Reading
    outcome: Outcome
    refusal: Outcome | None = None
    key: Key | None = None

    @property
    def id(self) -> UUID:
        return self.read.scan.id


async def scan(
    db: Db,
    device: Device,
    edition: Edition,
    keyring: Keyring,
    scans: Sequence[Scan],
    *,
    at: datetime,
) -> list[Answer]:
    """Record what one device read, see `scan_all`."""
    presented = [Presented(device=device, scan=one) for one in scans]
    known = await doors.read(db, edition)
    return await scan_all(db, edition, known, keyring, presented, at=at)


@retried
async def scan_all(
    db: Db,
    edition: Edition,
    known: Doors,
    keyring: Keyring,
    presented: Sequence[Presented],
    *,
    at: datetime,
) -> list[Answer]:
    """Record what devices of one edition read, and say what each gate must do, in order.

    The same scan id always gets the same outcome, so a device may send again what it is not sure
    arrived. What a device showed by itself stands, with its conflict; what it did not decide is
    decided here, in the order of the batch. What the scans of a person come to is made of all of
    them in the order of their own times (`deciding.settle`), so that any order ends alike.
    """
    read = [_read(one, known, keyring, at) for one in presented]
    asked = [_asked(one, known) for one in read]
    answers: dict[int, Answer] = {}
    remaining = list(range(len(read)))
    for _ in range(TRIES):
        readings = await scan_queries.read_scans(db, edition.id, [asked[n] for n in remaining])
        pairs = list(zip([read[n] for n in remaining], readings, strict=True))
        group = _Group(pairs, known, edition)
        stored = await group.record(db, edition.id, at)
        answers |= {n: group.answer(place) for place, n in enumerate(remaining) if stored[place]}
        remaining = [n for place, n in enumerate(remaining) if not stored[place]]
        if not remaining:
            return [answers[n] for n in range(len(read))]
    raise TimeoutError("other requests kept writing the same check-ins")


async def of_person(db: Db, edition_id: int, registration_id: UUID) -> list[PastScan]:
    """Return what the doors read of one person's ticket, the latest first."""
    return await scan_queries.list_scans(db, edition_id, registration_id)


# What a scan says by itself


def _read(one: Presented, known: Doors, keyring: Keyring, received_at: datetime) -> _Read:
    scan = one.scan
    at, clock_off = _corrected(one, received_at)
    gate = scan.gate if scan.gate in known.rules.gates else one.device.gate
    rule = known.rules.lists[known.rules.gates[gate].check_in_list]
    nothing = None, None, None
    claim, number, reference = (
        nothing if scan.undoes is not None else _said(keyring, scan.token, known.rules.edition)
    )
    return _Read(
        presented=one,
        at=at,
        clock_off=clock_off,
        gate=gate,
        rule=rule,
        where=deciding.place(rule, known.rules.days, milliseconds(at)),
        claim=claim,
        number=number,
        reference=reference,
    )


def _corrected(one: Presented, received_at: datetime) -> tuple[datetime, bool]:
    """Return when a scan was made, to the millisecond, and whether its clock is not to be trusted.

    No scan was made after it arrived.
    """
    offset_ms, skew_ms = one.scan.clock_offset_ms, one.skew_ms
    if offset_ms is None:
        offset_ms = skew_ms if skew_ms is not None and abs(skew_ms) > NOTICEABLE_MS else 0
    said = _shifted(one.scan.scanned_at, offset_ms)
    if said is None or abs(said - received_at) > FARTHEST:
        return _whole(received_at), True
    drifted = skew_ms is not None and abs(offset_ms - skew_ms) > OFF / timedelta(milliseconds=1)
    return _whole(min(said, received_at)), drifted or said > received_at + OFF


def _shifted(instant: datetime, by_ms: int) -> datetime | None:
    try:
        return instant.astimezone(UTC) + timedelta(milliseconds=by_ms)
    except OverflowError:
        return None


def _whole(instant: datetime) -> datetime:
    return datetime.fromtimestamp(milliseconds(instant) / MS, UTC)


def _said(
    keyring: Keyring, token: str, edition_id: int
) -> tuple[Claim | None, int | None, str | None]:
    """Return what a text claims: by its token a claim and a ticket's number, or a reference."""
    text = normalise(token)
    try:
        payload: TokenPayload = keyring.read(text)
    except Forged as error:
        looks_signed = error.reason not in ("length", "alphabet")
        return None, None, None if looks_signed else (_reference(text) or "")
    ours = payload.edition == edition_id
    return claim_of(payload), payload.ticket if ours else None, None


def _reference(text: str) -> str | None:
    """Return the reference that somebody typed, as it is stored; None for what is none."""
    plain = text.replace("-", "")
    if len(plain) != 8 or not set(plain) <= set(READABLE):  # noqa: PLR2004 -- as `Ids.reference`
        return None
    return f"{plain[:4]}-{plain[4:]}"


def _asked(one: _Read, known: Doors) -> Asked:
    window = one.where.window
    return Asked(
        id=one.scan.id,
        device_id=one.presented.device.id,
        number=one.number,
        reference=one.reference or None,
        check_in_list=one.rule.slug,
        period=one.where.period,
        session_id=known.session_id(window.session) if window is not None and window.seat else None,
        undoes=one.scan.undoes,
    )


def _holder(reading: Reading, one: _Read) -> Holder | None:
    """Return the bearer of a ticket as `deciding` knows them."""
    if reading.registration_id is None or reading.status is None:
        return None
    window = one.where.window
    held = reading.seated and window is not None and window.session is not None
    return Holder(
        status="cancelled" if reading.status == "refused" else reading.status,
        category=reading.category_number or 0,
        days=reading.days or 0,
        revision=reading.revision or 0,
        ended_at=None if reading.revoked_at is None else milliseconds(reading.revoked_at),
        replaced_at=None if reading.reissued_at is None else milliseconds(reading.reissued_at),
        seats=[window.session] if held and window and window.session is not None else [],
    )


# What a group of scans comes to


class _Group:
    """Scans that are decided and stored together, with what was read about each."""

    def __init__(
        self, pairs: Sequence[tuple[_Read, Reading]], known: Doors, edition: Edition
    ) -> None:
        self._pairs = pairs
        self._known = known
        self._edition = edition
        self._steps: dict[Key, dict[UUID, Step]] = {}
        self._writes: dict[Key, int] = {}
        self._keys: dict[Own, Key] = {}
        self._touched: set[Key] = set()
        self._settled: dict[Key, Settled] = {}
        for one, reading in pairs:
            self._know(one, reading)
        self._undone = {Own.of(one, one.scan.undoes) for one, _ in pairs}
        firsts: dict[UUID, _Decided] = {}
        self._decided = [
            firsts.get(one.scan.id) or firsts.setdefault(one.scan.id, self._decide(one, reading))
            for one, reading in pairs
        ]

    def _know(self, one: _Read, reading: Reading) -> None:
        """Take what was read about one scan; each reading leaves out its own scan alone."""
        key = _key(one, reading)
        if key is None:
            return
        steps = map(_stored_step, reading.steps or [])
        self._steps.setdefault(key, {}).update((step.id, step) for step in steps)
        self._writes[key] = reading.writes
        self._keys[Own.of(one, one.scan.id)] = key

    def _rule(self, key: Key) -> ListRule:
        return self._known.rules.lists[key[0]]

    def _decide(self, one: _Read, reading: Reading) -> _Decided:
        """Decide on one scan, and take it into account for those after it."""
        if one.scan.undoes is not None and reading.answered is None:
            return self._undo(one, reading)
        key, shown = _key(one, reading), _shown(one.scan)
        tells_more = key is not None and shown not in (None, reading.answered)
        if reading.answered is not None and (reading.offline or not tells_more):
            return _Decided(read=one, reading=reading, outcome=reading.answered)
        refused = self._refusal(one, reading)
        outcome = shown or refused
        if outcome is None and key is not None:
            outcome = self._at_gate(one, key)
        if outcome is None:
            raise AssertionError("whoever is refused nothing is somebody")
        if shown not in GOOD_FOR_A_KNOWN_ONE:
            refused = shown
        if key is None or not (refused is None or outcome in LET_IN):
            return _Decided(read=one, reading=reading, outcome=outcome, refusal=refused)
        self._touched.add(key)
        if not reading.undone and Own.of(one, one.scan.id) not in self._undone:
            self._steps[key][one.scan.id] = _step(one, outcome, refused)
        return _Decided(read=one, reading=reading, outcome=outcome, refusal=refused, key=key)

    def _undo(self, one: _Read, reading: Reading) -> _Decided:
        """Take a scan of the same device back; one that is not there yet will count for nothing."""
        key = self._keys.get(Own.of(one, one.scan.id)) or self._keys.get(
            Own.of(one, one.scan.undoes)
        )
        if key is not None and one.scan.undoes is not None:
            self._touched.add(key)
            self._steps[key].pop(one.scan.undoes, None)
        return _Decided(read=one, reading=reading, outcome=Outcome.UNDONE, key=key)

    def _refusal(self, one: _Read, reading: Reading) -> Outcome | None:
        if isinstance(one.scan, UnreadScan) or one.reference == "":
            return Outcome.UNKNOWN
        holder = _holder(reading, one)
        claim = one.claim
        if one.reference is not None:
            if holder is None:
                return Outcome.UNKNOWN
            claim = own_claim(holder, self._edition.id)
        question = Question(
            rules=self._known.rules,
            gate=one.gate,
            at=milliseconds(one.at),
            direction=one.scan.direction,
            claim=claim,
            holder=holder,
        )
        return deciding.refusal(question, one.where)

    def _at_gate(self, one: _Read, key: Key) -> Outcome:
        if one.scan.direction is Direction.OUT:
            return Outcome.LEFT
        rule = self._rule(key)
        standing = deciding.settle(self._steps[key].values(), rule).standing
        return Outcome.ADMITTED if deciding.admits(rule, standing) else Outcome.ALREADY_IN

    async def record(self, db: Db, edition_id: int, at: datetime) -> list[bool]:
        """Store what is new; say of each scan whether its answer stands."""
        self._settled = {
            key: deciding.settle(self._steps[key].values(), self._rule(key))
            for key in sorted(self._touched)
        }
        fresh = {
            one.id: one
            for one in self._decided
            if one.reading.answered is None or one.key is not None
        }
        if not fresh:
            return [True] * len(self._decided)
        stored = await scan_queries.record_scans(
            db,
            edition_id,
            [_new_scan(one) for one in fresh.values()],
            [self._tally(key, settled) for key, settled in self._settled.items()],
            list(self._conflicts(fresh.values())),
            at,
        )
        done = {one.id for one in stored}
        return [one.id in done or one.id not in fresh for one in self._decided]

    def _tally(self, key: Key, settled: Settled) -> Tally:
        first = settled.first
        return Tally(
            check_in_list=key[0],
            registration_id=key[1],
            period=key[2],
            scan_id=first.id if first else None,
            gate=first.gate if first else None,
            at=_instant(first.at) if first else None,
            inside=settled.standing.inside,
            entries=settled.entries,
            last_at=_instant(settled.last_at) if settled.last_at is not None else None,
            writes=self._writes[key],
        )

    def _conflicts(self, fresh: Iterable[_Decided]) -> Iterable[NewConflict]:
        for key, settled in self._settled.items():
            for one in settled.conflicts:
                yield NewConflict(
                    scan_id=one.scan,
                    kind=one.kind,
                    other_scan_id=one.other,
                    check_in_list=key[0],
                    registration_id=key[1],
                    period=key[2],
                )
        for decided in fresh:
            for kind in _conflicts_alone(decided):
                yield NewConflict(
                    scan_id=decided.id, kind=kind, registration_id=decided.reading.registration_id
                )

    def answer(self, place: int) -> Answer:
        """Return the answer to the scan at this place of the group."""
        one, reading = self._pairs[place]
        decided = self._decided[place]
        if reading.registration_id is None:
            unread = decided.outcome is Outcome.UNKNOWN and isinstance(one.scan, UnreadScan)
            flaw = one.scan.flaw if unread and isinstance(one.scan, UnreadScan) else None
            return Answer(id=one.scan.id, outcome=decided.outcome, detail=flaw)
        conflict = self._conflict_of(decided)
        earlier = self._earlier(one, reading, decided, conflict)
        return Answer(
            id=one.scan.id,
            outcome=decided.outcome,
            name=f"{reading.given_name} {reading.family_name}",
            category=pick(reading.category_name or {}, self._edition.language),
            at=_instant(earlier.at) if earlier else None,
            gate=earlier.gate if earlier else None,
            conflict=conflict.kind if conflict else reading.conflict,
        )

    def _conflict_of(self, one: _Decided) -> Found | None:
        settled = self._settled.get(one.key) if one.key is not None else None
        found = settled.conflicts if settled is not None else []
        return next((each for each in found if each.scan == one.id), None)

    def _earlier(
        self, one: _Read, reading: Reading, decided: _Decided, conflict: Found | None
    ) -> Step | None:
        """Return the entry with which an `already_in`, or a second admission, clashes."""
        again = decided.outcome is Outcome.ALREADY_IN
        twice = conflict is not None and conflict.kind is ConflictKind.ADMITTED_TWICE
        if not again and not twice:
            return None
        key = _key(one, reading)
        if key is None:
            return None
        others = [step for step in self._steps[key].values() if step.id != one.scan.id]
        return deciding.settle(others, self._rule(key)).first


def _shown(scan: Scan) -> Outcome | None:
    """Return what a device decided by itself; None where it left that to us, or said no sense."""
    sense = scan.shown not in NO_ANSWER_TO[scan.direction]
    return scan.shown if sense and not isinstance(scan, UnreadScan) else None


def _key(one: _Read, reading: Reading) -> Key | None:
    """Return what a scan is settled by: one that undoes another by what that counts for."""
    if reading.registration_id is None or isinstance(one.scan, UnreadScan):
        return None
    if reading.check_in_list is None or reading.period is None:
        return None
    return reading.check_in_list, reading.registration_id, reading.period


def _step(one: _Read, outcome: Outcome, refusal: Outcome | None) -> Step:
    return Step(
        id=one.scan.id,
        at=milliseconds(one.at),
        device=one.presented.device.id,
        seq=one.scan.seq,
        direction=one.scan.direction,
        gate=one.gate,
        let_in=outcome in (Outcome.ADMITTED, Outcome.LEFT),
        refusal=refusal,
    )


def _stored_step(row: Sequence[object]) -> Step:
    scan_id, at, device, seq, direction, gate, let_in, refusal = row
    return Step(
        id=UUID(str(scan_id)),
        at=int(str(at)),
        device=UUID(str(device)),
        seq=int(str(seq)),
        direction=Direction(str(direction)),
        gate=str(gate),
        let_in=bool(let_in),
        refusal=None if refusal is None else Outcome(str(refusal)),
    )


def _new_scan(one: _Decided) -> NewScan:
    read, scan = one.read, one.read.scan
    session = read.where.window.session if read.where.window is not None else None
    key = one.key
    return NewScan(
        id=scan.id,
        device_id=read.presented.device.id,
        gate=read.gate,
        direction=scan.direction,
        registration_id=one.reading.registration_id,
        scanned_at=_told(scan, read.at),
        at=read.at,
        seq=scan.seq,
        clock_offset_ms=scan.clock_offset_ms,
        check_in_list=key[0] if key is not None else read.rule.slug,
        period=key[2] if key is not None else read.where.period,
        session=session,
        offline=scan.shown is not None,
        outcome=one.outcome,
        refusal=one.refusal,
        undoes=scan.undoes,
        counts=key is not None,
    )


def _told(scan: Scan, at: datetime) -> datetime:
    """Return the time that a device told, or the one that is believed where that is no date."""
    return scan.scanned_at if abs(scan.scanned_at - at) <= FARTHEST else at


def _conflicts_alone(one: _Decided) -> Iterable[ConflictKind]:
    """Yield what is wrong with a scan whatever the others are: its clock, its device."""
    if one.reading.answered is not None:
        return
    let_in = one.outcome is Outcome.ADMITTED
    if let_in and one.read.clock_off:
        yield ConflictKind.CLOCK_OFF
    if one.read.presented.device.revoked:
        yield ConflictKind.DEVICE_REVOKED
    if let_in and one.key is None:
        yield ConflictKind.ADMITTED_AGAINST_THE_RULES


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / MS, UTC)
