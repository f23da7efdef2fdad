#!/usr/bin/env python3
"""Set up .venv from requirements.lock with the standard library alone, then run Forum in it."""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

# This file must be readable by any Python 3, to be able to ask for a newer one.
OLDEST = (3, 11)
USAGE = """\
Forum: the site, the programme and the doors of a yearly forum.

  python3 run.py demo    a whole forum on this machine, with invented people
  python3 run.py test    the whole test suite

Every other command of `forum` works the same way: python3 run.py --help lists them."""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = "requirements.lock"
TEST = "requirements-test.lock"


class SetUpError(Exception):
    """What went wrong while setting up, and the mend."""


def say(text: str) -> None:
    """Tell the person at the terminal, beside the output of the command itself."""
    print(text, file=sys.stderr, flush=True)


def stamp(lock: str) -> Path:
    """Return the file that says for which text of this lock .venv was made."""
    return VENV / (lock + ".stamp")


def fingerprint(lock: str) -> str:
    """Return what the stamp holds once the lock is installed: another Python, another .venv."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return python + " " + hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def installed(lock: str) -> bool:
    """Say whether .venv holds all of this lock already."""
    try:
        return PYTHON.exists() and stamp(lock).read_text("utf-8") == fingerprint(lock)
    except OSError:
        return False


def run(*command: object) -> subprocess.CompletedProcess:
    """Run a program of the set-up and keep what it says."""
    environ = {k: v for k, v in os.environ.items() if k not in ("PIP_TARGET", "PIP_PREFIX")}
    environ["PIP_USER"] = "0"  # a person's pip settings may choose mirrors, not another folder
    return subprocess.run(  # noqa: S603 - the programs below, nothing of the caller's
        [str(word) for word in command],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def make_venv() -> None:
    """Make an empty .venv, with pip inside where this Python can.

    Raises:
        SetUpError: this Python cannot make one.
    """
    if VENV.exists():
        shutil.rmtree(str(VENV))
    uv = shutil.which("uv")
    if uv and run(uv, "venv", "--quiet", "--python", sys.executable, VENV).returncode == 0:
        return
    if run(sys.executable, "-m", "venv", "--clear", VENV).returncode == 0:
        return
    # Debian without python3-venv has no pip to put inside.
    done = run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    if done.returncode:
        raise SetUpError(f"{VENV} could not be made:\n{done.stdout.decode(errors='replace')}")


def installers() -> list:
    """Return the command lines that can install into .venv, best first."""
    found = []
    uv = shutil.which("uv")
    if uv:
        found.append([uv, "pip", "install", "--quiet", "--python", PYTHON])
    options = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if run(PYTHON, "-m", "pip", "--version").returncode == 0:
        found.append([PYTHON, "-m", "pip", *options])
    elif run(sys.executable, "-m", "pip", "--version").returncode == 0:
        found.append([sys.executable, "-m", "pip", "--python", PYTHON, *options])
    return found


def install(locks: list) -> None:
    """Install the locks into .venv, with hashes checked.

    Raises:
        SetUpError: there is nothing to install with, or it failed.
    """
    commands = installers()
    if not commands:
        raise SetUpError(
            "this Python has neither pip nor venv, and there is no uv.\n"
            "On Debian or Ubuntu: apt-get install -y python3-venv; elsewhere: install pip or uv."
        )
    files = [word for lock in locks for word in ("-r", ROOT / lock)]
    words = []
    for command in commands:
        done = run(*command, "--require-hashes", *files)
        if done.returncode == 0:
            return
        words.append(shlex.join(map(str, command[:4])) + " said:")
        words.append(done.stdout.decode(errors="replace").rstrip())
    words.append("")
    words.append(f"the packages of {' and '.join(locks)} could not be installed (see above).")
    words.append("Is there a network, and room on the disk? Behind a mirror, set PIP_INDEX_URL")
    words.append("(for uv: UV_DEFAULT_INDEX). Then run the same command again.")
    raise SetUpError("\n".join(words))


def set_up(locks: list) -> None:
    """Make .venv hold exactly what these locks name; the stamps come last.

    Whoever is interrupted leaves no stamp, so that the next run begins again.

    Raises:
        SetUpError: it could not be done; the message says the mend.
    """
    if all(installed(lock) for lock in locks):
        return
    import fcntl  # noqa: PLC0415 - absent on Windows, where main() has said so

    try:
        turn = (ROOT / ".venv.lock").open("a")
    except OSError as error:
        raise SetUpError(f"{ROOT} cannot be written ({error.strerror}): make it yours") from error
    with turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another run is setting up .venv: waiting for it …")
            fcntl.flock(turn, fcntl.LOCK_EX)
        wanted = [lock for lock in locks if not installed(lock)]
        if not wanted:
            return
        say(f"Setting up {VENV} (once; it takes a minute) …")
        if RUNTIME in wanted:
            make_venv()  # nothing of the other lock is left in it
            wanted = locks
        install([RUNTIME] if wanted == [RUNTIME] else [RUNTIME, TEST])
        for lock in wanted:
            stamp(lock).write_text(fingerprint(lock), "utf-8")


def from_root(arguments: list) -> list:
    """Return pytest's arguments as they must read from the project's folder."""
    absolute = []
    for argument in arguments:
        path = argument.split("::")[0]
        here = not argument.startswith("-") and Path(path).exists()
        absolute.append(str(Path.cwd() / argument) if here else argument)
    return absolute


def check_machine() -> None:
    """Refuse what Forum cannot run on.

    Raises:
        SetUpError: an old Python, or Windows.
    """
    if sys.version_info < OLDEST:
        newer = [f"python3.{n}" for n in (14, 13, 12, 11) if shutil.which(f"python3.{n}")]
        raise SetUpError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; "
            f"this is {sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})."
            + (f"\nThere is a newer one: {newer[0]} run.py …" if newer else "")
        )
    if os.name != "posix":
        raise SetUpError("Forum runs on Linux and macOS; on Windows, use WSL or docker compose.")


def main() -> None:
    """Set up what the command needs, then become it, so that signals reach it."""
    arguments = sys.argv[1:]
    if not arguments:
        say(USAGE)
        sys.exit(2)
    try:
        check_machine()
        set_up([RUNTIME, TEST] if arguments[0] in ("test", "bench") else [RUNTIME])
    except (SetUpError, OSError) as error:
        say(f"run.py: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("run.py: interrupted; the next run begins the set-up again")
        sys.exit(130)
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), inherited]))
    if arguments[0] == "test":
        command = ["pytest", *from_root(arguments[1:])]
        os.chdir(ROOT)
    else:
        command = ["forum.cli", *arguments]
    # -P: the caller's folder may hold a file named like one of our modules.
    os.execv(PYTHON, [str(PYTHON), "-P", "-m", *command])


if __name__ == "__main__":
    main()
