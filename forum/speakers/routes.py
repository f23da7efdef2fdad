"""The page of a speaker, by the link in their e-mail: answer, profile, photo, own calendar.

The key proves itself; no account is needed. Whoever was removed from the draft has no page.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import Provide
from litestar.response import Redirect, Response

from forum.core import forms
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Database, Db
from forum.core.errors import Invalid, NotFound
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from forum.editions import service as editions
from forum.speakers import mails, rules, service
from forum.speakers.keys import SpeakerKeys
from forum.speakers.models import (
    BadgeName,
    Guest,
    NothingPublished,
    PhotoMissing,
    SpeakersClosed,
)
from schedule import photos
from schedule.edits import PartChanged
from schedule.models import SpeakerState
from schedule.published import Shelved, Shelves

PER_MINUTE = 20
NO_ROBOTS = {"x-robots-tag": "noindex, nofollow"}
MOST_DIGITS = 9
DONE = {
    "confirmed": N_("Thank you: the organisers know that you come. An e-mail says so too."),
    "declined": N_("The organisers know that you do not come."),
    "profile": N_("Your profile is stored. The organisers see it at once."),
    "photo": N_("Your photo is stored."),
    "agreed": N_("Your photo may be shown now."),
    "withdrawn": N_("Your photo is no longer shown."),
    "removed": N_("Your photo is taken away."),
}
LABELS = {
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "why": N_("Why, if you wish to say"),
    "registration": N_("Your registration"),
    "name": N_("Name as it is printed"),
    "organisation": N_("Organisation"),
    "job_title": N_("Job title"),
    "language": N_("Language of your e-mails"),
    "photo": N_("Photo"),
    "agreed": N_("Your agreement"),
}
AGREE = N_("Tick that you agree, or leave it as it is.")


class Seat:
    """One request of one speaker: who it is, and what is answered."""

    def __init__(
        self,
        request: AnyRequest,
        db: Db,
        page: Page,
        now: datetime,
        ids: Ids,
        guest: Guest,
        edition: Edition,
        shelved: Shelved | None,
    ) -> None:
        self.request, self.db, self.page, self.now, self.ids = request, db, page, now, ids
        self.guest, self.edition = guest, edition
        self.shelved = shelved
        self.key: str = request.path_params["key"]

    @property
    def when(self) -> dict[str, Any]:
        """What every verb is told beside its own."""
        return {"at": self.now, "ids": self.ids}

    @property
    def published(self) -> bool:
        """Whether the latest version has a session of the person."""
        return self.shelved is not None and any(
            person.speaker_id == self.guest.speaker_id
            for one in self.shelved.programme.sessions
            for person in one.people
        )

    def done(self, what: str) -> Redirect:
        """Answer what was done with the page that says so."""
        return Redirect(f"/speaker/{self.key}?done={what}", status_code=303)

    async def show(
        self,
        *,
        form: str = "",
        sent: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        status: int = 200,
        meanwhile: bool = False,
    ) -> AnyResponse:
        """Show the page; what was `sent` in the form of this name is kept, with its mistakes."""
        edition, words = self.edition, self.page.words
        desk = await service.at_desk(self.db, edition, self.guest.speaker_id)
        part = desk.part
        stored = rules.typed(part, edition)
        given, family = rules.split_name(part.content.name)
        typed = {
            "profile": stored,
            "confirm": {"given_name": given, "family_name": family},
            "decline": {},
            "photo": {},
        }
        if form:
            typed[form] = {**(sent or {})}
        said = {name: words.say(message) for name, message in (errors or {}).items()}
        held = desk.held
        done = DONE.get(self.request.query_params.get("done", ""))
        return self.page(
            "speakers/own.html",
            edition,
            status=status,
            headers=NO_ROBOTS,
            key=self.key,
            desk=desk,
            state=part.backstage.state.value,
            open=rules.is_open(edition, self.now),
            stands=rules.stands(held),
            may_cancel=rules.may_cancel(held),
            sessions=[mails.said(one, edition, self.page.language) for one in desk.sessions],
            published=self.published,
            certified=(
                self.published
                and part.backstage.state is SpeakerState.CONFIRMED
                and not rules.is_open(edition, self.now)
            ),
            answer=typed["confirm"],
            refusal=typed["decline"],
            profile=typed["profile"],
            link_rows=rules.rows_of(typed["profile"], "link"),
            time_rows=rules.rows_of(typed["profile"], "time"),
            days=rules.offered_days(part, edition),
            edited=desk.edited,
            form=form,
            errors=said,
            labels={name: words.gettext(label) for name, label in LABELS.items()},
            meanwhile=[
                (name, stored.get(name, ""))
                for name in {**stored, **typed["profile"]}
                if name != "edited" and stored.get(name, "") != typed["profile"].get(name, "")
            ]
            if meanwhile
            else None,
            done=words.gettext(done) if done else "",
        )


async def at_seat(
    request: AnyRequest,
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
    speaker_keys: Given[SpeakerKeys],
    database: Given[Database],
    shelves: Given[Shelves],
) -> Seat:
    """Give a route whose link it is.

    Raises:
        SpeakerNotFound: the key is nobody's.
    """
    guest = speaker_keys.read(request.path_params["key"])
    edition = await editions.by_id(db, guest.edition_id)
    shelved = await shelves.current(database, edition)
    return Seat(request, db, page, now, ids, guest, edition, shelved)


@get("/speaker/{key:str}", include_in_schema=False)
async def own_page(seat: Given[Seat]) -> AnyResponse:
    """Show a speaker what they are asked for, their sessions, and what is said of them."""
    return await seat.show()


@post(
    "/speaker/{key:str}/confirm",
    include_in_schema=False,
    middleware=[limited("speaker", per_minute=PER_MINUTE)],
)
async def confirm(seat: Given[Seat]) -> AnyResponse | Redirect:
    """Take a yes, and register who said it."""
    sent = await form_fields(seat.request)
    try:
        name = forms.parse(BadgeName, sent)
        await service.confirm(seat.db, seat.edition, seat.guest, name, **seat.when)
    except Invalid as invalid:
        return await seat.show(
            form="confirm",
            sent=_last(sent),
            errors=invalid.fields,
            status=422,
        )
    return seat.done("confirmed")


@post(
    "/speaker/{key:str}/decline",
    include_in_schema=False,
    middleware=[limited("speaker", per_minute=PER_MINUTE)],
)
async def decline(seat: Given[Seat]) -> AnyResponse | Redirect:
    """Take a no; whoever holds a registration says what becomes of it."""
    sent = await form_fields(seat.request)
    try:
        refusal = rules.read_refusal(sent)
        await service.decline(seat.db, seat.edition, seat.guest, refusal, **seat.when)
    except Invalid as invalid:
        return await seat.show(
            form="decline",
            sent=_last(sent),
            errors=invalid.fields,
            status=422,
        )
    return seat.done("declined")


@post(
    "/speaker/{key:str}/profile",
    include_in_schema=False,
    middleware=[limited("speaker", per_minute=PER_MINUTE)],
)
async def change_profile(seat: Given[Seat]) -> AnyResponse | Redirect:
    """Change the profile in the draft; where an editor changed it meanwhile, show both."""
    sent = await form_fields(seat.request)
    errors: Mapping[str, str] = {}
    try:
        await service.change_profile(
            seat.db,
            seat.edition,
            seat.guest,
            sent,
            edited=_number((sent.get("edited") or [""])[-1]),
            **seat.when,
        )
    except Invalid as invalid:
        errors, status = invalid.fields, 422
    except PartChanged as problem:
        status = problem.status
    else:
        return seat.done("profile")
    return await seat.show(
        form="profile",
        sent=_last(sent),
        errors=errors,
        status=status,
        meanwhile=not errors,
    )


@post(
    "/speaker/{key:str}/photo",
    include_in_schema=False,
    middleware=[limited("speaker", per_minute=PER_MINUTE)],
    request_max_body_size=photos.LARGEST_FORM,
)
async def send_photo(seat: Given[Seat], blobs: Given[Blobs]) -> AnyResponse | Redirect:
    """Keep a photo, made small and without metadata; it is shown where the person ticked so."""
    await service.at_desk(seat.db, seat.edition, seat.guest.speaker_id)
    if not rules.is_open(seat.edition, seat.now):
        raise SpeakersClosed
    sent = (await seat.request.form()).dict()
    try:
        made = await asyncio.to_thread(photos.portrait, await _file(sent.get("photo", [])))
    except (PhotoMissing, photos.NotAPhoto, photos.PhotoTooLarge) as problem:
        return await seat.show(
            form="photo",
            sent={"agreed": "yes"} if sent.get("agreed") == ["yes"] else {},
            errors={"photo": problem.message},
            status=problem.status,
        )
    await service.set_photo(
        seat.db,
        seat.edition,
        seat.guest,
        photo=await asyncio.to_thread(blobs.put, made),
        agreed=sent.get("agreed") == ["yes"],
        **seat.when,
    )
    return seat.done("photo")


@post(
    "/speaker/{key:str}/photo/agreement",
    include_in_schema=False,
    middleware=[limited("speaker", per_minute=PER_MINUTE)],
)
async def agree(seat: Given[Seat]) -> AnyResponse | Redirect:
    """Agree that the photo that is kept is shown."""
    if (await form_fields(seat.request)).get("agreed") != ["yes"]:
        return await seat.show(form="photo", errors={"agreed": AGREE}, status=422)
    await service.set_photo(seat.db, seat.edition, seat.guest, agreed=True, **seat.when)
    return seat.done("agreed")


@post("/speaker/{key:str}/photo/withdrawal", include_in_schema=False)
async def withdraw(seat: Given[Seat]) -> Redirect:
    """Withdraw the agreement; the photo stays with the organisers."""
    await service.set_photo(seat.db, seat.edition, seat.guest, agreed=False, **seat.when)
    return seat.done("withdrawn")


@post("/speaker/{key:str}/photo/removal", include_in_schema=False)
async def remove(seat: Given[Seat]) -> Redirect:
    """Take the photo away, and the agreement with it."""
    await service.set_photo(seat.db, seat.edition, seat.guest, agreed=False, away=True, **seat.when)
    return seat.done("removed")


@get("/speaker/{key:str}/photo", include_in_schema=False)
async def own_photo(seat: Given[Seat], blobs: Given[Blobs]) -> AnyResponse:
    """Show a person the photo that is kept of them."""
    desk = await service.at_desk(seat.db, seat.edition, seat.guest.speaker_id)
    photo = desk.part.backstage.photo
    if photo is None:
        raise NotFound
    try:
        content = await asyncio.to_thread(blobs.path(photo).read_bytes)
    except FileNotFoundError as error:
        raise NotFound from error
    headers = {"cache-control": PRIVATE, **NO_ROBOTS}
    return Response(content, media_type=photos.MEDIA_TYPE, headers=headers)


@get("/speaker/{key:str}/sessions.ics", include_in_schema=False)
async def own_calendar(seat: Given[Seat]) -> AnyResponse:
    """Send a person's sessions as the latest version has them, cancelled ones too."""
    await service.at_desk(seat.db, seat.edition, seat.guest.speaker_id)
    content = None
    if seat.shelved is not None:
        content = await asyncio.to_thread(
            mails.own_calendar, seat.shelved.programme, seat.guest.speaker_id, seat.page.language
        )
    if content is None:
        raise NothingPublished
    return Response(
        content,
        media_type=mails.CALENDAR,
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{seat.edition.slug}-sessions.ics"),
            **NO_ROBOTS,
        },
    )


async def _file(files: Sequence[Any]) -> bytes:
    """Return the content of the file that was sent.

    Raises:
        PhotoMissing: none was.
    """
    for file in files:
        if isinstance(file, UploadFile):
            content = await file.read()
            if content:
                return content
    raise PhotoMissing


def _last(sent: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: texts[-1] for name, texts in sent.items() if texts}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


router = Router(
    "/",
    route_handlers=[
        own_page,
        confirm,
        decline,
        change_profile,
        send_photo,
        agree,
        withdraw,
        remove,
        own_photo,
        own_calendar,
    ],
    dependencies={"seat": Provide(at_seat)},
)
