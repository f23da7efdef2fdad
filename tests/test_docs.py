"""The documents held against the code: commands, files, settings, journeys, pictures, examples."""

import ast
import re
import shlex
import struct
import tomllib
from pathlib import Path

import msgspec
import pytest
import rich_click as click

from forum.cli import commands
from forum.commands.importing import GuideList
from forum.core import tables
from forum.core.context import Edition, EditionState
from forum.core.settings import NAMES
from forum.editions import rules
from forum.editions.models import Category
from forum.questions import service as questions
from forum.registrations import importing
from forum.registrations.importing import Offered, Plan
from schedule.importing import read as read_programme

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "SECURITY.md", "DECISIONS.md", "CHANGELOG.md"]
EXAMPLE = ROOT / "docs" / "example"
PICTURES = ROOT / "docs" / "pictures"
PACKAGES = ("forum", "schedule", "badges")
OUTSIDE_THE_CLI = {"test"}  # run.py hands it to pytest
PNG = b"\x89PNG\r\n\x1a\n"
NOT_OURS = {".git", ".venv", "var", "build", "dist", "node_modules", "__pycache__"}
# Written in two halves, so that this file passes its own test.
PLACES = [
    *(rf"(?<![\w.])/{folder}/" for folder in ("wor" + "k", "ro" + "ot", "User" + "s")),
    r"(?<![\w.])/ho" + r"me/\w+/",
    *(re.escape(host) for host in ("pyp" + "i.org", "python" + "hosted", "registry.npm" + "js")),
]


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code_blocks(text: str, language: str = r"\w*") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def calls(text: str) -> list[str]:
    """Return each call of Forum that a document shows, in a block of code or inside a line."""
    lines = [line for block in code_blocks(text, "sh") for line in block.splitlines()]
    outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines += [inline.replace("\n", " ") for inline in re.findall(r"`([^`]+)`", outside)]
    found = (re.search(r"(?:^|\s)(?:python3 run\.py|forum|-m forum\.cli) (.+)$", x) for x in lines)
    return [match[1].partition(" #")[0].strip() for match in found if match]


def resolved(call: str) -> str | None:
    """Return why a call is none of the command line's; None when it is one.

    A word in capitals stands for an argument, `a|b` for either command.
    """
    words = shlex.split(call)
    if words[0] in OUTSIDE_THE_CLI:
        return None
    command: click.Command = commands
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        name = words.pop(0)
        for either in name.split("|"):
            if either not in command.commands:
                return f"no command {name}"
        command = command.commands[name.split("|")[0]]
    known = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
    known |= {"--help", "--version"} if command is commands else {"--help"}
    for word in words:
        if word.startswith("--") and word.partition("=")[0] not in known:
            return f"{command.name} has no option {word}"
    given = len([word for word in words if not word.startswith("-")])
    needed = sum(isinstance(p, click.Argument) and p.required for p in command.params)
    if given and given < needed:
        return f"{command.name} needs {needed} arguments"
    return None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_exists_with_its_options(name):
    wrong = {call: why for call in calls(text_of(name)) if (why := resolved(call))}
    assert wrong == {}


def test_a_command_that_is_none_would_be_found():
    assert resolved("demo --nope") == "demo has no option --nope"
    assert resolved("edition destroy x") == "no command destroy"
    assert resolved("export registrations") == "export needs 2 arguments"
    assert resolved("edition create|list|show") is None


def test_the_readme_opens_with_the_two_commands():
    blocks = [block.strip() for block in code_blocks(text_of("README.md"))]
    assert blocks[:2] == ["python3 run.py demo", "python3 run.py test"]


def test_the_readme_shows_a_whole_installation_in_order():
    shown = calls(text_of("README.md"))
    order = [
        "edition create essai --from docs/example/edition.toml",
        "import programme docs/example/programme.csv",
        'publish --note "First version"',
        "organiser add you@example.org",
        'device add "Phone of the main door" --gate main',
        "serve",
    ]
    shown = shown[shown.index(order[0]) :]  # before it stands the way through the browser
    assert [shown.index(call) for call in order] == sorted(shown.index(call) for call in order)


def test_the_readme_names_every_setting_and_no_other():
    rows = re.findall(r"^\| `((?:FORUM|DATABASE)_\w+)` \|", text_of("README.md"), re.MULTILINE)
    assert sorted(rows) == sorted(NAMES)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name):
    links = re.findall(r"\]\(([^)#\s]+)\)", text_of(name))
    lost = [one for one in links if "://" not in one and not (ROOT / one).exists()]
    assert lost == []


def tree() -> list[str]:
    """Return the paths of ARCHITECTURE.md's tree, folders with a slash at their end."""
    part = text_of("ARCHITECTURE.md").split("## The tree")[1]
    paths: list[str] = []
    above: list[str] = []
    for line in code_blocks(part)[0].splitlines():
        name, _, about = line.strip().partition(" ")
        assert about.strip(), f"{name} says nothing of itself"
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], name]
        paths.append("".join(above))
    return paths


def test_every_path_of_the_tree_exists_once():
    paths = tree()
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(paths) == len({*paths})


def test_every_module_stands_in_the_tree():
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in (*PACKAGES, "scripts", "benchmarks")
        for path in (ROOT / package).rglob("*.py")
    }
    named = {*tree()}
    folders = {path.removesuffix("__init__.py") for path in modules if path.endswith("__init__.py")}
    files = {path for path in modules if not path.endswith("__init__.py")}
    assert sorted((files | folders) - named) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_a_document_names_exists(name):
    prefixes = "|".join([*PACKAGES, "tests", "scripts", "docs", "benchmarks"])
    named = re.findall(rf"`((?:{prefixes})/[\w./-]*|\.ci/run)`", text_of(name))
    assert [path for path in named if not (ROOT / path).exists()] == []


