"""Every kind of e-mail in both languages: its key sentence, its HTML, its text, its files."""

import re
import uuid
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from badges.models import Ticket
from forum.core.mail import compose
from forum.core.outbox import Letter
from forum.core.text import Text
from forum.letters.kinds import KINDS, PLACEHOLDERS, TICKET
from forum.letters.markup import parse
from forum.letters.models import LetterText
from forum.registrations import mails
from forum.registrations.codes import AttestationCodes
from forum.registrations.keys import AttendeeKeys
from forum.registrations.mails import Context, Trial, Values, built_in, context_of, letter, render
from forum.registrations.models import Registration, Status, StoredGroup
from forum.registrations.service import STANDING
from schedule import seat_mails
from tests.factories import decoded, message, pdf_text
from tests.pages import samples

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
BASE = "https://forum.example"
LANGUAGES = ["fr", "en"]

SENTENCES = {
    "received": ("Nous avons reçu votre inscription.", "We have received your registration."),
    "confirmed": ("Votre place est confirmée.", "Your place is confirmed."),
    "waiting": (
        "Vous êtes au rang 3 de la liste d’attente.",
        "You are number 3 on the waiting list.",
    ),
    "promoted": (
        "Une place s’est libérée, et elle est à vous : vous n’êtes plus en liste d’attente.",
        "A place has become free, and it is yours: you are no longer on the waiting list.",
    ),
    "offer": (
        "Elle vous est gardée jusqu’au mardi 23 mars 2027 à 9 h.",
        "It is kept for you until Tuesday 23 March 2027 at 09:00.",
    ),
    "seat": (
        "La place vous est gardée jusqu’au mardi 23 mars 2027 à 9 h",
        "The seat is kept for you until Tuesday 23 March 2027 at 09:00",
    ),
    "seat_lapsed": ("n’a pas été confirmée à temps", "was not confirmed in time"),
    "lapsed": (
        "La place qui vous était gardée est allée à la personne suivante sur la liste d’attente.",
        "The place that was kept for you has gone to the next person on the waiting list.",
    ),
    "approved": (
        "L’organisation a accepté votre inscription : votre place est confirmée.",
        "The organisers have approved your registration: your place is confirmed.",
    ),
    "refused": (
        "L’organisation n’a pas pu retenir votre inscription K7QM-42XR.",
        "The organisers could not accept your registration K7QM-42XR.",
    ),
    "changed": ("Votre inscription a été modifiée.", "Your registration has been changed."),
    "reissued": (
        "Voici votre nouveau billet ; l’ancien n’ouvre plus aucune porte.",
        "Here is your new ticket; the one before opens no door any more.",
    ),
    "cancelled": (
        "Votre inscription K7QM-42XR est annulée ; aucun de ses billets n’ouvre les portes.",
        "Your registration K7QM-42XR is cancelled; no ticket of it opens the doors.",
    ),
    "transferred": (
        "C’est maintenant la place de Yann Le Guellec, qui reçoit un billet",
        "It is now the place of Yann Le Guellec, who gets a ticket and an e-mail of their own.",
    ),
    "reminder": (
        "Nous vous attendons le mardi 23 mars 2027.",
        "We expect you on Tuesday 23 March 2027.",
    ),
    "thanks": ("Merci d’avoir été des nôtres.", "Thank you for having been with us."),
    "attestation": ("Durée retenue : 3 h 25", "Time counted: 3 h 25 min"),
    "certificate": (
        "Merci d’être intervenu à Forum du numérique partagé.",
        "Thank you for having spoken at",
    ),
    "questions": (
        "Il manque encore des réponses de votre part : Serez-vous au dîner ? · Menu ?",
        "Answers of yours are still missing: Will you dine? · Menu ?",
    ),
    "link": (
        "Vous avez demandé le lien vers votre inscription ; le voici.",
        "You have asked for the link to your registration; here it is.",
    ),
    "group": ("Personnes inscrites : 2", "People registered: 2"),
    "invitation": ("Votre code : VAL-AMBROISE", "Your code: VAL-AMBROISE"),
}
FOUND = f"{BASE}/me/abc/attestation.pdf"
LINKS = {
    "certificate_link": f"{BASE}/speaker/abc/certificate.pdf",
    "attestation_link": FOUND,
    "manage_link": f"{BASE}/me/abc",
    "answer_link": f"{BASE}/me/abc/edit",
    "accept_link": f"{BASE}/me/abc",
    "sessions_link": f"{BASE}/me/abc/sessions",
    "register_link": f"{BASE}/toulouse-2027/register?code=VAL-AMBROISE",
}


