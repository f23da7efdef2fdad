"""Publishing: the draft becomes the next version, which never changes. One transaction."""

from collections.abc import Sequence
from datetime import datetime

from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Problem
from forum.core.ids import Ids
from schedule import editing, queries, rules, signing_up
from schedule.conflicts import Conflict, blocking
from schedule.models import GuideLink, Programme


class NothingToPublish(Problem):
    """The draft has no session with a time: place one, or import a programme first."""

    code = "nothing_to_publish"


class PublicationBlocked(Problem):
    """The draft has conflicts that the edition does not let through: mend them first."""

    code = "publication_blocked"

    def __init__(self, found: Sequence[Conflict]) -> None:
        self.conflicts = [*found]
        super().__init__(fields={str(one.session_id): one.code.value for one in found})


class VersionNotFound(Problem):
    """The programme has no such version."""

    code = "version_not_found"
    status = 404


@retried
async def publish(
    db: Db,
    edition: Edition,
    *,
    base_url: str,
    at: datetime,
    note: str = "",
    despite_conflicts: bool = False,
    ids: Ids | None = None,
) -> tuple[Programme, list[rules.Change]]:
    """Freeze the draft as the next version; return it, with what changed since the last.

    Seats in sessions follow it in the same transaction (`signing_up.follow`).

    Raises:
        NothingToPublish: no session of the draft has a time, and no version came before.
        PublicationBlocked: it has conflicts of level "block", unless `despite_conflicts`.
    """
    async with db.transaction():
        await queries.lock_draft(db, edition.id)
        draft = await editing.read(db, edition)
        stored = await queries.find_version(db, edition.id, None)
        previous = stored.content if stored else None
        if previous is None and not any(session.starts_at for session in draft.sessions):
            raise NothingToPublish
        clashes = blocking(await editing.find_conflicts(db, edition, draft))
        if clashes and not despite_conflicts:
            raise PublicationBlocked(clashes)
        programme = rules.publish(
            draft,
            edition,
            base_url=base_url,
            at=at,
            previous=previous,
            note=note,
            guides=[
                GuideLink(
                    slug=guide.slug,
                    title=guide.title,
                    path=f"/{edition.slug}/guides/{guide.slug}/download",
                )
                for guide in await queries.list_published_guides(db, edition.id)
            ],
        )
        await queries.insert_version(db, edition.id, programme)
        await signing_up.follow(db, edition, programme, at=at, ids=ids or Ids())
    return programme, rules.changes(previous, programme)


async def version(db: Db, edition: Edition, number: int | None = None) -> Programme:
    """Return a published version, the latest when `number` is None.

    Raises:
        VersionNotFound: there is no such version, or none at all.
    """
    stored = await queries.find_version(db, edition.id, number)
    if stored is None:
        raise (
            VersionNotFound
            if number
            else VersionNotFound("Nothing is published yet: run forum publish.")
        )
    return stored.content
