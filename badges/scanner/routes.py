"""The scanner over HTTP: its page, its manifest, and the worker that keeps it without a network."""

from functools import lru_cache

import msgspec
from litestar import Router, get

from forum.core.i18n import LANGUAGES, ROOT
from forum.core.pages import VARY, Page, Templates, static_file
from forum.core.shell import POLICY
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, document, etag_of

PAGE = "badges/scan.html"
SCANNER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
VERSION_HEADER = "x-scanner-version"
WORKER = (ROOT / "badges" / "worker.js").read_bytes()
"""The program behind the first line, which `worker` writes; it stands in no folder of `/static`."""
MANIFEST = "application/manifest+json"
SCRIPT = "text/javascript"
GROUND = "#101820"
"""The scanner's own ground, see `scan.css`."""
MODULES = "camera clock decide desk door inputs manifest prepare scan store sync".split()
FILES = (
    "badges/scan.css",
    "badges/test-code.svg",
    *(f"badges/{module}.js" for module in MODULES),
    "vendor/zxing-reader.js",
    "vendor/zxing_reader.wasm",
)
"""The static files without which the scanner is not itself."""


@get("/scan", include_in_schema=False)
async def scanner(request: AnyRequest, page: Given[Page]) -> AnyResponse:
    """Show the scanner; who may scan is settled by the device's token, not by the page."""
    del request
    headers = {
        "content-security-policy": SCANNER_POLICY,
        "cache-control": PRIVATE,
        VERSION_HEADER: version(page.templates),
    }
    return page(PAGE, headers=headers)


@get("/scan.webmanifest", include_in_schema=False)
async def manifest(request: AnyRequest, page: Given[Page]) -> AnyResponse:
    """Tell a browser how to install the scanner (W3C Web Application Manifest)."""
    static = page.templates.static
    icons = [
        {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {
                "src": static(f"schedule/icon-{side}.png"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for side in (192, 512)
        ),
    ]
    body = msgspec.json.encode(
        {
            "id": "/scan",
            "name": page.words.gettext("Check at the doors"),
            "short_name": page.words.gettext("Doors"),
            "lang": page.language,
            "start_url": "/scan",
            "scope": "/scan",
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": GROUND,
            "icons": icons,
        }
    )
    return document(request, body, MANIFEST, etag=etag_of(body), vary=VARY, shared=True)


@get("/scan-worker.js", include_in_schema=False)
async def worker(request: AnyRequest, page: Given[Page]) -> AnyResponse:
    """Send the service worker of the scanner, which names what to keep.

    Whatever changes in the page or its files is another worker to a browser, which fetches it whole
    and then offers it; the one before works on until somebody takes the new one.
    """
    templates = page.templates
    kept = {
        "version": version(templates),
        "pages": {language: f"/scan?lang={language}" for language in LANGUAGES},
        "files": [templates.static(path) for path in FILES if static_file(path) is not None],
    }
    body = b"const KEPT = " + msgspec.json.encode(kept) + b";\n" + WORKER
    return document(request, body, SCRIPT, etag=etag_of(body), shared=True)


@lru_cache(maxsize=1)
def version(templates: Templates) -> str:
    """Return what stands for the page and its files: a change of either is another version."""
    pages = "".join(templates.render(PAGE, language, path="/scan") for language in LANGUAGES)
    return etag_of(pages.encode() + WORKER).strip('"')[:12]


router = Router("/", route_handlers=[scanner, manifest, worker])
