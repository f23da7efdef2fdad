"""Conflicts: every kind made by real scans, explained word for word, settled and taken back."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from badges.conflicts import service as conflicts
from badges.conflicts.service import ConflictChanged, ConflictNotFound, Decision, Wanted
from badges.conflicts.words import Explainer, decisions
from badges.doors import doors, lists
from badges.models import ConflictKind, Direction, Outcome, Presented
from badges.scans import scanning
from forum.core.errors import Invalid
from forum.core.i18n import words
from tests.factories import DURING, NOON, scan

BY = {"actor": "organiser:test"}
LATER = DURING + timedelta(minutes=2)
EVENING = DURING + timedelta(hours=8)
N = "\u00a0"


@pytest.fixture
async def read(site, edition):
    """Hand over what devices read, as they do when the network is back."""

    async def scans(*presented, at=EVENING):
        async with site.pool.acquire() as db:
            known = await doors.read(db, edition)
            return await scanning.scan_all(db, edition, known, site.keyring, list(presented), at=at)

    return scans


def alone(device, token, *, at=DURING, shown=Outcome.ADMITTED, **given):
    """Return what a device read, and decided, without a network."""
    return Presented(device=device, scan=scan(token, at=at, shown=shown, **given))


async def told(site, edition, language="en"):
    """Return each open conflict in words, in order of its scan."""
    async with site.pool.acquire() as db:
        found = await conflicts.listed(db, edition.id, Wanted())
    explainer = Explainer(edition, words(language))
    return [explainer.told(one) for one in sorted(found.items, key=lambda one: one.at)]


async def one_told(site, edition, language="en"):
    [one] = await told(site, edition, language)
    return one


async def named(site, edition, name):
    """Return a device of that name at the main gate."""
    device, _ = await site.device(edition)
    await site.value("update device set name = $2 where id = $1", device.id, name)
    return device


@pytest.fixture
async def phones(site, edition):
    return await named(site, edition, "Phone A"), await named(site, edition, "Phone B")


@pytest.fixture
async def person(site, edition):
    return await site.register(edition, given_name="Zoé", family_name="Lefèvre")


# Every kind, in words


async def test_let_in_twice_by_two_devices_without_a_network(site, edition, phones, person, read):
    await read(
        alone(phones[0], person.token),
        alone(phones[1], person.token, at=LATER, gate="garden"),
    )
    one = await one_told(site, edition)
    assert (one.title, one.who, one.category) == ("Let in twice", "Zoé Lefèvre", "Elected official")
    assert one.happened == [
        (
            "Let in a first time on Tuesday 23 March at 10:00, at “Entrance”, by the device “Phone"
            " A”, without a network."
        ),
        (
            "Let in again on Tuesday 23 March at 10:02, at “Jardin”, by the device “Phone B”,"
            " without a network."
        ),
        "Neither device had a network then: neither could know of the other.",
    ]
    assert one.means == "Attendance counts one entry, the first."
    assert one.mend.startswith("Ask at both gates whether it was one person.")
    french = await one_told(site, edition, "fr")
    assert (french.title, french.category) == ("Entrée deux fois", "Élu")
    assert french.happened == [
        (
            f"Entrée une première fois le mardi 23 mars à 10{N}h, à la porte «{N}Entrée{N}», par"
            f" l’appareil «{N}Phone A{N}», sans réseau."
        ),
        (
            f"Entrée de nouveau le mardi 23 mars à 10{N}h{N}02, à la porte «{N}Jardin{N}», par"
            f" l’appareil «{N}Phone B{N}», sans réseau."
        ),
        (
            f"Aucun des deux appareils n’avait alors de réseau{N}: aucun ne pouvait savoir pour"
            " l’autre."
        ),
    ]
    assert french.means == "La présence compte une seule entrée, la première."
    assert await site.gates(edition) == {"main": 1, "garden": 1, "dinner": 0}


@pytest.mark.parametrize(
    ("first", "second", "why", "pourquoi"),
    [
        (
            None,
            Outcome.ADMITTED,
            "The second device had no network, and did not know of the first entry.",
            "Le second appareil n’avait pas de réseau, et ne savait rien de la première entrée.",
        ),
        (
            Outcome.ADMITTED,
            None,
            (
                "The first entry was read without a network: it was not known here yet when the"
                " second came."
            ),
            (
                f"La première entrée a été lue sans réseau{N}: elle n’était pas encore connue ici"
                " quand la seconde est venue."
            ),
        ),
    ],
)
async def test_let_in_twice_by_one_device_without_a_network(
    site, edition, phones, person, read, first, second, why, pourquoi
):
    early = alone(phones[0], person.token, shown=first)
    late = alone(phones[1], person.token, at=LATER, shown=second)
    for one in sorted([early, late], key=lambda each: each.scan.shown is not None):
        await read(one)
    assert (await one_told(site, edition)).happened[2] == why
    assert (await one_told(site, edition, "fr")).happened[2] == pourquoi


async def test_let_in_after_the_registration_was_cancelled(site, edition, phones, person, read):
    site.clock.at = NOON
    await site.cancel(edition, person)
    await read(alone(phones[0], person.token))
    one = await one_told(site, edition)
    assert one.title == "Let in with a ticket that had ended"
    when = words("en").moment(NOON, edition.zone)
    assert one.happened == [
        (
            "Let in on Tuesday 23 March at 10:00, at “Entrance”, by the device “Phone A”, without a"
            " network."
        ),
        f"The registration had been cancelled on {when}.",
        "The device had no network, and did not know.",
    ]
    assert one.means == "Attendance counts the entry: the person was there."
    french = await one_told(site, edition, "fr")
    assert french.title == "Entrée avec un billet qui ne valait plus"
    quand = words("fr").moment(NOON, edition.zone)
    assert french.happened == [
        (
            f"Entrée le mardi 23 mars à 10{N}h, à la porte «{N}Entrée{N}», par l’appareil «{N}Phone"
            f" A{N}», sans réseau."
        ),
        f"L’inscription avait été annulée le {quand}.",
        "L’appareil n’avait pas de réseau, et n’en savait rien.",
    ]
    assert french.mend == (
        f"Si la personne peut rester, inscrivez-la à l’accueil{N}; sinon, faites-la chercher."
    )


async def test_let_in_with_a_ticket_that_another_had_replaced(site, edition, phones, person, read):
    await site.value(
        "update ticket set revision = 1, reissued_at = $2 where registration_id = $1",
        person.id,
        NOON,
    )
    await read(alone(phones[0], person.token))
    when = words("en").moment(NOON, edition.zone)
    assert (await one_told(site, edition)).happened[1] == (
        f"A new ticket had taken its place on {when}."
    )
    quand = words("fr").moment(NOON, edition.zone)
    assert (await one_told(site, edition, "fr")).happened[1] == (
        f"Un nouveau billet l’avait remplacé le {quand}."
    )


async def test_let_in_by_a_device_that_did_not_have_the_rules(site, edition, phones, person, read):
    await site.do(lists.change, edition, "main", {"categories": ["press"]}, seen=None, **BY)
    await read(alone(phones[0], person.token))
    one = await one_told(site, edition)
    assert one.title == "Let in against the rules"
    assert one.happened == [
        (
            "Let in on Tuesday 23 March at 10:00, at “Entrance”, by the device “Phone A”, without a"
            " network, although the category is not on the list, or a seat is needed."
        ),
        "The device had no network, and went by what it had fetched before.",
    ]
    assert one.means == "Attendance counts the entry: the person was there."
    french = await one_told(site, edition, "fr")
    assert french.happened == [
        (
            f"Entrée le mardi 23 mars à 10{N}h, à la porte «{N}Entrée{N}», par l’appareil «{N}Phone"
            f" A{N}», sans réseau, alors que la catégorie n’est pas sur la liste, ou il faut une"
            " place réservée."
        ),
        "L’appareil n’avait pas de réseau, et s’en est tenu à ce qu’il avait reçu avant.",
    ]


@pytest.mark.parametrize(
    ("hours", "reason", "raison"),
    [
        ("11:00", "the list was not open yet", "la liste n’était pas encore ouverte"),
        ("08:00", "the list had closed", "la liste était fermée"),
    ],
)
async def test_let_in_outside_the_hours(site, edition, phones, person, read, hours, reason, raison):
    row = {"opens": hours, "closes": hours[:3] + "30"}
    await site.do(lists.change, edition, "main", {"hours": [row]}, seen=None, **BY)
    await read(alone(phones[0], person.token))
    assert f"although {reason}." in (await one_told(site, edition)).happened[0]
    assert f"alors que {raison}." in (await one_told(site, edition, "fr")).happened[0]


async def test_let_in_with_a_code_that_is_nobodys(site, edition, phones, read):
    await read(alone(phones[0], "A" * 122))
    one = await one_told(site, edition)
    assert (one.title, one.who, one.category) == ("Let in against the rules", "", "")
    assert "although the code was not signed by this forum." in one.happened[0]
    assert one.means == "Attendance counts nobody: the code is nobody's."
    french = await one_told(site, edition, "fr")
    assert french.means == f"La présence ne compte personne{N}: ce code n’est à personne."


async def test_read_by_a_device_whose_clock_runs_ahead(site, edition, phones, person, read):
    ahead = alone(phones[0], person.token, at=DURING + timedelta(hours=5), shown=None)
    await read(ahead, at=DURING)
    one = await one_told(site, edition)
    assert one.title == "Read by a device whose clock is off"
    assert one.happened == [
        "Let in on Tuesday 23 March at 10:00, at “Entrance”, by the device “Phone A”.",
        (
            "The clock of the device said Tuesday 23 March at 15:00; the reading counts on Tuesday"
            " 23 March at 10:00."
        ),
    ]
    assert one.means == "Attendance counts the reading as any other."
    french = await one_told(site, edition, "fr")
    assert french.happened == [
        (
            f"Entrée le mardi 23 mars à 10{N}h, à la porte «{N}Entrée{N}», par l’appareil «{N}Phone"
            f" A{N}»."
        ),
        (
            f"L’horloge de l’appareil disait mardi 23 mars à 15{N}h{N}; la lecture compte le mardi"
            f" 23 mars à 10{N}h."
        ),
    ]


async def test_read_by_a_device_without_a_date(site, edition, phones, person, read):
    await read(alone(phones[0], person.token, at=DURING - timedelta(days=4000), shown=None))
    assert (await one_told(site, edition)).happened[1] == (
        "The device told no date to be believed: the reading counts as it came."
    )
    assert (await one_told(site, edition, "fr")).happened[1] == (
        f"L’appareil n’a donné aucune date crédible{N}: la lecture compte à son arrivée."
    )


async def test_read_by_a_device_whose_clock_differs_from_what_it_says(
    site, edition, phones, person, read
):
    one = alone(phones[0], person.token, clock_offset_ms=0)
    await read(replace(one, skew_ms=600_000))
    assert (await one_told(site, edition)).happened[1] == (
        "The clock of the device differs from ours: the time may be wrong."
    )
    assert (await one_told(site, edition, "fr")).happened[1] == (
        f"L’horloge de l’appareil diffère de la nôtre{N}: l’heure peut être fausse."
    )


async def test_read_by_a_device_that_is_revoked(site, edition, phones, person, read):
    await site.value("update device set revoked_at = $2 where id = $1", phones[0].id, NOON)
    device = replace(phones[0], revoked=True)
    await read(
        alone(device, person.token),
        alone(device, person.token, at=LATER, shown=Outcome.LEFT, direction=Direction.OUT),
    )
    when = words("en").moment(NOON, edition.zone)
    first, second = await told(site, edition)
    assert first.title == "Read by a device that is revoked"
    assert first.happened == [
        (
            "Let in on Tuesday 23 March at 10:00, at “Entrance”, by the device “Phone A”, without a"
            " network."
        ),
        f"The device was revoked on {when}; it handed this over on Tuesday 23 March at 18:00.",
    ]
    assert second.happened[0] == (
        "Read on the way out on Tuesday 23 March at 10:02, at “Entrance”, by the device"
        " “Phone A”, without a network."
    )
    quand = words("fr").moment(NOON, edition.zone)
    first, second = await told(site, edition, "fr")
    assert first.happened[1] == (
        f"L’appareil a été révoqué le {quand}{N}; il a remis cette lecture le mardi 23 mars à"
        f" 18{N}h."
    )
    assert second.happened[0].startswith("Badge lu à la sortie le mardi 23 mars")


# Settled


@pytest.fixture
async def twice(site, edition, phones, person, read):
    """A conflict: let in twice. Its scan and kind, as verbs take them."""
    late = alone(phones[1], person.token, at=LATER, gate="garden")
    await read(alone(phones[0], person.token), late)
    return late.scan.id, ConflictKind.ADMITTED_TWICE


async def count(site, edition):
    async with site.pool.acquire() as db:
        return await conflicts.open_count(db, edition.id)


async def test_a_conflict_is_settled_once_and_the_second_organiser_is_told(site, edition, twice):
    assert await count(site, edition) == 1
    done = await site.do(
        conflicts.settle, edition, *twice, "same_person", " Vue deux fois ", seen={0}, **BY
    )
    assert (done.decision, done.note, done.revision) == ("same_person", "Vue deux fois", 1)
    assert done.settled_at == site.clock.at
    with pytest.raises(ConflictChanged):
        await site.do(conflicts.settle, edition, *twice, "copied_ticket", "", seen={0}, **BY)
    assert await count(site, edition) == 0
    assert await site.rows(
        "select action, actor, subject_id, detail from audit"
        " where edition_id = $1 and action like 'conflict%'",
        edition.id,
    ) == [
        (
            "conflict_settled",
            "organiser:test",
            twice[0],
            {"kind": "admitted_twice", "decision": "same_person", "note": "Vue deux fois"},
        )
    ]


async def test_a_decision_is_taken_back(site, edition, twice):
    await site.do(conflicts.settle, edition, *twice, "same_person", "x", seen=None, **BY)
    with pytest.raises(ConflictChanged):
        await site.do(conflicts.take_back, edition, *twice, seen={0}, **BY)
    open_again = await site.do(conflicts.take_back, edition, *twice, seen={1}, **BY)
    got = (open_again.decision, open_again.settled_at, open_again.note, open_again.revision)
    assert got == (None, None, "", 2)
    assert await count(site, edition) == 1


async def test_what_is_to_be_looked_at_stays_open(site, edition, twice):
    done = await site.do(conflicts.settle, edition, *twice, "to_be_looked_at", "", seen={0}, **BY)
    assert (done.decision, done.settled_at, done.settled_by) == (
        Decision.TO_BE_LOOKED_AT,
        None,
        "organiser:test",
    )
    assert await count(site, edition) == 1


@pytest.mark.parametrize(
    ("decision", "note", "fields"),
    [
        ("time_right", "", ["decision"]),
        ("", "x" * 501, ["decision", "note"]),
        ("gone", "", ["decision"]),
    ],
)
async def test_a_decision_that_does_not_fit_is_named(site, edition, twice, decision, note, fields):
    with pytest.raises(Invalid) as caught:
        await site.do(conflicts.settle, edition, *twice, decision, note, seen=None, **BY)
    assert [*caught.value.fields] == fields


async def test_what_is_no_conflict_is_not_there(site, edition, twice):
    nothing = (twice[0], ConflictKind.CLOCK_OFF)
    with pytest.raises(ConflictNotFound):
        await site.do(conflicts.settle, edition, *nothing, "time_right", "", seen=None, **BY)
    with pytest.raises(ConflictNotFound):
        await site.do(conflicts.take_back, edition, *nothing, seen=None, **BY)


def test_every_kind_takes_decisions_that_have_words():
    for kind in ConflictKind:
        offered = decisions(kind, words("fr"))
        assert [*offered][-1] == "to_be_looked_at"
        assert len({*offered.values()}) == len(offered) >= 3


async def test_all_of_a_kind_are_settled_together_up_to_what_was_seen(
    site, edition, phones, person, read
):
    others = [await site.register(edition) for _ in range(2)]
    for gate, each in zip(("main", "garden", "main"), [person, *others], strict=True):
        await read(
            alone(phones[0], each.token, gate=gate),
            alone(phones[1], each.token, at=LATER, gate=gate),
        )
    late = await site.register(edition)
    pair = [alone(phones[0], late.token), alone(phones[1], late.token, at=LATER)]
    await read(*pair, at=EVENING + timedelta(hours=1))
    kind = ConflictKind.ADMITTED_TWICE
    whole = {"found_until": EVENING, **BY}
    with pytest.raises(Invalid):
        await site.do(
            conflicts.settle_all, edition, kind, "to_be_looked_at", "", gate=None, **whole
        )
    done = await site.do(
        conflicts.settle_all, edition, kind, "same_person", "", gate="garden", **whole
    )
    assert (done, await count(site, edition)) == (1, 3)
    done = await site.do(conflicts.settle_all, edition, kind, "same_person", "", gate=None, **whole)
    assert (done, await count(site, edition)) == (2, 1)
    noted = await site.value(
        "select count(*) from audit where edition_id = $1 and action = 'conflict_settled'",
        edition.id,
    )
    assert noted == 3


async def test_conflicts_are_listed_page_by_page_and_filtered(site, edition, phones, read):
    for n in range(5):
        person = await site.register(edition)
        await read(
            alone(phones[0], person.token),
            alone(phones[1], person.token, at=LATER, gate="garden" if n % 2 else "dinner"),
            alone(phones[1], person.token, at=LATER, gate="main"),
            at=EVENING + timedelta(minutes=n // 2),
        )
    async with site.pool.acquire() as db:
        whole = await conflicts.listed(db, edition.id, Wanted(), limit=100)
        seen, after = [], None
        while True:
            some = await conflicts.listed(db, edition.id, Wanted(after=after), limit=2)
            seen += some.items
            after = some.next
            if after is None:
                break
        garden = await conflicts.listed(db, edition.id, Wanted(gate="garden"))
        clocks = await conflicts.listed(db, edition.id, Wanted(kind=ConflictKind.CLOCK_OFF))
        nothing = await conflicts.listed(db, edition.id, Wanted(settled=True))
        lost = await conflicts.listed(db, edition.id, Wanted(after="x/y"))
    assert seen == whole.items
    assert len(seen) == 7
    assert {one.gate for one in garden.items} | {one.other_gate for one in garden.items} >= {
        "garden"
    }
    assert (clocks.items, nothing.items) == ([], [])
    assert lost.items == whole.items[: conflicts.PAGE]
