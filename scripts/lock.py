"""Make requirements.lock and requirements-test.lock again from pyproject.toml.

    python3 scripts/lock.py            keep what is pinned, add what is new
    python3 scripts/lock.py --upgrade  take the newest of everything
    python3 scripts/lock.py --check    only try the locks: a wheel for every platform we promise

`uv` must be there (`pip install uv`). Both locks hold exact versions, hashes for every platform,
and no address: whoever installs them says where packages come from.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNTIME = ROOT / "requirements.lock"
TEST = ROOT / "requirements-test.lock"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PLATFORMS = [
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
]
MACOS = "15.0"  # the oldest macOS we promise
# The last versions that had wheels for Macs with Intel processors.
INTEL_MAC = "sys_platform == 'darwin' and platform_machine == 'x86_64'"
OTHERS = "sys_platform != 'darwin' or platform_machine != 'x86_64'"
CONSTRAINTS = f"""\
cryptography<49; {INTEL_MAC}
cryptography>=50; {OTHERS}
pikepdf<10.7; {INTEL_MAC}
pikepdf>=10.18; {OTHERS}
webauthn<3; {INTEL_MAC}
webauthn>=3; {OTHERS}
"""
HEADERS = {
    RUNTIME: "# What Forum runs on. Made by scripts/lock.py from pyproject.toml: do not edit.\n",
    TEST: "# What the tests add to requirements.lock. Made by scripts/lock.py: do not edit.\n",
}


def uv_compile(*arguments: str | Path) -> None:
    """Run `uv pip compile` as if this machine had no package settings of its own.

    Raises:
        SystemExit: uv is missing, or found no set of versions.
    """
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("lock: uv is missing: pip install uv")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
    environ["MACOSX_DEPLOYMENT_TARGET"] = MACOS
    command = [uv, "pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate"]
    done = subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, env=environ, check=False, stdout=sys.stderr
    )
    if done.returncode:
        sys.exit("lock: no set of versions found (see above)")


def names(lock: Path) -> list[str]:
    """Return the package names that a lock pins, sorted."""
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock.read_text("utf-8"), re.MULTILINE)
    return sorted(set(found))


def make(*, upgrade: bool) -> None:
    """Write both locks; neither is touched unless both could be made."""
    common = ["--universal", "--python-version", PYTHONS[0], "--generate-hashes"]
    common += ["--no-emit-index-url", "--no-emit-find-links"]
    common += ["--upgrade"] if upgrade else []
    with tempfile.TemporaryDirectory() as folder:
        runtime, test = Path(folder, RUNTIME.name), Path(folder, TEST.name)
        constraints = Path(folder, "constraints.txt")
        constraints.write_text(CONSTRAINTS, "utf-8")
        common += ["--constraints", str(constraints)]
        for old, new in ((RUNTIME, runtime), (TEST, test)):
            if old.exists():  # uv keeps what its output file pins already
                shutil.copy(old, new)
        uv_compile("pyproject.toml", "--output-file", runtime, *common)
        known = [word for name in names(runtime) for word in ("--no-emit-package", name)]
        uv_compile(
            *("pyproject.toml", "--extra", "test", "--constraints", runtime),
            *("--output-file", test, *common, *known),
        )
        for new, lock in ((runtime, RUNTIME), (test, TEST)):
            body = new.read_text("utf-8")
            lock.write_text(HEADERS[lock] + body, "utf-8")
            print(f"lock: {lock.name} pins {len(names(lock))} packages")


def check() -> None:
    """Try every promised Python and platform with wheels alone."""
    with tempfile.TemporaryDirectory() as folder:
        for python in PYTHONS:
            for platform in PLATFORMS:
                uv_compile(
                    *(RUNTIME, TEST, "--only-binary", ":all:", "--generate-hashes"),
                    *("--python-version", python, "--python-platform", platform),
                    *("--output-file", Path(folder, "out")),
                )
                print(f"lock: Python {python} on {platform}: a wheel for everything")


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description="Make both locks from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest of everything")
    parser.add_argument("--check", action="store_true", help="only try the locks")
    arguments = parser.parse_args()
    if not arguments.check:
        make(upgrade=arguments.upgrade)
    check()


if __name__ == "__main__":
    main()
