"""Make the fonts that the product embeds and serves: static, subset, renamed, with their licences.

    python scripts/make_fonts.py           make them again, and write the manifests
    python scripts/make_fonts.py --check   verify what is in the repository against the manifests

Making needs fonttools, brotli, npm, and Debian's apt-get and dpkg-deb, which fetch the packages of
`DEBIAN`. The fonts of other scripts than Latin, Greek and Cyrillic are `FALLBACKS`: one face a
script, in bold too where there is one; `coverage.json` says which of them draws which character.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[1]
PRINT_FONTS = ROOT / "forum" / "core" / "fonts"
WEB_FONTS = ROOT / "forum" / "static" / "fonts"
MANIFEST = "manifest.json"

COVERAGE = "coverage.json"

DEBIAN = {
    "fonts-inter-variable": "4.0~beta7+ds-1",
    "fonts-noto-core": "20201225-1",
    "fonts-droid-fallback": "1:6.0.1r16-1.1",
    "fonts-nanum": "20200506-1",
}
"""The packages that faces are made of, and their versions."""

INTER = Path("fonts-inter-variable/usr/share/fonts/truetype/inter-vf/Inter-roman.var.ttf")
INTER_NOTICE = "Copyright 2016-2022 The Inter Project Authors (https://github.com/rsms/inter)"
NOTO_NOTICE = "Copyright 2010, 2012-2020 Google LLC (https://github.com/googlefonts/noto-fonts)"
NANUM_NOTICE = (
    "Copyright (c) 2010, NAVER Corporation (http://www.nhncorp.com), with Reserved Font Name "
    "Nanum and others.\nThis is a modified version, a subset, which is why it is named otherwise."
)
DROID_NOTICE = (
    "Droid Sans Fallback, copyright 2006-2010 Google Corp.; here without its hints, with the "
    "characters of Han, kana and bopomofo only, and renamed."
)
APACHE = Path("/usr/share/common-licenses/Apache-2.0")
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


NOTO = Path("fonts-noto-core/usr/share/fonts/truetype/noto")
NANUM = Path("fonts-nanum/usr/share/fonts/truetype/nanum")
DROID = Path("fonts-droid-fallback/usr/share/fonts/truetype/droid")

FALLBACKS = {
    "Arabic": [
        (0x0600, 0x06FF),
        (0x0750, 0x077F),
        (0x08A0, 0x08FF),
        (0xFB50, 0xFDFF),
        (0xFE70, 0xFEFC),
    ],
    "Hebrew": [(0x0590, 0x05FF), (0xFB1D, 0xFB4F)],
    "Devanagari": [(0x0900, 0x097F), (0xA8E0, 0xA8FF), (0x1CD0, 0x1CFF)],
    "Bengali": [(0x0980, 0x09FF)],
    "Gurmukhi": [(0x0A00, 0x0A7F)],
    "Gujarati": [(0x0A80, 0x0AFF)],
    "Oriya": [(0x0B00, 0x0B7F)],
    "Tamil": [(0x0B80, 0x0BFF)],
    "Telugu": [(0x0C00, 0x0C7F)],
    "Kannada": [(0x0C80, 0x0CFF)],
    "Malayalam": [(0x0D00, 0x0D7F)],
    "Sinhala": [(0x0D80, 0x0DFF)],
    "Thai": [(0x0E00, 0x0E7F)],
    "Lao": [(0x0E80, 0x0EFF)],
    "Myanmar": [(0x1000, 0x109F), (0xAA60, 0xAA7F), (0xA9E0, 0xA9FF)],
    "Georgian": [(0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)],
    "Ethiopic": [(0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F)],
    "Cherokee": [(0x13A0, 0x13FF), (0xAB70, 0xABBF)],
    "CanadianAboriginal": [(0x1400, 0x167F), (0x18B0, 0x18FF)],
    "Khmer": [(0x1780, 0x17FF), (0x19E0, 0x19FF)],
    "Armenian": [(0x0530, 0x058F), (0xFB13, 0xFB17)],
    "Thaana": [(0x0780, 0x07BF)],
    "Syriac": [(0x0700, 0x074F), (0x0860, 0x086F)],
    "NKo": [(0x07C0, 0x07FF)],
    "Tifinagh": [(0x2D30, 0x2D7F)],
    "OlChiki": [(0x1C50, 0x1C7F)],
    "Tibetan": [(0x0F00, 0x0FFF)],
    "Adlam": [(0x1E900, 0x1E95F)],
}
"""Scripts that Noto Sans draws, and their blocks."""

SELDOM = {"dlig", "hlig", "salt", "aalt", "kern", "vert", "vrt2", "vkrn", "frac", "numr", "dnom"}
SELDOM |= {"ordn", "sups", "subs", "sinf", "lnum", "onum", "pnum", "tnum", "zero", "case", "smcp"}
SELDOM |= {"c2sc", "ss01", "ss02", "ss03", "ss04", "ss05", "titl", "hist", "fwid", "hwid", "pwid"}
"""Features that names do not need."""

BOLD_TOO = {"Arabic", "Armenian", "Devanagari", "Georgian", "Hebrew", "Tamil", "Thai"}
"""Scripts with a bold face of their own; the others' letters are drawn with a thicker outline."""

