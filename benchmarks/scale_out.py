"""What coordination costs: calls a second of one, two and four originate workers on one trunk, none at its limit.

    .venv/bin/python -m benchmarks.scale_out

Four workers at full speed would only show how many cores there are. So each claims and sends one batch every fifth of
a second, which is its cap, and rests in between: with what all four do, the machine has time to spare. The simulator
answers every request 20 ms late, as a PBX elsewhere does. A worker that has to wait for others (locks, the limits'
script, the barrier), or finds fewer calls than a batch, falls behind its cap. Efficiency is calls a second, for each
worker, against those of the one that was alone in the same round.

The last line on stdout is a JSON object.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

import orjson

from benchmarks import pace
from benchmarks.measuring import CannotMeasure, interleaved, median_ratio
from dialer.bootstrap import Dialer
from dialer.config import load_settings
from dialer.domain.campaigns import CampaignCommand
from dialer.services.nudges import NoNudges

WORKERS: Final = (1, 2, 4)
BATCH: Final = 8
EVERY_SECONDS: Final = 0.2
"""So a worker's cap is forty calls a second."""
_LATENCY_MS: Final = "20"
_CPS: Final = 400
"""Of the trunk: more than four workers can use."""
_SETTLE_SECONDS: Final = 3.0
_START_SECONDS: Final = 120.0


def measure(quick: bool) -> dict[str, object]:
    """`scale_out_efficiency`: the worse one of two and four workers."""
    rounds, seconds = (2, 5.0) if quick else (3, 20.0)
    calls = ("--ring-ms", "100", "--talk-ms", "100", "--time-scale", "50", "--latency-ms", _LATENCY_MS)
    with (
        tempfile.TemporaryDirectory(prefix="dialer-scale-", ignore_cleanup_errors=True) as name,
        pace.running(Path(name), *calls) as (bench, node_id),
    ):
        runs = _Runs(bench, node_id, seconds)
        found = interleaved(rounds, {str(workers): lambda workers=workers: runs.rate(workers) for workers in WORKERS})  # type: ignore[misc]
    alone = found[str(WORKERS[0])]
    efficiencies = {
        workers: median_ratio(found[str(workers)], [workers * rate for rate in alone]) for workers in WORKERS[1:]
    }
    return {
        "scale_out_efficiency": round(min(efficiencies.values()), 3),
        "efficiency": {str(workers): round(value, 3) for workers, value in efficiencies.items()},
        "calls_per_second": {workers: [round(rate, 1) for rate in rates] for workers, rates in found.items()},
        "cap_per_worker": BATCH / EVERY_SECONDS,
        "latency_ms": float(_LATENCY_MS),
    }


class _Runs:
    """One run after the other, each with a trunk and a campaign of its own."""

    def __init__(self, bench: pace.Bench, node_id: int, seconds: float) -> None:
        self._bench = bench
        self._node_id = node_id
        self._seconds = seconds
        self._count = 0

    def rate(self, workers: int) -> float:
        """Calls a second that so many workers wrote to the PBX."""
        self._count += 1
        # The name of a trunk is made of its limits, and must be its own.
        trunk_id = self._bench.trunk(self._node_id, _CPS, 5000 + self._count)
        cap = workers * BATCH / EVERY_SECONDS
        campaign_id = self._bench.campaign(trunk_id, 1, int(cap * (self._seconds + _SETTLE_SECONDS + 10)))
        done = threading.Event()
        dispatching = threading.Thread(target=self._dispatch, args=(done,))
        dispatching.start()
        try:
            return self._dial(trunk_id, workers)
        finally:
            done.set()
            dispatching.join()
            self._bench.dialer.campaigns.command(campaign_id, CampaignCommand.CANCEL)

    def _dial(self, trunk_id: int, workers: int) -> float:
        command = [sys.executable, "-m", "benchmarks.scale_out", "--work-on", str(trunk_id)]
        processes = [
            subprocess.Popen(command, env=self._bench.environment, stdout=subprocess.PIPE) for _ in range(workers)
        ]
        try:
            for process in processes:
                if process.stdout is None or not process.stdout.readline():
                    raise CannotMeasure("a worker did not start")
            time.sleep(_SETTLE_SECONDS)
            time.sleep(self._seconds)
            written = self._bench.execute(
                "SELECT count(*) FROM calls WHERE trunk_id = :trunk"
                " AND dialed_at > clock_timestamp() - make_interval(secs => :seconds + 0.5)"
                " AND dialed_at <= clock_timestamp() - interval '0.5 seconds'",
                trunk=trunk_id, seconds=self._seconds,
            )[0][0]  # fmt: skip
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(_START_SECONDS)
        if not written:
            raise CannotMeasure(f"{workers} workers dialed nothing")
        return float(written) / self._seconds

    def _dispatch(self, done: threading.Event) -> None:
        while not done.is_set():
            self._bench.dialer.dispatching.tick()
            done.wait(1.0)


def work(trunk_id: int) -> None:
    """One worker process: a batch every so often, as long as it isn't terminated."""
    dialer = Dialer(load_settings(claim_batch_size=BATCH), nudges=NoNudges())
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    said = False
    due = time.monotonic()
    while not stop.is_set():
        sent = dialer.originating.work_on(trunk_id, seconds=EVERY_SECONDS / 1000)
        if sent and not said:
            print("dials", flush=True)
            said = True
        # What was missed is not made up for: a worker that was kept waiting has fallen behind.
        due = max(due + EVERY_SECONDS, time.monotonic())
        stop.wait(due - time.monotonic())
    dialer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work-on", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work_on is not None:
        work(options.work_on)
        return
    print(orjson.dumps(measure(options.quick)).decode())


if __name__ == "__main__":
    main()
