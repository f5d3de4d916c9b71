"""How calls are spread over trunks."""

import math
import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.spreading import spread

WEIGHTS = st.dictionaries(st.integers(1, 20), st.integers(1, 1000), min_size=1, max_size=8)
OFFSETS = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 3000), WEIGHTS, OFFSETS)
def test_each_gets_its_part_to_within_a_call(calls: int, weights: dict[int, int], offset: float) -> None:
    parts = spread(calls, weights, dict.fromkeys(weights, math.inf), offset)
    assert sum(parts.values()) == calls
    for trunk, weight in weights.items():
        assert abs(parts[trunk] - calls * weight / sum(weights.values())) < 1 + 1e-6


@given(st.integers(0, 3000), WEIGHTS, OFFSETS, st.data())
def test_none_gets_more_than_it_has_room_for_and_nothing_is_left_that_fits(
    calls: int, weights: dict[int, int], offset: float, data: st.DataObject
) -> None:
    rooms = {trunk: data.draw(st.integers(0, 500)) for trunk in weights}
    parts = spread(calls, weights, rooms, offset)
    assert all(0 <= parts[trunk] <= rooms[trunk] for trunk in weights)
    assert sum(parts.values()) == min(calls, sum(rooms.values()))


@given(st.integers(1, 500), WEIGHTS, OFFSETS, st.data())
def test_who_is_full_leaves_the_rest_to_the_others_by_their_weights(
    calls: int, weights: dict[int, int], offset: float, data: st.DataObject
) -> None:
    full = data.draw(st.sampled_from(sorted(weights)))
    rooms = dict.fromkeys(weights, math.inf) | {full: 0}
    others = {trunk: weight for trunk, weight in weights.items() if trunk != full}
    parts = spread(calls, weights, rooms, offset)
    assert {trunk: part for trunk, part in parts.items() if trunk != full} == spread(
        calls if others else 0, others, dict.fromkeys(others, math.inf), offset
    )


def test_one_call_at_a_time_comes_to_the_same_parts() -> None:
    weights = {1: 5, 2: 3, 3: 2}
    chance = random.Random(7)
    got: Counter[int] = Counter()
    for _ in range(10_000):
        got.update(spread(1, weights, dict.fromkeys(weights, math.inf), chance.random()))
    # Four standard deviations of as many draws.
    for trunk, weight in weights.items():
        share = weight / 10
        assert abs(got[trunk] - 10_000 * share) < 4 * math.sqrt(10_000 * share * (1 - share))


def test_nobody_there_takes_nothing() -> None:
    assert spread(5, {}, {}, 0.5) == {}
