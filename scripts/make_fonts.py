"""Make the fonts that the product embeds and serves: static, subset, renamed, with their licences.

    python scripts/make_fonts.py           make them again, and write the manifests
    python scripts/make_fonts.py --check   verify what is in the repository against the manifests

Making needs fonttools, brotli, npm, and Debian's package fonts-inter-variable.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[1]
PRINT_FONTS = ROOT / "forum" / "core" / "fonts"
WEB_FONTS = ROOT / "forum" / "static" / "fonts"
MANIFEST = "manifest.json"

INTER = Path("/usr/share/fonts/truetype/inter-vf/Inter-roman.var.ttf")
INTER_NOTICE = "Copyright 2016-2022 The Inter Project Authors (https://github.com/rsms/inter)"
INTER_WEIGHTS = {"Regular": 400, "SemiBold": 600, "Bold": 700}
INTER_RANGES = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x024F),  # Latin-1, Latin Extended-A and -B
    (0x0250, 0x02AF),  # the schwa and other letters of African and Azerbaijani names
    (0x02B0, 0x036F),  # modifier letters, combining marks
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1FFF),  # Latin Extended Additional (Vietnamese), Greek Extended
    (0x2000, 0x206F),  # punctuation and spaces
    (0x2070, 0x20BF),  # superscripts, subscripts, currencies
    (0x2100, 0x21FF),  # letterlike signs, fractions, arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2605, 0x2606),  # stars
    (0x2713, 0x2717),  # ticks and crosses
    (0xFB01, 0xFB02),  # fi, fl
]

BRICOLAGE = "@fontsource-variable/bricolage-grotesque@5.3.0"
BRICOLAGE_WEIGHT = 650
BRICOLAGE_LETTERS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸàâäæçéèêëîïôöœùûüÿÁÍÓÚÑáíóúñß"
    + "\u00a0\u2009«»\u2018\u2019“”\u2013—…•·€°²³№\u00d7\u2212©"
)


WINDOWS = 3
MADE_AT = 3_786_912_000  # 2024-01-01, in seconds since 1904: the same bytes at every run


class Made(NamedTuple):
    """One file that was made, and where it came from."""

    path: Path
    source: str
    licence: str


def make() -> list[Made]:
    """Write every font and licence, and say what each was made from."""
    PRINT_FONTS.mkdir(parents=True, exist_ok=True)
    WEB_FONTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        package = unpack_npm(BRICOLAGE, Path(folder))
        licence = (package / "LICENSE").read_text()
        made = [make_inter(style, weight) for style, weight in INTER_WEIGHTS.items()]
        made.append(write_licence(PRINT_FONTS / "Inter-OFL.txt", inter_licence(licence)))
        made.append(make_bricolage(package / "files"))
        made.append(write_licence(WEB_FONTS / "Bricolage-OFL.txt", licence))
    return made


def unpack_npm(package: str, folder: Path) -> Path:
    """Fetch `package` with npm into `folder` and return the folder of its files."""
    packed = subprocess.run(
        [shutil.which("npm") or "npm", "pack", "--silent", package],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def make_inter(style: str, weight: int) -> Made:
    """Write Inter at one weight as a TrueType font that reportlab tells apart from the others."""
    font = static(INTER, weight)
    subset(font, [c for first, last in INTER_RANGES for c in range(first, last + 1)])
    rename(font, "Inter", style)
    path = PRINT_FONTS / f"Inter-{style}.ttf"
    font.save(path)
    return Made(path, f"Inter (Debian fonts-inter-variable 4.0~beta7), weight {weight}", "OFL-1.1")


def make_bricolage(files: Path) -> Made:
    """Write Bricolage Grotesque at one weight, with the letters of French and English, as WOFF2."""
    letters = [ord(c) for c in BRICOLAGE_LETTERS]
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for name in ("latin", "latin-ext"):
            font = static(files / f"bricolage-grotesque-{name}-wght-normal.woff2", BRICOLAGE_WEIGHT)
            subset(font, letters, features=["kern", "liga", "locl", "mark", "ccmp"])
            font.flavor = None
            font.save(Path(folder) / f"{name}.ttf")
            parts.append(str(Path(folder) / f"{name}.ttf"))
        merged = Merger().merge(parts)
    merged["head"].modified = merged["head"].created = MADE_AT
    rename(merged, "Bricolage Grotesque", "SemiBold")
    path = WEB_FONTS / f"bricolage-{BRICOLAGE_WEIGHT}.woff2"
    merged.flavor = "woff2"
    merged.recalcTimestamp = False
    merged.save(path)
    return Made(path, f"npm {BRICOLAGE}, weight {BRICOLAGE_WEIGHT}", "OFL-1.1")


def static(path: Path, weight: int) -> TTFont:
    """Return the variable font at `path`, fixed at `weight` (100 to 900) and upright."""
    font = TTFont(path, recalcTimestamp=False)
    return instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)


def subset(font: TTFont, codes: Iterable[int], features: Iterable[str] = ()) -> None:
    """Keep only the glyphs of `codes` and of the OpenType `features` named."""
    options = Options(hinting=False, layout_features=list(features), name_IDs=["*"])
    options.notdef_outline = True
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def rename(font: TTFont, family: str, style: str) -> None:
    """Give `font` its own PostScript name and drop the Macintosh names, which reportlab prefers.

    Without this the three weights share one PostScript name and reportlab embeds only one.
    """
    table = font["name"]
    table.names = [n for n in table.names if n.platformID == WINDOWS and n.nameID in (0, 7, 13, 14)]
    plain = family.replace(" ", "")
    names = {
        1: f"{family} {style}",
        2: "Regular",
        3: f"{plain}-{style};Forum",
        4: f"{family} {style}",
        5: "Version 1.000",
        6: f"{plain}-{style}",
        16: family,
        17: style,
    }
    for name_id, text in names.items():
        table.setName(text, name_id, WINDOWS, 1, 0x409)


def inter_licence(bricolage_licence: str) -> str:
    """Return the Open Font Licence, whose text is the same for all, with Inter's own notice."""
    _, _, body = bricolage_licence.partition("\n")
    return f"{INTER_NOTICE}\n{body}"


