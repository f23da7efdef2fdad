"""Certificates as papers of the team: who has one, where each stands, what letters bring of it."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from badges.models import Certificate
from badges.papers.issuing import PapersExport
from badges.printing.frames import Sheaf
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.i18n import words
from forum.core.text import pick
from forum.letters.kinds import CERTIFYING
from forum.registrations import mails
from forum.registrations import queries as registrations
from forum.registrations.codes import AttestationCodes
from forum.registrations.paper_sending import Candidate, next_version, stand
from forum.speakers import certificates
from forum.speakers.certificates import NobodyCertified, NotCertified, Spoken

AT_ONCE = 50
"""Certificates that are handed to who draws them at a time."""


class Certificates(Struct, frozen=True):
    """Certificates of speakers, see `forum.registrations.paper_sending.Kind`."""

    codes: AttestationCodes
    base_url: str
    at: datetime

    what = "certificates"
    letter = CERTIFYING
    none = NotCertified

    async def candidates(self, db: Db, edition: Edition) -> list[Candidate[Spoken]]:
        """Return all who have a certificate, by name, and where each stands."""
        delivered = await registrations.list_delivered(db, edition.id, [CERTIFYING])

        def code_of(stored: dict[str, Any]) -> str:
            return self.codes.certificate(msgspec.convert(stored, Spoken).certified)

        found = []
        for one in await certificates.of_all(db, edition):
            letters = delivered.get(one.certified.speaker_id, [])
            found.append(
                Candidate(
                    id=one.certified.speaker_id,
                    reference=one.slug,
                    name=one.certified.name,
                    email=one.email,
                    language=one.language,
                    stand=stand(letters, code_of, one.certified, self.codes),
                    version=next_version(letters, CERTIFYING),
                    about=one,
                )
            )
        return found

    def values(self, about: Spoken) -> mails.Values:
        """Return what the letter says."""
        return mails.Values(given_name=about.certified.name)

    def stored(self, about: Spoken) -> dict[str, Any]:
        """Return what of a paper is stored with its letter."""
        return dict(msgspec.to_builtins(about))

    def signed(self, edition: Edition, about: Spoken) -> Certificate:
        """Return what the paper of somebody says."""
        code = self.codes.certificate(about.certified)
        return certificates.certificate(
            edition, about, code=code, base_url=self.base_url, at=self.at
        )

    def export(self, edition: Edition) -> PapersExport[Spoken]:
        """Return the certificates of all speakers, by name, as one PDF."""
        title = words(edition.language).gettext("Certificates for speakers")
        about = pick(edition.title, edition.language)
        return PapersExport(
            about=Sheaf(
                title=f"{title}, {about}",
                author=about,
                language=edition.language,
                made_at=self.at,
            ),
            read=lambda db: _some_at_a_time(db, edition),
            signed=lambda one: self.signed(edition, one),
            nobody=NobodyCertified,
        )


async def _some_at_a_time(db: Db, edition: Edition) -> AsyncIterator[list[Spoken]]:
    found = await certificates.of_all(db, edition)
    for first in range(0, len(found), AT_ONCE):
        yield found[first : first + AT_ONCE]
