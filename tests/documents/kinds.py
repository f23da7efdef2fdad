"""Every kind of document that the product makes, with a sample and what it is held to.

A kind that is new needs a line here: `test_documents.py` finds what draws PDFs, and fails where no
kind names it. Layouts that ship, and forms of the programme on paper, come by themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from typing import NamedTuple

from msgspec.structs import replace

from badges import attestation_pdf, ticket_pdf
from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED
from badges.models import Attestation, AttestedTime, BadgeRun, Certificate, PaperTicket
from badges.papers import list_pdf, sign_in_pdf
from badges.papers.models import (
    Box,
    Listed,
    PaperTerms,
    PeopleList,
    Queue,
    Row,
    SignInPaper,
    SignInSheet,
)
from badges.printers import ruler
from forum.demo import guides as demo_guides
from schedule.models import Programme
from schedule.papers.drawing import draw
from schedule.papers.orders import PAPERS, Form, Order, Paper, hold
from tests.badges.printing.samples import PEOPLE, RUN, RUN_EN, people, printed
from tests.badges.printing.samples import token as token_of
from tests.documents.decoding import codes_per_badge
from tests.schedule import factory

GIVEN, FAMILY = "Maëlys", "d’Hérouville-Nguyen"
BODY = "Communauté de communes du Val d’Ambroise"
TITLE = "Forum du numérique partagé"
CONTACT = "contact@forum.example"
MADE_AT = datetime(2027, 3, 25, 8, 30, tzinfo=UTC)
PRIVATE = (
    GIVEN,
    FAMILY,
    "Hérouville",
    BODY,
    CONTACT,
    *(name for one in PEOPLE for name in one[:2]),
)
"""What no metadata may hold: names of attendees, their body, an address."""
LINK = "https://forum.example/verify/ABCDEFGH"
TOKEN = token_of(7)


NONE: Counter[str] = Counter()


class Kind(NamedTuple):
    """A kind of document: what draws it, a sample, and what that sample is held to.

    `modules` are those that make a file of it. `codes` are what its QR codes say, each as often
    as it stands there, beside one `on_every_page`.
    """

    name: str
    modules: tuple[str, ...]
    make: Callable[[], bytes]
    language: str
    title: str
    codes: Counter[str] = NONE
    on_every_page: str = ""


def paper_ticket(language: str) -> PaperTicket:
    return PaperTicket(
        token=TOKEN,
        reference="K7QM-42XR",
        given_name=GIVEN,
        family_name=FAMILY,
        organisation=BODY,
        category="Agent public",
        title=TITLE,
        days="23 et 24 mars 2027",
        venue="Centre de congrès Pierre-Baudis, Toulouse",
        contact=CONTACT,
        language=language,
        made_at=MADE_AT,
    )


def attestation(language: str, *, link: str = LINK) -> Attestation:
    return Attestation(
        reference="K7QM-42XR",
        given_name=GIVEN,
        family_name=FAMILY,
        organisation=BODY,
        job_title="Directrice",
        title=TITLE,
        dates="23 et 24 mars 2027",
        venue="Centre de congrès Pierre-Baudis, Toulouse",
        presences=["le 23 mars 2027, de 9 h à 17 h", "le 24 mars 2027, de 9 h à 12 h 30"],
        issued_on="25 mars 2027",
        code="ABCD-EFGH",
        address="forum.example/verify",
        link=link,
        contact=CONTACT,
        language=language,
    )


def attestations(*languages: str) -> bytes:
    some = [attestation(one, link=f"{LINK}{number}") for number, one in enumerate(languages)]
    return attestation_pdf.render(
        some, title="Attestations", author=TITLE, language=languages[0], made_at=MADE_AT
    )


def with_hours(language: str) -> bytes:
    """Return an attestation that tells hours by half-day, and sessions."""
    one = replace(
        attestation(language),
        presences=[],
        times=[
            AttestedTime(when="mardi 23 mars, matin", since="9 h", until="12 h 30 *", length="3 h"),
            AttestedTime(when="mercredi 24 mars, matin", since="9 h", until="—", length="—"),
        ],
        total="Total : 3 h",
        sessions=["Ouverture, 9 h à 10 h"],
        organiser="Région",
        legal="SIRET 1",
        place="Toulouse",
        signatory="La DG",
    )
    return attestation_pdf.render(
        [one], title="Attestations", author=TITLE, language=language, made_at=MADE_AT
    )


def certificate(language: str) -> bytes:
    """Return the certificate of a speaker, of more sessions than one."""
    one = Certificate(
        name=f"{GIVEN} {FAMILY}",
        organisation=BODY,
        job_title="Directrice",
        title=TITLE,
        dates="23 et 24 mars 2027",
        venue="Centre de congrès Pierre-Baudis, Toulouse",
        parts=[
            (f"Séance {number}", "intervention", "23 mars, 9 h à 10 h", "Salle Garonne")
            for number in range(3)
        ],
        organiser="Région",
        legal="SIRET 1",
        place="Toulouse",
        signatory="La DG",
        issued_on="25 mars 2027",
        code="ABCD-EFGH",
        address="forum.example/verify",
        link=LINK,
        contact=CONTACT,
        language=language,
    )
    return attestation_pdf.render(
        [one], title="Certificate", author=TITLE, language=language, made_at=MADE_AT
    )


def listed(number: int) -> Listed:
    given, family, body, _ = PEOPLE[number % len(PEOPLE)]
    return Listed(
        reference=f"K{number:04}-7XQ",
        given_name=given,
        family_name=family,
        organisation=body or "",
        category="Agent public",
        sort_key=family.casefold(),
        printed=number % 3 == 0,
    )


def sign_in(language: str, *, filled: bool = False) -> bytes:
    sheets = [
        SignInSheet(
            heading=f"Mardi {day} mars 2027",
            facts=[("Lieu", "Centre de congrès")],
            scope="Agents publics",
            boxes=[Box(label="Matin", hours="9 h à 12 h 30"), Box(label="Après-midi", hours="")],
            rows=[Row(person=listed(n), filled=["—" if filled else ""] * 2) for n in range(40)],
            blank=0 if filled else 5,
            reference=f"F-{day}",
            filled=filled,
            present=[0, 0] if filled else [],
        )
        for day in (23, 24)
    ]
    paper = SignInPaper(
        title=TITLE,
        language=language,
        terms=PaperTerms(organiser="Région", legal="SIRET 1", place="Toulouse", signatory="La DG"),
        printed="20 mars 2027",
        sheets=sheets,
        made_at=MADE_AT,
    )
    return sign_in_pdf.render(paper)


def people_list(language: str, breaks: str = "page") -> bytes:
    ordered = sorted(map(listed, range(60)), key=lambda one: one.sort_key)
    return list_pdf.render(
        PeopleList(
            title=TITLE,
            heading="Liste d’accueil",
            language=language,
            lines=["60 personnes"],
            queues=[
                Queue(label="A–L", people=ordered[:30]),
                Queue(label="M–Z", people=ordered[30:]),
            ],
            breaks=breaks,
            printed="20 mars 2027",
            with_badges=True,
            made_at=MADE_AT,
        )
    )


def present() -> bytes:
    """Return who is in the building, with some who were seen at other gates alone."""
    return list_pdf.render(
        PeopleList(
            title=TITLE,
            heading="Dans le bâtiment",
            language="fr",
            lines=["Situation du 23 mars", "30 personnes dans les locaux"],
            queues=[Queue(label="", people=[listed(number) for number in range(30)])],
            breaks="line",
            printed="23 mars 2027",
            with_badges=False,
            more_heading="Vus à une autre porte seulement",
            more=[listed(31)],
            foot="Ne gardez cette liste que le temps nécessaire.",
            made_at=MADE_AT,
        )
    )


def ruled(layout: str, language: str) -> bytes:
    return ruler.page(
        SHIPPED[layout],
        title="Page d’essai",
        printer="Accueil",
        code="ESSAI",
        language=language,
        made_at=MADE_AT,
    )


@cache
def programme() -> Programme:
    """Return a programme whose sessions take seats, so that every form has something to show."""
    made = factory.programme(sessions=8, room_count=4)
    return replace(made, sessions=[replace(one, sign_up=True) for one in made.sessions])


def paper(form: Form, languages: tuple[str, ...], size: Paper, *, draft: bool) -> bytes:
    whole = programme()
    order = Order(form=form, languages=languages, paper=size, draft=draft)
    hold(whole, order)
    return draw(whole, order)


SITE = "https://forum.example/forum-2027"
GUIDES = ("charte-ia", "cyber")
POSTERS = "schedule.papers.posters"
FORMS = {
    Form.BOOKLET: (("schedule.papers.booklet",), ("Programme",)),
    Form.GRID: (("schedule.papers.grid", POSTERS), ("Grilles", "Grids")),
    Form.DOORS: (("schedule.papers.doors", POSTERS), ("Affiches de porte", "Door sheets")),
    Form.TENTS: (("schedule.papers.tents", POSTERS), ("Chevalets", "Table tents")),
    Form.SIGNS: (("schedule.papers.signs", POSTERS), ("Panneaux", "Session signs")),
}
"""What draws each form, and what its title says: in French, in English."""


def of_programme() -> Iterator[Kind]:
    """Yield each form on each of its papers, in one language and in both; one draft of each."""
    for form in Form:
        modules, titles = FORMS[form]
        usual, *others = PAPERS[form]
        for languages, size, draft in (
            (("fr",), usual, False),
            (("en",), usual, False),
            (("en", "fr"), usual, True),
            *((("fr", "en"), one, False) for one in others),
        ):
            booklet = Counter(
                {
                    f"{SITE}/{path}": len(languages)
                    for path in ("programme", *(f"guides/{one}" for one in GUIDES))
                }
            )
            yield Kind(
                name=f"{form.value} {size.value} {'+'.join(languages)}{' draft' if draft else ''}",
                modules=modules,
                make=partial(paper, form, languages, size, draft=draft),
                language=languages[0],
                title=titles[0] if languages[0] == "fr" else titles[-1],
                codes=booklet if form is Form.BOOKLET else Counter(),
                on_every_page=f"{SITE}/programme" if form is Form.DOORS else "",
            )


def badges(layout: Layout, run: BadgeRun) -> bytes:
    return printed(layout, people(), run).pdf


def of_layouts() -> Iterator[Kind]:
    """Yield the badges of each layout that ships, in French and in English."""
    for name, layout in SHIPPED.items():
        per_badge = codes_per_badge(layout)
        for run in (RUN, RUN_EN):
            yield Kind(
                name=f"badges {name} {run.language}",
                modules=("badges.printing.press",),
                make=partial(badges, layout, run),
                language=run.language,
                title=run.title,
                codes=Counter({badge.token: per_badge for badge in people()}),
            )


KINDS = (
    *(
        Kind(
            name=f"ticket {one}",
            modules=("badges.ticket_pdf",),
            make=partial(ticket_pdf.render, paper_ticket(one)),
            language=one,
            title={"fr": "Billet", "en": "Ticket"}[one],
            codes=Counter([TOKEN]),
        )
        for one in ("fr", "en")
    ),
    *(
        Kind(
            name=f"attestations {'+'.join(some)}",
            modules=("badges.attestation_pdf", "badges.printing.drawing"),
            make=partial(attestations, *some),
            language=some[0],
            title="Attestations",
            codes=Counter(f"{LINK}{number}" for number in range(len(some))),
        )
        for some in (("fr",), ("en",), ("fr", "en"))
    ),
    *(
        Kind(
            name=f"attestation with hours {one}",
            modules=("badges.attestation_pdf",),
            make=partial(with_hours, one),
            language=one,
            title="Attestations",
            codes=Counter([LINK]),
        )
        for one in ("fr", "en")
    ),
    *(
        Kind(
            name=f"certificate {one}",
            modules=("badges.attestation_pdf",),
            make=partial(certificate, one),
            language=one,
            title="Certificate",
            codes=Counter([LINK]),
        )
        for one in ("fr", "en")
    ),
    *(
        Kind(
            name=f"sign-in sheets {one}{' filled' if filled else ''}",
            modules=("badges.papers.sign_in_pdf",),
            make=partial(sign_in, one, filled=filled),
            language=one,
            title=TITLE,
        )
        for one, filled in (("fr", False), ("en", False), ("fr", True))
    ),
    *(
        Kind(
            name=f"list of people {one} {breaks}",
            modules=("badges.papers.list_pdf",),
            make=partial(people_list, one, breaks),
            language=one,
            title=TITLE,
        )
        for one, breaks in (("fr", "page"), ("en", "page"), ("fr", "line"))
    ),
    Kind(
        name="who is in the building",
        modules=("badges.papers.list_pdf",),
        make=present,
        language="fr",
        title="Dans le bâtiment",
    ),
    *(
        Kind(
            name=f"test page {layout} {language}",
            modules=("badges.printers.ruler",),
            make=partial(ruled, layout, language),
            language=language,
            title="Page d’essai",
            codes=Counter(["ESSAI"]),
        )
        for layout, language in (("a6", "fr"), ("labels-3x7", "en"), ("card", "fr"))
    ),
    Kind(
        name="guide of the demonstration",
        modules=("forum.demo.guides", "forum.demo.guide_pages"),
        make=partial(demo_guides.document, MADE_AT, 2027),
        language="fr",
        title="",
    ),
    *of_programme(),
    *of_layouts(),
)
