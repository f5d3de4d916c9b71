"""The forecast of a campaign's remainder after its first fifth, against what then happens."""

from typing import Any

import pytest

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.forecast import forecast
from dialer.domain.forecast.rates import Mix
from dialer.domain.forecast.world import Plan
from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.domain.window import CallingWindow
from tests.unit.domain.forecast.plans import HOLDS, MIX, place, plan, world
from tests.unit.domain.forecast.reference import Reference

WORSE: Mix = {**MIX, Disposition.ANSWERED: 0.2, Disposition.NO_ANSWER: 0.5}
DAY = CallingWindow.parse("09:00-20:00")
SOON = RetryPolicy(
    busy=RetryRule(delay_seconds=120), no_answer=RetryRule(delay_seconds=600, backoff=2.0), unallocated=None
)
CASES: dict[str, tuple[Plan, dict[str, Any], list[Mix]]] = {
    "pace": (plan(3000, policy=SOON), {"cps": 0.8}, [MIX]),
    "channels": (plan(3000, policy=SOON), {"cps": 5.0, "channels": 20}, [MIX]),
    "later attempts go worse": (plan(2500, policy=SOON), {"cps": 0.6}, [MIX, WORSE]),
    "windows": (
        plan(1000, [place(zone, calling_window=DAY) for zone in ("Europe/Berlin", "America/Denver")], policy=SOON),
        {"cps": 0.02},
        [MIX],
    ),
    "retries": (plan(400, policy=RetryPolicy(), max_attempts=4), {"cps": 0.2}, [MIX, WORSE]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_end_comes_within_a_tenth_of_the_remaining_time(case: str, seed: int) -> None:
    asked, limits, mixes = CASES[case]
    reference = Reference(world(asked, **limits), mixes, HOLDS, seed)
    reference.run(asked.contacts // 5)
    rest, seen = reference.remainder()
    told = forecast(rest, {1: seen})
    reference.run(asked.contacts)
    assert told.finish_at is not None
    assert (told.finish_at - rest.at) / (reference.at - rest.at) == pytest.approx(1, abs=0.1)
