"""What is learned of the time that channels stay free between calls, and what a forecast makes of it."""

import dataclasses
import random
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import given as always
from hypothesis import strategies as st

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.forecast import forecast
from dialer.domain.forecast.turnover import turnover_seconds
from tests.unit.domain.forecast.plans import MONDAY, given, plan, world

Calls = list[tuple[float, float]]


def in_rounds(channels: int, holds: list[float], rounds: int, every: float = 1.0, begin: float = 0.0) -> Calls:
    """Calls of which as many are begun at each round as channels are free."""
    chance, found, in_use = random.Random(1), Calls(), Calls()
    for n in range(rounds):
        at = begin + n * every
        in_use = [call for call in in_use if call[1] > at]
        new = [(at, at + chance.choice(holds)) for _ in range(channels - len(in_use))]
        found += new
        in_use += new
    return found


@settings(max_examples=50)
@always(st.integers(1, 60), st.lists(st.floats(0.3, 30.0), min_size=1, max_size=4), st.sampled_from([0.2, 1.0, 2.0]))
def test_calls_begin_as_fast_as_was_seen(channels: int, holds: list[float], every: float) -> None:
    # Enough rounds that the rare long call on a single channel weighs little.
    rounds, settling = 1500, 60
    calls = in_rounds(channels, holds, rounds, every)
    settled = [call for call in calls if call[0] >= settling * every]
    assume(max(holds) / every <= 20 and len(settled) >= 100)
    hold = sum(ended - claimed for claimed, ended in settled) / len(settled)
    pace = len(settled) / ((rounds - 1 - settling) * every)
    assert channels / (hold + turnover_seconds(calls, channels)) == pytest.approx(pace, rel=0.05)


def test_channels_that_are_taken_at_once_are_not_free() -> None:
    assert turnover_seconds([(n + 3.0 * m, n + 3.0 * (m + 1)) for n in range(9) for m in range(99)], 9) == 0


def test_nights_and_pauses_do_not_count() -> None:
    first = in_rounds(10, [3.5], 200)
    both = first + in_rounds(10, [3.5], 200, begin=50_000.0)
    assert turnover_seconds(both, 10) == pytest.approx(turnover_seconds(first, 10), abs=0.05)


def test_channels_that_were_never_all_in_use_show_nothing() -> None:
    calls = in_rounds(10, [1.5], 100)
    assert turnover_seconds(calls, 10) == pytest.approx(0.5, abs=0.05)
    assert turnover_seconds(calls, 20) == 0
    assert turnover_seconds(calls[:15], 10) == 0
    assert turnover_seconds([], 10) == 0


def test_forecast_is_later_by_what_channels_are_free_where_they_are_the_limit() -> None:
    def seconds(turnover: float, **limits: Any) -> float:
        seen = given({Disposition.ANSWERED: 1.0}, {Disposition.ANSWERED: 10.0})
        told = forecast(world(plan(2000), **limits), {1: dataclasses.replace(seen, turnover_seconds=turnover)})
        assert told.finish_at is not None
        return (told.finish_at - MONDAY).total_seconds()

    assert seconds(2.0, channels=10) / seconds(0.0, channels=10) == pytest.approx(1.2, abs=0.02)
    assert seconds(2.0, cps=5.0) == pytest.approx(seconds(0.0, cps=5.0), rel=0.01)
