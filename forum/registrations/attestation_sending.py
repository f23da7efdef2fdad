"""Attestations as papers of the team: who has one, where each stands, what letters bring of it."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from badges.models import Attestation, Presence
from badges.papers import service as papers
from badges.papers.issuing import PapersExport
from badges.papers.models import Attended, PaperTerms
from badges.printing.frames import Sheaf
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.i18n import words
from forum.core.text import pick
from forum.letters.kinds import ATTESTING
from forum.registrations import attestations, documents, mails, queries, sending
from forum.registrations.attestations import Attendance, NobodyAttested, NotAttested
from forum.registrations.codes import AttestationCodes, Attested
from forum.registrations.models import Addressee
from forum.registrations.paper_sending import Candidate, next_version, stand

BRINGING = (ATTESTING, "thanks")
"""The kinds of letters that bring an attestation; the first is the one that is sent from here."""


class There(Struct, frozen=True, kw_only=True):
    """Somebody who was there, with what organisers print on every paper."""

    person: Addressee
    attended: Attended
    terms: PaperTerms


class Brought(Struct, frozen=True, kw_only=True):
    """What of a letter that brought an attestation tells what it said."""

    reference: str = ""
    given_name: str = ""
    family_name: str = ""
    presences: list[Presence] = []
    attended: Attended | None = None

    def attested(self, edition: Edition) -> Attested:
        """Return what the paper attested."""
        there = self.attended
        return Attested(
            edition_id=edition.id,
            reference=self.reference,
            given_name=self.given_name,
            family_name=self.family_name,
            presences=self.presences,
            halves=there.halves if there else None,
            sessions=[one.number for one in there.sessions] if there else [],
        )


class Attestations(Struct, frozen=True):
    """Attestations of presence, see `paper_sending.Kind`: as the doors tell them at `at`."""

    codes: AttestationCodes
    base_url: str
    at: datetime

    what = "attestations"
    letter = ATTESTING
    none = NotAttested

    async def candidates(self, db: Db, edition: Edition) -> list[Candidate[There]]:
        """Return all who were there and have an address, by name, and where each stands."""
        there = await papers.attended_by_all(db, edition, at=self.at)
        terms = await papers.terms_of(db, edition)
        people = await queries.list_confirmed(db, edition.id)
        delivered = await queries.list_delivered(db, edition.id, BRINGING)

        def code_of(stored: dict[str, Any]) -> str:
            return self.codes.code(msgspec.convert(stored, Brought).attested(edition))

        found = []
        for one in people:
            attended = there.get(one.id)
            if attended is None or not one.email:
                continue
            about = There(person=one, attended=attended, terms=terms)
            letters = [sent for sent in delivered.get(one.id, ()) if sent.data.get("presences")]
            now = attestations.attendance(edition, one, attended, terms).attested
            found.append(
                Candidate(
                    id=one.id,
                    reference=one.reference,
                    name=f"{one.given_name} {one.family_name}",
                    email=one.email,
                    language=one.language,
                    stand=stand(letters, code_of, now, self.codes),
                    version=next_version(letters, ATTESTING),
                    about=about,
                )
            )
        return found

    def values(self, about: There) -> mails.Values:
        """Return what the letter says."""
        return sending.values_of(about.person, attended=about.attended, terms=about.terms)

    def stored(self, about: There) -> dict[str, Any]:
        """Return what of a paper is stored with its letter."""
        return mails.stored(self.values(about))

    def signed(self, edition: Edition, about: There) -> Attestation:
        """Return what the paper of somebody says."""
        found = attestations.attendance(edition, about.person, about.attended, about.terms)
        return self.attestation(edition, found)

    def attestation(self, edition: Edition, found: Attendance) -> Attestation:
        """Return what the paper of somebody says by their attendance."""
        return documents.attestation(
            edition,
            found.attested,
            organisation=found.organisation,
            job_title=found.job_title,
            sessions=found.sessions,
            terms=found.terms,
            code=self.codes.code(found.attested),
            language=found.language,
            base_url=self.base_url,
            at=self.at,
        )

    def export(self, edition: Edition) -> PapersExport[Attendance]:
        """Return the attestations of all who were there, by name, as one PDF."""
        title = words(edition.language).gettext("Attestations of presence")
        about = pick(edition.title, edition.language)
        return PapersExport(
            about=Sheaf(
                title=f"{title}, {about}",
                author=about,
                language=edition.language,
                made_at=self.at,
            ),
            read=lambda db: attestations.of_all(db, edition, at=self.at),
            signed=lambda one: self.attestation(edition, one),
            nobody=NobodyAttested,
        )
