"""Fetch the files of other projects that this one ships, or check them offline (`--check`).

Fetching needs npm and only downloads archives: no script of any package runs.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent
ROOT = SCRIPTS.parent
WANTED = SCRIPTS / "vendor.toml"
MANIFEST = SCRIPTS / "vendor.json"


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file as the manifest writes it."""
    return f"sha256-{hashlib.sha256(content).hexdigest()}"


def archive(name: str, version: str, folder: Path) -> tuple[Path, str]:
    """Download one package into `folder`; return the archive and the registry's digest of it."""
    command = ["npm", "pack", f"{name}@{version}", "--json", "--ignore-scripts"]
    run = subprocess.run(
        [*command, "--pack-destination", str(folder)], check=True, capture_output=True, text=True
    )
    answer = json.loads(run.stdout)
    [told] = answer.values() if isinstance(answer, dict) else answer
    return next(folder.glob("*.tgz")), told["integrity"]


def member(package: tarfile.TarFile, path: str) -> bytes:
    """Return one file of a package.

    Raises:
        SystemExit: the package has no such file.
    """
    try:
        file = package.extractfile(f"package/{path}")
    except KeyError:
        file = None
    if file is None:
        sys.exit(f"vendor: no {path} in {package.name!r}: correct scripts/vendor.toml")
    return file.read()


def fetch(wanted: dict[str, Any]) -> dict[str, Any]:
    """Write the files of one package; return its entry of the manifest."""
    files = []
    with tempfile.TemporaryDirectory() as folder:
        path, integrity = archive(wanted["name"], wanted["version"], Path(folder))
        with tarfile.open(path) as package:
            licence = json.loads(member(package, "package.json"))["license"]
            if licence != wanted["licence"]:
                sys.exit(
                    f"vendor: {wanted['name']} is now {licence}: read it, then change the toml"
                )
            for source, target in wanted["files"].items():
                content = member(package, source)
                (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
                (ROOT / target).write_bytes(content)
                files.append({"file": target, "bytes": len(content), "hash": digest(content)})
    kept: dict[str, Any] = {key: value for key, value in wanted.items() if key != "files"}
    return {**kept, "integrity": integrity, "files": files}


def mistakes() -> list[str]:
    """Return what differs between the manifest and the files: changed, missing, unlisted, stale."""
    manifest = json.loads(MANIFEST.read_text())
    listed = {file["file"]: file["hash"] for package in manifest for file in package["files"]}
    found = [
        f"{file} differs from vendor.json"
        for file, expected in listed.items()
        if not (ROOT / file).is_file() or digest((ROOT / file).read_bytes()) != expected
    ]
    for folder in sorted({(ROOT / file).parent for file in listed}):
        names = (p.relative_to(ROOT).as_posix() for p in sorted(folder.iterdir()))
        found += [f"{name} is not in vendor.json" for name in names if name not in listed]
    asked = {(p["name"], p["version"]) for p in tomllib.loads(WANTED.read_text())["package"]}
    if asked != {(p["name"], p["version"]) for p in manifest}:
        found.append("vendor.toml asks for other versions: run scripts/vendor.py")
    return found


def main() -> None:
    """Fetch, or check with `--check`: exit 1 when a file is not what the manifest says."""
    if sys.argv[1:] == ["--check"]:
        found = mistakes()
        print("\n".join(found) or "vendor: every file is what vendor.json says")
        sys.exit(1 if found else 0)
    packages = tomllib.loads(WANTED.read_text())["package"]
    MANIFEST.write_text(json.dumps([fetch(one) for one in packages], indent=1) + "\n")
    print(f"vendor: wrote {MANIFEST.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
