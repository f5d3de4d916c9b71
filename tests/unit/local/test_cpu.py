"""The cost of a tree of processes is counted once, with those that have ended."""

import os
from pathlib import Path

import pytest

from dialer.local.cpu import cpu_seconds

TICKS = os.sysconf("SC_CLK_TCK")


def _process(proc: Path, pid: int, parent: int, *seconds: int) -> None:
    folder = proc / str(pid)
    folder.mkdir()
    times = " ".join(str(second * TICKS) for second in seconds)
    (folder / "stat").write_text(f"{pid} (a) name () S {parent} 0 0 0 0 0 0 0 0 0 {times} 20 0\n", encoding="utf-8")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """1 -> 10 -> (11, 12), and 20 beside them; times: user's, kernel's, and those of children that have ended."""
    _process(tmp_path, 1, 0, 1000, 0, 0, 0)
    _process(tmp_path, 10, 1, 1, 2, 3, 4)
    _process(tmp_path, 11, 10, 10, 0, 0, 0)
    _process(tmp_path, 12, 11, 0, 20, 0, 0)
    _process(tmp_path, 20, 1, 500, 0, 0, 0)
    (tmp_path / "meminfo").write_text("", encoding="utf-8")
    return tmp_path


def test_all_that_descend_from_a_process_are_counted_and_nobody_else(proc: Path) -> None:
    assert cpu_seconds([10], proc) == 40


def test_who_is_named_twice_counts_once(proc: Path) -> None:
    assert cpu_seconds([10, 11, 12], proc) == 40


def test_who_is_gone_costs_nothing(proc: Path) -> None:
    assert cpu_seconds([99, 20], proc) == 500


def test_our_own_process_has_cost_something() -> None:
    assert 0 < cpu_seconds([os.getpid()]) < 3600
