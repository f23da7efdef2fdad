"""Certificates of speakers: for whom, once each by e-mail, what their codes prove."""

import asyncio
import html
import re
import uuid
from datetime import timedelta

import pytest
from msgspec.structs import replace

from badges.papers import service as papers
from badges.papers.models import PaperTerms
from forum.core.context import Role
from forum.core.errors import Invalid
from forum.letters.kinds import CERTIFYING
from forum.registrations import paper_sending
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Certified
from forum.registrations.paper_sending import Stand, To
from forum.speakers import certificates
from forum.speakers.certificate_sending import Certificates
from forum.speakers.certificates import NotCertified
from schedule import publishing
from schedule.models import SpeakerBackstage as Backstage
from schedule.models import SpeakerState as State
from tests.factories import DURING, SAME_ORIGIN, Memory, eventually, pdf_text
from tests.forum.speakers.people import ADA, BEN, House, draft

AFTER = DURING + timedelta(days=3)
CODE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}")


def confirmed(*, ben="ben@example.org", **given):
    made = draft()
    behind = {
        ADA: Backstage(email="ada@example.org", language="en", state=State.CONFIRMED),
        BEN: Backstage(email=ben, language="fr", state=State.CONFIRMED),
    }
    return replace(made, backstage_of_speakers={**behind, **given.pop("behind", {})}, **given)


async def publish(site, edition):
    async with site.pool.acquire() as db:
        await publishing.publish(
            db, edition, base_url=site.settings.base_url, at=site.clock.at, ids=site.ids
        )


@pytest.fixture
async def house(lone_site):
    """An edition that is over, with two speakers of one published session."""
    built = await House.built(lone_site, made=confirmed())
    await publish(lone_site, built.edition)
    lone_site.clock.at = AFTER
    return built


@pytest.fixture
def codes(lone_site):
    return AttestationCodes(lone_site.settings.secret_key)


def kind(site, codes):
    return Certificates(codes, site.settings.base_url, site.clock.at)


@pytest.fixture
def send(lone_site, house, codes):
    async def send(to=To.MISSING, *names):
        async with lone_site.pool.acquire() as db:
            return await paper_sending.send(
                db,
                house.edition,
                kind(lone_site, codes),
                to,
                names,
                actor="organiser:x",
                ids=lone_site.ids,
            )

    return send


async def everybody(house):
    async with house.site.pool.acquire() as db:
        return await certificates.of_all(db, house.edition)


async def stands(house, codes):
    async with house.site.pool.acquire() as db:
        found = await kind(house.site, codes).candidates(db, house.edition)
    return [(one.reference, one.stand) for one in found]


async def brought(house):
    """Let the worker send what is due; return to whom certificates went, at each with its text."""
    await house.mails()
    mails = [one for one in house.post.mails if one.kind == CERTIFYING]
    assert [[part.name for part in one.parts] for one in mails] == [
        [f"{house.edition.slug}-certificate.pdf"] for _ in mails
    ]
    return sorted((one.recipient, pdf_text(one.parts[0].content)) for one in mails)


