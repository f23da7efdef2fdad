"""Certificates of speakers by e-mail: to whom, once each."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from forum.core import outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.letters.kinds import CERTIFYING
from forum.registrations import attestation_sending as sending
from forum.registrations import queries as registrations
from forum.registrations.attestation_sending import Stand, To
from forum.registrations.codes import AttestationCodes
from forum.registrations.models import Delivered
from forum.speakers import certificates, mails
from forum.speakers.certificates import Spoken


class Candidate(Struct, frozen=True, kw_only=True):
    """A speaker with a certificate; `version` is that of the next letter to them."""

    spoken: Spoken
    stand: Stand
    version: int


async def candidates(db: Db, edition: Edition, codes: AttestationCodes) -> list[Candidate]:
    """Return all who have a certificate, by name, and where each stands."""
    delivered = await registrations.list_delivered(db, edition.id, [CERTIFYING])
    found = []
    for one in await certificates.of_all(db, edition):
        letters = delivered.get(one.certified.speaker_id, [])
        found.append(
            Candidate(
                spoken=one,
                stand=_stand(letters, one, codes),
                version=sending.next_version(letters, CERTIFYING),
            )
        )
    return found


def _stand(letters: Sequence[Delivered], now: Spoken, codes: AttestationCodes) -> Stand:
    if not letters:
        return Stand.MISSING
    brought = msgspec.convert(letters[0].data, Spoken)
    claim = codes.read(codes.certificate(brought.certified))
    return Stand.HAS if codes.holds(claim, now.certified) else Stand.CHANGED


def reached(everybody: Sequence[Candidate], to: To, names: Collection[str]) -> list[Candidate]:
    """Return those to whom certificates go: who has no address is none of them.

    `names` are slugs of the programme, in capitals or not.

    Raises:
        Invalid: as `attestation_sending.chosen`.
    """
    written_to = {one.spoken.slug: one for one in everybody if one.spoken.email}
    stands = {name: one.stand for name, one in written_to.items()}
    wanted = [name.lower() for name in names]
    return [written_to[name] for name in sending.chosen(to, stands, wanted)]


@retried
async def send(
    db: Db,
    edition: Edition,
    codes: AttestationCodes,
    to: To,
    names: Collection[str],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> int:
    """Put the certificates of those chosen into the outbox, all or none; return how many.

    Raises:
        Invalid: as `reached`.
    """
    async with db.transaction():
        await registrations.lock_sending(db, edition.id, CERTIFYING)
        people = reached(await candidates(db, edition, codes), to, names)
        letters = [
            mails.certificate_letter(
                edition, one.spoken, version=one.version, letter_id=ids.uuid(at)
            )
            for one in people
        ]
        await outbox.put_all(db, letters, at=at)
        await sending.record(db, edition, CERTIFYING, to, len(letters), actor=actor, at=at, ids=ids)
    return len(letters)