HANGUL_RANGES = [(0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7A3)]
HAN_RANGES = [
    (0x2E80, 0x2FDF),  # radicals
    (0x3000, 0x312F),  # punctuation, kana, bopomofo
    (0x31A0, 0x31FF),  # bopomofo and kana, extended
    (0x3400, 0x4DBF),  # ideographs, extension A
    (0x4E00, 0x9FFF),  # ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFE30, 0xFE4F),  # compatibility forms
]
COMMON = " \u00a0-.,'()/&\u00b7\u0964\u0965\u2019\u25cc\u200c\u200d"
"""What stands between letters of every script: their own fonts draw it where they can."""

JOINERS = {0x200C: 0, 0x200D: 200}
"""The zero width joiners, and how wide their glyphs are made, in thousandths of the size."""

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
        debian = unpack_debian(Path(folder))
        made = [make_inter(debian, style, weight) for style, weight in INTER_WEIGHTS.items()]
        made.append(write_licence(PRINT_FONTS / "Inter-OFL.txt", noticed(INTER_NOTICE, licence)))
        fallbacks = make_fallbacks(debian)
        made += fallbacks
        made.append(write_licence(PRINT_FONTS / "Noto-OFL.txt", noticed(NOTO_NOTICE, licence)))
        made.append(write_licence(PRINT_FONTS / "Hangul-OFL.txt", noticed(NANUM_NOTICE, licence)))
        apache = f"{DROID_NOTICE}\n\n{APACHE.read_text()}"
        path = PRINT_FONTS / "Han-Apache.txt"
        made.append(write_licence(path, apache, "the Apache License 2.0", "Apache-2.0"))
        made.append(write_coverage([PRINT_FONTS / "Inter-Regular.ttf", *paths(fallbacks)]))
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


