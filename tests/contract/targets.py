"""What the suite runs against: the simulator as either release, and the lab's Asterisk 22 and 16."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests

from dialer.lab.carrier import Pace
from dialer.lab.lab import Lab, Options
from dialer.simulator.ledger import Ledger, read_ledger
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import RunningSimulator, running_simulator

NAMES = ("simulator", "simulator16", "asterisk22", "asterisk16")
USERNAME = "dialer"


class Target(Protocol):
    """One PBX with a telephone network behind it."""

    name: str
    release: int
    version: str
    url: str
    password: str

    @property
    def is_real(self) -> bool: ...

    def ledger(self) -> Ledger:
        """What the far end has recorded."""
        ...

    def stall(self) -> None:
        """From now on the PBX takes requests and does nothing."""
        ...

    def go_on(self) -> None:
        """It does everything that it was asked in the meantime."""
        ...


@dataclass
class SimulatorTarget:
    """The product's simulator."""

    name: str
    release: int
    version: str
    url: str
    password: str
    running: RunningSimulator

    is_real = False

    def ledger(self) -> Ledger:
        path = self.running.settings.ledger
        assert path is not None
        return read_ledger(path)

    def stall(self) -> None:
        self._faults("POST", json={"stall_ms": 60_000})

    def go_on(self) -> None:
        self._faults("DELETE")

    def _faults(self, method: str, **options: Any) -> None:
        url = f"{self.url}/simulator/faults"
        requests.request(method, url, auth=(USERNAME, self.password), timeout=10, **options).raise_for_status()


@dataclass
class LabTarget:
    """A real Asterisk."""

    name: str
    release: int
    version: str
    url: str
    password: str
    lab: Lab

    is_real = True

    def ledger(self) -> Ledger:
        return self.lab.ledger()

    def stall(self) -> None:
        self.lab.pbx.freeze()

    def go_on(self) -> None:
        self.lab.pbx.thaw()


@contextmanager
def started(name: str, folder: Path) -> Iterator[Target]:
    """Start what is to be tested."""
    release = 16 if name.endswith("16") else 22
    if name.startswith("simulator"):
        settings = SimulatorSettings.model_validate(
            {
                "port": 0,
                "password": "secret",
                "ledger": folder / "ledger.jsonl",
                "ring_ms": 60,
                "talk_ms": 80,
                "playback_ms": 40,
                "ivr_ms": 60,
                "time_scale": 5,
                "release": release,
            }
        )
        with running_simulator(settings) as running:
            yield SimulatorTarget(name, release, "simulator", running.url, "secret", running)
        return
    options = Options(pace=Pace(ring=0.3, talk=0.5, last_moment=0.9))
    with Lab(folder, str(release), options=options) as lab:
        yield LabTarget(name, release, lab.version, lab.ari_url, lab.password, lab)
