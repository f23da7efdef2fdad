"""A label of 62 by 90 mm and a badge, for tests of label printers."""

from badges.layouts.models import Box, Code, Column, Face, Layout, Part, Shape, Sheet, Size
from badges.models import Badge, BadgeCategory, BadgeRun

TOKEN = ("FORUM2027" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 4)[:122]
RUN = BadgeRun(
    title="Forum des communes",
    dates="22 et 23 mars 2027",
    language="fr",
    categories={"agent": BadgeCategory(code="agent", name={"fr": "Agent public"}, tint=2)},
)
BADGE = Badge(
    reference="K7QM42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    category="agent",
    token=TOKEN,
    organisation="Communauté de communes du Val d’Ambroise",
)


def part(text, height, *sizes, **given):
    return Part(
        text=text,
        height_mm=height,
        sizes=tuple(Size(lines=n, largest_pt=most, smallest_pt=least) for n, most, least in sizes),
        **given,
    )


LABEL = Layout(
    name="label-test",
    title="Label",
    card_width_mm=62,
    card_height_mm=90,
    sheet=Sheet(width_mm=62, height_mm=90),
    device="label",
    faces={
        "front": Face(
            shapes=(
                Shape(box=Box(x_mm=0, y_mm=80, width_mm=62, height_mm=10), colour="category"),
                Shape(box=Box(x_mm=4, y_mm=82, width_mm=8, height_mm=2), colour="white"),
            ),
            columns=(
                Column(
                    box=Box(x_mm=3, y_mm=3, width_mm=56, height_mm=36),
                    anchor="middle",
                    align="centre",
                    parts=(
                        part("{given_name}", 12, (1, 30, 16), (2, 16, 10), weight="bold"),
                        part("{family_name}", 12, (1, 22, 14), (2, 14, 9), capitals=True),
                        part("{organisation}", 10, (1, 12, 10), (2, 10, 7), gap_mm=2),
                    ),
                ),
                Column(
                    box=Box(x_mm=16, y_mm=82, width_mm=42, height_mm=6),
                    align="right",
                    parts=(part("{category}", 6, (1, 14, 8), colour="white"),),
                ),
            ),
            codes=(Code(x_mm=16, y_mm=44, side_mm=30),),
        )
    },
)
