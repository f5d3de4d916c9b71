"""What the dialer costs beside Asterisk itself: CPU seconds an answered call, on the lab's real PBX (root).

    .venv/bin/python -m benchmarks.overhead --parts

At two paces, CPU seconds are taken of the PBX and of all of the dialer's processes, its PostgreSQL and Redis included,
from /proc: they hold on a busy machine too, where rates don't. `overhead_ratio` compares what one more call a second
costs either side, from the slow to the fast pace; `overhead_ratio_total` all that they use at the fast pace. Every
call is answered and hears a second of sound, as a campaign's calls do.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import text

from benchmarks.measuring import CannotMeasure
from benchmarks.numbers import ANSWERED, numbers_ending
from benchmarks.whole import Moving, Whole, whole_dialer
from dialer.lab.carrier import Pace
from dialer.lab.lab import Lab, Options
from dialer.lab.releases import LabFailed
from dialer.local.cpu import cpu_seconds

PACES: Final = (20.0, 80.0)
_SETTLE_SECONDS: Final = 6.0
_PACE: Final = Pace(ring=0.5, talk=5.0)
_ACTIONS: Final = {"play": {"type": "play", "sound": "hello-world"}, "hangup": {"type": "hangup"}}


@dataclass(frozen=True, slots=True)
class Spent:
    """What a while of dialing has cost: CPU seconds a second, the dialer's by part; and answered calls a second."""

    calls_per_second: float
    pbx: float
    parts: dict[str, float]

    @property
    def dialer(self) -> float:
        return sum(self.parts.values())


class Bench:
    """A dialer on a lab."""

    def __init__(self, whole: Whole, lab: Lab, action: str) -> None:
        self._whole = whole
        self._lab = lab
        self._action = _ACTIONS[action]
        self._numbers = numbers_ending(ANSWERED)

    def idle(self, seconds: float) -> Spent:
        """What all of it costs while nobody is called."""
        before, begun = self._parts(), time.monotonic()
        time.sleep(seconds)
        elapsed = time.monotonic() - begun
        return Spent(0.0, 0.0, {name: (now - before.get(name, 0.0)) / elapsed for name, now in self._parts().items()})

    def spend(self, cps: float, seconds: float) -> Spent:
        """Dial at a pace, and look what is used once it goes evenly."""
        calls = int(cps * (seconds + 2 * _SETTLE_SECONDS))
        trunk_id = self._whole.trunk(f"trunk-{cps:g}", cps=cps, channels=2000)
        campaign_id = self._whole.campaign(f"campaign-{cps:g}", trunk_id, answer_action=self._action)
        lines = (f"{number}\n".encode() for number in itertools.islice(self._numbers, calls))
        self._whole.upload(campaign_id, itertools.chain([b"phone\n"], lines))
        self._whole.client.post(f"/v1/campaigns/{campaign_id}/start")
        self._wait(campaign_id, int(cps * _SETTLE_SECONDS / 2))
        before, begun = (self._ended(campaign_id), self._lab.pbx.cpu_seconds(), self._parts()), time.monotonic()
        time.sleep(seconds)
        after, elapsed = (
            (self._ended(campaign_id), self._lab.pbx.cpu_seconds(), self._parts()),
            time.monotonic() - begun,
        )
        self._wait(campaign_id, calls)
        return Spent(
            calls_per_second=(after[0] - before[0]) / elapsed,
            pbx=(after[1] - before[1]) / elapsed,
            parts={name: (now - before[2].get(name, 0.0)) / elapsed for name, now in after[2].items()},
        )

    def _ended(self, campaign_id: int) -> int:
        statement = text("SELECT count(*) FROM calls WHERE campaign_id = :id AND state = 'ended'")
        with self._whole.up.dialer.engine.begin() as tx:
            return int(tx.scalar(statement, {"id": campaign_id}) or 0)

    def _wait(self, campaign_id: int, calls: int) -> None:
        moving = Moving("the campaign")
        while (ended := self._ended(campaign_id)) < calls:
            moving.at(ended)
            time.sleep(0.2)

    def _parts(self) -> dict[str, float]:
        """CPU seconds so far, by process; PostgreSQL's by whose statements they were for."""
        found = {name: cpu_seconds([pid]) for name, pid in self._whole.processes().items()}
        postgres, redis = self._whole.servers()
        found["redis"] = cpu_seconds([redis])
        rest = cpu_seconds([postgres])
        statement = text("SELECT pid, COALESCE(NULLIF(application_name, ''), backend_type) FROM pg_stat_activity")
        with self._whole.up.dialer.engine.begin() as tx:
            sessions = list(tx.execute(statement))
        for pid, name in sessions:
            used = cpu_seconds([pid])
            found[f"postgres for {name}"] = found.get(f"postgres for {name}", 0.0) + used
            rest -= used
        return found | {"postgres itself": rest}


