"""pyproject.toml and the two locks agree, and no lock says where packages come from."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKS = ["requirements.lock", "requirements-test.lock"]


def pins(lock):
    """Versions by package name; a package may have one version a platform."""
    found = defaultdict(list)
    text = (ROOT / lock).read_text("utf-8")
    for name, version in re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", text, re.MULTILINE):
        found[name].append(Version(version))
    return found


def missing(requirements, pinned):
    return [
        line
        for line in requirements
        for requirement in [Requirement(line)]
        for versions in [pinned[canonicalize_name(requirement.name)]]
        if not versions or not all(v in requirement.specifier for v in versions)
    ]


def test_runtime_lock_pins_every_dependency():
    assert missing(PROJECT["dependencies"], pins("requirements.lock")) == []


def test_both_locks_pin_every_test_dependency():
    pinned = pins("requirements-test.lock")
    pinned.update(pins("requirements.lock"))
    assert missing(PROJECT["optional-dependencies"]["test"], pinned) == []


def test_no_package_is_in_both_locks():
    assert pins("requirements.lock").keys() & pins("requirements-test.lock").keys() == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert re.findall(r"://|--(?:extra-)?index|--find-links|-[if] ", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock):
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    unhashed = [line for line in text.splitlines() if "==" in line and "--hash=sha256:" not in line]
    assert unhashed == []
