"""Sample contexts for the pages of badge layouts, as their routes make them."""

from datetime import UTC, datetime
from functools import cache

from badges.layouts import checking, forms, reading, views
from badges.layouts.queries import OldLayout, StoredImage
from badges.layouts.reading import LayoutMistaken
from badges.layouts.shipped import SHIPPED
from forum.core.i18n import words

SAID = words("fr")
AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEA"
    "G7buVgAAAABJRU5ErkJggg=="
)
CATEGORIES = {"elected": "Élu", "agent": "Agent public", "press": "Presse"}
LAYOUT = SHIPPED["a6"]
IMAGES = [
    StoredImage(
        layout="equipe",
        name="logo",
        digest="0" * 64,
        printed_digest=None,
        media_type="image/png",
        width_px=1200,
        height_px=600,
        size_bytes=4000,
    )
]


@cache
def broken() -> tuple[forms.Tree, list[reading.Mistake]]:
    """Return values of a form with mistakes, and what is said of them."""
    tree = forms.values(LAYOUT)
    front = tree["faces"]["front"]
    front["columns"][0]["box"]["x_mm"] = 90
    front["columns"][1]["parts"][0]["colour"] = "rouge <Fils"
    try:
        checking.accepted_values(tree)
    except LayoutMistaken as problem:
        return tree, problem.mistakes
    raise AssertionError


def page(staff: object, part: str, **more: object) -> dict[str, object]:
    """Return what the page of one's own layout is made of."""
    tree: forms.Tree = more.pop("tree", None) or forms.values(LAYOUT)  # type: ignore[assignment]
    mistakes: list[reading.Mistake] = more.pop("mistakes", [])  # type: ignore[assignment]
    typed = part != "toml"
    fields = forms.fields_of(tree, part) if typed else []
    errors = forms.errors_by_field(mistakes, fields, SAID) if typed else {}
    return {
        "staff": staff,
        "called": "equipe",
        "title": "Badge de l’équipe",
        "pages": views.parts_of(["front", "back"], SAID),
        "part": part,
        "revision": 3,
        "source": reading.write(LAYOUT),
        "errors": errors,
        "places": {way: (forms.label(way, SAID), way) for way in errors},
        "lines": views.told(mistakes, SAID, typed=typed),
        "warnings": [],
        "picture": "" if mistakes else PICTURE,
        "people": ["Marie-Françoise de Lavergne", "Li Wu", "Zoé <Ferrand"],
        "real": True,
        "category": "agent",
        "categories": CATEGORIES,
        "nth": 4,
        "other": 17,
        "images": IMAGES,
        "revisions": [OldLayout(revision=2, source="x", changed_at=AT)],
        "refusal": "",
        "theirs": None,
        "done": "",
        "unsaved": False,
        "form": views.form(tree, part, ["logo"], SAID),
        **more,
    }


def pages(staff: object) -> dict[str, tuple[str, dict[str, object]]]:
    """Return the sample pages."""
    tree, mistakes = broken()
    listed = {
        "staff": staff,
        "rows": [
            {
                "name": "equipe",
                "title": "Badge de l’équipe",
                "size": views.size(LAYOUT, SAID),
                "place": 120,
                "own": True,
                "used_by": ["Agent public"],
            },
            {
                "name": "a6",
                "title": views.title(LAYOUT, "fr"),
                "size": views.size(LAYOUT, SAID),
                "place": 120,
                "own": False,
                "used_by": ["Élu", "Presse"],
            },
        ],
        "side": 120,
        "version": "abc",
        "broken": [],
        "categories": CATEGORIES,
        "choices": {"agent": "equipe"},
        "usual": "a6",
        "refusal": "",
        "lines": [],
        "errors": {},
        "done": "chosen",
    }
    own = {
        "layout-sheet": page(staff, "sheet", done="stored"),
        "layout-face": page(staff, "face.front", warnings=["Textes 1 : petit"]),
        "layout-mistakes": page(staff, "face.front", tree=tree, mistakes=mistakes, unsaved=True),
        "layout-toml": page(staff, "toml", real=False),
        "layout-toml-mistakes": page(
            staff,
            "toml",
            mistakes=[reading.Mistake(field="sheet.mark", message="Ceci manque.", line=11)],
        ),
        "layout-images": page(staff, "images", refusal="Ce fichier n’est pas une image."),
        "layout-images-none": page(staff, "images", images=[], revisions=[]),
        "layout-changed": page(staff, "face.front", theirs="name = 'x' <Fils"),
    }
    shipped = {
        "staff": staff,
        "called": "a6",
        "title": views.title(LAYOUT, "fr"),
        "size": views.size(LAYOUT, SAID),
        "picture": PICTURE,
        "people": ["Li Wu"],
        "real": True,
        "category": "agent",
        "categories": CATEGORIES,
        "other": 3,
        "source": reading.write(LAYOUT),
    }
    return {
        "layouts": ("badges/layouts.html", listed),
        "layouts-refused": (
            "badges/layouts.html",
            {
                **listed,
                "done": "",
                "broken": ["equipe"],
                "refusal": "Ce modèle contient des erreurs.",
                "lines": ["ligne 3, sheet : <Fils"],
                "errors": {"for.agent": "Ce modèle n’existe pas.", "like": "Choisissez."},
            },
        ),
        "layout-shipped": ("badges/layout_shipped.html", shipped),
        **{name: ("badges/layout.html", context) for name, context in own.items()},
    }
