"""What a server's process is before it is the server's."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dialer.embedded.launcher import CANNOT_CHANGE_USER, CANNOT_RUN

NOBODY = 65534


def launch(spec: dict[str, Any], *, by_file: Path | None = None) -> subprocess.CompletedProcess[str]:
    argument = json.dumps(spec)
    if by_file is not None:
        by_file.write_text(argument, encoding="utf-8")
        argument = str(by_file)
    command = [sys.executable, "-m", "dialer.embedded.launcher", argument]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("is_a_file", [False, True])
def test_the_program_runs_where_and_with_what_it_was_told(tmp_path: Path, is_a_file: bool) -> None:
    spec = {
        "command": ["/bin/sh", "-c", 'echo "$PWD $ADDED ${PATH:+path}"; exit 7'],
        "directory": str(tmp_path),
        "environment": {"ADDED": "yes"},
    }
    done = launch(spec, by_file=tmp_path / "spec.json" if is_a_file else None)
    assert (done.returncode, done.stdout) == (7, f"{tmp_path} yes path\n")


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"command": ["/nowhere/postgres"]}, "/nowhere/postgres: No such file"),
        ({"command": ["/etc/passwd"]}, "/etc/passwd: Permission denied"),
        ({"command": ["/bin/true"], "directory": "/nowhere"}, "/bin/true: No such file"),
    ],
)
def test_what_can_not_be_run_is_named(spec: dict[str, Any], named: str) -> None:
    done = launch(spec)
    assert done.returncode == CANNOT_RUN
    assert f"cannot run {named}" in done.stderr


def test_it_tells_whether_a_folder_can_be_written_to(tmp_path: Path) -> None:
    assert launch({"writable": str(tmp_path)}).returncode == 0
    assert launch({"writable": str(tmp_path / "nowhere")}).returncode == 1


def test_nothing_runs_when_the_one_who_asked_for_it_is_gone_already() -> None:
    spec = {"command": ["/bin/echo", "run"], "death_signal": int(signal.SIGKILL)}
    assert launch(spec | {"parent": os.getpid()}).stdout == "run\n"
    # Its parent is this process, and not the one that is named.
    orphan = launch(spec | {"parent": os.getppid()})
    assert (orphan.returncode, orphan.stdout) == (0, "")


def test_it_becomes_another_user_or_ends() -> None:
    done = launch({"uid": NOBODY, "gid": NOBODY, "command": ["/usr/bin/id", "-u"]})
    if os.geteuid() == 0:
        assert (done.returncode, done.stdout) == (0, f"{NOBODY}\n")
    else:
        assert (done.returncode, done.stdout) == (CANNOT_CHANGE_USER, "")
    nowhere = launch({"uid": os.getuid(), "gid": -1, "command": ["/bin/echo", "run"]})
    assert (nowhere.returncode, nowhere.stdout) == (CANNOT_CHANGE_USER, "")
    assert f"cannot become user {os.getuid()}: " in nowhere.stderr
