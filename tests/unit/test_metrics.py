"""What a process says of itself."""

import os
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from dialer.config import Settings
from dialer.metrics import DIRECTORY, ProcessTree, forget_shared, serve, share_with_children


def settings(port: int = 9100) -> Settings:
    return Settings(_env_file=None, metrics_port=port)


@pytest.fixture
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY, "")
    monkeypatch.delenv(DIRECTORY)


def test_memory_and_cpu_are_those_of_this_process() -> None:
    registry = CollectorRegistry()
    registry.register(ProcessTree("listener"))
    resident = registry.get_sample_value("dialer_process_resident_bytes")
    assert resident is not None
    assert resident > 1_000_000
    assert (registry.get_sample_value("dialer_process_cpu_seconds_total") or 0) > 0
    assert (registry.get_sample_value("dialer_processes") or 0) >= 1


def test_the_cpu_of_a_child_stays_when_the_child_has_gone(tmp_path: Path) -> None:
    def process(pid: int, ticks: int, children: str) -> None:
        folder = tmp_path / str(pid)
        (folder / "task" / str(pid)).mkdir(parents=True, exist_ok=True)
        (folder / "stat").write_text(f"{pid} (a) b) S " + "0 " * 10 + f"{ticks} 0 0", encoding="utf-8")
        (folder / "statm").write_text("10 2 0", encoding="utf-8")
        (folder / "task" / str(pid) / "children").write_text(children, encoding="utf-8")

    registry = CollectorRegistry()
    registry.register(ProcessTree("worker", tmp_path))
    process(os.getpid(), 100, "7 ")
    process(7, 300, "")
    per_second = os.sysconf("SC_CLK_TCK")
    assert registry.get_sample_value("dialer_process_cpu_seconds_total") == 400 / per_second
    assert registry.get_sample_value("dialer_processes") == 2
    process(os.getpid(), 150, "")
    assert registry.get_sample_value("dialer_process_cpu_seconds_total") == 450 / per_second
    assert registry.get_sample_value("dialer_processes") == 1


def test_elsewhere_than_on_linux_there_is_what_the_part_is(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    registry.register(ProcessTree("beat", tmp_path / "none"))
    assert [family.name for family in registry.collect()] == ["dialer_part"]


def test_without_a_port_nothing_is_served_and_no_folder_is_made(no_folder: None) -> None:
    assert serve(settings(0), "worker") is False
    share_with_children(settings(0))
    assert DIRECTORY not in os.environ


def test_the_folder_for_the_children_is_made_once_and_removed(no_folder: None) -> None:
    share_with_children(settings())
    folder = Path(os.environ[DIRECTORY])
    share_with_children(settings())
    assert os.environ[DIRECTORY] == str(folder)
    assert folder.is_dir()
    forget_shared()
    assert not folder.exists()
