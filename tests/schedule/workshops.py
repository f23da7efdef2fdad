"""Drafts of sessions that seats are signed up for, each in a room of its own."""

import uuid
from datetime import timedelta

from schedule.models import Draft, Room, Session, SessionType
from tests.factories import MORNING


def workshop(name, *, starts=0, minutes=60, seats=2, **given):
    """Return a session called `name`, `starts` minutes after the morning, with so many seats."""
    return Session(
        **{
            "id": workshop_id(name),
            "number": 1 + sum(map(ord, name)) % 10_000,
            "slug": name,
            "type": SessionType.WORKSHOP,
            "title": {"fr": f"Atelier {name}", "en": f"Workshop {name}"},
            "room_id": room_id(name),
            "starts_at": MORNING + timedelta(minutes=starts),
            "minutes": minutes,
            "capacity": seats,
            "sign_up": seats is not None,
            **given,
        }
    )


def workshop_id(name):
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def room_id(name):
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


def workshops(*sessions):
    """Return the draft of these sessions."""
    rooms = [
        Room(id=room_id(one.slug), slug=one.slug, name=f"Salle {one.slug}", position=n)
        for n, one in enumerate(sessions)
    ]
    return Draft(rooms=rooms, sessions=list(sessions))
