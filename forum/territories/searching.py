"""All territories in memory, in a few long texts: found by code, by number, by words. No I/O."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping

from forum.core.text import fold
from forum.territories.models import Kind, Suggestion, Territory

KINDS = {
    "C": Kind.COMMUNE,
    "A": Kind.ARRONDISSEMENT,
    "E": Kind.EPCI,
    "T": Kind.EPT,
    "D": Kind.DEPARTEMENT,
    "R": Kind.REGION,
}
TOWNS = {Kind.COMMUNE, Kind.ARRONDISSEMENT}
LETTERS = {kind: letter for letter, kind in KINDS.items()}
LONGEST = 80
"""Letters of a query that count; the longest name has 63."""
MOST_WORDS = 10
SAINTS = {"st": "saint", "ste": "sainte"}
LINKS = {"d", "de", "des", "du", "en", "et", "l", "la", "le", "les"}
"""Words that people leave out of the long names of EPCI, or put in."""
TOWN = re.compile(r"^(?:ville|commune|mairie|municipalite) (?:(de|d|du|des) )?(?=.)")
ARTICLES = {"du": "le ", "des": "les "}
SHORT = {"cc": "communaute communes", "ca": "communaute agglomeration", "cu": "communaute urbaine"}
AUTHORITIES = re.compile(r"^(departement|region) (?:de la |de l |de |du |des |d )?")
COUNCILS = {"departement": "conseil departemental", "region": "conseil regional"}
IN_BRACKETS = re.compile(r"^(.+)\(([^()]+)\)$")
COMMUNE_LINE = re.compile(r"(?m)^[ca](9[78]\d|\w\w)\w+\t.*\t *(.*?) *$")
OTHER_LINE = re.compile(r"(?m)^[detr]\w+\t.*")
USUAL_SIREN = re.compile(r"21(\d\d)0(\d\d\d)\d")


def words_of(text: str) -> str:
    """Return the words of a name as they are compared: `Ste-Foy l’Argentière` as three of four."""
    bare = re.sub(r"[^0-9a-z]+", " ", fold(text)).split()
    return " ".join(SAINTS.get(word, word) for word in bare)


def without_links(words: str) -> str:
    """Return words without those that link them; all of them where nothing else is left."""
    return " ".join(word for word in words.split() if word not in LINKS) or words


class Index:
    """Every territory, the bigger first.

    It is two texts of a line each, one as it was read and one of folded words, and their offsets:
    36,000 objects would take ten times as much. A line of words holds the name and the other names
    that are as good, then the département: `| cu du grand reims | … | 51`.
    """

    def __init__(self, text: str, departements: Mapping[str, str]) -> None:
        """Take the list of `scripts/territories.py`, and the names of départements by code."""
        self._departements = dict(departements)
        self._by_name = {words_of(name): code for code, name in departements.items()}
        self._records = text.encode()
        self._starts = array("I", [0])
        self._starts.extend(match.end() for match in re.finditer(b"\n", self._records))
        codes = re.findall(rb"^\w+", self._records, re.MULTILINE)
        self._by_code = array("I", sorted(range(len(codes)), key=codes.__getitem__))
        self._words = _lines_of_words(text)
        self._word_starts = array("I", (m.start() for m in re.finditer("\n", self._words)))
        self._common: Counter[str] = Counter()
        for length in (1, 2, 3):
            beginnings = re.finditer(rf" \w{{{length}}}", self._words)
            self._common.update(match[0] for match in beginnings)
        names = Counter(match[1] for match in re.finditer(r"\| ([^|\n]+) (?=\|)", self._words))
        self._shared = frozenset(name for name, times in names.items() if times > 1)

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Territory]:
        return (self._territory(line) for line in range(len(self)))

    def _record(self, line: int) -> list[str]:
        start, end = self._starts[line], self._starts[line + 1] - 1
        return self._records[start:end].decode().split("\t")

    def _territory(self, line: int) -> Territory:
        code, size, departement, siren, name = self._record(line)
        kind, number = KINDS[code[0]], code[1:]
        return Territory(
            code=f"{kind}-{number}",
            name=name,
            kind=kind,
            size=int(size),
            departement=departement or _departement_of(code).upper(),
            siren=siren,
        )

    def find(self, code: str) -> Territory | None:
        """Return the territory of a code such as `COM-44109`."""
        kind, _, number = code.partition("-")
        wanted = f"{LETTERS[Kind(kind)]}{number}" if kind in {*Kind} else ""
        place = bisect_left(self._by_code, wanted, key=lambda line: self._record(line)[0])
        if place == len(self) or self._record(self._by_code[place])[0] != wanted:
            return None
        return self._territory(self._by_code[place])

    def find_siren(self, siren: str) -> Territory | None:
        """Return the commune or EPCI of a number (nine digits, right by its check digit)."""
        for kind in (Kind.EPCI, Kind.EPT):
            if found := self.find(f"{kind}-{siren}"):
                return found
        if usual := USUAL_SIREN.fullmatch(siren):
            commune = self.find(f"{Kind.COMMUNE}-{usual[1]}{usual[2]}")
            if commune is not None and not commune.siren:
                return commune
        place = self._records.find(f"\t{siren}\t".encode())
        return None if place < 0 else self._territory(bisect_right(self._starts, place) - 1)

    def search(self, text: str, limit: int = 8) -> list[Territory]:
        """Return at most `limit` territories that a text may mean, the likeliest first.

        First those of this very name, then those whose name begins with it, then those that hold
        each word or its beginning, in any order; the bigger first among each.
        """
        wanted = _variants(text[:LONGEST])
        found: dict[int, None] = {}
        for pattern in ("| {} |", "| {}"):
            for words in wanted:
                self._add(found, self._lines(pattern.format(words)), limit)
        for words in dict.fromkeys(map(without_links, wanted)):
            self._add(found, self._holding(words), limit)
        return [self._territory(line) for line in found]

    def _add(self, found: dict[int, None], lines: Iterator[int], limit: int) -> None:
        for line in lines:
            if len(found) >= limit:
                return
            found[line] = None

    def _lines(self, part: str) -> Iterator[int]:
        """Yield the lines that hold `part`, in order."""
        place = self._words.find(part)
        while place >= 0:
            yield bisect_right(self._word_starts, place) - 1
            end = self._words.find("\n", place)
            place = self._words.find(part, end)

    def _holding(self, words: str) -> Iterator[int]:
        """Yield the lines in which each of some words begins a word, in order."""
        parts = [f" {word}" for word in dict.fromkeys(words.split()[:MOST_WORDS])]
        rarest = min(parts, key=lambda part: self._common[part[:4]])
        others = [part for part in parts if part != rarest]
        for line in self._lines(rarest):
            start = self._word_starts[line] + 1
            end = self._words.find("\n", start)
            if all(self._words.find(part, start, end) >= 0 for part in others):
                yield line

    def resolve(self, text: str) -> Territory | None:
        """Return the one territory that a whole name can mean; None for none and for several.

        `Ville de Nantes`, `Saint-Denis (93)`, `Œuilly (Marne)` and `conseil régional de Bretagne`
        each mean one, `Saint-Denis` does not.
        """
        bracketed = IN_BRACKETS.match(text.strip())
        found = self._meant(text, None)
        if bracketed and not found:
            departement = self._departement(bracketed[2])
            found = self._meant(bracketed[1], departement) if departement else []
            found = [one for one in found if one.kind is not Kind.DEPARTEMENT] or found
        return found[0] if len(found) == 1 else None

    def _meant(self, name: str, departement: str | None) -> list[Territory]:
        """Return the territories of a name, in one département or in any."""
        words = words_of(name[:LONGEST])
        town = TOWN.match(words)
        asked = [words, without_links(words)]
        if town is not None:
            asked.append(ARTICLES.get(town[1] or "", "") + words[town.end() :])
        for one in filter(None, asked):
            found = [self._territory(line) for line in self._lines(f"| {one} |")]
            right = [
                territory
                for territory in found
                if departement in {None, territory.departement}
                and (one != asked[-1] or town is None or territory.kind in TOWNS)
            ]
            if right:
                return right
        return self._joined(words, departement) if " " in words else []

    def _joined(self, words: str, departement: str | None) -> list[Territory]:
        """Return the EPCI of a name from which `communauté de communes` or the like is left out."""
        bare = without_links(words)
        found = [
            self._territory(line) for short in SHORT for line in self._lines(f"| {short} {bare} |")
        ]
        return [one for one in found if departement in {None, one.departement}]

    def _departement(self, text: str) -> str | None:
        code = text.strip().upper()
        return code if code in self._departements else self._by_name.get(words_of(text))

    def suggestion(self, territory: Territory) -> Suggestion:
        """Return a territory as it is offered, told from its homonyms by its département."""
        name = territory.name
        if territory.departement and words_of(name) in self._shared:
            name = f"{name} ({territory.departement})"
        near = self._departements.get(territory.departement, "")
        told = territory.kind in {Kind.REGION, Kind.DEPARTEMENT} or not near
        return Suggestion(
            code=territory.code,
            name=name,
            place="" if told else f"{near} ({territory.departement})",
        )


def _variants(text: str) -> list[str]:
    """Return the ways in which what is typed may stand in the list, the likeliest first."""
    typed = words_of(text)
    wanted = [typed]
    if town := TOWN.match(typed):
        wanted.append(ARTICLES.get(town[1] or "", "") + typed[town.end() :])
    else:
        wanted.append(without_links(typed))
    last = typed.rpartition(" ")[2]
    for short, whole in SAINTS.items():  # or Strasbourg would be lost at its second letter
        if last == whole and fold(text).endswith(short):
            wanted.append(typed.removesuffix(whole) + short)
    return [*dict.fromkeys(filter(None, wanted))]


def _departement_of(code: str) -> str:
    """Return the département of a line's code; '' for a région."""
    if code[0] in "Rr":
        return ""
    return code[1:4] if code[1:3] in {"97", "98"} else code[1:3]


def _lines_of_words(text: str) -> str:
    """Return the words of each line of the list, each line after a line feed."""
    folded = re.sub(r"[^0-9a-z\t\n]+", " ", fold(text))
    folded = re.sub(r"\b(ste?)\b", lambda match: SAINTS[match[1]], folded)
    with_communes = COMMUNE_LINE.sub(r"| \2 | \1 ", folded)
    return "\n" + OTHER_LINE.sub(_line, with_communes)


def _line(match: re.Match[str]) -> str:
    code, _, departement, _, name = match[0].split("\t")
    return f"| {' | '.join(_names(code[0], name.strip()))} | {departement} "


def _names(letter: str, name: str) -> list[str]:
    """Return a folded name and the others by which the territory is known as well."""
    if letter in "dr" and (authority := AUTHORITIES.match(name)):
        bare = name[authority.end() :]
        linked = without_links(bare)
        council = COUNCILS[authority[1]]
        names = [name, bare, f"{authority[1]} {linked}", f"{council} {linked}"]
    elif letter == "e":
        first, _, rest = name.partition(" ")
        short = without_links(rest)
        names = [name, f"{first} {short}"]
        if first in SHORT:
            names.append(f"{SHORT[first]} {short}")
    else:
        names = [name]
    return list(dict.fromkeys(names))