def compare(slow: Spent, fast: Spent) -> dict[str, object]:
    """The two ratios, and what they are made of, in milliseconds a call."""
    more = fast.calls_per_second - slow.calls_per_second
    ours, theirs = (fast.dialer - slow.dialer) / more, (fast.pbx - slow.pbx) / more
    return {
        "overhead_ratio": round(ours / theirs, 3),
        "overhead_ratio_total": round(fast.dialer / fast.pbx, 3),
        "dialer_ms": round(1000 * ours, 2),
        "dialer_ms_total": round(1000 * fast.dialer / fast.calls_per_second, 2),
        "asterisk_ms": round(1000 * theirs, 2),
        "asterisk_ms_total": round(1000 * fast.pbx / fast.calls_per_second, 2),
        "dialed_per_second": [round(slow.calls_per_second, 1), round(fast.calls_per_second, 1)],
    }


@contextmanager
def bench(action: str) -> Iterator[Bench]:
    """A lab, and a dialer that dials through it.

    Raises:
        CannotMeasure: there can't be a lab here.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="dialer-lab-", ignore_cleanup_errors=True) as folder,
            Lab(Path(folder), options=Options(pace=_PACE)) as lab,
            whole_dialer(lab=lab) as whole,
        ):
            yield Bench(whole, lab, action)
    except LabFailed as error:
        raise CannotMeasure(str(error)) from error


def measure(quick: bool) -> dict[str, object]:
    """`overhead_ratio` and `overhead_ratio_total`, and what they are made of.

    Raises:
        CannotMeasure: there can't be a lab here.
    """
    with bench("play") as made:
        return compare(*(made.spend(cps, 15.0 if quick else 60.0) for cps in PACES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", action="store_true", help="which part uses how much, on stderr")
    parser.add_argument("--paces", type=float, nargs=2, default=PACES, help="calls per second")
    parser.add_argument("--action", choices=sorted(_ACTIONS), default="play", help="what an answered call gets")
    options = parser.parse_args()
    seconds = 15.0 if options.quick else 60.0
    with bench(options.action) as made:
        idle = made.idle(seconds / 2) if options.parts else None
        slow, fast = (made.spend(cps, seconds) for cps in options.paces)
    if idle is not None:
        _show(idle, slow, fast)
    report: dict[str, Any] = compare(slow, fast)
    print(orjson.dumps(report).decode())
    return 0


def _show(idle: Spent, slow: Spent, fast: Spent) -> None:
    print(f"{'CPU milliseconds a second':36} {'idle':>8} {'slow':>8} {'fast':>8}   a call, fast", file=sys.stderr)
    for name in sorted(fast.parts, key=lambda name: -fast.parts[name]):
        used = [1000 * spent.parts.get(name, 0.0) for spent in (idle, slow, fast)]
        if max(used) >= 0.05:
            figures = " ".join(f"{value:8.1f}" for value in used)
            print(f"{name:36} {figures} {used[2] / fast.calls_per_second:14.3f}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
