"""A machine on which the lab finds everything that it needs, whoever runs the tests."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.clock import SystemClock
from dialer.lab.lab import Lab
from dialer.lab.releases import CACHE_VARIABLE


class ImpatientClock(SystemClock):
    """An hour has gone by for whoever waits once that file is there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self._file.exists():
            self._skipped += 3600


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the Asterisk that is installed: `stand_in.py`, which does as the files in there say."""
    programs = tmp_path / "bin"
    programs.mkdir()
    text = Path(__file__).with_name("stand_in.py").read_text(encoding="utf-8")
    # The last two are looked for, and called inside a namespace that isn't made here.
    for name in ("unshare", "nsenter", "chroot", "mount"):
        (programs / name).write_text(f"#!{sys.executable} -IS\n{text}", encoding="utf-8")
        (programs / name).chmod(0o755)
    cache = tmp_path / "cache"
    for major, version in (("22", "22.10.1"), ("16", "16.28.0")):
        (cache / f"asterisk-{major}").mkdir(parents=True)
        (cache / f"asterisk-{major}" / ".asterisk-version").write_text(f"{version}\n")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return cache / "asterisk-22"


@pytest.fixture
def lab(root: Path, tmp_path: Path) -> Iterator[Lab]:
    """One that runs."""
    with Lab(tmp_path / "lab") as lab:
        yield lab
