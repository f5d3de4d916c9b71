"""What Flower costs: its CPU time and memory while nothing is dialed, and while a campaign runs that nobody looks at.

    .venv/bin/python -m benchmarks.flower --seconds 60

The last line on stdout is a JSON object.
"""

import argparse
import time
from typing import Final

import orjson
import psutil

from benchmarks.measuring import CannotMeasure
from benchmarks.numbers import call_list
from benchmarks.whole import Whole, whole_dialer
from dialer.local.cpu import cpu_seconds

_CPS: Final = 50
_SIMULATOR: Final = ("--mix", "answered=40,busy=30,no_answer=30", "--ring-ms", "100", "--talk-ms", "200")


def measure(seconds: float) -> dict[str, object]:
    """Milliseconds of CPU time a minute, megabytes, and calls that ended meanwhile.

    Raises:
        CannotMeasure: the campaign was over before the time was.
    """
    with whole_dialer(simulator=_SIMULATOR) as whole:
        flower = whole.processes()["flower"]
        idle = _cpu_ms_a_minute(flower, seconds)
        campaign_id = whole.campaign("flower", whole.trunk("flower", cps=_CPS, channels=1000))
        whole.upload(campaign_id, call_list(int(_CPS * seconds * 2)))
        whole.client.post(f"/v1/campaigns/{campaign_id}/start")
        before = _ended(whole, campaign_id)
        dialing = _cpu_ms_a_minute(flower, seconds)
        calls = _ended(whole, campaign_id) - before
        if whole.client.get(f"/v1/campaigns/{campaign_id}")["state"] != "running":
            raise CannotMeasure("the campaign was over before the time was")
        return {
            "flower_cpu_ms_a_minute_idle": idle,
            "flower_cpu_ms_a_minute_dialing": dialing,
            "flower_megabytes": round(psutil.Process(flower).memory_info().rss / 1_000_000, 1),
            "calls": calls,
            "seconds": seconds,
        }


def _cpu_ms_a_minute(pid: int, seconds: float) -> float:
    before, begun = cpu_seconds([pid]), time.monotonic()
    time.sleep(seconds)
    return round(1000 * (cpu_seconds([pid]) - before) * 60 / (time.monotonic() - begun), 1)


def _ended(whole: Whole, campaign_id: int) -> int:
    return int(whole.client.get(f"/v1/campaigns/{campaign_id}/stats")["calls_ended"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="How long each half takes.")
    print(orjson.dumps(measure(parser.parse_args().seconds)).decode())


if __name__ == "__main__":
    main()
