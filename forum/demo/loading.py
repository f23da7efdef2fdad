"""Storing the demonstration: its values go through the same verbs as anybody's."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from badges import queries as badges
from forum.commands.installation import Installation
from forum.core.context import Edition
from forum.core.ids import Ids
from forum.demo import edition as values
from forum.demo import guides as demo_guides
from forum.demo import people, programme
from forum.editions import queries as editions
from forum.editions.models import NewEdition
from forum.guides import queries as guide_queries
from forum.guides import service as guides
from forum.guides.models import NewLink
from forum.invitations import queries as invitations
from forum.letters import queries as letters
from forum.questions import service as questions
from forum.questions.models import NewQuestion
from forum.registrations import queries as registrations
from forum.registrations import service
from forum.registrations.models import RegistrationForm
from schedule import editing, publishing
from schedule import queries as schedule

SEED = people.SEED
OPENED_BEFORE = timedelta(days=60)
AT_ONCE = 50
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


async def load(site: Installation, starts_on: date, count: int, tell: Progress) -> Edition:
    """Make the demonstration edition, whose first day is `starts_on`, with `count` people.

    All that is random comes from `SEED`, but for what must stay secret.
    """
    ids = Ids.seeded(SEED)
    at = datetime.combine(starts_on, time(9), UTC) - OPENED_BEFORE
    made = values.edition(starts_on, count)
    new = msgspec.convert(made, NewEdition, from_attributes=True)
    asked = msgspec.convert(made.questions, list[NewQuestion], from_attributes=True)
    edition = await questions.create_edition(site.db, new, asked, at=at)
    await _publish_guides(site, edition, ids, at, tell)
    tell("programme", 0, 1)
    await editing.replace(site.db, edition, programme.draft(starts_on, SEED))
    await publishing.publish(
        site.db, edition, base_url=site.settings.base_url, at=at, note="Démonstration"
    )
    tell("programme", 1, 1)
    await _register(site, edition, ids, at, count, tell)
    return edition


async def _publish_guides(
    site: Installation, edition: Edition, ids: Ids, at: datetime, tell: Progress
) -> None:
    tell("guides", 0, 2)
    document, link = demo_guides.guides(edition.starts_on, SEED)
    await guides.publish_document(
        site.db,
        edition,
        document.content,
        title=document.title,
        description=document.description,
        blobs=site.blobs,
        at=at,
        ids=ids,
        name=document.slug,
    )
    useful = NewLink(title=link.title, description=link.description, url=link.url, slug=link.slug)
    await guides.publish_link(site.db, edition, useful, at=at, ids=ids)
    tell("guides", 2, 2)


async def _register(
    site: Installation, edition: Edition, ids: Ids, at: datetime, count: int, tell: Progress
) -> None:
    persons = people.registrations(count, SEED)
    for first in range(0, len(persons), AT_ONCE):
        forms = [
            RegistrationForm(**msgspec.structs.asdict(person))
            for person in persons[first : first + AT_ONCE]
        ]
        when = at + timedelta(minutes=first)
        await service.register_many(site.db, edition, forms, at=when, ids=ids, announce=False)
        tell("registrations", min(first + AT_ONCE, len(persons)), len(persons))


async def remove(site: Installation, edition: Edition) -> None:
    """Delete a demonstration edition with all that belongs to it, or nothing."""
    async with site.db.transaction():
        await schedule.delete_edition_data(site.db, edition.id)
        await badges.delete_edition_data(site.db, edition.id)
        await questions.delete_edition_data(site.db, edition.id)
        await registrations.delete_edition_data(site.db, edition.id)
        await invitations.delete_edition_data(site.db, edition.id)
        await guide_queries.delete_edition_data(site.db, edition.id)
        await letters.delete_edition_data(site.db, edition.id)
        await editions.delete_edition_data(site.db, edition.id)
