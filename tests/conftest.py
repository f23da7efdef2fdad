"""One PostgreSQL for each process of a run, and databases cloned from a migrated template."""

import shutil
import tempfile
import uuid
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import hypothesis
import pytest
from hypothesis import HealthCheck
from xdist.scheduler import LoadScopeScheduling

from forum.core.db import open_pool, prepare_connection
from forum.core.migrate import migrate
from forum.core.postgres import Cluster
from forum.core.settings import Settings
from tests.factories import NOON, opened
from tests.installations import demo, empty, folder, migrated, untouched

# Fixtures of tests/installations.py.
__all__ = ["demo", "empty", "folder", "migrated", "untouched"]

# The same examples in every run, however slow: what fails once fails always.
hypothesis.settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.settings.load_profile("repeatable")

# Nothing here outlives the run: no need to wait for a disk.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


BROWSER = "tests/browser/"


class ByFile(LoadScopeScheduling):
    """Hands files out to processes, those with most tests first; all of the browser's go together.

    Its tests share a Chromium and the demonstration, each a quarter of a minute's work to start.
    """

    def _split_scope(self, nodeid):
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_xdist_auto_num_workers(config):
    """Run the whole suite in as many processes as there are processors, what is named in one."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return None if whole else 0


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL of this process alone; its folder is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="forum-tests-"))
    folder.chmod(0o711)  # where root runs it as nobody, nobody must reach it
    cluster = Cluster(folder / "postgres", options=OPTIONS)
    try:
        cluster.ensure()
        yield cluster
        cluster.release()
    finally:
        shutil.rmtree(cluster.place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def cloned(cluster, template):
    """Make a database, yield its name, drop it, whoever is still connected."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        await admin.execute(f"create database {name} template {template}")
        try:
            yield name
        finally:
            await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
async def template(cluster):
    """The name of a migrated database that nobody is connected to."""
    async with cloned(cluster, "template1") as name:
        connection = await asyncpg.connect(cluster.dsn(name))
        try:
            await migrate(connection)
        finally:
            await connection.close()
        yield name


@pytest.fixture
async def dsn(cluster, template):
    """The address of a migrated database of the test's own."""
    async with cloned(cluster, template) as name:
        yield cluster.dsn(name)


@pytest.fixture
async def pool(dsn):
    """A pool on a database of the test's own, for tests that need several connections."""
    async with open_pool(dsn, size=20) as pool:
        yield pool


@pytest.fixture(scope="session")
async def shared_connection(cluster, template):
    """The connection under `db`: what a test writes on it must be rolled back."""
    async with cloned(cluster, template) as name:
        connection = await asyncpg.connect(cluster.dsn(name))
        await prepare_connection(connection)
        yield connection
        await connection.close()


@pytest.fixture
async def db(shared_connection):
    """One connection in a transaction that is rolled back; ten times cheaper than `pool`."""
    transaction = shared_connection.transaction()
    await transaction.start()
    try:
        yield shared_connection
    finally:
        await transaction.rollback()


@pytest.fixture
def settings(tmp_path):
    """Settings of a test: its own `var`, no limit on requests, no SMTP."""
    return site_settings(tmp_path)


def site_settings(folder):
    """Return settings that keep everything in `folder`, without limit on requests or SMTP."""
    var = folder / "var"
    var.mkdir()
    return Settings(
        secret_key=b"the key of a test, of 32 bytes..",
        var=var,
        storage=var / "files",
        base_url="http://127.0.0.1:8000",
        inline_worker=False,
        rate_limit=False,
    )


# --- the application over HTTP: `client` and what it needs ------------------------------------


@pytest.fixture(scope="session")
async def shared_site(cluster, template, tmp_path_factory):
    """The site under `site`: one database for the run, in which each test has its own edition."""
    settings = site_settings(tmp_path_factory.mktemp("site"))
    async with (
        cloned(cluster, template) as name,
        open_pool(cluster.dsn(name), size=16) as pool,
        opened(pool, settings) as site,
    ):
        yield site


@pytest.fixture
def site(shared_site):
    """The application and what stands behind it, at noon; make an edition before anything else."""
    shared_site.clock.at = NOON
    return shared_site


@pytest.fixture
async def lone_site(pool, settings):
    """A site whose database nobody else has: for what looks across editions, as the outbox does."""
    async with opened(pool, settings) as site:
        yield site


@pytest.fixture
async def client(site):
    """A client of `site` that holds no cookie yet."""
    async with site.client() as client:
        yield client


@pytest.fixture
def make_edition(site):
    """Make an edition of `site`."""
    return site.edition


@pytest.fixture
async def edition(site):
    """An edition of `site`, open to registration."""
    return await site.edition()
