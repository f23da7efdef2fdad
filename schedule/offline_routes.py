"""The programme on a phone without a network: its manifest, and the worker that keeps its pages."""

from collections.abc import Sequence
from datetime import date

import msgspec
from litestar import Router, get

from forum.core.context import Edition
from forum.core.db import Database
from forum.core.i18n import ROOT
from forum.core.pages import VARY, Page
from forum.core.text import pick
from forum.core.web import AnyRequest, AnyResponse, Given, document
from schedule.asking import ALL, Arrangement, Asked, address
from schedule.models import Programme
from schedule.published import Shelves
from schedule.serving import shelved_of
from schedule.views import Viewer

WORKER = (ROOT / "schedule" / "worker.js").read_bytes()
"""The program behind the first line, which `worker` writes; it stands in no folder of `/static`."""
MANIFEST = "application/manifest+json"
SCRIPT = "text/javascript"
PAPER, FIR = "#fbfaf5", "#0a5c4a"
"""Colours of `site.css`: the page's ground, and the accent."""
FILES = ("site.css", "fonts/bricolage-650.woff2", "favicon.svg", "swap.js", "schedule/programme.js")
"""The static files without which the kept pages are not themselves."""
MOST_DAYS = 7
"""The most days of which a page of their own is kept for each view."""


@get("/{edition_slug:str}/programme.webmanifest", include_in_schema=False)
async def manifest(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Tell a browser how to install the programme (W3C Web Application Manifest)."""
    shelved = await shelved_of(shelves, database, edition)
    title = pick(edition.title, page.language, edition.language)
    here = f"/{edition.slug}"

    def build() -> bytes:
        icons = [
            {"src": page.templates.static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(
                {
                    "src": page.templates.static(f"schedule/icon-{side}.png"),
                    "sizes": f"{side}x{side}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for side in (192, 512)
            ),
        ]
        return msgspec.json.encode(
            {
                "id": f"{here}/programme",
                "name": title,
                "short_name": page.words.gettext("Programme"),
                "lang": page.language,
                "start_url": f"{here}/programme",
                "scope": f"{here}/",
                "display": "minimal-ui",
                "background_color": PAPER,
                "theme_color": FIR,
                "icons": icons,
            }
        )

    body, etag = shelved.page(("manifest", page.language, title), build)
    return document(request, body, MANIFEST, etag=etag, vary=VARY, shared=True)


@get("/{edition_slug:str}/programme-worker.js", include_in_schema=False)
async def worker(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Send the service worker of an edition's programme.

    It names the version and what to keep of it. So a new version is another worker to a browser,
    which fetches that version whole before it lets the one before go.
    """
    shelved = await shelved_of(shelves, database, edition)
    static = page.templates.version

    def build() -> bytes:
        programme = shelved.programme
        kept = {
            "base": f"/{edition.slug}",
            "version": f"{programme.version} {static}",
            "timezone": programme.timezone,
            "pages": _pages(programme, edition, page),
            "files": [page.templates.static(path) for path in FILES],
            "pictures": [plan["small"] for plan in Viewer(programme, page.words).plans()],
        }
        return b"const KEPT = " + msgspec.json.encode(kept) + b";\n" + WORKER

    body, etag = shelved.page(("worker", static, edition.slug), build)
    return document(request, body, SCRIPT, etag=etag, shared=True)


def _pages(programme: Programme, edition: Edition, page: Page) -> list[str]:
    """Return the addresses of the pages that are kept from the first visit on."""
    days: Sequence[date] = Viewer(programme, page.words).days()
    dates = [day.isoformat() for day in days][:MOST_DAYS]
    views = [Arrangement.TIME, Arrangement.ROOMS]
    views += [Arrangement.TRACKS] if programme.tracks else []
    asked = [
        Asked(),
        Asked(day=ALL),
        Asked(view=Arrangement.MINE),
        *(Asked(view=view, day=day) for view in views for day in dates),
    ]
    others = ["speakers", "rooms"] if programme.rooms else ["speakers"]
    return [
        *(address(edition, one) for one in asked),
        *(f"/{edition.slug}/{one}" for one in others),
    ]


router = Router("/", route_handlers=[manifest, worker])
