"""Columns of an export: which there are, what stands above them and in them."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from forum.core.context import Edition, EditionState
from forum.core.i18n import words
from forum.editions.models import Consent
from forum.questions.models import Kind, Option, Question
from forum.registrations import columns
from forum.registrations.columns import Exported
from forum.registrations.models import Status

AT = datetime(2027, 7, 1, 22, 30, tzinfo=UTC)
FR, EN = words("fr"), words("en")
EDITION = Edition(
    id=1,
    slug="forum",
    title={"fr": "Forum"},
    timezone="Europe/Paris",
    starts_on=date(2027, 3, 22),
    ends_on=date(2027, 3, 23),
    languages=["fr", "en"],
    state=EditionState.OPEN,
)
ROW = Exported(
    reference="K7QM-4TXV",
    status=Status.CONFIRMED,
    turn=None,
    given_name="Zoé",
    family_name="Lefèvre",
    email="zoe@example.org",
    category="elected",
    category_name={"fr": "Élu", "en": "Elected official"},
    organisation="Commune d’Alès",
    organisation_code="COM-30007",
    job_title=None,
    language="fr",
    days=0b10,
    group_id=UUID(int=7),
    group_name="Anne",
    created_at=AT,
    changed_at=AT,
    printed_at=None,
    answers={
        "dinner": True,
        "meal": ["soup", "gone"],
        "seats": 2,
        "arrives": "2027-03-22",
        "card": {"name": "Carte.pdf", "media_type": "application/pdf", "digest": "ab"},
    },
    needs={"diet": "sans sel"},
    consents={"photos": (AT, None), "news": (AT, AT)},
)


def question(code, kind, **given):
    values = {
        "code": code,
        "kind": kind,
        "label": {"fr": f"{code} ?", "en": f"{code}?"},
        "help": {},
        "required": False,
        "sensitive": False,
        "categories": [],
        "condition": None,
        "options": [],
        "least": None,
        "most": None,
        "retired_at": None,
    }
    return Question(**{**values, **given})


SOUP = Option(code="soup", label={"fr": "Soupe", "en": "Soup"}, open=True, places=None, taken=0)
QUESTIONS = [
    question("dinner", Kind.YES_NO),
    question("meal", Kind.CHOICES, options=[SOUP]),
    question("seats", Kind.NUMBER),
    question("arrives", Kind.DATE),
    question("card", Kind.FILE),
    question("nothing", Kind.TEXT),
    question("diet", Kind.TEXT, sensitive=True),
]
CONSENTS = [
    Consent(purpose=purpose, wording={"fr": purpose.title()}, version=1)
    for purpose in ("photos", "news")
]
OFFERED = columns.columns(EDITION, QUESTIONS, CONSENTS, needs=True)
# name: label in French, cell in French, cell for programs, value in JSON
TOLD = {
    "reference": ("Référence", "K7QM-4TXV", "K7QM-4TXV", "K7QM-4TXV"),
    "status": ("État", "Confirmée", "confirmed", "confirmed"),
    "turn": ("Tour en liste d’attente", None, None, None),
    "category": ("Code de catégorie", "elected", "elected", "elected"),
    "category_name": ("Catégorie", "Élu", "Élu", {"fr": "Élu", "en": "Elected official"}),
    "created_at": ("Inscription le", "2027-07-02 00:30", "2027-07-02 00:30", AT),
    "changed_at": ("Modifiée le", "2027-07-02 00:30", "2027-07-02 00:30", AT),
    "given_name": ("Prénom", "Zoé", "Zoé", "Zoé"),
    "family_name": ("Nom", "Lefèvre", "Lefèvre", "Lefèvre"),
    "email": ("Courriel", "zoe@example.org", "zoe@example.org", "zoe@example.org"),
    "organisation": ("Organisme", "Commune d’Alès", "Commune d’Alès", "Commune d’Alès"),
    "organisation_code": ("Code organisation", "COM-30007", "COM-30007", "COM-30007"),
    "organisation_kind": ("Type d’organisme", "Commune", "COM", "COM"),
    "job_title": ("Fonction", None, None, None),
    "language": ("Langue", "fr", "fr", "fr"),
    "days": ("Jours", "2027-03-23", "2027-03-23", [date(2027, 3, 23)]),
    "day.2027-03-22": ("lundi 22 mars", "Non", "no", False),
    "day.2027-03-23": ("mardi 23 mars", "Oui", "yes", True),
    "group": ("Groupe", str(UUID(int=7)), str(UUID(int=7)), str(UUID(int=7))),
    "group_name": ("Qui a inscrit le groupe", "Anne", "Anne", "Anne"),
    "printed_at": ("Badge imprimé", None, None, None),
    "answers.dinner": ("dinner ?", "Oui", "yes", True),
    "answers.meal": ("meal ?", "Soupe, gone", "soup, gone", ["soup", "gone"]),
    "answers.seats": ("seats ?", 2, 2, 2),
    "answers.arrives": ("arrives ?", date(2027, 3, 22), date(2027, 3, 22), date(2027, 3, 22)),
    "answers.card": (
        "card ?",
        "Carte.pdf",
        "Carte.pdf",
        {"name": "Carte.pdf", "media_type": "application/pdf"},
    ),
    "answers.nothing": ("nothing ?", None, None, None),
    "answers.diet": ("diet ?", "sans sel", "sans sel", "sans sel"),
    "consents": ("Consentements", "photos", "photos", ["photos"]),
    "consent.photos.given_at": ("Photos (donné)", "2027-07-02 00:30", "2027-07-02 00:30", AT),
    "consent.photos.withdrawn_at": ("Photos (retiré)", None, None, None),
    "consent.news.given_at": ("News (donné)", "2027-07-02 00:30", "2027-07-02 00:30", AT),
    "consent.news.withdrawn_at": ("News (retiré)", "2027-07-02 00:30", "2027-07-02 00:30", AT),
}


def on_the_wall(cell):
    return cell.strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else cell


@pytest.mark.parametrize("column", OFFERED, ids=lambda one: one.name)
def test_a_column_says_what_it_holds(column):
    label, told, plain, value = TOLD[column.name]
    assert columns.headers([column], FR) == [label]
    assert columns.headers([column], None) == [column.name]
    assert [on_the_wall(one) for one in columns.in_cells([column], FR, EDITION)(ROW)] == [told]
    assert [on_the_wall(one) for one in columns.in_cells([column], None, EDITION)(ROW)] == [plain]
    assert column.value(ROW) == value


def test_every_column_is_here():
    assert [one.name for one in OFFERED] == [*TOLD]
    assert {*columns.BASIC} <= TOLD.keys()


def test_needs_are_offered_to_those_who_may_read_them():
    without = columns.columns(EDITION, QUESTIONS, CONSENTS, needs=False)
    assert {one.name for one in OFFERED} - {one.name for one in without} == {"answers.diet"}


def test_the_columns_come_in_their_order_whatever_was_asked_first():
    assert [one.name for one in columns.chosen(OFFERED, ["email", "reference"])] == [
        "reference",
        "email",
    ]


def test_two_columns_never_have_one_header():
    twins = [
        question("job", Kind.TEXT, label={"fr": "Fonction"}),
        question("other", Kind.TEXT, label={"fr": "Fonction"}),
        question("bare", Kind.TEXT, label={}),
    ]
    offered = columns.columns(EDITION, twins, [], needs=True)
    wanted = columns.chosen(offered, ["job_title", *(f"answers.{one.code}" for one in twins)])
    assert columns.headers(wanted, FR) == [
        "Fonction (job_title)",
        "Fonction (answers.job)",
        "Fonction (answers.other)",
        "answers.bare",
    ]


def test_a_long_consent_is_known_by_how_it_begins():
    long = Consent(
        purpose="news", wording={"fr": "J’accepte de recevoir la lettre " * 3}, version=1
    )
    *_, given, _ = columns.columns(EDITION, [], [long], needs=True)
    assert columns.headers([given], FR) == [
        "J’accepte de recevoir la lettre J’accepte de recevoir la… (donné)"
    ]


def test_english_speaks_english():
    wanted = columns.chosen(
        OFFERED, ["status", "category_name", "organisation_kind", "answers.meal"]
    )
    assert columns.headers(wanted, EN) == [
        "Status",
        "Category",
        "Kind of organisation",
        "meal?",
    ]
    assert columns.in_cells(wanted, EN, EDITION)(ROW) == [
        "Confirmed",
        "Elected official",
        "Commune",
        "Soup, gone",
    ]


def test_objects_are_nested_by_the_dots_of_their_names():
    names = [
        "reference",
        "day.2027-03-22",
        "answers.dinner",
        "answers.seats",
        "consent.photos.given_at",
    ]
    made = columns.in_objects(columns.chosen(OFFERED, names))(ROW)
    assert msgspec.json.decode(msgspec.json.encode(made)) == {
        "reference": "K7QM-4TXV",
        "day": {"2027-03-22": False},
        "answers": {"dinner": True, "seats": 2},
        "consent": {"photos": {"given_at": "2027-07-01T22:30:00Z"}},
    }


def test_who_answered_nothing_and_has_no_address_leaves_cells_empty():
    bare = msgspec.structs.replace(
        ROW, email="", organisation=None, organisation_code=None, answers=None, needs=None,
        consents=None, days=None, group_id=None,
    )  # fmt: skip
    wanted = columns.chosen(
        OFFERED,
        ["email", "organisation_kind", "answers.dinner", "answers.diet", "answers.card", "group"],
    )
    assert columns.in_cells(wanted, FR, EDITION)(bare) == [None] * 6
    both = columns.chosen(OFFERED, ["days", "day.2027-03-22", "consents"])
    assert columns.in_cells(both, FR, EDITION)(bare) == ["2027-03-22, 2027-03-23", "Oui", ""]
