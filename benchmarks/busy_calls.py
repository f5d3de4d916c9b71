"""Busy calls a second through the lab's PBX: through us, a bare loop over ARI, AMI's Originate, and call files (root).

    .venv/bin/python -m benchmarks.busy_calls

The carrier says "busy" at once to each. A rate is by the carrier's own ledger, from the first INVITE to the last end,
the same for all four, one after the other on one lab. AMI is asked asynchronously over one connection. It and the
spool of call files have about a hundred calls at once.
"""

import argparse
import itertools
import queue
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from benchmarks.measuring import CannotMeasure
from benchmarks.numbers import BUSY, numbers_ending
from benchmarks.whole import whole_dialer
from dialer.ari.client import AriClient
from dialer.ari.errors import Refused
from dialer.ari.socket import EventSocket
from dialer.clock import SystemClock
from dialer.errors import AriError
from dialer.lab.carrier import Pace
from dialer.lab.lab import TRUNK, Lab, Options
from dialer.lab.releases import LabFailed
from dialer.local.stack import free_ports

_THREADS: Final = 16
_FILES: Final = 20
_AT_ONCE: Final = 100
_AMI_SECONDS: Final = 60.0
_FAST: Final = 5000
_QUIET_SECONDS: Final = 15.0
_ENOUGH: Final = 0.9


class Bench:
    """A lab on which each way dials `calls` numbers of its own."""

    def __init__(self, lab: Lab, ami_port: int, calls: int) -> None:
        self._lab = lab
        self._ami_port = ami_port
        self._calls = calls
        self._numbers = numbers_ending(BUSY)

    def us(self) -> float:
        """A whole campaign, from its start."""
        with whole_dialer(lab=self._lab) as whole:
            trunk_id = whole.trunk("trunk", cps=_FAST, channels=_FAST)
            campaign_id = whole.campaign("campaign", trunk_id)
            lines = (f"{number}\n".encode() for number in self._some())
            whole.upload(campaign_id, itertools.chain([b"phone\n"], lines))
            return self._rate(lambda: whole.client.post(f"/v1/campaigns/{campaign_id}/start"))

    def bare_ari(self) -> float:
        """Threads that do nothing but originate, their events read."""
        lab, clock = self._lab, SystemClock()
        events = EventSocket(lab.ari_url, "dialer", lab.password, "bare", queue.SimpleQueue(), clock)
        with AriClient(lab.ari_url, "dialer", lab.password, "bare") as client, ThreadPoolExecutor(_THREADS) as pool:

            def originate(number: str) -> None:
                while True:
                    try:
                        client.originate(
                            uuid.uuid4(),
                            endpoint=f"PJSIP/{number}@{TRUNK}",
                            caller_id=None,
                            timeout_seconds=20,
                            variables={},
                        )
                        return
                    except Refused:
                        # A carrier that answers late counts as unreachable for a second.
                        time.sleep(0.1)

            rate = self._rate(lambda: list(pool.map(originate, self._some())))
        events.close()
        return rate

    def ami(self) -> float:
        """Originate, asynchronously, over one connection: a hundred at once, each followed by the next."""
        with (
            socket.create_connection(("127.0.0.1", self._ami_port), _AMI_SECONDS) as manager,
            manager.makefile("rb") as answers,
        ):
            manager.sendall(f"Action: Login\r\nUsername: bench\r\nSecret: {self._lab.password}\r\n\r\n".encode())
            numbers = self._some()

            def originate(number: str) -> None:
                channel = f"Channel: PJSIP/{number}@{TRUNK}\r\nApplication: Hangup\r\nAsync: true\r\n"
                manager.sendall(f"Action: Originate\r\nActionID: {number}\r\n{channel}\r\n".encode())

            def dial() -> None:
                for number in itertools.islice(numbers, _AT_ONCE):
                    originate(number)
                over = 0
                while over < self._calls:
                    if _read(answers).get("Event") == "OriginateResponse":
                        over += 1
                        for number in itertools.islice(numbers, 1):
                            originate(number)

            return self._rate(dial)

    def call_files(self) -> float:
        """Files in the spool's folder `outgoing`, moved there when they are whole."""
        spool = self._lab.folder / "pbx" / "spool"
        draft, outgoing = spool / "draft", spool / "outgoing"
        for folder in (draft, outgoing):
            folder.mkdir(exist_ok=True)

        def write() -> None:
            numbers = self._some()
            while some := list(itertools.islice(numbers, _FILES)):
                for number in some:
                    text = f"Channel: PJSIP/{number}@{TRUNK}\nMaxRetries: 0\nApplication: Hangup\n"
                    (draft / number).write_text(text, encoding="ascii")
                    (draft / number).rename(outgoing / number)
                # A file stays until its call is over.
                while sum(1 for _ in outgoing.iterdir()) > _AT_ONCE:
                    time.sleep(0.005)

        return self._rate(write)

    def _some(self) -> Iterator[str]:
        return itertools.islice(self._numbers, self._calls)

    def _rate(self, dial: Callable[[], object]) -> float:
        """Calls a second, from the first INVITE to the last end."""
        before, first = self._ended(), len(self._lab.ledger().invites)
        dial()
        ended, since = self._ended(), time.monotonic()
        while ended < before + self._calls and time.monotonic() < since + _QUIET_SECONDS:
            time.sleep(0.2)
            if (now := self._ended()) != ended:
                ended, since = now, time.monotonic()
        # A call that the carrier did not get, as it counted as unreachable, is gone: AMI does not say which are.
        if ended - before < _ENOUGH * self._calls:
            raise CannotMeasure(f"the carrier got only {ended - before} of {self._calls} calls")
        ledger = self._lab.ledger()
        return (ended - before) / (ledger.ends[-1].at - ledger.invites[first].at)

    def _ended(self) -> int:
        """How many ends the ledger has: counted, as reading it all so often would take a good part of a core."""
        path = self._lab.ledger_path
        return path.read_bytes().count(b"\nend|") if path.exists() else 0


def _read(answers: BinaryIO) -> dict[str, str]:
    """The next message of AMI: lines of `Name: value` until an empty one."""
    found: dict[str, str] = {}
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().rstrip("\r\n").partition(": ")
        found[name] = value
    if not line:
        raise ConnectionError("AMI has closed the connection")
    return found


def _measured(bench: Bench) -> dict[str, object]:
    ways = {"": bench.us, "_bare_ari": bench.bare_ari, "_ami": bench.ami, "_call_files": bench.call_files}
    found: dict[str, object] = {}
    reasons: dict[str, str] = {}
    for name, way in ways.items():
        key = f"busy_calls_per_second{name}"
        try:
            found[key] = round(way(), 1)
        except (AriError, CannotMeasure, OSError) as error:
            # A PBX that falls over at such a pace takes no more than this figure with it.
            found[key], reasons[key] = None, str(error)
    return found | {"reasons": reasons}


def measure(quick: bool) -> dict[str, object]:
    """Calls a second by each way; null, with the reason, for one that did not come to its end.

    Raises:
        CannotMeasure: there can't be a lab here.
    """
    port = free_ports(1)[0]
    with tempfile.TemporaryDirectory(prefix="dialer-lab-", ignore_cleanup_errors=True) as folder:
        options = Options(pace=Pace(ring=0.1), manager_port=port)
        try:
            with Lab(Path(folder), options=options) as lab:
                return _measured(Bench(lab, port, 500 if quick else 3000))
        except LabFailed as error:
            raise CannotMeasure(str(error)) from error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    print(orjson.dumps(measure(parser.parse_args().quick)).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
