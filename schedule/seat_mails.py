"""What people are told by e-mail about seats in sessions: the letters that are stored.

`forum.registrations.mails` makes the messages; the names in `data` are those of its `Values`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from forum.core.outbox import Letter
from schedule.seating import Person, Seating

SEAT, SEAT_LAPSED = "seat", "seat_lapsed"


def letter(
    kind: str,
    person: Person,
    seating: Seating,
    letter_id: UUID,
    *,
    edition_id: int,
    number: int,
    answer_by: datetime | None = None,
    clashes: Sequence[Seating] = (),
) -> Letter:
    """Return the letter that tells somebody of a seat; `number` makes it one event of the person.

    With `answer_by` it is kept until then; `clashes` are the sessions in which the person holds a
    seat at the same time.
    """
    return Letter(
        edition_id=edition_id,
        id=letter_id,
        kind=kind,
        subject_id=person.id,
        version=number,
        recipient=person.email,
        language=person.language,
        data={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "reference": person.reference,
            "session": seating.title,
            "starts_at": seating.starts_at,
            "ends_at": seating.ends_at,
            "room": seating.room,
            "answer_by": answer_by,
            "at_the_same_time": [one.title for one in clashes],
        },
    )