async def look(house, path, **headers):
    async with house.site.client() as client:
        answer = await client.get(
            path, headers={"accept": "text/html", "accept-language": "fr", **headers}
        )
    main = re.search(r"<main[^>]*>(.*)</main>", answer.text, re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", main[1])) if main else answer.text
    return answer.status_code, " ".join(text.split())


# By e-mail


async def test_each_speaker_gets_theirs_once_in_their_language(house, codes, send):
    assert sorted(await asyncio.gather(*(send() for _ in range(3)))) == [0, 0, 2]
    (ada, english), (ben, french) = await brought(house)
    assert (ada, ben) == ("ada@example.org", "ben@example.org")
    assert "Certificate of speaking" in english
    assert "Attestation d’intervention" in french
    for text in ("Ben Ali", "L’eau intervention mardi 23 mars, de", "Salle Garonne"):
        assert text in french, french
    assert await send() == 0
    assert await stands(house, codes) == [("ben", Stand.HAS), ("ada", Stand.HAS)]


async def test_a_stop_in_mid_sending_goes_on_where_it_was(house, send):
    class Slow(Memory):
        """Takes one letter, and hangs at all others."""

        async def send(self, mail):
            if self.mails:
                await asyncio.Event().wait()
            await super().send(mail)

    async def one_is_sent():
        sql = "select count(sent_at) from outbox where edition_id = $1 and kind = $2"
        return await house.site.value(sql, house.edition.id, CERTIFYING) == 1

    await house.mails()  # what else was waiting
    await send()
    working = asyncio.create_task(house.site.worker(post := Slow()).send_due())
    await eventually(one_is_sent)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    house.site.clock.forward(hours=1)
    rest = [to for to, _ in await brought(house)]
    assert sorted([*rest, *(one.recipient for one in post.mails)]) == [
        "ada@example.org",
        "ben@example.org",
    ]


async def test_only_those_chosen_get_one_and_the_log_says_so(house, send):
    assert await send(To.CHOSEN, "BEN") == 1
    assert [to for to, _ in await brought(house)] == ["ben@example.org"]
    for names in (["nobody"], ["ben", "nobody"], []):
        with pytest.raises(Invalid):
            await send(To.CHOSEN, *names)
    async with house.site.pool.acquire() as db:
        log = await paper_sending.sendings(db, house.edition, CERTIFYING)
    assert [(one.created_at, one.count, one.sent, one.failed) for one in log] == [(AFTER, 1, 1, 0)]


async def test_a_session_that_moved_makes_a_new_certificate(house, codes, send):
    await send()
    await brought(house)
    made = confirmed()
    [session] = made.sessions
    later = replace(session, starts_at=session.starts_at + timedelta(hours=1))
    await house.put(replace(made, sessions=[later]))
    assert (await stands(house, codes))[0] == ("ben", Stand.HAS)  # not published yet
    await publish(house.site, house.edition)
    assert await stands(house, codes) == [("ben", Stand.CHANGED), ("ada", Stand.CHANGED)]
    house.site.clock.forward(hours=1)
    assert await send() == 0
    assert await send(To.CHANGED) == 2
    assert await send(To.CHANGED) == 0


async def test_who_has_no_address_gets_none_but_has_one_to_print(house, send):
    await house.put(confirmed(ben=""))
    assert [one.slug for one in await everybody(house)] == ["ben", "ada"]
    assert await send(To.ALL) == 1
    with pytest.raises(Invalid):
        await send(To.CHOSEN, "ben")


async def test_who_is_not_confirmed_or_whose_session_is_off_has_none(house):
    await house.put(confirmed(behind={BEN: Backstage(state=State.PROPOSED)}))
    assert [one.slug for one in await everybody(house)] == ["ada"]
    async with house.site.pool.acquire() as db:
        with pytest.raises(NotCertified):
            await certificates.of_speaker(db, house.edition, BEN)
    made = confirmed()
    await house.put(replace(made, sessions=[replace(made.sessions[0], cancelled=True)]))
    await publish(house.site, house.edition)
    assert await everybody(house) == []


# Codes


async def test_a_code_proves_who_spoke_and_where(house, codes):
    ada = next(one for one in await everybody(house) if one.slug == "ada")
    status, said = await look(house, f"/verify/{codes.certificate(ada.certified)}")
    assert (status, "Ce code est bon." in said) == (200, True)
    for text in (
        "Ada Ferrand",
        "L’eau (intervention), mardi 23 mars, de 9 h à 9 h 45, Salle Garonne",
    ):
        assert text in said
    assert "example.org" not in said
    assert "version" not in said


LONGER = {"minutes": 60}
RENAMED = {"title": {"fr": "L’eau, encore"}}
OFF = {"cancelled": True}
SINCE = "Le programme a changé ensuite, sans que l’attestation en soit moins vraie"


@pytest.mark.parametrize(
    ("change", "now"),
    [
        (
            LONGER,
            f"{SINCE}. Il dit maintenant : L’eau (intervention), mardi 23 mars, de 9 h à 10",
        ),
        (RENAMED, f"{SINCE}. Il dit maintenant : L’eau, encore (intervention), mardi 23 mars,"),
        (OFF, f"{SINCE} : il n’a plus de séance de cette personne."),
    ],
    ids=["longer", "renamed", "cancelled"],
)
async def test_a_programme_that_changes_makes_no_certificate_false(house, codes, change, now):
    ada = next(one for one in await everybody(house) if one.slug == "ada")
    code = codes.certificate(ada.certified)
    made = confirmed()
    await house.put(replace(made, sessions=[replace(made.sessions[0], **change)]))
    assert SINCE not in (await look(house, f"/verify/{code}"))[1]  # not published yet
    await publish(house.site, house.edition)
    status, said = await look(house, f"/verify/{code}")
    assert (status, "Ce code est bon." in said) == (200, True)
    assert "L’eau (intervention), mardi 23 mars, de 9 h à 9 h 45, Salle Garonne" in said
    assert "Ainsi le disait la version 1 du programme, publiée le" in said
    assert now in said


async def test_who_is_no_longer_confirmed_spoke_all_the_same(house, codes):
    ben = next(one for one in await everybody(house) if one.slug == "ben")
    await house.put(confirmed(behind={BEN: Backstage(state=State.PROPOSED)}))
    status, said = await look(house, f"/verify/{codes.certificate(ben.certified)}")
    assert (status, "Ce code est bon." in said) == (200, True)
    assert "de 9 h à 9 h 45, Salle Garonne" in said
    assert SINCE not in said


async def test_a_paper_of_before_titles_were_stamped_stays_good(house, codes):
    ada = next(one for one in await everybody(house) if one.slug == "ada").certified
    status, said = await look(house, f"/verify/{codes.certificate(replace(ada, said=[]))}")
    assert (status, "Ce code est bon." in said) == (200, True)


async def test_what_no_version_says_is_shown_as_it_is_now(house, codes):
    ada = next(one for one in await everybody(house) if one.slug == "ada").certified
    code = codes.certificate(replace(ada, name="Ada Lovelace"))
    status, said = await look(house, f"/verify/{code}")
    assert status == 200
    assert "Ce code est bon, mais ce qu’il atteste a changé depuis." in said
    assert "Ada Ferrand" in said
    made = confirmed()
    await house.put(replace(made, sessions=[replace(made.sessions[0], cancelled=True)]))
    await publish(house.site, house.edition)
    status, said = await look(house, f"/verify/{code}")
    assert status == 200
    assert "Ce code est bon : l’attestation d’intervention qui le porte a été délivrée ici." in said
    assert "Ada" not in said


async def test_codes_of_nobody_and_of_other_editions_prove_nothing(house, codes):
    ada = next(one for one in await everybody(house) if one.slug == "ada").certified
    other = await house.site.edition()
    for claimed in (
        replace(ada, speaker_id=uuid.UUID(int=77)),
        replace(ada, edition_id=other.id),
        replace(ada, edition_id=65_000),
    ):
        status, said = await look(house, f"/verify/{codes.certificate(claimed)}")
        assert (status, "Aucune attestation ne porte ce code." in said) == (404, True)


def test_a_code_altered_anywhere_is_not_ours():
    codes = AttestationCodes(b"a secret of at least 32 bytes....")
    one = Certified(edition_id=7, speaker_id=ADA, name="Ada", parts=[(1, "speaker", DURING, AFTER)])
    code = codes.certificate(one)
    assert codes.holds(codes.read(code), one)
    assert not codes.holds(codes.read(code), replace(one, name="Eve"))
    for place, sign in enumerate(code):
        if sign != "-":
            changed = code[:place] + ("A" if sign != "A" else "B") + code[place + 1 :]
            with pytest.raises(AttestationUnknown):
                codes.read(changed)


# Pages


async def test_a_speaker_has_their_own_once_the_forum_is_over(house):
    house.site.clock.at = DURING
    assert (await house.get("/certificate.pdf")).status_code == 404
    house.site.clock.at = AFTER
    answer = await house.get("/certificate.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Ada Ferrand" in pdf_text(answer.content)
    status, said = await look(house, f"/verify/{CODE.search(pdf_text(answer.content))[0]}")
    assert (status, "Ce code est bon." in said) == (200, True)


async def test_the_terms_of_the_organiser_stand_on_it(house):
    terms = PaperTerms(
        organiser="Région <&>", legal="SIRET 12", place="Albi", signatory="La directrice"
    )
    await house.site.do(papers.set_terms, house.edition, terms, actor="organiser:x")
    told = pdf_text((await house.get("/certificate.pdf")).content)
    for text in ("Région <&>, organiser of", "SIRET 12", "Issued at Albi on", "La directrice"):
        assert text in told


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.RECEPTION, Role.PROGRAMME_EDITOR])
async def test_organisers_alone_print_and_send_them(house, role):
    team = await house.site.signed_in(house.edition, role)
    stranger = await house.site.signed_in(await house.site.edition())
    base = f"/organiser/{house.edition.slug}/papers/certificates"
    own = f"{base}/{ADA}/certificate.pdf"
    async with house.site.client() as client:
        for who, wanted in ((team, 200 if role is Role.ORGANISER else 403), (stranger, 403)):
            for path in (base, f"{base}.pdf", own):
                assert (await client.get(path, headers=who)).status_code == wanted, path
        sent = await client.post(base, data={"to": "all"}, headers={**stranger, **SAME_ORIGIN})
        assert sent.status_code == 403
    assert await brought(house) == []


async def test_a_speaker_of_another_edition_is_not_found_there(house):
    other = await house.site.edition()
    stranger = await house.site.signed_in(other)
    async with house.site.client() as client:
        path = f"/organiser/{other.slug}/papers/certificates/{ADA}/certificate.pdf"
        assert (await client.get(path, headers=stranger)).status_code == 404