def write_licence(path: Path, text: str) -> Made:
    """Write one licence beside the fonts that it covers."""
    path.write_text(text)
    return Made(path, "the SIL Open Font License 1.1, with the notice of the font", "OFL-1.1")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifests(made: list[Made]) -> None:
    """Write, in each folder, what every file is, where it came from, and its hash."""
    for folder in {one.path.parent for one in made}:
        rows = [
            {
                "file": one.path.name,
                "source": one.source,
                "licence": one.licence,
                "bytes": one.path.stat().st_size,
                "sha256": digest(one.path),
            }
            for one in sorted(made)
            if one.path.parent == folder
        ]
        (folder / MANIFEST).write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")


def check() -> list[str]:
    """Return one line for each file that is missing, changed, or in no manifest."""
    wrong = []
    for folder in (PRINT_FONTS, WEB_FONTS):
        manifest = folder / MANIFEST
        if not manifest.is_file():
            wrong.append(f"{manifest.relative_to(ROOT)} is missing")
            continue
        known = {row["file"]: row["sha256"] for row in json.loads(manifest.read_text())}
        for name, sha256 in known.items():
            path = folder / name
            if not path.is_file():
                wrong.append(f"{path.relative_to(ROOT)} is missing")
            elif digest(path) != sha256:
                wrong.append(f"{path.relative_to(ROOT)} differs from its manifest")
        present = {p.name for p in folder.iterdir() if p.is_file()} - {MANIFEST, "__init__.py"}
        wrong += [f"{name} is in no manifest" for name in sorted(present - known.keys())]
    return wrong


def main() -> int:
    """Make the fonts, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="verify, change nothing")
    if not parser.parse_args().check:
        write_manifests(make())
    wrong = check()
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
