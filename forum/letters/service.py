"""What can be done with the texts of letters. Each verb is one transaction."""

from collections.abc import Sequence
from datetime import datetime

from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.letters import queries
from forum.letters.kinds import KINDS
from forum.letters.models import Author, Change, Kind, KindUnknown, TextChanged


def kind_of(code: str) -> Kind:
    """Return a kind by its code.

    Raises:
        KindUnknown: there is none.
    """
    if code not in KINDS:
        raise KindUnknown
    return KINDS[code]


@retried
async def change(
    db: Db,
    edition: Edition,
    kind: Kind,
    changes: Sequence[Change],
    *,
    by: Author,
    at: datetime,
    ids: Ids,
) -> None:
    """Store the texts of one kind, all of `changes` or none; they were held against the kind.

    Raises:
        TextChanged: one of them was made from a text that is no longer the stored one.
    """
    async with db.transaction():
        for one in changes:
            revision = await queries.store_text(
                db,
                edition.id,
                kind.code,
                one.language,
                one.text.subject if one.text else None,
                one.text.body if one.text else None,
                revision=one.revision,
                at=at,
                account_id=by.account_id,
            )
            if revision is None:
                raise TextChanged
            await audit.record(
                db,
                edition_id=edition.id,
                id=ids.uuid(at),
                at=at,
                actor=by.actor,
                action="letter_changed" if one.text else "letter_restored",
                detail={"kind": kind.code, "language": one.language, "revision": revision},
            )
