"""Eight hundred badges in one PDF, against the naive way and the deflate of the same content."""

import random
import tempfile
import zlib
from io import BytesIO

import msgspec
import pikepdf
import qrcode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from badges.layouts.shipped import SHIPPED
from badges.models import Badge, BadgeCategory, BadgeRun, TokenPayload
from badges.printing.press import render
from badges.tokens import sign
from benchmarks import Row, medians_s
from forum.core.pdf import BOLD, FIR, INK, MM, REGULAR, SEMIBOLD, register_fonts

NAME = "badges"
COUNT = 800
NAIVE_COUNT = 40
ROUNDS = 7

GIVEN = "Léa Jean-Baptiste Zoé Anne Françoise Noé Aïcha Hélène Marie-Antoinette Œdipe".split()
FAMILY = "Lefèvre Dupont Haÿ Saint-Exupéry Łukaszewicz Müller Ng Gutiérrez Nguyễn Martin".split()
BODIES = [
    "Ville de Toulouse",
    "Communauté d\u2019agglomération du Grand Ouest",
    "Syndicat mixte d\u2019aménagement et de développement économique des vallées",
    "Département",
    None,
]
JOBS = ["Maire", "Adjointe à l\u2019urbanisme", "Directeur général des services", None]
CATEGORIES = {
    f"category-{tint}": BadgeCategory(code=f"category-{tint}", name={"fr": "Élu·e"}, tint=tint)
    for tint in range(1, 7)
}
RUN = BadgeRun(
    title="Forum des communes et des territoires",
    dates="22 et 23 mars 2027",
    language="fr",
    categories=CATEGORIES,
)


def run() -> list[Row]:
    """Draw the badges in each way, in turn, and return the ratios."""
    badges = some_badges(COUNT)
    contents = page_contents(ours(badges))
    taken = medians_s(
        {
            "ours": lambda: ours(badges),
            "floor": lambda: deflate(contents),
            "naive": lambda: naive(badges[:NAIVE_COUNT]),
        },
        rounds=ROUNDS,
    )
    naive_s = taken["naive"] * COUNT / NAIVE_COUNT
    bytes_each = len(ours(badges)) / COUNT
    many = medians_s({"many": lambda: ours(some_badges(10 * COUNT))}, rounds=1)["many"]
    own = f"{taken['ours'] * 1000:.0f} ms"
    return [
        row(
            "800 badges, against their deflate and write",
            own,
            f"{taken['floor'] * 1000:.0f} ms",
            taken["ours"] / taken["floor"],
            most=2,
        ),
        row(
            "800 badges, against a PNG code each",
            own,
            f"{naive_s * 1000:.0f} ms",
            naive_s / taken["ours"],
            least=40,
        ),
        row("800 badges, CPU time warm", own, "250 ms", taken["ours"] / 0.25, most=1),
        row("bytes a badge", f"{bytes_each:.0f}", "1200", bytes_each / 1200, most=1),
        row("8,000 badges, with their tokens", f"{many:.2f} s", "3 s", many / 3, most=1),
    ]


def row(
    work: str,
    measured: str,
    limit: str,
    ratio: float,
    *,
    most: float | None = None,
    least: float | None = None,
) -> Row:
    """Return a line whose ratio should be at most, or at least, so much."""
    reached = (most is None or ratio <= most) and (least is None or ratio >= least)
    goal = f"≥ {least:g}" if most is None else f"≤ {most:g}"
    return Row(work=work, measured=measured, limit=limit, ratio=ratio, goal=goal, reached=reached)


def some_badges(count: int) -> list[Badge]:
    """Return ordinary badges, the same at every run."""
    chance = random.Random(2027)  # noqa: S311  # repeatable on purpose
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    return [
        Badge(
            reference=f"K{n:05}-7XQ",
            given_name=chance.choice(GIVEN),
            family_name=f"{chance.choice(FAMILY)}-{chance.choice(FAMILY)}",
            category=f"category-{n % 6 + 1}",
            token=sign(
                TokenPayload(key_id=1, edition=1, ticket=n, category=n % 6, days=3, revision=0),
                key,
            ),
            organisation=chance.choice(BODIES),
            job_title=chance.choice(JOBS),
        )
        for n in range(count)
    ]


def ours(badges: list[Badge]) -> bytes:
    """Draw the badges as the product does."""
    out = BytesIO()
    render(RUN, badges, layout=SHIPPED["a6"], out=out)
    return out.getvalue()


def page_contents(pdf: bytes) -> list[bytes]:
    """Return what the pages of a PDF say, not compressed."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return [page.Contents.read_bytes() for page in document.pages]


def deflate(contents: list[bytes]) -> None:
    """Compress and write the same content: what no way of drawing can do without."""
    out = BytesIO()
    for content in contents:
        out.write(zlib.compress(content, 6))


def naive(badges: list[Badge]) -> None:
    """Draw the badges as one would at first: a picture of each code, text by text."""
    register_fonts()
    with tempfile.TemporaryFile() as out:
        canvas = Canvas(out, pagesize=(210 * MM, 297 * MM))
        for n, badge in enumerate(badges):
            canvas.saveState()
            canvas.translate(n % 2 * 105 * MM, (1 - n % 4 // 2) * 148.5 * MM)
            naive_card(canvas, badge)
            canvas.restoreState()
            if n % 4 == 3:  # noqa: PLR2004  # the last of four on a sheet
                canvas.showPage()
        canvas.save()


def naive_card(canvas: Canvas, badge: Badge) -> None:
    """Draw one card with the canvas's own methods."""
    canvas.setFillColor(FIR)
    canvas.rect(6 * MM, 113 * MM, 93 * MM, 29 * MM, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 30)
    canvas.drawString(11 * MM, 95 * MM, badge.given_name)
    canvas.setFont(SEMIBOLD, 20)
    canvas.drawString(11 * MM, 85 * MM, badge.family_name.upper())
    canvas.setFont(REGULAR, 11)
    canvas.drawString(11 * MM, 70 * MM, badge.organisation or "")
    canvas.drawString(11 * MM, 64 * MM, badge.job_title or "")
    canvas.drawString(62 * MM, 8 * MM, badge.reference)
    code = qrcode.make(badge.token, error_correction=qrcode.ERROR_CORRECT_M)
    picture = BytesIO()
    code.save(picture, "PNG")
    canvas.drawImage(ImageReader(picture), 62 * MM, 12 * MM, 34.5 * MM, 34.5 * MM)


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
