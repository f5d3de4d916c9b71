"""What the dialer costs beside Asterisk itself: CPU seconds an answered call, on the lab's real PBX (root).

    .venv/bin/python -m benchmarks.overhead --parts

At two paces, CPU seconds are taken of the PBX and of all of the dialer's processes, its PostgreSQL and Redis included,
from /proc: they hold on a busy machine too, where rates don't. `overhead_ratio` compares what one more call a second
costs either side, from the slow to the fast pace; `overhead_ratio_total` all that they use at the fast pace. The paces
take turns, three times, and the median is taken. Every call is answered and hears a second of sound, as a campaign's
calls do.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import text

from benchmarks.measuring import CannotMeasure, interleaved
from benchmarks.numbers import ANSWERED, numbers_ending
from benchmarks.whole import Moving, Whole, whole_dialer
from dialer.lab.carrier import Pace
from dialer.lab.lab import Lab, Options
from dialer.lab.releases import LabFailed
from dialer.local.cpu import cpu_seconds

PACES: Final = (20.0, 80.0)
_ROUNDS: Final = 3
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
        self._names = itertools.count(1)

    def idle(self, seconds: float) -> Spent:
        """What all of it costs while nobody is called."""
        before, begun = self._parts(), time.monotonic()
        time.sleep(seconds)
        elapsed = time.monotonic() - begun
        return Spent(0.0, 0.0, {name: (now - before.get(name, 0.0)) / elapsed for name, now in self._parts().items()})

    def spend(self, cps: float, seconds: float) -> Spent:
        """Dial at a pace, and look what is used once it goes evenly."""
        calls = int(cps * (seconds + 2 * _SETTLE_SECONDS))
        name = f"pace-{cps:g}-{next(self._names)}"
        trunk_id = self._whole.trunk(name, cps=cps, channels=2000)
        campaign_id = self._whole.campaign(name, trunk_id, answer_action=self._action)
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


def compare(slow: Sequence[Spent], fast: Sequence[Spent]) -> dict[str, object]:
    """The two ratios, and what they are made of, in milliseconds a call: of each the median of all rounds."""
    rounds = [_compare_round(*spent) for spent in zip(slow, fast, strict=True)]
    middle = {key: round(statistics.median(figures[key] for figures in rounds), 3) for key in rounds[0]}
    return {**middle, "rounds": [{key: round(value, 3) for key, value in figures.items()} for figures in rounds]}


def _compare_round(slow: Spent, fast: Spent) -> dict[str, float]:
    more = fast.calls_per_second - slow.calls_per_second
    ours, theirs = (fast.dialer - slow.dialer) / more, (fast.pbx - slow.pbx) / more
    return {
        "overhead_ratio": ours / theirs,
        "overhead_ratio_total": fast.dialer / fast.pbx,
        "dialer_ms": 1000 * ours,
        "dialer_ms_total": 1000 * fast.dialer / fast.calls_per_second,
        "asterisk_ms": 1000 * theirs,
        "asterisk_ms_total": 1000 * fast.pbx / fast.calls_per_second,
        "slow_calls_per_second": slow.calls_per_second,
        "fast_calls_per_second": fast.calls_per_second,
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
        return compare(*_take_turns(made, PACES, _seconds(quick)))


def _take_turns(made: Bench, paces: Sequence[float], seconds: float) -> list[list[Spent]]:
    return list(interleaved(_ROUNDS, {f"{cps:g}": partial(made.spend, cps, seconds) for cps in paces}).values())


def _seconds(quick: bool) -> float:
    return 15.0 if quick else 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", action="store_true", help="which part uses how much, on stderr")
    parser.add_argument("--paces", type=float, nargs=2, default=PACES, help="calls per second")
    parser.add_argument("--action", choices=sorted(_ACTIONS), default="play", help="what an answered call gets")
    options = parser.parse_args()
    seconds = _seconds(options.quick)
    with bench(options.action) as made:
        idle = made.idle(seconds / 2) if options.parts else None
        slow, fast = _take_turns(made, options.paces, seconds)
    if idle is not None:
        _show(idle, slow, fast)
    print(orjson.dumps(compare(slow, fast)).decode())
    return 0


def _show(idle: Spent, slow: Sequence[Spent], fast: Sequence[Spent]) -> None:
    print(f"{'CPU milliseconds a second':36} {'idle':>8} {'slow':>8} {'fast':>8}   a call, fast", file=sys.stderr)
    rate = statistics.median(spent.calls_per_second for spent in fast)
    found = {
        name: [
            1000 * statistics.median(spent.parts.get(name, 0.0) for spent in spents) for spents in ([idle], slow, fast)
        ]
        for name in fast[0].parts
    }
    for name, used in sorted(found.items(), key=lambda item: -item[1][-1]):
        if max(used) >= 0.05:
            print(f"{name:36} {' '.join(f'{value:8.1f}' for value in used)} {used[-1] / rate:14.3f}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
