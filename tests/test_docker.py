"""The container files and the example of settings name what exists."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from forum.core.settings import NAMES, read

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
OURS = ["migrate", "site", "worker"]
COMPOSE_ALONE = {"POSTGRES_PASSWORD", "PORT"}
SET_BY_FORUM = {"FORUM_DEMO"}


def example():
    """Every setting of the example, as if each `# NAME=` were uncommented."""
    return dict(re.findall(r"^# ?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def test_the_example_names_every_setting():
    assert example().keys() == (set(NAMES) - SET_BY_FORUM) | COMPOSE_ALONE


def test_the_example_sets_nothing_by_itself():
    lines = EXAMPLE.splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_what_the_example_shows_can_be_read(tmp_path):
    shown = {k: v for k, v in example().items() if k != "FORUM_PG_BIN"}
    found = read(shown, tmp_path)
    default = read({}, tmp_path)
    differing = {
        name for name in found.__struct_fields__ if getattr(found, name) != getattr(default, name)
    }
    examples = {"database_url", "database_direct_url", "smtp_url", "trusted_proxies", "wallet"}
    assert differing == examples


@pytest.mark.parametrize("service", OURS)
def test_a_service_sets_known_settings(service):
    assert set(COMPOSE["services"][service]["environment"]) <= set(NAMES)


@pytest.mark.parametrize("service", OURS)
def test_a_service_may_do_no_more_than_it_must(service):
    found = COMPOSE["services"][service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


def test_no_secret_stands_in_clear():
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|DATABASE_URL|SMTP_URL", name):
                assert re.search(r"\$\{[A-Z_]+:[?-]", value), name


def test_variables_of_compose_are_in_the_example():
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert used <= example().keys()


def test_the_site_waits_for_migrations_and_they_for_the_database():
    services = COMPOSE["services"]
    assert services["site"]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"}
    }
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert services["database"]["image"] == "postgres:18"


def test_mails_are_sent_by_one_of_the_services():
    assert COMPOSE["x-forum"]["environment"]["FORUM_INLINE_WORKER"] == "false"
    assert COMPOSE["services"]["worker"]["command"] == ["worker"]


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is():
    assert re.search(r"^USER forum$", DOCKERFILE, re.MULTILINE)
    assert "pip install --require-hashes" in DOCKERFILE
    assert "'/health/live'" in DOCKERFILE
    assert set(re.findall(r"(FORUM_[A-Z]+)=", DOCKERFILE)) <= set(NAMES)


def test_the_image_has_every_package_and_its_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]:
        package = pattern.rstrip("*")
        assert f"COPY {package} /app/{package}\n" in DOCKERFILE
        assert f"\n!{package}\n" in (ROOT / ".dockerignore").read_text("utf-8")
    assert COMPOSE["x-forum"]["image"] == f"forum:{project['project']['version']}"