class Page(HTMLParser):
    """What an e-mail's HTML says, in order, with the addresses that it leads to."""

    def __init__(self, html):
        super().__init__()
        self.said, self.elements, self.open = [], [], []
        self.feed(html[html.index("<body") :])

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "img":
            self.said.append(attributes["alt"])
        if tag == "a":
            self.open.append(attributes["href"])

    def handle_endtag(self, tag):
        if tag == "a":
            self.said.append(self.open.pop().removeprefix("mailto:"))

    def handle_data(self, data):
        self.said.append(data)


def plain(text):
    return " ".join(text.split())


def words_of(text):
    """Return the words and addresses of a text, once where an address says itself."""
    found = re.findall(r"https?://[^\s)]+|[\w@.·’-]*\w", text)
    return [one for n, one in enumerate(found) if n == 0 or one != found[n - 1]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_built_in_text_has_no_mistake_and_says_what_is_needed_by_itself(kind, language):
    text = built_in(KINDS[kind], language, samples.templates())
    parsed = parse(text.subject, text.body, KINDS[kind])
    assert (parsed.subject_mistakes, parsed.body_mistakes) == ((), ())
    for name in KINDS[kind].needed:
        assert f"{{{name}}}" in text.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_email_says_its_sentence_and_its_links_in_text_and_html(kind, language):
    written = samples.letter(kind, language)
    sentence = SENTENCES[kind][LANGUAGES.index(language)]
    page = Page(written.html)
    assert sentence in plain(written.text)
    assert sentence in plain("".join(page.said))
    leads = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    for name in KINDS[kind].needed:
        if name != TICKET:
            assert LINKS[name] in written.text
            assert LINKS[name] in leads
    assert ("cid:ticket" in written.html) is (TICKET in KINDS[kind].placeholders)
    assert samples.EDITION.title[language] in written.subject
    assert "{" not in written.text + written.subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same(kind, language):
    written = samples.letter(kind, language)
    title = samples.EDITION.title[language]
    text = written.text.replace(f"-- \n{title}\n", "")
    html = " ".join(Page(written.html).said).replace(title, "", 1)
    assert words_of(text) == words_of(html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*KINDS, "sign_in"])
def test_an_email_fetches_nothing_and_is_made_for_old_clients(kind, language):
    html = samples.mail(kind, "body.html", language)
    page = Page(html)
    for tag, attributes in page.elements:
        assert tag not in {"script", "link", "iframe", "form", "object", "video"}
        assert attributes.get("src", "cid:").startswith("cid:")
        assert not [name for name in attributes if name.startswith("on")]
        assert "url(" not in attributes.get("style", "")
        if tag == "table":
            assert attributes["role"] == "presentation"
    assert "max-width:600px" in html
    assert 'width="600"' in html  # for Word, which knows no max-width
    assert len(html.encode()) < 30_000
    assert html.count("<p") == html.count("</p>")


def test_whatever_a_verb_says_has_its_words():
    verbs = Path(mails.__file__).parent.glob("*.py")
    said = set(STANDING.values()) | {"group", seat_mails.SEAT, seat_mails.SEAT_LAPSED}
    for path in verbs:
        said |= {*re.findall(r'kind="(\w+)"', path.read_text("utf-8"))}
    assert said - {"inline", "pdf"} <= KINDS.keys()
    assert {"lapsed", "changed", "transferred", "approved", "link"} <= said


def test_a_form_is_opened_with_the_code_of_an_invitation_alone():
    assert samples.letter("invitation").text.count("/register?code=VAL-AMBROISE") == 1
    assert "/toulouse-2027/register\n" in samples.letter("invitation", code="").text


def test_the_context_has_every_placeholder_and_no_more():
    assert {*Context.__struct_fields__} == PLACEHOLDERS.keys()


