import time
from collections.abc import Callable

import pytest
import redis

from dialer.errors import LimitsUnavailable
from dialer.limits.breaker import Breaker, BreakerState

SCOPE = "trunk:1"


@pytest.fixture
def breaker(client: redis.Redis) -> Breaker:
    return Breaker(client, failures=3, shortest_pause_seconds=0.1, longest_pause_seconds=0.25)


@pytest.fixture
def long_breaker(client: redis.Redis) -> Breaker:
    """One that doesn't come to its probe while a test runs."""
    return Breaker(client, failures=3, shortest_pause_seconds=60, longest_pause_seconds=600)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(SCOPE)


def wait_for(state: Callable[[], BreakerState], wanted: BreakerState) -> float:
    """How long it took."""
    began = time.monotonic()
    while state() is not wanted:
        assert time.monotonic() - began < 5
        time.sleep(0.005)
    return time.monotonic() - began


def pause_of(client: redis.Redis) -> float:
    return float(client.hget("breaker:trunk:1", "pause") or 0) / 1e6


def test_it_is_closed_until_the_threshold(long_breaker: Breaker) -> None:
    assert long_breaker.ask(SCOPE) is BreakerState.CLOSED
    fail(long_breaker, 2)
    assert long_breaker.ask(SCOPE) is BreakerState.CLOSED
    fail(long_breaker, 1)
    assert long_breaker.ask(SCOPE) is BreakerState.OPEN


def test_only_failures_in_a_row_count(long_breaker: Breaker) -> None:
    fail(long_breaker, 2)
    long_breaker.worked(SCOPE)
    fail(long_breaker, 2)
    assert long_breaker.ask(SCOPE) is BreakerState.CLOSED


def test_scopes_are_apart(long_breaker: Breaker) -> None:
    fail(long_breaker, 3)
    assert long_breaker.ask("trunk:2") is BreakerState.CLOSED


def test_after_the_pause_one_caller_probes_and_the_others_wait(breaker: Breaker) -> None:
    fail(breaker, 3)
    waited = wait_for(lambda: breaker.ask(SCOPE), BreakerState.PROBE)
    assert waited > 0.05
    assert breaker.ask(SCOPE) is BreakerState.OPEN


def test_probe_that_works_closes_it(breaker: Breaker) -> None:
    fail(breaker, 3)
    wait_for(lambda: breaker.ask(SCOPE), BreakerState.PROBE)
    breaker.worked(SCOPE)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED
    fail(breaker, 2)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED


def test_each_probe_that_fails_doubles_the_pause_up_to_its_bound(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    pauses = [pause_of(client)]
    for _ in range(3):
        wait_for(lambda: breaker.ask(SCOPE), BreakerState.PROBE)
        fail(breaker, 1)
        assert breaker.ask(SCOPE) is BreakerState.OPEN
        pauses.append(pause_of(client))
    assert pauses == [0.1, 0.2, 0.25, 0.25]


def test_probe_that_dies_without_a_word_is_followed_by_another(breaker: Breaker) -> None:
    fail(breaker, 3)
    wait_for(lambda: breaker.ask(SCOPE), BreakerState.PROBE)
    wait_for(lambda: breaker.ask(SCOPE), BreakerState.PROBE)


def test_failures_of_calls_under_way_do_not_prolong_the_pause(long_breaker: Breaker, client: redis.Redis) -> None:
    fail(long_breaker, 3)
    before = client.hget("breaker:trunk:1", "open_until")
    fail(long_breaker, 30)
    assert client.hget("breaker:trunk:1", "open_until") == before
    assert pause_of(client) == 60


def test_success_of_a_call_under_way_closes_it(long_breaker: Breaker) -> None:
    fail(long_breaker, 3)
    long_breaker.worked(SCOPE)
    assert long_breaker.ask(SCOPE) is BreakerState.CLOSED


def test_without_redis_nothing_may_be_dialed() -> None:
    breaker = Breaker(redis.Redis.from_url("redis://127.0.0.1:1/0"))
    with pytest.raises(LimitsUnavailable):
        breaker.ask(SCOPE)
