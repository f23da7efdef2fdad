"""Every kind of document: accessible, whole, named right, and it tells nobody in its metadata."""

import ast
import importlib
import io
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import page
import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

import badges
import forum
import schedule
from tests.documents.decoding import READERS, RENDERERS, pages_of
from tests.documents.kinds import KINDS, PRIVATE

ROOT = Path(__file__).parents[2]
PACKAGES = (forum, schedule, badges)
DPI = 150
EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
CODED = pytest.mark.parametrize(
    "kind",
    [
        one
        for one in KINDS
        if (one.codes or one.on_every_page) and not one.name.startswith("badges")
    ],
    ids=lambda kind: kind.name.replace(" ", "-"),
)


@cache
def made(name):
    """Return the sample of a kind, drawn once."""
    [kind] = [one for one in KINDS if one.name == name]
    return kind.make()


@pytest.fixture
def path(kind, tmp_path):
    found = tmp_path / "document.pdf"
    found.write_bytes(made(kind.name))
    return found


@EVERY
def test_it_is_whole_for_qpdf(kind, path):
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert (done.returncode, "WARNING" in done.stdout + done.stderr) == (0, False), done.stderr


@EVERY
def test_it_passes_pdf_ua(kind, path):
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []


@EVERY
def test_its_metadata_name_it_and_nobody(kind, path):
    with pikepdf.open(path) as pdf:
        told = {key: str(value) for key, value in pdf.docinfo.items()}
        assert kind.title in told["/Title"]
        assert told["/Title"].strip()
        assert told["/Creator"] == "Forum"
        assert told["/Producer"]
        assert str(pdf.Root.Lang) == kind.language
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert bool(pdf.Root.MarkInfo.Marked)
        xmp = pdf.Root.Metadata.read_bytes().decode()
    said = " ".join([*told.values(), xmp])
    assert [one for one in PRIVATE if len(one) > 2 and one in said] == []
    assert told["/Title"].replace("&", "&amp;") in xmp
    assert "pdfuaid" in xmp


@EVERY
def test_it_carries_no_form_no_file_and_no_script(kind):
    with pikepdf.open(io.BytesIO(made(kind.name))) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", pikepdf.Dictionary())
        assert "/JavaScript" not in pdf.Root.get("/Names", pikepdf.Dictionary())
        assert not pdf.is_encrypted


@CODED
def test_its_codes_are_read_by_both_decoders_of_what_both_renderers_draw(kind, path):
    for renderer in RENDERERS:
        pages = [*pages_of(path, DPI, renderer)]
        wanted = Counter(kind.codes)
        if kind.on_every_page:
            wanted[kind.on_every_page] += len(pages)
        for name, reader in READERS.items():
            assert (renderer, name, reader(pages)) == (renderer, name, wanted)


def test_whatever_draws_documents_has_a_kind_here():
    """A module that makes a PDF by itself, or by what another one makes, is named by a kind."""
    assert drawing() == {name for kind in KINDS for name in kind.modules}


def test_no_two_kinds_have_one_name():
    assert max(Counter(kind.name for kind in KINDS).values()) == 1


def drawing():
    """Return the modules that make a canvas, or a class of ours that makes itself one."""
    called = {name: classes_called(name) for name in modules()}
    made_by = {
        name for name, classes in called.items() if any(issubclass(one, Canvas) for one in classes)
    }
    before = set()
    while before != made_by:
        before = set(made_by)
        made_by |= {
            name
            for name, classes in called.items()
            if any(one.__module__ in before and keeps_one(one) for one in classes)
        }
    return made_by


def keeps_one(one):
    """Say whether a class is a canvas, or makes itself one as it begins."""
    tree = ast.parse((ROOT / (one.__module__.replace(".", "/") + ".py")).read_text("utf-8"))
    [defined] = [
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == one.__name__
    ]
    namespace = vars(importlib.import_module(one.__module__))
    return issubclass(one, Canvas) or any(
        is_canvas(namespace.get(node.func.id))
        for node in ast.walk(defined)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


def is_canvas(value):
    return isinstance(value, type) and issubclass(value, Canvas)


def classes_called(name):
    """Return the classes that a module calls by their name."""
    module = importlib.import_module(name)
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    names = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    found = (vars(module).get(one) for one in names)
    return [one for one in found if isinstance(one, type)]


def modules():
    """Return the name of every module whose text names a canvas or what may be one."""
    for package in PACKAGES:
        folder = Path(package.__file__).parent
        for path in sorted(folder.rglob("*.py")):
            if "reportlab" in (text := path.read_text("utf-8")) or "pdf" in text.lower():
                dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield dotted.removesuffix(".__init__")
