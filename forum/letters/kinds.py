"""The kinds of letters, and the closed list of placeholders that each may use."""

from forum.core.i18n import N_
from forum.letters.models import Kind

TICKET = "ticket"
"""The placeholder of the ticket: picture, reference and use, on a line of its own."""

ATTESTATION = "attestation_link"
"""The placeholder of the link to the attestation of presence; its letter has the page joined."""

PLACEHOLDERS = {
    "given_name": N_("the given name of the person"),
    "family_name": N_("the family name of the person"),
    "name": N_("given name and family name"),
    "reference": N_("the reference of the registration, such as K7QM-42XR"),
    "category": N_("the category of the person"),
    "days": N_("the days on which the person comes"),
    "first_day": N_("the first day on which the person comes"),
    "edition": N_("the title of the forum"),
    "dates": N_("the dates of the forum"),
    "venue": N_("where the forum takes place"),
    "contact": N_("the organisers’ e-mail address"),
    "place_in_line": N_("the place on the waiting list"),
    "offer_until": N_("until when the place offered is kept"),
    "reason": N_("what the organiser wrote about it, if anything"),
    "new_holder": N_("the name of the person who has taken the place over"),
    "people": N_("the people of the group, one a line"),
    "count": N_("how many people the group has"),
    "questions": N_("the required questions that the person has not answered, if any"),
    "code": N_("the invitation’s code"),
    "valid_until": N_("until when the invitation can be used"),
    "session": N_("the title of the session"),
    "session_time": N_("the day and the times of the session"),
    "room": N_("the room of the session"),
    "answer_until": N_("until when the seat is kept for the person, if it must be confirmed"),
    "at_the_same_time": N_("the sessions at the same time in which the person holds a seat"),
    TICKET: N_("the ticket: its QR code and reference, on a line of its own"),
    ATTESTATION: N_("the link to the attestation of presence, of those who were let in"),
    "hours": N_("how long the person was there, as the attestation says it"),
    "certificate_link": N_("the link to the certificate of a speaker"),
    "manage_link": N_("the link to the person’s registration"),
    "answer_link": N_("the link to the page of answers, where a required one is missing"),
    "accept_link": N_("the link to the page that accepts the place offered"),
    "sessions_link": N_("the link to the person’s seats in sessions"),
    "programme_link": N_("the link to the programme"),
    "guides_link": N_("the link to the guides"),
    "register_link": N_("the link to the form, with the invitation’s code if there is one"),
}
"""Every placeholder with its meaning, an English msgid."""

LABELS = {
    ATTESTATION: N_("Attestation of presence (PDF)"),
    "certificate_link": N_("Certificate of speaking (PDF)"),
    "manage_link": N_("My registration"),
    "answer_link": N_("Answer the open questions"),
    "accept_link": N_("Accept the place"),
    "sessions_link": N_("My sessions"),
    "programme_link": N_("See the programme"),
    "guides_link": N_("See the guides"),
    "register_link": N_("Register"),
}
"""What the button of each link says, a msgid: these placeholders, alone on a line, are buttons."""

FORUM = ("edition", "dates", "venue", "contact", "programme_link", "guides_link")
PERSON = ("given_name", "family_name", "name", "reference", "category", "days", "first_day")
OWN = (*PERSON, *FORUM, "manage_link")
ASKING = (*OWN, "questions", "answer_link")
"""Of a letter that tells which required questions are still open, where some are."""


def _kind(
    code: str, label: str, when: str, placeholders: tuple[str, ...], needed: tuple[str, ...]
) -> Kind:
    return Kind(code=code, label=label, when=when, placeholders=placeholders, needed=needed)


SESSION = (
    "given_name", "family_name", "name", "reference", *FORUM, "session", "session_time", "room",
    "sessions_link",
)  # fmt: skip
WITH_TICKET = (TICKET, "manage_link")
ATTESTING, CERTIFYING = "attestation", "certificate"
"""The kinds that bring attestations to who was there, and certificates to speakers."""
REISSUED = "reissued"
"""The kind that brings people their new ticket when signing keys are rotated."""
QUESTIONS = "questions"
"""The kind that an organiser sends to all who have required questions open."""
KINDS = {
    kind.code: kind
    for kind in (
        _kind(
            "received",
            N_("Registration received"),
            N_("Somebody has registered, and the organisers must approve it."),
            ASKING,
            ("manage_link", "answer_link"),
        ),
        _kind(
            "confirmed",
            N_("Place confirmed"),
            N_("Somebody has registered and has a place."),
            (*ASKING, TICKET),
            (*WITH_TICKET, "answer_link"),
        ),
        _kind(
            "waiting",
            N_("On the waiting list"),
            N_("Somebody has registered, and all places are taken."),
            (*ASKING, "place_in_line"),
            ("manage_link", "answer_link"),
        ),
        _kind(
            "promoted",
            N_("Place got from the waiting list"),
            N_("A place has become free and is given to the next in line."),
            (*OWN, TICKET),
            WITH_TICKET,
        ),
        _kind(
            "offer",
            N_("Place offered"),
            N_("A place has become free and is kept for the next in line, for a time."),
            (*OWN, "offer_until", "accept_link"),
            ("accept_link",),
        ),
        _kind(
            "lapsed",
            N_("Offer over"),
            N_("A place was kept, and nobody accepted it in time."),
            (*PERSON, *FORUM),
            (),
        ),
        _kind(
            "approved",
            N_("Registration approved"),
            N_("The organisers have approved a registration."),
            (*ASKING, TICKET),
            (*WITH_TICKET, "answer_link"),
        ),
        _kind(
            "refused",
            N_("Registration refused"),
            N_("The organisers have refused a registration."),
            (*PERSON, *FORUM, "reason"),
            (),
        ),
        _kind(
            "changed",
            N_("Registration changed"),
            N_("Names, days or category of a registration have been changed."),
            (*OWN, TICKET, "reason"),
            WITH_TICKET,
        ),
        _kind(
            REISSUED,
            N_("New ticket"),
            N_("A ticket has been issued anew under another key: the one before opens nothing."),
            (*OWN, TICKET),
            WITH_TICKET,
        ),
        _kind(
            "cancelled",
            N_("Registration cancelled"),
            N_("The person, or the organisers, have cancelled a registration."),
            (*PERSON, *FORUM, "reason"),
            (),
        ),
        _kind(
            "transferred",
            N_("Place passed on"),
            N_("To the person who has given the place to a colleague."),
            (*PERSON, *FORUM, "new_holder"),
            (),
        ),
        _kind(
            "seat",
            N_("Seat in a session"),
            N_("A seat in a session has become free, and the person was next on its waiting list."),
            (*SESSION, "answer_until", "at_the_same_time"),
            ("sessions_link",),
        ),
        _kind(
            "seat_lapsed",
            N_("Seat passed on"),
            N_("A seat in a session was kept, and nobody confirmed it in time."),
            SESSION,
            (),
        ),
        _kind(
            "reminder",
            N_("Reminder"),
            N_("Sent from this page to all whose place is confirmed, before the forum."),
            (*OWN, TICKET),
            WITH_TICKET,
        ),
        _kind(
            "thanks",
            N_("Thanks"),
            N_("Sent from this page to all whose place was confirmed, after the forum."),
            (*OWN, ATTESTATION),
            (),
        ),
        _kind(
            ATTESTING,
            N_("Attestation of presence"),
            N_("Sent from the page of papers to those who were there."),
            (*OWN, ATTESTATION, "hours"),
            (ATTESTATION,),
        ),
        _kind(
            CERTIFYING,
            N_("Certificate of a speaker"),
            N_("Sent from the page of papers to speakers, after the forum."),
            ("name", *FORUM, "certificate_link"),
            ("certificate_link",),
        ),
        _kind(
            QUESTIONS,
            N_("Questions open"),
            N_("Sent from this page to all who have not answered a required question."),
            ASKING,
            ("answer_link",),
        ),
        _kind(
            "link",
            N_("Link sent again"),
            N_("Somebody has asked for the link to their registration."),
            ASKING,
            ("manage_link", "answer_link"),
        ),
        _kind(
            "group",
            N_("Group registered"),
            N_("To the coordinator who has registered several people."),
            ("name", *FORUM, "people", "count"),
            (),
        ),
        _kind(
            "invitation",
            N_("Invitation"),
            N_("To a person invited by a code of their own."),
            ("name", "category", *FORUM, "code", "valid_until", "register_link"),
            ("register_link",),
        ),
    )
}
"""Every kind by its code, in the order in which pages show them.

The e-mail that signs a member of the team in is none of them: it belongs to no edition.
"""

CAMPAIGN = _kind(
    "campaign",
    N_("Message of the organisers"),
    N_("Written by the organisers to those whom a filter of the registrations reaches."),
    OWN,
    (),
)
"""The kind of what organisers write to many: none of `KINDS`, since it has no built-in words."""

SENT_FROM_THE_PAGE = ("reminder", "thanks")
"""The kinds that an organiser sends to all who are confirmed."""
