"""Waiting for conditions, and scripts that run as somebody else or are killed."""

import atexit
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it is true; fail if it isn't in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def start_script(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Run Python code in another process; read its `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line that a script prints; fails with its errors if it ends instead."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return line.strip()


def finish(process: subprocess.Popen[str]) -> None:
    """Kill it if it still runs, and close its pipes."""
    process.kill()
    process.communicate(timeout=20)


def run_as_ordinary_user(script: str, *arguments: str) -> str:
    """Run Python code as `nobody` if we are root, else as ourselves, and return what it prints.

    Skips the test where that user can't reach a Python of this version.
    """
    command, environment = _ordinary_python()
    result = subprocess.run(
        [*command, "-c", script, *arguments],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        **_identity(),  # type: ignore[call-overload]
    )
    assert result.returncode == 0, result.stderr
    return str(result.stdout)


def _identity() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@cache
def _backport() -> str:
    """A folder with the one package that redis-py needs on Python 3.11.0 to 3.11.2 only, which a system's may be."""
    folder = tempfile.mkdtemp(prefix="dialer-backport-")
    atexit.register(shutil.rmtree, folder)
    Path(folder).chmod(0o755)
    (Path(folder) / "async_timeout.py").write_text("from asyncio import timeout as timeout\n")
    return folder


@cache
def _ordinary_python() -> tuple[Sequence[str], dict[str, str]]:
    packages = [path for path in sys.path if path.endswith("site-packages")]
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/nonexistent",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *packages, _backport()]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = [sys.executable, *(shutil.which(version, path=folder) for folder in ("/usr/bin", "/usr/local/bin"))]
    for python in candidates:
        if python is None:
            continue
        try:
            probe = subprocess.run(
                [python, "-c", "import dialer.embedded.servers, supervisor"],
                cwd="/",
                env=environment,
                capture_output=True,
                check=False,
                timeout=60,
                **_identity(),  # type: ignore[call-overload]
            )
        except PermissionError:
            continue
        if probe.returncode == 0:
            return [python], environment
    pytest.skip(f"an ordinary user can't reach a {version} and the packages here")
