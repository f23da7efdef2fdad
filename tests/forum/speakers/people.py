"""An edition with a draft whose people are asked to speak, and what is done with them."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from forum.editions.models import NewCategory
from forum.speakers import service
from forum.speakers.keys import SpeakerKeys
from forum.speakers.models import BadgeName, Guest, Refusal
from schedule import editing
from schedule.models import Draft, Participation, Room, Session, Speaker
from schedule.models import SessionType as Type
from schedule.models import SpeakerBackstage as Backstage
from schedule.models import SpeakerState as State
from tests.factories import FIRST_DAY, MORNING, SAME_ORIGIN, Memory

ADA, BEN = UUID(int=1), UUID(int=2)
AGENT = NewCategory(code="agent", name={"fr": "Agent public", "en": "Public agent"})
SPEAKER = NewCategory(code="speaker", name={"fr": "Intervenant", "en": "Speaker"}, open=False)
ROOM = Room(id=UUID(int=9), slug="salle", name="Salle Garonne", position=0)
NAME = BadgeName(given_name="Ada", family_name="Ferrand")


def draft(**behind):
    """Return a draft with one session on the first day, of Ada and Ben; Ada was proposed."""
    session = Session(
        id=UUID(int=5),
        number=1,
        slug="eau",
        type=Type.PLENARY,
        title={"fr": "L’eau", "en": "Water"},
        room_id=ROOM.id,
        starts_at=MORNING,
        minutes=45,
        people=[Participation(speaker_id=ADA), Participation(speaker_id=BEN)],
    )
    given = {"email": "ada@example.org", "language": "en", "state": State.PROPOSED, **behind}
    return Draft(
        rooms=[ROOM],
        speakers=[
            Speaker(
                id=ADA,
                slug="ada",
                name="Ada Ferrand",
                sort_key="ferrand\tada",
                organisation="Ville de Foix",
                job_title="Maire",
            ),
            Speaker(id=BEN, slug="ben", name="Ben Ali", sort_key="ali\tben"),
        ],
        sessions=[session],
        backstage_of_speakers={
            ADA: Backstage(**given),
            BEN: Backstage(state=State.PROPOSED, note="to be found"),
        },
    )


@dataclass
class House:
    """One edition and its speakers."""

    site: object
    edition: object
    post: Memory = field(default_factory=Memory)

    @classmethod
    async def built(cls, site, *, categories=(AGENT, SPEAKER), made=None, **given):
        edition = await site.edition(
            categories=[*categories], contact_email="contact@forum.example", **given
        )
        house = cls(site, edition)
        await house.put(made or draft())
        return house

    async def put(self, made):
        async with self.site.pool.acquire() as db:
            await editing.replace(db, self.edition, made, at=self.site.clock.at)

    @property
    def guest(self):
        return Guest(edition_id=self.edition.id, speaker_id=ADA)

    @property
    def key(self):
        return SpeakerKeys(self.site.settings.secret_key).key(self.edition.id, ADA)

    async def invite(self, *whom, **given):
        chosen = {*whom} if whom else None
        return await self.site.do(
            service.invite, self.edition, chosen, actor="organiser:x", **given
        )

    async def confirm(self, name=NAME):
        await self.site.do(service.confirm, self.edition, self.guest, name)

    async def decline(self, why="", registration=None):
        refusal = Refusal(why=why, registration=registration)
        await self.site.do(service.decline, self.edition, self.guest, refusal)

    async def draft(self):
        async with self.site.pool.acquire() as db:
            return await editing.read(db, self.edition)

    async def ada(self):
        """Return what stays with the editors of Ada."""
        return (await self.draft()).backstage_of_speakers[ADA]

    async def content(self):
        """Return what the public reads of Ada."""
        return next(one for one in (await self.draft()).speakers if one.id == ADA)

    async def changes(self):
        return await self.site.rows(
            """select kind, actor from draft_change
                where edition_id = $1 and kind <> 'imported' order by number""",
            self.edition.id,
        )

    async def audited(self, actor="speaker:"):
        return await self.site.rows(
            """select action, detail from audit
                where edition_id = $1 and actor like $2 || '%' order by at, action""",
            self.edition.id,
            actor,
        )

    async def registrations(self):
        return await self.site.rows(
            """select given_name, family_name, email, category, status::text, counted, days,
                      organisation, language
                 from registration where edition_id = $1 order by created_at, reference""",
            self.edition.id,
        )

    async def mails(self):
        """Let the worker send what is due; return what arrived at one's own edition."""
        worker = self.site.worker(self.post)
        while await worker.send_due():
            pass
        return self.post.mails

    async def get(self, path="", **given):
        async with self.site.client() as client:
            return await client.get(f"/speaker/{self.key}{path}", **given)

    async def post_to(self, path, data=None, **given):
        async with self.site.client() as client:
            return await client.post(
                f"/speaker/{self.key}{path}", data=data, headers=SAME_ORIGIN, **given
            )


def profile(**given):
    """Return what the form of the profile sends, as Ada's profile is stored."""
    stored = {
        "name": "Ada Ferrand",
        "organisation": "Ville de Foix",
        "job_title": "Maire",
        "language": "en",
        "biography.fr": "",
        "biography.en": "",
    }
    return {**stored, **given}


DAY = FIRST_DAY.isoformat()
STRANGER = uuid4()