def test_a_context_is_in_words_and_in_the_editions_timezone():
    context = context_of(samples.values(days=2), samples.EDITION, "fr", key="k", base_url=BASE)
    assert msgspec.structs.asdict(context) == {
        "given_name": "Maëlys",
        "family_name": "d’Hérouville & <Fils",
        "name": "Maëlys d’Hérouville & <Fils",
        "reference": "K7QM-42XR",
        "category": "Agent public",
        "days": "mercredi 24 mars 2027",
        "first_day": "mercredi 24 mars 2027",
        "edition": "Forum du numérique partagé",
        "dates": "23 et 24 mars 2027",
        "venue": "Centre de congrès Pierre-Baudis, Toulouse",
        "contact": "contact@forum.example",
        "place_in_line": "3",
        "offer_until": "mardi 23 mars 2027 à 9\u00a0h",
        "reason": "Le délai est passé.",
        "new_holder": "Yann Le Guellec",
        "people": "Maëlys d’Hérouville\nYann Le Guellec",
        "count": "2",
        "questions": "Serez-vous au dîner ? · Menu ?",
        "code": "VAL-AMBROISE",
        "valid_until": "mardi 23 mars 2027 à 9\u00a0h",
        "session": "Atelier de crise",
        "session_time": "mardi 23 mars, de 9\u00a0h à 10\u00a0h\u00a015",
        "room": "Atelier Pastel",
        "answer_until": "mardi 23 mars 2027 à 9\u00a0h",
        "at_the_same_time": "La charte, Le budget",
        "ticket": "K7QM-42XR",
        "attestation_link": f"{BASE}/me/k/attestation.pdf",
        "hours": "3\u00a0h\u00a025",
        "certificate_link": f"{BASE}/speaker/k/certificate.pdf",
        "manage_link": f"{BASE}/me/k",
        "answer_link": f"{BASE}/me/k/edit",
        "accept_link": f"{BASE}/me/k",
        "sessions_link": f"{BASE}/me/k/sessions",
        "programme_link": f"{BASE}/toulouse-2027/programme",
        "guides_link": f"{BASE}/toulouse-2027/guides",
        "register_link": f"{BASE}/toulouse-2027/register?code=VAL-AMBROISE",
    }


def test_what_is_not_known_is_nothing():
    bare = msgspec.structs.replace(samples.EDITION, venue={}, contact_email="")
    context = context_of(Values(), bare, "en", key="k", base_url=BASE)
    empty = {name for name, text in msgspec.structs.asdict(context).items() if not text}
    assert empty == {
        "given_name", "family_name", "name", "reference", "category", "venue", "contact",
        "place_in_line", "offer_until", "reason", "new_holder", "people", "count", "code",
        "valid_until", "ticket", "questions", "answer_link", "attestation_link", "hours", "session",
        "session_time", "room", "answer_until", "at_the_same_time",
    }  # fmt: skip


def test_days_that_are_none_of_the_edition_are_all_of_them():
    context = context_of(Values(days=8), samples.EDITION, "fr", key="k", base_url=BASE)
    assert context.days == "23 et 24 mars 2027"


@pytest.mark.parametrize("kind", ["refused", "changed", "cancelled"])
def test_without_a_reason_nothing_speaks_of_one(kind):
    assert "Le mot de l’organisation" in samples.letter(kind).text
    for part in (samples.letter(kind, reason="").text, samples.letter(kind, reason="").html):
        assert "Le mot de l’organisation" not in part


def test_a_waiting_person_whose_turn_is_unknown_is_told_so_without_a_number():
    text = samples.letter("waiting", turn=None).text
    assert "Vous êtes en liste d’attente." in text
    assert "au rang" not in text


def test_a_change_of_somebody_who_waits_holds_no_ticket():
    written = samples.letter("changed", ticket=None)
    assert "cid:" not in written.html
    assert "Code QR" not in written.text


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=y> &amp; {{7*7}} {name} **a** [b](https://c.d)"
)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_values_stay_text(kind):
    hostile = dict.fromkeys(("given_name", "family_name", "reason", "new_holder"), HOSTILE)
    hostile |= {"people": [HOSTILE], "category_name": {"fr": HOSTILE}}
    page = Page(samples.letter(kind, **hostile).html)
    tags = {tag for tag, _ in page.elements}
    assert tags <= {*"body div table tr td p br ul li a strong img span".split()}
    leads = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert "https://c.d" not in leads
    assert [one for tag, one in page.elements if tag == "img" and one["src"] != "cid:ticket"] == []


def test_hostile_words_of_an_organiser_stay_text_too():
    own = LetterText(subject="<b>{given_name}</b>", body='<script>x</script> "{name}" {{{{7*7}}}}')
    written = samples.letter("waiting", own=own)
    assert written.subject == "<b>Maëlys</b>"
    assert "<script>" not in written.html
    assert "&lt;script&gt;x&lt;/script&gt;" in written.html
    assert "{{7*7}}" in written.text


