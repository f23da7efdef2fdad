"""forum keys: signing keys listed, rotated, retired."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from badges import rotation
from badges.models import Resigned
from badges.rotation import KeyShown, KeyState, Which
from forum.commands.installation import Installation
from forum.editions import service as editions
from forum.registrations import sending

ACTOR = "command"
STATES = {
    KeyState.SIGNS: "signs",
    KeyState.GOOD: "good, signs nothing new",
    KeyState.RETIRED: "retired",
}


class Reissued(Struct, frozen=True, kw_only=True):
    """How many tickets of an edition were issued anew.

    `printed` of them were on a badge, `told` people are sent theirs by e-mail.
    """

    edition: str
    tickets: int
    printed: int
    told: int


class Rotated(Struct, frozen=True, kw_only=True):
    """What was done: the key that signs now (None: no new one), tickets reissued, keys retired."""

    key: int | None
    reissued: list[Reissued]
    retired: list[int]


async def listed(site: Installation) -> list[KeyShown]:
    """Return every signing key, the oldest first."""
    return await rotation.all_keys(site.db, at=site.now())


def line(one: KeyShown) -> str:
    """Return a key in one line."""
    until = f", retired {one.retired_at:%Y-%m-%d %H:%M} UTC" if one.retired_at else ""
    return (
        f"{one.id}  {STATES[one.state]}  made {one.created_at:%Y-%m-%d %H:%M} UTC{until}"
        f"  {one.tickets} tickets, {one.printed} printed"
    )


async def rotate(
    site: Installation, which: Which | None, retired: Sequence[int], *, tell: bool
) -> Rotated:
    """Make a key, have every process know it, issue tickets anew, retire keys.

    With `tell` whoever has an address is sent their new ticket.

    Raises:
        KeysUsedUp, KeyNotFound, KeySigns, KeyNeeded: see `badges.rotation`. The new key stays.
    """
    made = await rotation.make_next(
        site.db, site.settings.secret_key, actor=ACTOR, at=site.now(), ids=site.ids
    )
    if which is not None or retired:
        await rotation.known_everywhere(made, site.now)
    reissued = [] if which is None else await _resign(site, which, tell=tell)
    for key_id in retired:
        await _retire(site, key_id)
    return Rotated(key=made.id, reissued=reissued, retired=[*retired])


async def retire(site: Installation, key_id: int, *, resign: bool, tell: bool) -> Rotated:
    """Retire a key, the tickets that need it issued anew and sent before where that is asked for.

    Raises:
        KeyNotFound, KeySigns, KeyNeeded: see `badges.rotation`.
    """
    reissued = await _resign(site, Which.ALL, only_of=key_id, tell=tell) if resign else []
    await _retire(site, key_id)
    return Rotated(key=None, reissued=reissued, retired=[key_id])


def told(done: Rotated) -> list[str]:
    """Say what was done, and what is to be done now, in lines."""
    lines = []
    if done.key is not None:
        lines.append(
            f"Key {done.key} signs what is issued from now on. Old tickets stay good."
            " Phones get the key when they next ask the site."
        )
    lines += [
        f"{one.edition}: {one.tickets} tickets are issued anew, {one.printed} badges of them were"
        f" printed; {one.told} people are sent theirs by e-mail."
        for one in done.reissued
    ]
    if done.reissued:
        lines.append(
            "What those people had before opens no door any more, nor do their printed badges:"
            " print them again (forum badges --only-unprinted). Their own page shows the new code."
        )
    if any(one.told < one.tickets for one in done.reissued):
        lines.append("Tell those who are sent nothing, or have them come to the desk.")
    lines += [
        f"Key {one} is retired: what it signed is forged from now on." for one in done.retired
    ]
    return lines


async def _resign(
    site: Installation, which: Which, *, only_of: int | None = None, tell: bool
) -> list[Reissued]:
    at = site.now()
    async with site.db.transaction():
        done = await rotation.resign(
            site.db, which, only_of=only_of, actor=ACTOR, at=at, ids=site.ids
        )
        return [await _told_of(site, one, at, tell=tell) for one in done]


async def _told_of(site: Installation, one: Resigned, at: datetime, *, tell: bool) -> Reissued:
    edition = await editions.by_id(site.db, one.edition_id)
    told = 0
    if tell:
        told = await sending.send_reissued(site.db, edition, actor=ACTOR, at=at, ids=site.ids)
    return Reissued(edition=edition.slug, tickets=one.tickets, printed=one.printed, told=told)


async def _retire(site: Installation, key_id: int) -> None:
    await rotation.retire(site.db, key_id, actor=ACTOR, at=site.now(), ids=site.ids)
