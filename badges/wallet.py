"""Tickets as passes for Apple Wallet (.pkpass): a ZIP of JSON, pictures and their signature.

The form is Apple's "Wallet Passes" (pass.json, manifest.json of SHA-1, a detached PKCS #7
signature). Google Wallet has no file: see README.md. No I/O.
"""

import io
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha1
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct, json
from PIL import Image, ImageDraw

from forum.core.i18n import N_, words
from forum.core.text import Text, pick

MEDIA_TYPE = "application/vnd.apple.pkpass"
ICON_SIDE = 29
LOGO_SIDE = 50
SCALES = {"": 1, "@2x": 2, "@3x": 3}
OVERSIZE = 8
FIR, PAPER, HIGHLIGHT = (10, 92, 74), (251, 250, 245), (255, 209, 102)
RINGS = ((11.0, 15.4, 16.6), (6.8, 15.0, 17.0))
"""Radius and centre of the rings of our sign, on a square of 32."""
RING_WIDTH = 1.8
DOT = (3.0, 14.8, 17.2)
LANGUAGES = ("fr", "en")
SHOWN_FROM = timedelta(hours=8)
"""From eight in the morning of the first day on a phone offers the pass on its lock screen."""
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

N_("Ticket"), N_("Name"), N_("Category"), N_("Days"), N_("Venue"), N_("Reference")
N_("Organisation"), N_("Questions")


class WalletPass(Struct, frozen=True, kw_only=True):
    """All that a pass says; what is a `Text` is shown in the language of the phone.

    `days` are in words by language. It is offered from `relevant_at` on and is out of date from
    `expires_at` on. `locations` are latitude and longitude in degrees, ten at most.
    """

    serial: str
    token: str
    reference: str
    given_name: str
    family_name: str
    title: Text
    category: Text
    days: Text
    venue: Text
    language: str
    relevant_at: datetime
    expires_at: datetime
    organisation: str = ""
    contact: str = ""
    locations: list[tuple[float, float]] = []


class _Said:
    """Texts in the language of the person, and what they are in the others."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.strings: dict[str, dict[str, str]] = {one: {} for one in LANGUAGES}

    def label(self, message: str) -> str:
        """Return a word of ours."""
        return self.text({one: words(one).gettext(message) for one in LANGUAGES})

    def text(self, text: Text) -> str:
        """Return a text of the organisers; phones look it up by what is returned."""
        own = pick(text, self.language)
        if own:
            for one in LANGUAGES:
                self.strings[one].setdefault(own, pick(text, one))
        return own


def pack(one: WalletPass, sign: Callable[[bytes], bytes], *, pass_type: str, team: str) -> bytes:
    """Return the .pkpass of a ticket; `sign` makes a detached PKCS #7 signature of bytes."""
    said = _Said(one.language)
    files = {
        "pass.json": json.format(json.encode(_pass(one, said, pass_type, team)), indent=1),
        **pictures(),
    }
    for language, strings in said.strings.items():
        files[f"{language}.lproj/pass.strings"] = _strings(strings)
    manifest = {name: sha1(files[name], usedforsecurity=False).hexdigest() for name in files}
    files["manifest.json"] = json.format(json.encode(manifest), indent=1)
    files["signature"] = sign(files["manifest.json"])
    return _zipped(files)


def _pass(one: WalletPass, said: _Said, pass_type: str, team: str) -> dict[str, object]:
    code = {
        "format": "PKBarcodeFormatQR",
        "message": one.token,
        "messageEncoding": "iso-8859-1",
        "altText": one.reference,
    }
    title = said.text(one.title)
    made: dict[str, object] = {
        "formatVersion": 1,
        "passTypeIdentifier": pass_type,
        "teamIdentifier": team,
        "serialNumber": one.serial,
        "organizationName": title,
        "description": f"{said.label('Ticket')} {one.reference}",
        "logoText": title,
        "foregroundColor": _rgb(PAPER),
        "backgroundColor": _rgb(FIR),
        "labelColor": _rgb(HIGHLIGHT),
        "sharingProhibited": True,
        "relevantDate": one.relevant_at.isoformat(timespec="seconds"),
        "expirationDate": one.expires_at.isoformat(timespec="seconds"),
        "barcode": code,
        "barcodes": [code],
        "eventTicket": _fields(one, said),
    }
    if one.locations:
        made["locations"] = [{"latitude": lat, "longitude": long} for lat, long in one.locations]
    return made


def _fields(one: WalletPass, said: _Said) -> dict[str, list[dict[str, str]]]:
    """Return what stands where; a field without a value is left out."""

    def field(key: str, label: str, value: str) -> dict[str, str]:
        return {"key": key, "label": said.label(label), "value": value}

    places = {
        "primaryFields": [field("name", "Name", f"{one.given_name} {one.family_name}")],
        "secondaryFields": [
            field("category", "Category", said.text(one.category)),
            field("days", "Days", said.text(one.days)),
        ],
        "auxiliaryFields": [field("venue", "Venue", said.text(one.venue))],
        "backFields": [
            field("reference", "Reference", one.reference),
            field("organisation", "Organisation", one.organisation),
            field("questions", "Questions", one.contact),
        ],
    }
    return {place: [one for one in some if one["value"]] for place, some in places.items()}


def _strings(strings: Mapping[str, str]) -> bytes:
    """Return a table of translations as Apple's .strings files have it (UTF-16, as `plutil`)."""
    lines = [f"{_quoted(own)} = {_quoted(other)};" for own, other in strings.items()]
    return ("\n".join(lines) + "\n").encode("utf-16")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _rgb(colour: tuple[int, int, int]) -> str:
    return f"rgb({', '.join(map(str, colour))})"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name, ZIP_EPOCH), content, ZIP_DEFLATED)
    return out.getvalue()


@cache
def pictures() -> dict[str, bytes]:
    """Return the icon and the logo in the three sizes of screens, by name of file."""
    found = {}
    for name, side in (("icon", ICON_SIDE), ("logo", LOGO_SIDE)):
        for suffix, scale in SCALES.items():
            found[f"{name}{suffix}.png"] = _sign(side * scale)
    return found


def _sign(side: int) -> bytes:
    """Return our sign as PNG: rings on a disc, on the green of the pass."""
    large = side * OVERSIZE
    unit = large / 32
    image = Image.new("RGB", (large, large), FIR)
    draw = ImageDraw.Draw(image)
    for radius, x, y in RINGS:
        outer = radius + RING_WIDTH / 2
        box = [(c + s * outer) * unit for s in (-1, 1) for c in (x, y)]
        draw.ellipse(box, outline=PAPER, width=round(RING_WIDTH * unit))
    radius, x, y = DOT
    draw.ellipse([(c + s * radius) * unit for s in (-1, 1) for c in (x, y)], fill=HIGHLIGHT)
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
