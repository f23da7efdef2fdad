"""Badges of every layout that ships, with people whose names try a badge."""

from io import BytesIO
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from badges.layouts.models import Layout
from badges.models import Badge, BadgeCategory, BadgeRun, TokenPayload
from badges.printing.press import RunReport, render
from badges.tokens import sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAMES = {
    "elected": {"fr": "Élue, élu", "en": "Elected official"},
    "agent": {"fr": "Agente, agent public", "en": "Public officer"},
    "partner": {"fr": "Partenaire", "en": "Partner"},
    "speaker": {"fr": "Intervenante, intervenant", "en": "Speaker"},
    "press": {"fr": "Presse", "en": "Press"},
    "staff": {"fr": "Organisation", "en": "Staff"},
}
CATEGORIES = {
    code: BadgeCategory(code=code, name=name, tint=tint)
    for tint, (code, name) in enumerate(NAMES.items(), start=1)
}
RUN = BadgeRun(
    title="Forum des communes et des territoires",
    dates="22 et 23 mars 2027",
    language="fr",
    categories=CATEGORIES,
    venue="Centre des congrès Pierre-Baudis, 11 esplanade Compans-Caffarelli, Toulouse",
)
RUN_EN = BadgeRun(
    title="Forum of Municipalities and Regions",
    dates="22 and 23 March 2027",
    language="en",
    categories=CATEGORIES,
    venue="Pierre Baudis Congress Centre, Toulouse",
)

PEOPLE = [
    ("Léa", "Lefèvre", "Ville de Toulouse", "Adjointe au maire"),
    (
        "Jean-Baptiste",
        "de La Rochefoucauld-Doudeauville",
        "Communauté d\u2019agglomération du Grand Ouest de l\u2019Étang et des vallées du Midi",
        "Directeur général adjoint des services, chargé de l\u2019eau et de l\u2019assainissement",
    ),
    ("Ng", "Ó", None, None),
    ("Maximilien-Alexandre", "Gutiérrez-Ibáñez", None, "Journaliste"),
    ("Dupont & <Fils", "W" * 120, "C:\\temp (100 %) #1", "i" * 120),
    ("Marie" + "-Anne" * 23, "Nguyễn Thị Щербаков", "M" * 200, None),
    ("Ελένη", "Παπαδόπουλος", "Région Occitanie", "Conseillère régionale"),
    ("Œdipe", "Łukaszewicz-Żółć", "Métropole", "Maire"),
    ("Aïcha", "Haÿ-les-Roses", "Syndicat mixte d\u2019aménagement", ""),
    ("Þór", "O\u2019Connor", "Département", "Élu"),
]
"""Given and family name, organisation, job title: usual, long, short, missing, odd."""


class Printed(NamedTuple):
    """A run as a file, whom it shows, and what it reported."""

    pdf: bytes
    badges: list[Badge]
    report: RunReport


def token(number: int) -> str:
    """Return the token of a ticket."""
    payload = TokenPayload(
        key_id=1, edition=1, ticket=number, category=number % 6, days=3, revision=0
    )
    return sign(payload, KEY)


def people(count: int = len(PEOPLE)) -> list[Badge]:
    """Return the badges of `PEOPLE`, over and over, through all categories."""
    codes = list(CATEGORIES)
    found = []
    for n in range(count):
        given, family, organisation, job = PEOPLE[n % len(PEOPLE)]
        found.append(
            Badge(
                reference=f"K{n:04}-7XQ",
                given_name=given,
                family_name=family,
                category=codes[n % len(codes)],
                token=token(n),
                organisation=organisation,
                job_title=job,
            )
        )
    return found


def printed(
    layout: Layout, badges: list[Badge] | None = None, run: BadgeRun = RUN, **more: object
) -> Printed:
    """Print badges, those of `people` unless others are given, in a layout."""
    badges = people() if badges is None else badges
    out = BytesIO()
    report = render(run, badges, layout=layout, out=out, **more)  # type: ignore[arg-type]
    return Printed(out.getvalue(), badges, report)
