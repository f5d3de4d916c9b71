import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.rates import USUAL, Seen, binomial, share_out
from dialer.domain.retry import RetryPolicy

BUSY, ANSWERED = Disposition.BUSY, Disposition.ANSWERED


@given(
    st.integers(0, 100_000),
    st.dictionaries(st.sampled_from(list(USUAL)), st.floats(0, 1), min_size=1).filter(
        lambda mix: sum(mix.values()) > 0
    ),
    st.integers(0, 9),
)
def test_shares_add_up(n: int, mix: dict[Disposition, float], seed: int) -> None:
    shares = share_out(n, mix, random.Random(seed))
    assert sum(shares.values()) == n
    assert all(count > 0 for count in shares.values())


@pytest.mark.parametrize(("n", "p"), [(10, 0.3), (1000, 0.001), (1000, 0.999), (5000, 0.4)])
def test_binomial_has_its_mean_and_spread(n: int, p: float) -> None:
    chance = random.Random(1)
    drawn = [binomial(n, p, chance) for _ in range(4000)]
    mean = sum(drawn) / len(drawn)
    variance = sum((x - mean) ** 2 for x in drawn) / len(drawn)
    assert mean == pytest.approx(n * p, rel=0.05, abs=0.05)
    assert variance == pytest.approx(n * p * (1 - p), rel=0.15)
    assert 0 <= min(drawn) <= max(drawn) <= n


def test_nothing_seen_is_the_usual() -> None:
    assert Seen({}, {}, 30).likely().mix(1) == pytest.approx(USUAL)
    assert Seen({}, {}, 45).likely().hold_seconds[Disposition.NO_ANSWER] == 45


def test_what_was_seen_often_outweighs_what_is_usual() -> None:
    rates = Seen({(1, BUSY): 900, (1, ANSWERED): 100, (2, ANSWERED): 500, (2, BUSY): 500}, {BUSY: 2.0}, 30).likely()
    assert rates.mix(1)[BUSY] == pytest.approx(0.9, abs=0.02)
    assert rates.mix(2)[BUSY] == pytest.approx(0.5, abs=0.02)
    assert rates.mix(7)[BUSY] == pytest.approx(0.7, abs=0.02)
    assert rates.hold_seconds[BUSY] == 2.0


def test_what_never_came_in_many_calls_hardly_counts() -> None:
    rates = Seen({(1, BUSY): 60, (1, ANSWERED): 60}, {}, 30).likely()
    assert 0 < rates.mix(1)[Disposition.CONGESTION] < 0.0003


def test_the_more_was_seen_the_less_is_left_to_chance() -> None:
    def spread(calls: int) -> float:
        seen = Seen({(1, BUSY): calls, (1, ANSWERED): calls}, {}, 30)
        drawn = [seen.drawn(random.Random(n)).mix(1)[BUSY] for n in range(200)]
        return max(drawn) - min(drawn)

    assert spread(10_000) < spread(100) / 3 < spread(100) < 0.6


def test_given_rates_and_durations_are_gone_by() -> None:
    rates = Seen({(1, BUSY): 900}, {BUSY: 2.0}, 30, ({ANSWERED: 3, BUSY: 1}, {ANSWERED: 1}), {BUSY: 9.0}).likely()
    assert rates.mix(1) == {ANSWERED: 0.75, BUSY: 0.25}
    assert rates.mix(2) == rates.mix(5) == {ANSWERED: 1.0}
    assert rates.hold_seconds[BUSY] == 9.0


def test_attempts_are_those_that_the_policy_allows() -> None:
    rates = Seen({}, {}, 30, ({ANSWERED: 0.5, BUSY: 0.5},)).likely()
    assert rates.attempts(RetryPolicy(), 3) == 1.75
    assert rates.attempts(RetryPolicy(busy=None), 3) == 1.0


def test_each_end_comes_as_often_as_it_should() -> None:
    chance, found = random.Random(3), Counter[Disposition]()
    for _ in range(2000):
        found.update(share_out(7, USUAL, chance))
    for disposition, part in USUAL.items():
        assert found[disposition] / 14_000 == pytest.approx(part, abs=0.02)
