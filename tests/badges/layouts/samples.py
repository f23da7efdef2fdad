"""A layout of two faces, as TOML, from which tests make right and wrong ones."""

SOURCE = """\
name = "two"
title = { fr = "Deux faces", en = "Two faces" }
card_width_mm = 105
card_height_mm = 148.5

[sheet]
width_mm = 210
height_mm = 297
columns = 2
rows = 2
marks = "cut"

[reverse]

[[faces.front.shapes]]
box = { x_mm = 0, y_mm = 0, width_mm = 105, height_mm = 30 }
colour = "fir"

[[faces.front.columns]]
box = { x_mm = 8, y_mm = 5, width_mm = 89, height_mm = 20 }

[[faces.front.columns.parts]]
text = "{event}"
colour = "white"
height_mm = 18
sizes = [
  { lines = 1, largest_pt = 18, smallest_pt = 14 },
  { lines = 2, largest_pt = 14, smallest_pt = 9 },
]

[[faces.front.columns]]
box = { x_mm = 8, y_mm = 40, width_mm = 89, height_mm = 40 }
anchor = "bottom"
align = "centre"

[[faces.front.columns.parts]]
text = "{given_name}"
weight = "bold"
height_mm = 20
sizes = [{ lines = 1, largest_pt = 40, smallest_pt = 12 }]

[[faces.front.columns.parts]]
text = "{family_name}"
capitals = true
height_mm = 15
gap_mm = 1
sizes = [{ lines = 1, largest_pt = 26, smallest_pt = 12 }]

[[faces.front.codes]]
x_mm = 35
y_mm = 100
side_mm = 34

[[faces.back.columns]]
box = { x_mm = 8, y_mm = 10, width_mm = 89, height_mm = 40 }

[[faces.back.columns.parts]]
text = { fr = "Rendez ce badge à l’accueil.", en = "Hand this badge in at the desk." }
height_mm = 30
sizes = [{ lines = 4, largest_pt = 16, smallest_pt = 8 }]
"""


def line_of(text, source=SOURCE):
    """Return the line, from 1, on which `text` stands in a source."""
    return source[: source.index(text)].count("\n") + 1
