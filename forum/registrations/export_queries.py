"""The SQL of exports: the registrations that a filter lets through, whole, batch by batch.

The first ten parameters are the filter's, as in `listing_queries`; the eleventh, where it is not
null, names those that were chosen one by one.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from forum.core.db import Db, batches, value
from forum.registrations.columns import Exported


async def count(db: Db, filter_: Sequence[Any], references: Sequence[str] | None) -> int:
    """Return how many registrations are meant."""
    return await value(
        db,
        int,
        """
        select count(*)
          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
         where $11::text[] is null or r.reference = any($11)
        """,
        *filter_,
        references,
    )


async def stream(
    db: Db,
    filter_: Sequence[Any],
    references: Sequence[str] | None,
    *,
    answers: Sequence[str],
    needs: Sequence[str],
    consents: bool,
    size: int,
) -> AsyncIterator[list[Exported]]:
    """Yield the registrations that are meant, sorted by name, `size` at a time.

    Each brings its answers to the questions named, those that few may read (`needs`) apart, and
    what was consented to, where that is wanted.
    """
    async for rows in batches(
        db,
        Exported,
        """
        select r.reference, r.status, r.turn, r.given_name, r.family_name, r.email, r.category,
               c.name as category_name, r.organisation, r.organisation_code, r.job_title,
               r.language, r.days, r.group_id, g.coordinator_name as group_name, r.created_at,
               r.changed_at, b.printed_at,
               case when cardinality($12::text[]) > 0
                    then (select jsonb_object_agg(a.question, a.value)
                            from answer a
                           where a.edition_id = r.edition_id and a.registration_id = r.id
                             and a.question = any($12)) end as answers,
               case when cardinality($13::text[]) > 0
                    then (select jsonb_object_agg(a.question, a.value)
                            from private_answer a
                           where a.edition_id = r.edition_id and a.registration_id = r.id
                             and a.question = any($13)) end as needs,
               case when $14::boolean
                    then (select jsonb_object_agg(
                                     k.purpose, jsonb_build_array(k.given_at, k.withdrawn_at)
                                     order by k.number)
                            from consent k
                           where k.edition_id = r.edition_id and k.registration_id = r.id)
                    end as consents
          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
          join category c on c.edition_id = r.edition_id and c.code = r.category
          left join badge b on b.edition_id = r.edition_id and b.registration_id = r.id
          left join registration_group g on g.edition_id = r.edition_id and g.id = r.group_id
         where $11::text[] is null or r.reference = any($11)
         order by r.sort_key, r.id
        """,
        *filter_,
        references,
        answers,
        needs,
        consents,
        size=size,
    ):
        yield rows
