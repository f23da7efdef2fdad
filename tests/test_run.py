"""run.py, in a copy of the project that has one small command and nothing to install."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLI = """
import os, sys
print("cli", sys.argv[1:], os.getcwd())
"""
# Stands for uv: making a .venv without pip takes a tenth of the time.
UV = f"""#!/bin/sh
echo "$1" >>"${{0%/*}}/../asked"
echo "$*" >>"${{0%/*}}/../asked-in-full"
case "$1" in
  venv) exec {sys.executable} -m venv --without-pip "$5" ;;
  pip) if grep -q absent "$8"; then echo "absent was not found"; exit 1; fi ;;
esac
"""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "a project"
    (folder / "forum").mkdir(parents=True)
    (folder / "forum/__init__.py").touch()
    (folder / "forum/cli.py").write_text(CLI)
    for lock in ("requirements.lock", "requirements-test.lock"):
        (folder / lock).write_text("# nothing\n")
    (folder / "bin").mkdir()
    (folder / "bin/uv").write_text(UV)
    (folder / "bin/uv").chmod(0o755)
    shutil.copy(ROOT / "run.py", folder)
    return folder


def environ(project):
    """No package settings of this machine, and no way out to a network."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "PYTHON"))}
    return {**kept, "PATH": f"{project}/bin:/usr/bin:/bin", "PIP_NO_INDEX": "1"}


def run(project, *arguments, cwd=None):
    return subprocess.run(
        [sys.executable, project / "run.py", *arguments],
        cwd=cwd or project,
        env=environ(project),
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_argument_it_names_the_two_commands(project):
    done = run(project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "python3 run.py demo" in done.stderr
    assert "python3 run.py test" in done.stderr
    assert not (project / ".venv").exists()


def test_arguments_and_folder_reach_the_command_untouched(project, tmp_path):
    (tmp_path / "forum.py").write_text("raise SystemExit('the wrong forum')")
    done = run(project, "import", "a b.csv", "--dry-run", cwd=tmp_path)
    assert done.stdout == f"cli ['import', 'a b.csv', '--dry-run'] {tmp_path}\n"
    assert done.returncode == 0


def test_a_stamp_skips_the_set_up(project):
    assert "Setting up" in run(project, "doctor").stderr
    asked = (project / "asked").read_text()
    again = run(project, "doctor")
    assert (again.returncode, again.stderr) == (0, "")
    assert asked == (project / "asked").read_text() == "venv\npip\n"


def test_a_changed_lock_makes_it_anew(project):
    run(project, "doctor")
    (project / ".venv/left").touch()
    (project / "requirements.lock").write_text("# nothing, otherwise\n")
    assert "Setting up" in run(project, "doctor").stderr
    assert not (project / ".venv/left").exists()


def test_an_interrupted_set_up_begins_again(project):
    run(project, "doctor")
    (project / ".venv/requirements.lock.stamp").unlink()  # written last
    (project / ".venv/bin/python").unlink()
    done = run(project, "doctor")
    assert (done.returncode, done.stdout[:3]) == (0, "cli")


def test_without_uv_pip_does_it(project):
    (project / "bin/uv").unlink()
    assert run(project, "doctor").stdout == f"cli ['doctor'] {project}\n"


def test_what_cannot_be_installed_is_said_and_leaves_no_stamp(project):
    pinned = "absent==1.0 --hash=sha256:" + "0" * 64
    (project / "requirements.lock").write_text(pinned + "\n")
    done = run(project, "doctor")
    assert (done.returncode, done.stdout) == (1, "")
    assert "absent was not found" in done.stderr  # uv's words
    assert "No matching distribution found for absent==1.0" in done.stderr  # then pip's
    assert "Is there a network" in done.stderr
    assert list((project / ".venv").glob("*.stamp")) == []


def test_two_runs_at_once_set_up_once(project):
    runs = [
        subprocess.Popen(
            [sys.executable, project / "run.py", "doctor"],
            env=environ(project),
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [r.communicate() for r in runs]
    assert [r.returncode for r in runs] == [0, 0]
    assert [out for out, _ in said] == [f"cli ['doctor'] {project}\n"] * 2
    assert sum("Setting up" in err for _, err in said) == 1


def test_the_test_lock_is_installed_for_tests_alone(project):
    run(project, "doctor")
    assert not (project / ".venv/requirements-test.lock.stamp").exists()
    done = run(project, "test")
    assert "No module named pytest" in done.stderr  # the copy's locks are empty
    assert (project / ".venv/requirements-test.lock.stamp").exists()


def load():
    spec = importlib.util.spec_from_file_location("run_under_test", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_changed_lock_brings_the_tests_tools_again_where_they_are_asked_for(project):
    run(project, "test")
    (project / "requirements.lock").write_text("# something\n")
    (project / "asked-in-full").unlink()
    run(project, "test")
    asked = (project / "asked-in-full").read_text().splitlines()
    assert [line.split()[0] for line in asked] == ["venv", "pip"]
    assert "/requirements.lock" in asked[1]
    assert "/requirements-test.lock" in asked[1]
    assert len(list((project / ".venv").glob("*.stamp"))) == 2


def test_an_old_python_is_refused(monkeypatch):
    module = load()
    monkeypatch.setattr(module.sys, "version_info", (3, 9, 2))
    with pytest.raises(module.SetUpError, match=r"^Python 3\.11 or newer is needed; this is 3\.9"):
        module.check_machine()


def test_paths_for_pytest_are_read_from_the_callers_folder(tmp_path, monkeypatch):
    (tmp_path / "test_x.py").touch()
    monkeypatch.chdir(tmp_path)
    arguments = ["-k", "one", "test_x.py::test_y", "tests/absent.py"]
    assert load().from_root(arguments) == [
        "-k",
        "one",
        f"{tmp_path}/test_x.py::test_y",
        "tests/absent.py",
    ]
