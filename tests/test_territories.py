"""The list of territories and the map are the ones that were reviewed, and small."""

import json

from scripts import territories


def test_every_file_is_what_the_manifest_says_and_small():
    assert territories.mistakes() == []


def test_a_changed_file_is_noticed(tmp_path, monkeypatch):
    manifest = tmp_path / "territories.json"
    known = territories.digest(territories.MAP.read_bytes())
    text = territories.MANIFEST.read_text()
    manifest.write_text(text.replace(known, territories.digest(b"something else")))
    monkeypatch.setattr(territories, "MANIFEST", manifest)
    assert territories.mistakes() == [
        "forum/territories/data/france.json differs from territories.json"
    ]


def test_a_newer_version_that_is_asked_for_is_noticed(monkeypatch):
    first, *others = territories.PACKAGES
    wanted = [first._replace(version="7.0.0"), *others]
    monkeypatch.setattr(territories, "PACKAGES", wanted)
    assert territories.mistakes() == ["PACKAGES asks for other versions: run scripts.territories"]


def test_each_package_is_told_with_its_licence():
    *packages, _ = json.loads(territories.MANIFEST.read_text())
    assert [(one["licence"], bool(one["integrity"])) for one in packages] == [
        ("MIT", True),
        ("CC-BY-4.0", True),
        ("ISC", True),
    ]
    assert all(territories.licence_path(one).is_file() for one in territories.PACKAGES)


def test_a_line_keeps_its_ends_and_what_strays():
    line = [(0, 0), (1, 0.1), (2, 0), (3, 5), (4, 0)]
    assert territories.simplified(line, 1) == [(0, 0), (2, 0), (3, 5), (4, 0)]


def test_a_border_is_the_same_seen_from_both_sides():
    border = [(10, 0), (11, 3), (9, 6), (12, 9), (10, 12)]
    west = [*border, (0, 12), (0, 0)]
    east = [*border[::-1], (20, 0), (20, 12)]
    one = territories.eased(west, [0, 4], 1.5)
    other = territories.eased(east, [0, 4], 1.5)
    kept = [point for point in one if point in border]
    assert 2 < len(kept) < len(border)
    assert kept == [point for point in other if point in border][::-1]


def test_the_number_of_a_commune_is_made_from_its_code():
    assert territories.usual_siren("44109") == "214401093"
    assert territories.usual_siren("2A004") == ""