def test_own_words_take_the_place_of_ours_and_what_is_needed_is_added():
    own = LetterText(subject="Bienvenue, {given_name}", body="Un mot de la mairie.")
    written = samples.letter("confirmed", own=own)
    assert written.subject == "Bienvenue, Maëlys"
    assert written.text.startswith("Un mot de la mairie.\n\nCode QR de votre billet")
    assert f"{BASE}/me/abc" in written.text
    assert "Votre place est confirmée." not in written.text


# The letter that is stored, and the message made of it


NAME: Text = {"fr": "Élu", "en": "Elected official"}


def registration(**given):
    values = {
        "edition_id": 1,
        "id": uuid.UUID(int=5),
        "reference": "K7QM-42XR",
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "zoe@example.org",
        "organisation": "Ville de Lyon",
        "job_title": None,
        "category": "elected",
        "language": "fr",
        "status": Status.CONFIRMED,
        "turn": None,
        "days": 2,
        "revision": 4,
        "mail_version": 7,
        "mailed_at": AT,
        "created_at": AT,
        "changed_at": AT,
    }
    return Registration(**{**values, **given})


def ticket(**given):
    values = {
        "edition_id": 1,
        "registration_id": uuid.UUID(int=5),
        "number": 9,
        "key_id": 1,
        "category_number": 0,
        "days": 2,
        "revision": 0,
        "revoked_at": None,
    }
    return Ticket(**{**values, **given})


class OneKey:
    """A keyring whose token is known."""

    def token(self, ticket):
        return f"N{ticket.number}".ljust(122, "A")


def made(kind="confirmed", own=None, stored=None, **given):
    held = given.pop("ticket", ticket())
    stored = stored or letter(kind, registration(), NAME, held, uuid.UUID(int=1), **given)
    stored = msgspec.json.decode(msgspec.json.encode(stored), type=Letter)  # as the outbox has it
    return render(
        stored,
        samples.EDITION,
        own,
        templates=samples.templates(),
        keyring=OneKey(),
        keys=AttendeeKeys(b"s" * 32),
        codes=AttestationCodes(b"s" * 32),
        base_url=BASE,
        at=AT,
    )


def test_a_letter_holds_the_values_of_its_moment_and_no_secret():
    stored = letter("offer", registration(offer_until=AT), NAME, None, uuid.UUID(int=1), line=2)
    assert (stored.kind, stored.subject_id, stored.version) == ("offer", uuid.UUID(int=5), 7)
    assert stored.data == {
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "reference": "K7QM-42XR",
        "organisation": "Ville de Lyon",
        "category_name": NAME,
        "turn": 2,
        "days": 2,
        "revision": 4,
        "offer_until": "2027-03-01T12:00:00Z",
    }


@pytest.mark.parametrize(
    "kind", ["confirmed", "promoted", "approved", "changed", "reissued", "reminder"]
)
def test_a_ticket_comes_as_picture_page_and_calendar(kind):
    mail = made(kind)
    assert [(part.name, part.media_type.partition(";")[0], part.cid) for part in mail.parts] == [
        ("toulouse-2027-K7QM-42XR.png", "image/png", "ticket"),
        ("toulouse-2027-K7QM-42XR.pdf", "application/pdf", None),
        ("toulouse-2027-K7QM-42XR.ics", "text/calendar", None),
    ]
    assert decoded(mail.parts[0].content) == "N9".ljust(122, "A")
    calendar = mail.parts[2].content.decode()
    assert "DTSTART;VALUE=DATE:20270324" in calendar
    assert "SEQUENCE:4" in calendar
    assert "STATUS:CONFIRMED" in calendar


@pytest.mark.parametrize("kind", ["received", "waiting", "offer", "refused", "thanks", "link"])
def test_other_letters_have_no_file_even_with_a_ticket(kind):
    assert made(kind).parts == ()


def test_a_ticket_taken_back_is_none():
    mail = made("changed", ticket=ticket(revoked_at=AT))
    assert mail.parts == ()
    assert "Code QR" not in mail.text


def thanked(**given):
    values = samples.values(**{"ticket": None, **given})
    return Letter(
        edition_id=1,
        id=uuid.UUID(int=1),
        kind="thanks",
        subject_id=uuid.UUID(int=5),
        version=1,
        recipient="zoe@example.org",
        language="fr",
        data=mails.stored(values),
    )


