"""Sample contexts of the pages of print runs."""

from types import SimpleNamespace as View

STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))

PAGES = {
    "badges": ("badges/runs.html", {"staff": STAFF, "path": "/organiser/toulouse-2027/badges"}),
}
