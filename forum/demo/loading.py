"""Storing the demonstration: its values go through the same verbs as anybody's."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter

import msgspec

from badges import queries as badges
from forum.campaigns import queries as campaigns
from forum.commands.installation import Installation
from forum.core.context import Edition, EditionState
from forum.core.ids import Ids
from forum.demo import edition as values
from forum.demo import guides as demo_guides
from forum.demo import people, programme, venue
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
from forum.registrations.models import Registration, RegistrationForm, Status
from schedule import editing, plan_storing, publishing, signing_up
from schedule import queries as schedule
from schedule import seating_queries as seating
from schedule.models import FloorPlan
from schedule.seating import NotThatDay

SEED = people.SEED
OPENED_BEFORE = timedelta(days=60)
YEAR = timedelta(days=364)
SIGN_UP_EVERY = 4
"""One in so many of the confirmed takes a seat in a session."""
SIGNED_UP_BEFORE = timedelta(days=10)
LAST_SHARE = 0.7
"""How many registered for the edition before, among those of this one."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


async def load(site: Installation, starts_on: date, count: int, tell: Progress) -> Edition:
    """Make the demonstration edition, whose first day is `starts_on`, with `count` people.

    All that is random comes from `SEED`, but for what must stay secret.
    """
    ids = Ids.seeded(SEED)
    at = datetime.combine(starts_on, time(9), UTC) - OPENED_BEFORE
    edition = await _create(site, values.edition(starts_on, count), at)
    await _publish_guides(site, edition, ids, at, tell)
    tell("programme", 0, 1)
    drafted = programme.draft(starts_on, SEED)
    drafted = msgspec.structs.replace(drafted, plans=await _plans(site))
    await editing.replace(site.db, edition, drafted, at=at)
    await publishing.publish(
        site.db,
        edition,
        base_url=site.settings.base_url,
        at=at,
        ids=ids,
        note="Démonstration",
        tell=False,
    )
    tell("programme", 1, 1)
    persons = people.registrations(count, SEED)
    registered = await _register(site, edition, ids, at, persons, SEED, tell)
    await _sign_up(site, edition, registered, ids, starts_on, tell)
    await _last_time(site, starts_on, round(count * LAST_SHARE), ids, tell)
    return edition


async def _create(site: Installation, made: values.DemoEdition, at: datetime) -> Edition:
    new = msgspec.convert(made, NewEdition, from_attributes=True)
    asked = msgspec.convert(made.questions, list[NewQuestion], from_attributes=True)
    return await questions.create_edition(site.db, new, asked, at=at)


async def _plans(site: Installation) -> list[FloorPlan]:
    """Keep the pictures of the venue; return its plans."""
    return [
        FloorPlan(
            id=programme.identity("plan", str(position)),
            position=position,
            title=one.title,
            alt=one.alt,
            picture=await plan_storing.keep(site.blobs, one.picture),
            markers=one.markers,
        )
        for position, one in enumerate(venue.venues())
    ]


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
    site: Installation,
    edition: Edition,
    ids: Ids,
    at: datetime,
    persons: Sequence[people.Person],
    seed: int,
    tell: Progress,
) -> list[Registration]:
    days = people.arrivals(len(persons), OPENED_BEFORE.days, edition.starts_on, seed)
    done: list[Registration] = []
    for day, group in groupby(zip(days, persons, strict=True), key=itemgetter(0)):
        forms = [RegistrationForm(**msgspec.structs.asdict(person)) for _, person in group]
        when = at + timedelta(days=day)
        stored = await service.register_many(
            site.db, edition, forms, at=when, ids=ids, announce=False
        )
        done += [registration for registration, _ in stored]
        tell("registrations", len(done), len(persons))
    return done


async def _sign_up(
    site: Installation,
    edition: Edition,
    registered: Sequence[Registration],
    ids: Ids,
    starts_on: date,
    tell: Progress,
) -> None:
    """Have some of those who are confirmed take seats in workshops, the first ones most wanted."""
    wanted = random.Random(SEED)  # noqa: S311 -- repeatable on purpose
    found = await seating.list_seatings(site.db, edition.id)
    some = [one for one in registered if one.status is Status.CONFIRMED][::SIGN_UP_EVERY]
    at = datetime.combine(starts_on, time(9), UTC) - SIGNED_UP_BEFORE
    for done, one in enumerate(some):
        session = found[min(int(wanted.expovariate(0.35)), len(found) - 1)]
        with suppress(NotThatDay):
            await signing_up.sign_up(site.db, edition, one.id, session.session_id, at=at, ids=ids)
        tell("seats", done + 1, len(some))


async def _last_time(
    site: Installation, starts_on: date, count: int, ids: Ids, tell: Progress
) -> None:
    """Make the edition of the year before, over and archived, for the overview to compare with."""
    began = starts_on - YEAR
    at = datetime.combine(began, time(9), UTC) - OPENED_BEFORE
    made = values.edition(began, count)
    edition = await _create(site, msgspec.structs.replace(made, slug=last_slug(made.slug)), at)
    persons = people.registrations(count, SEED - 1)
    await _register(site, edition, ids, at, persons, SEED - 1, tell)
    await editions.set_state(site.db, edition.id, EditionState.ARCHIVED)


def last_slug(slug: str) -> str:
    """Return the name of the edition before the demonstration."""
    return f"{slug}-before"


async def remove(site: Installation, edition: Edition) -> None:
    """Delete a demonstration edition and the one before, with all that belongs to them."""
    before = await editions.find_edition(site.db, last_slug(edition.slug))
    async with site.db.transaction():
        if before is not None:
            await _remove(site, before)
        await _remove(site, edition)


async def _remove(site: Installation, edition: Edition) -> None:
    await schedule.delete_edition_data(site.db, edition.id)
    await badges.delete_edition_data(site.db, edition.id)
    await questions.delete_edition_data(site.db, edition.id)
    await campaigns.delete_edition_data(site.db, edition.id)
    await registrations.delete_edition_data(site.db, edition.id)
    await invitations.delete_edition_data(site.db, edition.id)
    await guide_queries.delete_edition_data(site.db, edition.id)
    await letters.delete_edition_data(site.db, edition.id)
    await editions.delete_edition_data(site.db, edition.id)
