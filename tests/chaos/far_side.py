"""What the dialer calls into while things break: the simulator, or the lab's Asterisk with a carrier behind it."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from dialer.lab.carrier import Pace
from dialer.lab.lab import TRUNK, Lab, Options
from dialer.local.stack import HOST, Ports
from dialer.local.supervisor import Supervisor
from dialer.simulator.ledger import Ledger, read_ledger
from tests.chaos.posts import Posts
from tests.chaos.proxy import Address


@dataclass(frozen=True, slots=True)
class Manner:
    """How a campaign calls into it.

    Attributes:
        indeterminate_seconds: before a call whose truth is unknown is made again: when the PBX died the network may
            let the telephone ring on for a while.
        simulator_options: of `dialer simulator`; None: it isn't one.
    """

    endpoint: str
    timeout_seconds: int
    sound: str
    indeterminate_seconds: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    simulator_options: Sequence[str] | None = None


class FarSide(Protocol):
    """The PBX, from outside."""

    @property
    def manner(self) -> Manner: ...

    posts: Posts
    """Who reads the requests off the wire: a PBX that is stopped writes down later what it was asked before."""

    def address(self) -> Address: ...

    def begin(self) -> None:
        """Forget what has been: a run begins."""

    def ledger(self) -> Ledger:
        """What was written down since."""

    def pid(self) -> int | None:
        """Of the PBX, while it runs."""

    def kill(self, in_main_thread: Callable[[Callable[[], object]], None]) -> None:
        """SIGKILL, and start it again."""


class SimulatorSide:
    """The simulator: one of the supervisor's parts, which starts it again."""

    def __init__(self, ports: Ports, ledger: Path, supervisor: Callable[[], Supervisor], talk_ms: int) -> None:
        self.posts = Posts()
        self.manner = Manner(
            endpoint="PJSIP/{number}@carrier",
            timeout_seconds=20,
            sound="demo-congrats",
            indeterminate_seconds=3,
            simulator_options=(
                *(
                    "--ring-ms",
                    "120",
                    "--talk-ms",
                    str(talk_ms),
                    "--playback-ms",
                    str(talk_ms // 2),
                    "--time-scale",
                    "20",
                ),
                *("--latency-ms", "20"),
            ),
        )
        self._ports = ports
        self._ledger = ledger
        self._begins = 0
        self._supervisor = supervisor

    def address(self) -> Address:
        return HOST, self._ports.simulator

    def begin(self) -> None:
        self._begins = self._ledger.stat().st_size

    def ledger(self) -> Ledger:
        return read_ledger(self._ledger, self._begins)

    def pid(self) -> int | None:
        return self._supervisor().pid("simulator")

    def kill(self, in_main_thread: Callable[[Callable[[], object]], None]) -> None:
        if (pid := self.pid()) is not None:
            os.killpg(pid, signal.SIGKILL)


_TIMEOUT_SECONDS = 5
# Nobody cancels for a PBX that was killed: then the network ends what still rings, before it may be dialed again.
_LONGEST_SECONDS = _TIMEOUT_SECONDS + 2.0


class LabSide:
    """A real Asterisk. The carrier writes down INVITEs and ends, the proxy in front of the PBX the originates."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._starts: list[float] = []
        self.posts = Posts()
        self.manner = Manner(
            endpoint=f"PJSIP/{{number}};call={{call_id}}@{TRUNK}",
            timeout_seconds=_TIMEOUT_SECONDS,
            sound="hello-world",
            indeterminate_seconds=10,
            settings={"real_calls_allowed": True, "ari_password": lab.password},
        )

    def address(self) -> Address:
        host, _, port = self._lab.ari_url.removeprefix("http://").partition(":")
        return host, int(port)

    def begin(self) -> None:
        """The few runs that a lab sees are read soon enough."""

    def ledger(self) -> Ledger:
        return replace(self._lab.ledger(), posts=self.posts.read(), starts=tuple(self._starts))

    def pid(self) -> int | None:
        return self._lab.pbx.pid

    def kill(self, in_main_thread: Callable[[Callable[[], object]], None]) -> None:
        def again() -> None:
            self._starts.append(time.time())
            self._lab.pbx.start()
            self._lab.pbx.wait_until_ready(TRUNK)

        self._lab.pbx.kill()
        in_main_thread(again)


@contextmanager
def lab_side(folder: Path, version: str, events_to: str | None) -> Iterator[LabSide]:
    """A lab in `folder`, until the block ends.

    Args:
        events_to: where its PBX connects to tell its events.

    Raises:
        LabFailed: Asterisk can't be had here.
    """
    pace = Pace(ring=0.3, talk=0.5, last_moment=0.9 * _TIMEOUT_SECONDS, longest=_LONGEST_SECONDS)
    with Lab(folder, version, options=Options(pace=pace, outbound_websocket=events_to)) as lab:
        try:
            yield LabSide(lab)
        finally:
            # A fault may have been cut off with the PBX asleep.
            with suppress(ProcessLookupError):
                lab.pbx.thaw()
