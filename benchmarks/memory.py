"""Does a dialer that dials for long grow? Its processes' memory after many calls against after a tenth of them.

    .venv/bin/python -m benchmarks.memory --calls 20000

One campaign through the simulator, every call to another number. Counted is anonymous resident memory (`RssAnon`) of
the dialer's own processes with their children, not of PostgreSQL, Redis and the simulator: the middle of some
readings, while it dials.

The last line on stdout is a JSON object.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Final

import orjson
import psutil

from benchmarks.numbers import call_list
from benchmarks.whole import Moving, Whole, whole_dialer

CALLS: Final = 200_000
_READINGS: Final = 5
_SIMULATOR: Final = (
    *("--mix", "answered=40,busy=30,no_answer=30"),
    *("--ring-ms", "100", "--talk-ms", "200", "--time-scale", "100"),
)


def measure(quick: bool) -> dict[str, object]:
    """`memory_ratio`."""
    return measure_calls(5_000 if quick else CALLS)


def measure_calls(calls: int) -> dict[str, object]:
    """As `measure`, with so many calls."""
    with whole_dialer(simulator=_SIMULATOR, max_channels=100_000) as whole:
        campaign_id = whole.campaign("memory", whole.trunk("memory", cps=5000, channels=5000))
        whole.upload(campaign_id, call_list(calls + calls // 10))
        whole.client.post(f"/v1/campaigns/{campaign_id}/start")
        begun = time.monotonic()
        after = {count: _memory_after(whole, campaign_id, count) for count in (calls // 10, calls)}
        elapsed = time.monotonic() - begun
    first, last = (sum(found.values()) for found in after.values())
    return {
        "memory_ratio": round(last / first, 3),
        "calls": list(after),
        "megabytes": [round(first, 1), round(last, 1)],
        "by_process": {name: [round(found[name], 1) for found in after.values()] for name in after[calls]},
        "memory_calls_per_second": round(calls / elapsed, 1),
    }


def _memory_after(whole: Whole, campaign_id: int, calls: int) -> dict[str, float]:
    """Megabytes of each process once so many calls have ended."""
    moving = Moving("the campaign")
    while (ended := whole.client.get(f"/v1/campaigns/{campaign_id}/stats")["calls_ended"]) < calls:
        moving.at(ended)
        print(f"\r{ended:,} calls", end="", file=sys.stderr, flush=True)
        time.sleep(0.5)
    readings = []
    for _ in range(_READINGS):
        readings.append({name: _anonymous(pid) for name, pid in whole.processes().items()})
        time.sleep(0.5)
    return {name: statistics.median(reading[name] for reading in readings) for name in readings[0]}


def _anonymous(pid: int) -> float:
    """Megabytes of a process and its children."""
    process = psutil.Process(pid)
    return sum(_rss_anon(p.pid) for p in (process, *process.children(recursive=True))) / 1000


def _rss_anon(pid: int) -> float:
    """Kilobytes; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) * 1.024 for line in lines if line.startswith("RssAnon")), 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=CALLS)
    print(orjson.dumps(measure_calls(parser.parse_args().calls)).decode())


if __name__ == "__main__":
    main()
