"""The SQL of letters: one function, one statement."""

from datetime import datetime
from uuid import UUID

from forum.core.db import Db, many, maybe, value
from forum.letters.models import LetterText, StoredText


async def list_texts(db: Db, edition_id: int) -> list[StoredText]:
    """Return what is stored of an edition's letters, restored ones too."""
    return await many(
        db,
        StoredText,
        """
        select t.kind, t.language, t.subject, t.body, t.revision, t.changed_at,
               a.email as changed_by
          from letter_text t
          left join account a on a.id = t.changed_by
         where t.edition_id = $1
         order by t.kind, t.language
        """,
        edition_id,
    )


async def list_texts_of_kind(db: Db, edition_id: int, kind: str) -> list[StoredText]:
    """Return what is stored of one kind, a row a language."""
    return await many(
        db,
        StoredText,
        """
        select t.kind, t.language, t.subject, t.body, t.revision, t.changed_at,
               a.email as changed_by
          from letter_text t
          left join account a on a.id = t.changed_by
         where t.edition_id = $1 and t.kind = $2
         order by t.language
        """,
        edition_id,
        kind,
    )


async def find_text(db: Db, edition_id: int, kind: str, language: str) -> LetterText | None:
    """Return the organiser's own text; None where the built-in one holds."""
    return await maybe(
        db,
        LetterText,
        """
        select subject, body
          from letter_text
         where edition_id = $1 and kind = $2 and language = $3 and subject is not null
        """,
        edition_id,
        kind,
        language,
    )


async def store_text(
    db: Db,
    edition_id: int,
    kind: str,
    language: str,
    subject: str | None,
    body: str | None,
    *,
    revision: int,
    at: datetime,
    account_id: UUID,
) -> int | None:
    """Store a text over the one of `revision` (0: none yet); return its own revision.

    None when the stored one has another revision: somebody was quicker.
    """
    return await value(
        db,
        int | None,  # type: ignore[arg-type]
        """
        insert into letter_text as t (edition_id, kind, language, subject, body, changed_at,
                                      changed_by)
             select $1, $2, $3, $4, $5, $7, $8
              where $6 = 0 or exists (select from letter_text
                                       where edition_id = $1 and kind = $2 and language = $3)
        on conflict (edition_id, kind, language) do update
                set subject = excluded.subject, body = excluded.body, revision = t.revision + 1,
                    changed_at = excluded.changed_at, changed_by = excluded.changed_by
              where t.revision = $6
          returning revision
        """,
        edition_id,
        kind,
        language,
        subject,
        body,
        revision,
        at,
        account_id,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; for demonstrations and purges."""
    await db.execute("delete from letter_text where edition_id = $1", edition_id)
