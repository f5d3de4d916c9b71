"""PBXs that connect to the listener themselves: a lab of their own, or a simulator."""

import queue
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from dialer.ari.server import Connection, EventServer
from dialer.ari.socket import Lost
from dialer.clock import SystemClock
from dialer.lab.carrier import Pace
from dialer.lab.lab import Lab, Options
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import running_simulator
from tests.contract.targets import USERNAME, LabTarget, SimulatorTarget, Target


@contextmanager
def connecting(target: Target, folder: Path, port: int) -> Iterator[Target]:
    """Another PBX of the same kind, which connects to that port of this machine for the application `dialer`."""
    url = f"ws://127.0.0.1:{port}/"
    if isinstance(target, SimulatorTarget):
        settings = target.running.settings.model_copy(
            update={"events_to": url, "events_app": "dialer", "ledger": folder / "ledger.jsonl"}
        )
        with running_simulator(SimulatorSettings.model_validate(settings.model_dump())) as running:
            yield SimulatorTarget(target.name, target.release, "simulator", running.url, target.password, running)
        return
    options = Options(pace=Pace(ring=0.3, talk=0.5), outbound_websocket=url)
    with Lab(folder, str(target.release), options=options) as lab:
        yield LabTarget(target.name, target.release, lab.version, lab.ari_url, lab.password, lab)


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(port: int, password: str) -> Iterator[EventServer]:
    """A listener's server, until the block ends."""
    server = EventServer("127.0.0.1", port, USERNAME, password, SystemClock())
    server.start()
    try:
        yield server
    finally:
        server.close()


def heard(connection: Connection, until_echo: str) -> list[dict[str, Any]]:
    """All events up to that echo."""
    events: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while not any(event.get("userevent", {}).get("token") == until_echo for event in events):
        try:
            item = connection.inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"no echo {until_echo} after {[event['type'] for event in events]}") from None
        assert not isinstance(item, Lost), f"lost before the echo {until_echo}: {item.reason}"
        events.append(orjson.loads(item.data))
    return events