def names_in(path: Path) -> set[str]:
    """Return what a module defines, at its top and inside its classes."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def modules_renamed_by(node: ast.stmt) -> list[tuple[str, Path]]:
    """Return what an import calls our modules: `devices` for `service` of `badges.devices`."""
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return []
    folder = ROOT.joinpath(*node.module.split("."))
    paths = [(one.asname, folder / f"{one.name}.py") for one in node.names]
    return [(called, path) for called, path in paths if called and path.is_file()]


def test_every_function_of_the_journeys_exists():
    part = text_of("ARCHITECTURE.md").split("## The journeys")[1].split("## The rules of data")[0]
    by_module: dict[str, set[str]] = {}
    for path in (p for package in PACKAGES for p in (ROOT / package).rglob("*.py")):
        names = names_in(path)
        by_module.setdefault("", set()).update(names)
        by_module.setdefault(path.stem, set()).update(names)
    for path in (p for package in PACKAGES for p in (ROOT / package).rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                own = {n.name for n in node.body if hasattr(n, "name")}
                by_module.setdefault(node.name, set()).update(own)
            for called, module in modules_renamed_by(node):
                by_module.setdefault(called, set()).update(names_in(module))
    files = {"html", "json", "py", "js", "ics", "xml", "pdf", "toml"}
    dotted = re.findall(r"`(\w+)\.(\w+)`", part)
    lost = [f"{a}.{b}" for a, b in dotted if b not in files and b not in by_module.get(a, set())]
    assert dotted
    assert lost == []


def test_the_layers_of_the_picture_are_those_that_are_held():
    project = tomllib.loads(text_of("pyproject.toml"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    held = [re.findall(r"\w+(?:\.\w+)?", layer) for layer in layers]
    picture = code_blocks(text_of("ARCHITECTURE.md").split("## The picture")[1])[0]
    shown = []
    for line in picture.splitlines():
        names = re.findall(r"\bforum\.\w+|\bschedule\b|\bbadges\b", line)
        if names:
            shown.append(names)
    assert shown == held


def test_the_changelog_names_the_version_that_is_built():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert "## [Unreleased]" in text_of("CHANGELOG.md")
    assert version in text_of("CHANGELOG.md")


def test_every_decision_has_a_date_a_context_a_decision_and_a_consequence():
    entries = re.split(r"^### ", text_of("DECISIONS.md"), flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    for entry in entries:
        title, _, body = entry.partition("\n")
        assert re.match(r"\d{4}-\d{2}-\d{2}\. \*\*Context\.\*\*", body), title
        assert "**Decision.**" in body, title
        assert "**Consequence.**" in body, title


def test_the_pictures_of_the_readme_are_small_pngs():
    shown = re.findall(r"!\[[^\]]+\]\((docs/pictures/[^)]+)\)", text_of("README.md"))
    assert sorted(shown) == sorted(f"docs/pictures/{one.name}" for one in PICTURES.iterdir())
    assert len(shown) == 4
    for name in shown:
        content = (ROOT / name).read_bytes()
        assert content.startswith(PNG), name
        assert len(content) <= 200_000, name
        width, height = struct.unpack(">II", content[16:24])
        assert width >= 400, name
        assert height >= 400, name


def example() -> tuple[Edition, list[Category], set[str]]:
    """Return the edition of docs/example as the command would make it."""
    text = (EXAMPLE / "edition.toml").read_text("utf-8")
    new, _ = questions.edition_from_toml(text, {"slug": "essai"})
    assert rules.mistakes(new) == {}
    edition = Edition(
        id=1,
        slug=new.slug,
        title=new.title,
        timezone=new.timezone,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        languages=new.languages,
        state=EditionState.OPEN,
    )
    categories = [
        Category(code=c.code, number=n, name=c.name, tint=c.tint, open=True, places=None, taken=0)
        for n, c in enumerate(new.categories)
    ]
    return edition, categories, {one.purpose for one in new.consents}


def test_the_edition_of_the_example_is_one():
    edition, categories, purposes = example()
    assert edition.title == {"fr": "Forum d’essai", "en": "Trial forum"}
    assert [one.code for one in categories] == ["elected", "agent", "partner", "speaker"]
    assert purposes == {"photo"}


def test_the_programme_of_the_example_is_read_without_a_loss():
    imported = read_programme((EXAMPLE / "programme.csv").read_bytes(), "programme.csv")
    assert imported.losses == []
    assert len(imported.draft.sessions) == 5
    edition, _, _ = example()
    days = {session.starts_at.date() for session in imported.draft.sessions}
    assert days == {*edition.days}


def test_the_registrations_of_the_example_are_all_good():
    edition, categories, _ = example()
    rows = tables.read_table((EXAMPLE / "registrations.csv").read_bytes(), "registrations.csv")
    offered = Offered(edition=edition, categories=categories, consents=[], questions=[])
    columns = importing.guess(importing.headers_of(rows), offered)
    assert [*columns] == importing.headers_of(rows)
    found = importing.read(rows, offered, Plan(columns=columns))
    assert (len(found.good), found.bad) == (2, [])


def test_the_guides_of_the_example_are_read():
    text = (EXAMPLE / "guides" / "guides.toml").read_text("utf-8")
    listed = msgspec.convert(tomllib.loads(text), GuideList)
    assert [one.slug for one in listed.link] == ["rgaa"]


def test_no_file_names_a_machine_or_a_registry():
    pattern = re.compile("|".join(PLACES))
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if hidden or {*parts} & NOT_OURS or not path.is_file() or "vendor" in parts:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{'/'.join(parts)}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []
