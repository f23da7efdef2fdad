"""Say which sentences of a package lack a French translation, or carry a wrong one.

A sentence is what a template or code passes to gettext, the message of a refusal (a subclass of
Problem: its docstring, or what it is raised with), or a constant marked with `N_`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PACKAGES = ("forum", "schedule", "badges")
LANGUAGE = "fr"
GETTEXT = {"_", "gettext", "N_"}
NGETTEXT = "ngettext"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")

Sentence = str | tuple[str, ...]


def catalogue(package: str) -> Catalog:
    """Return the French catalogue of a package."""
    with (ROOT / package / "locale" / f"{LANGUAGE}.po").open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def sources() -> list[Path]:
    """Return every Python file of every package."""
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def said(package: str) -> dict[Sentence, str]:
    """Return each sentence of a package with the place of its first use."""
    refusals = refusal_names()
    found: dict[Sentence, str] = {}
    for path in sorted((ROOT / package).rglob("*")):
        place = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            sentences = [*coded(path), *refused(path, refusals)]
        elif "templates" in path.parts and path.suffix in {".html", ".txt"}:
            sentences = list(templated(path))
        else:
            continue
        for line, sentence in sentences:
            found.setdefault(sentence, f"{place}:{line}")
    return found


def templated(path: Path) -> Iterator[tuple[int, Sentence]]:
    """Yield what a template passes to gettext: line and sentence."""
    keywords = dict.fromkeys(GETTEXT) | {NGETTEXT: (1, 2)}
    options = {"trimmed": "true", "silent": "false"}
    for line, message, _, _ in extract_from_file(
        "jinja2.ext:babel_extract", path, keywords, options=options
    ):
        yield line, message


def coded(path: Path) -> Iterator[tuple[int, Sentence]]:
    """Yield what code passes to gettext, inside f-strings and from tables of labels too."""
    module = ast.parse(path.read_text())
    yield from labels(module)
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        texts = [text for arg in node.args if (text := literal(arg))]
        if name in GETTEXT and texts:
            yield node.lineno, texts[0]
        elif name == NGETTEXT and len(texts) > 1:
            yield node.lineno, (texts[0], texts[1])


def literal(node: ast.AST) -> str | None:
    """Return a literal text that holds a letter; None for anything else."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    return node.value if any(character.isalpha() for character in node.value) else None


def labels(module: ast.Module) -> Iterator[tuple[int, Sentence]]:
    """Yield the labels of enumerations: `TYPES = {Type.TALK: "Talk", …}`, said by gettext."""
    if not any(isinstance(n, ast.Attribute) and n.attr == "gettext" for n in ast.walk(module)):
        return
    tables = [n.value for n in module.body if isinstance(n, ast.Assign | ast.AnnAssign)]
    for table in tables:
        if isinstance(table, ast.Dict) and all(isinstance(k, ast.Attribute) for k in table.keys):
            yield from ((v.lineno, text) for v in table.values if (text := literal(v)))


def refusal_names() -> set[str]:
    """Return the names of Problem and of every class derived from it."""
    bases: dict[str, set[str]] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    names = {"Problem"}
    while more := {name for name, of in bases.items() if of & names} - names:
        names |= more
    return names


def refused(path: Path, names: set[str]) -> Iterator[tuple[int, Sentence]]:
    """Yield what the refusals defined or raised in a file say."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and node.name in names - {"Problem"}:
            yield node.lineno, (ast.get_docstring(node) or node.name).splitlines()[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield from raised(node)


def raised(call: ast.Call) -> Iterator[tuple[int, Sentence]]:
    """Yield the literal texts with which a refusal is raised: its message, its fields' own."""
    fields = [k.value for k in call.keywords if k.arg == "fields" and isinstance(k.value, ast.Dict)]
    texts = [*call.args[:1], *(value for field in fields for value in field.values)]
    for node in texts:
        text = literal(node)
        if text is not None and " " in text:
            yield node.lineno, text


def mistakes(package: str) -> list[str]:
    """Return what is wrong with a package's catalogue, one line per sentence, with its place."""
    whole = catalogue(package)
    wrong = []
    for sentence, place in said(package).items():
        one = sentence if isinstance(sentence, str) else sentence[0]
        message = whole.get(one)
        if message is None or not message.string or not all(message.string):
            wrong.append(f"{place}: not translated: {one!r}")
        elif message.fuzzy:
            wrong.append(f"{place}: fuzzy: {one!r}")
        elif not same_placeholders(sentence, message.string):
            wrong.append(f"{place}: other placeholders: {one!r}")
    return wrong


def same_placeholders(sentence: Sentence, translation: str | tuple[str, ...] | list[str]) -> bool:
    """Say whether the last form (the plural one) holds the same placeholders in both languages."""
    source = sentence if isinstance(sentence, str) else sentence[-1]
    target = translation if isinstance(translation, str) else translation[-1]
    return sorted(set(PLACEHOLDER.findall(source))) == sorted(set(PLACEHOLDER.findall(target)))


if __name__ == "__main__":
    found = [line for package in PACKAGES for line in mistakes(package)]
    print("\n".join(found) or "catalogues: every sentence is translated")
    sys.exit(1 if found else 0)
