"""Off, it costs nothing: nothing is imported, started or sent along."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dialer import tracing
from dialer.config import Settings
from dialer.errors import ConfigurationError

CALL = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
_LOOK = """
import sys, threading
import api.wsgi, dialer.bootstrap, dialer.cli, workers.exporter, workers.listener
import workers.measuring, workers.tasks, workers.telling, workers.watchdog
from dialer import tracing
from dialer.config import Settings

tracing.start(Settings(_env_file=None), "tests")
# redis-py imports the part for metrics by itself, wherever it is installed.
ours = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "opentelemetry.proto", "dialer.tracing.recording")
print([name for name in sys.modules if name.startswith(ours)], threading.active_count(), tracing.is_on())
"""


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.fixture(autouse=True)
def _off() -> Iterator[None]:
    yield
    tracing.stop()


def test_nothing_of_it_is_imported_or_started() -> None:
    found = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[] 1 False"


def test_every_function_does_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tracing.start(settings(), "tests")
    tracing.step(CALL, "ring", 0.0, 1.0)
    with tracing.timed(CALL, "originate") as seen, tracing.work("dispatch") as work:
        seen["status"] = 200
    assert work is None
    assert tracing.carried() == {}
    assert tracing.take_up({"traceparent": "00-01890a5dac96774bbcceb302099a8057-bcceb302099a8057-01"}) is None
    assert not caplog.records


def test_steps_are_logged_where_that_is_wanted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    tracing.start(settings(log_calls=True), "tests")
    assert tracing.is_on()
    tracing.step(CALL, "end", 1.0, 1.5, **{"dialer.disposition": "busy", "dialer.cause": None})
    assert caplog.messages == [f"call {CALL}: end, 500.0 ms, disposition busy"]


def test_a_folder_that_can_t_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"Traces can't be written to .*file/traces \(DIALER_TRACES_DIR\)"):
        tracing.start(settings(traces_dir=tmp_path / "file" / "traces"), "tests")


@pytest.mark.parametrize("url", ["collector:4318", "grpc://collector:4317"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be the whole URL of a collector"):
        settings(traces_url=url)
