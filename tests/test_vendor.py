"""The files of other projects are the ones that were reviewed."""

from scripts import vendor


def test_every_vendored_file_is_what_the_manifest_says():
    assert vendor.mistakes() == []


def test_a_changed_file_is_noticed(tmp_path, monkeypatch):
    manifest = tmp_path / "vendor.json"
    text = vendor.MANIFEST.read_text()
    known = vendor.digest((vendor.ROOT / "tests/vendor/axe-core.LICENSE").read_bytes())
    manifest.write_text(text.replace(known, vendor.digest(b"something else")))
    monkeypatch.setattr(vendor, "MANIFEST", manifest)
    assert vendor.mistakes() == ["tests/vendor/axe-core.LICENSE differs from vendor.json"]