def test_thanks_bring_the_attestation_of_who_was_there():
    mail = made(stored=thanked(job_title="Maire"))
    (pdf,) = mail.parts
    assert (pdf.name, pdf.media_type, pdf.cid) == (
        "toulouse-2027-attestation-K7QM-42XR.pdf",
        "application/pdf",
        None,
    )
    text = pdf_text(pdf.content)
    assert "mardi23mars2027,matin9h12h25*3h25" in "".join(text.split())
    assert "Maire" in text
    code = re.search(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}", text)[0]
    claim = AttestationCodes(b"s" * 32).read(code)
    assert (claim.edition_id, claim.reference) == (1, "K7QM-42XR")
    assert "Votre attestation de présence" in mail.text
    assert "/attestation.pdf) est jointe à ce message." in mail.text


def test_thanks_to_who_was_never_let_in_say_nothing_of_an_attestation():
    mail = made(stored=thanked(presences=[]))
    assert mail.parts == ()
    assert "Merci d’avoir été des nôtres." in mail.text
    assert "attestation" not in (mail.text + mail.html).lower()


def test_own_words_may_show_the_attestation_as_a_button():
    own = LetterText(subject="Merci", body="Un mot.\n\n{attestation_link}")
    written = samples.letter("thanks", own=own)
    assert f"Attestation de présence (PDF) :\n{FOUND}" in written.text.replace("\u00a0", " ")
    bare = samples.letter("thanks", own=own, presences=[])
    assert bare.text.startswith("Un mot.\n\n-- \n")


@pytest.mark.parametrize("kind", ["cancelled", "transferred"])
def test_a_place_given_up_leaves_the_calendar_too(kind):
    (calendar,) = made(kind, ticket=None, held=True).parts
    assert b"STATUS:CANCELLED" in calendar.content
    assert b"METHOD:PUBLISH" in calendar.content
    assert made(kind, ticket=None).parts == ()


def test_a_subject_adds_no_header_whatever_the_name():
    mail = made(
        "confirmed",
        LetterText(subject="Pour {given_name}", body="Un"),
        stored=letter(
            "confirmed",
            registration(given_name="Zoé\r\nBcc: all@example.org\n\n<html>"),
            NAME,
            None,
            uuid.UUID(int=1),
        ),
    )
    assert mail.subject == "Pour Zoé Bcc: all@example.org <html>"
    got = message(compose(mail, "Forum <forum@example.org>").as_bytes())
    assert got["Bcc"] is None
    assert got["Subject"] == mail.subject


def test_a_test_says_so_and_opens_nothing():
    trial = Trial(kind="confirmed", subject="Bonjour", body="Un", values=samples.values())
    stored = Letter(
        edition_id=1,
        id=uuid.UUID(int=1),
        kind=mails.TEST,
        subject_id=uuid.UUID(int=2),
        version=1,
        recipient="equipe@example.org",
        language="fr",
        data=msgspec.to_builtins(trial),
    )
    mail = made(stored=stored)
    assert (mail.subject, mail.recipient) == ("[Essai] Bonjour", "equipe@example.org")
    assert f"{BASE}/me/specimen" in mail.text
    picture, page, calendar = mail.parts
    assert decoded(picture.content).startswith("SPECIMEN")
    assert page.content.startswith(b"%PDF")
    assert b"BEGIN:VEVENT" in calendar.content


def test_a_coordinator_is_told_whom_the_group_names():
    group = StoredGroup(
        edition_id=1,
        id=uuid.UUID(int=8),
        organisation=None,
        coordinator_name="Anne Coordinatrice",
        coordinator_email="anne@example.org",
        language="fr",
        created_at=AT,
    )
    stored = mails.group_letter(group, ["Zoé Lefèvre", "Yann Le Guellec"], uuid.UUID(int=1))
    mail = made(stored=stored)
    assert mail.text.startswith("Bonjour Anne Coordinatrice,\n")
    assert "Personnes inscrites\u00a0: 2\nZoé Lefèvre\nYann Le Guellec\n" in mail.text
    assert mail.parts == ()


def test_letters_stored_by_an_earlier_version_still_leave():
    stored = Letter(
        edition_id=1,
        id=uuid.UUID(int=1),
        kind="waiting",
        subject_id=uuid.UUID(int=5),
        version=1,
        recipient="zoe@example.org",
        language="fr",
        data={
            "given_name": "Zoé",
            "family_name": "Lefèvre",
            "reference": "K7QM-42XR",
            "category_name": NAME,
            "turn": 3,
            "ticket": None,
        },
    )
    assert "Vous êtes au rang 3 de la liste d’attente." in made(stored=stored).text


def test_the_last_day_is_in_the_calendar():
    calendar = made().parts[2].content.decode()
    assert f"DTEND;VALUE=DATE:{date(2027, 3, 25):%Y%m%d}" in calendar
