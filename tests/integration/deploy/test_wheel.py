"""The wheel, in an environment of its own: nothing of it may come from the checkout."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from dialer.db.migrate import alembic_config

ROOT = Path(__file__).parents[3]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the libraries are lent by ours."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    _run(folder, sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("campaign_dialer-*.whl")
    environment = folder / "environment"
    _run(folder, sys.executable, "-m", "venv", str(environment))
    python = environment / "bin" / "python"
    _run(folder, str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(_run(folder, str(python), "-c", where).stdout.strip())
    # A plain path: what our own .pth files name, the checkout among them, is not followed from there.
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return environment


def _run(folder: Path, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIALER_", "PYTHON"))}
    done = subprocess.run(
        command, cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Runs a program of that environment, away from the checkout."""

    def run(program: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return _run(tmp_path, str(installed / "bin" / program), *arguments, **variables)

    return run


def test_it_runs_by_itself(installed: Path, run: Run) -> None:
    where = "import api, dialer, migrations, workers; print(*[m.__file__ for m in (api, dialer, migrations, workers)])"
    for path in run("python", "-c", where).stdout.split():
        assert Path(path).is_relative_to(installed)
    said = run("dialer", "--help").stdout
    for command in ("api", "worker", "listener", "beat", "exporter", "flower", "db", "ops", "doctor"):
        assert f"\n  {command} " in said


def test_it_migrates_a_database(run: Run, empty_database: str) -> None:
    run("dialer", "db", "upgrade", DIALER_DATABASE_URL=empty_database, DIALER_REDIS_URL="redis://127.0.0.1:1/0")
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    assert found == ScriptDirectory.from_config(alembic_config("")).get_current_head()


def test_it_has_every_file_that_the_code_reads(run: Run, installed: Path) -> None:
    """Lua, profiles and whatever else isn't Python, as in the checkout."""
    packages = [installed / "lib", *(ROOT / name for name in ("api", "dialer", "migrations", "workers"))]
    there = {path.name for path in packages[0].rglob("*") if path.suffix not in {".py", ".pyc"}}
    tracked = subprocess.run(
        ["git", "ls-files", "api", "dialer", "migrations", "workers"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    wanted = {Path(name).name for name in tracked if not name.endswith(".py")}
    assert wanted
    assert wanted <= there


def test_it_brings_what_a_server_is_set_up_with(installed: Path) -> None:
    share = installed / "share" / "dialer"
    for folder in ("asterisk", "nginx", "systemd"):
        assert {path.name for path in (share / folder).iterdir()} == {
            path.name for path in (ROOT / "deploy" / folder).iterdir()
        }
    assert (share / "monitoring" / "prometheus-servers.yml").exists()
    assert (share / "requirements.txt").read_text() == (ROOT / "requirements" / "runtime.txt").read_text()