def unpack_debian(folder: Path) -> Path:
    """Fetch the packages of `DEBIAN` with apt-get; each has a folder of its name in `folder`."""
    for package, version in DEBIAN.items():
        subprocess.run(
            [shutil.which("apt-get") or "apt-get", "download", "-q", f"{package}={version}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (archive,) = folder.glob(f"{package}_*.deb")
        subprocess.run(
            [shutil.which("dpkg-deb") or "dpkg-deb", "--extract", archive, folder / package],
            check=True,
        )
    return folder


def make_inter(debian: Path, style: str, weight: int) -> Made:
    """Write Inter at one weight as a TrueType font that reportlab tells apart from the others."""
    font = static(debian / INTER, weight)
    subset(font, within(INTER_RANGES))
    for tag in ("GSUB", "GPOS", "GDEF"):  # HarfBuzz puts accents over capitals better without them
        del font[tag]
    rename(font, "Inter", style)
    path = PRINT_FONTS / f"Inter-{style}.ttf"
    font.save(path)
    return Made(path, f"Inter (Debian fonts-inter-variable 4.0~beta7), weight {weight}", "OFL-1.1")


def make_fallbacks(debian: Path) -> list[Made]:
    """Write the faces of the other scripts: `Noto{script}`, `Hangul`, `Han`; their styles."""
    made = []
    for script, ranges in FALLBACKS.items():
        for style in ("Regular", "Bold") if script in BOLD_TOO else ("Regular",):
            source = debian / NOTO / f"{stem(script)}-{style}.ttf"
            made.append(make_fallback(source, "fonts-noto-core", f"Noto{script}", style, ranges))
    source = debian / NANUM / "NanumBarunGothic.ttf"
    made.append(make_fallback(source, "fonts-nanum", "Hangul", "Regular", HANGUL_RANGES))
    source = debian / DROID / "DroidSansFallbackFull.ttf"
    made.append(make_fallback(source, "fonts-droid-fallback", "Han", "Regular", HAN_RANGES))
    return made


def stem(script: str) -> str:
    """Return how Noto names the files of a script: it draws Tibetan with serifs only."""
    return "NotoSerifTibetan" if script == "Tibetan" else f"NotoSans{script}"


def make_fallback(
    source: Path, package: str, family: str, style: str, ranges: list[tuple[int, int]]
) -> Made:
    """Write one face with the characters of `ranges` and what stands between them."""
    font = TTFont(source, recalcTimestamp=False)
    wanted = [code for code in [*within(ranges), *map(ord, COMMON)] if not hollow(font, code)]
    subset(font, wanted, features=["*"], drop=SELDOM)
    blank(font)
    rename(font, family, style)
    path = PRINT_FONTS / f"{family}-{style}.ttf"
    font.save(path)
    licence = "Apache-2.0" if family == "Han" else "OFL-1.1"
    return Made(path, f"{source.name} (Debian {package} {DEBIAN[package]})", licence)


def hollow(font: TTFont, code: int) -> bool:
    """Say whether the glyph of a letter or sign is there but empty, as some fonts have them."""
    glyph = font["cmap"].getBestCmap().get(code)
    if glyph is None or unicodedata.category(chr(code))[0] not in "LMNPS":
        return False
    return font["glyf"][glyph].numberOfContours == 0


def blank(font: TTFont) -> None:
    """Make the joiners, which Noto draws as signs for editors, invisible, and of known widths.

    Their glyphs then stand for letters that are drawn with others: see `forum.core.pdf_glyphs`.
    """
    named = font["cmap"].getBestCmap()
    for code, wide in JOINERS.items():
        if code in named:
            font["glyf"][named[code]] = Glyph()
            font["hmtx"][named[code]] = (wide * font["head"].unitsPerEm // 1000, 0)


def within(ranges: list[tuple[int, int]]) -> list[int]:
    """Return the code points of (first, last) ranges."""
    return [code for first, last in ranges for code in range(first, last + 1)]


def paths(made: list[Made]) -> list[Path]:
    """Return the regular faces among `made`."""
    return [one.path for one in made if one.path.name.endswith("-Regular.ttf")]


def write_coverage(regular: list[Path]) -> Made:
    """Write which face draws which characters: ranges as first, length, first, length ….

    A character is in the `codes` of one face, the first of `regular` that has it; what stands
    between letters of many scripts is in `between` of the others that draw it too.
    """
    taken: set[int] = set()
    rows = []
    for path in regular:
        family = path.stem.removesuffix("-Regular")
        codes = set(TTFont(path)["cmap"].getBestCmap())
        shared = codes & set(map(ord, COMMON)) & (taken | JOINERS.keys())
        own = sorted(codes - taken - shared)
        taken |= codes - shared
        bold = (PRINT_FONTS / f"{family}-Bold.ttf").is_file()
        between = "".join(map(chr, sorted(shared)))
        rows.append({"family": family, "bold": bold, "between": between, "codes": runs_of(own)})
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    path = PRINT_FONTS / COVERAGE
    path.write_text(f"[\n{lines}\n]\n")
    return Made(path, "the characters of the faces beside it", "CC0-1.0")


def runs_of(codes: list[int]) -> list[int]:
    """Return sorted numbers as first, length, first, length … of their unbroken runs."""
    runs: list[int] = []
    for code in codes:
        if runs and code == runs[-2] + runs[-1]:
            runs[-1] += 1
        else:
            runs += [code, 1]
    return runs


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


def subset(
    font: TTFont, codes: Iterable[int], features: Iterable[str] = (), drop: Iterable[str] = ()
) -> None:
    """Keep only the glyphs of `codes` and of the OpenType `features` named, less those to drop."""
    if "*" in features:
        features = present(font) - set(drop)
    options = Options(hinting=False, layout_features=list(features), name_IDs=["*"])
    options.notdef_outline = True
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def present(font: TTFont) -> set[str]:
    """Return the OpenType features that `font` has."""
    tables = [font[tag].table for tag in ("GSUB", "GPOS") if tag in font]
    lists = [table.FeatureList.FeatureRecord for table in tables if table.FeatureList]
    return {record.FeatureTag for records in lists for record in records}


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


def noticed(notice: str, open_font_licence: str) -> str:
    """Return the Open Font Licence, whose text is the same for all, with a font's own notice."""
    _, _, body = open_font_licence.partition("\n")
    return f"{notice}\n{body}"


def write_licence(
    path: Path, text: str, name: str = "the SIL Open Font License 1.1", licence: str = "OFL-1.1"
) -> Made:
    """Write one licence beside the fonts that it covers."""
    path.write_text(text)
    return Made(path, f"{name}, with the notice of the font", licence)


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
