import pytest
import redis

from dialer.domain.trunks import BreakerState
from dialer.errors import LimitsUnavailable
from dialer.limits.breaker import Breaker

SCOPE = "trunk:1"
KEY = "breaker:trunk:1"


@pytest.fixture
def breaker(client: redis.Redis) -> Breaker:
    """One whose pauses don't end by themselves while a test runs."""
    return Breaker(client, failures=3, shortest_pause_seconds=60, longest_pause_seconds=150)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(SCOPE)


def end_pause(client: redis.Redis) -> None:
    client.hset(KEY, "open_until", 1)


def pause_of(client: redis.Redis) -> float:
    return float(client.hget(KEY, "pause") or 0) / 1e6


def test_it_is_closed_until_the_threshold(breaker: Breaker) -> None:
    assert breaker.ask(SCOPE) is BreakerState.CLOSED
    fail(breaker, 2)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED
    fail(breaker, 1)
    assert breaker.ask(SCOPE) is BreakerState.OPEN


def test_only_failures_in_a_row_count(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.worked(SCOPE)
    fail(breaker, 2)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED


def test_scopes_are_apart(breaker: Breaker) -> None:
    fail(breaker, 3)
    assert breaker.ask("trunk:2") is BreakerState.CLOSED


def test_pause_is_by_redis_s_clock(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    seconds, micros = client.time()
    left = float(client.hget(KEY, "open_until") or 0) - seconds * 1e6 - micros
    assert 50e6 < left <= 60e6


def test_after_the_pause_one_caller_probes_and_the_others_wait(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    end_pause(client)
    assert breaker.ask(SCOPE) is BreakerState.PROBE
    assert breaker.ask(SCOPE) is BreakerState.OPEN


def test_probe_that_works_closes_it(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    end_pause(client)
    assert breaker.ask(SCOPE) is BreakerState.PROBE
    breaker.worked(SCOPE)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED
    fail(breaker, 2)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED


def test_each_probe_that_fails_doubles_the_pause_up_to_its_bound(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    pauses = [pause_of(client)]
    for _ in range(3):
        end_pause(client)
        assert breaker.ask(SCOPE) is BreakerState.PROBE
        fail(breaker, 1)
        assert breaker.ask(SCOPE) is BreakerState.OPEN
        pauses.append(pause_of(client))
    assert pauses == [60, 120, 150, 150]


def test_probe_that_dies_without_a_word_is_followed_by_another(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    for _ in range(2):
        end_pause(client)
        assert breaker.ask(SCOPE) is BreakerState.PROBE


def test_failures_of_calls_under_way_do_not_prolong_the_pause(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    before = client.hget(KEY, "open_until")
    fail(breaker, 30)
    assert client.hget(KEY, "open_until") == before
    assert pause_of(client) == 60


def test_success_of_a_call_under_way_closes_it(breaker: Breaker) -> None:
    fail(breaker, 3)
    breaker.worked(SCOPE)
    assert breaker.ask(SCOPE) is BreakerState.CLOSED


def test_whoever_needs_two_gets_both_or_none(breaker: Breaker, client: redis.Redis) -> None:
    both = (SCOPE, "node:1")
    fail(breaker, 3)
    for _ in range(3):
        breaker.failed("node:1")
    end_pause(client)
    assert breaker.ask(*both) is BreakerState.OPEN
    assert breaker.look(both) == {SCOPE: BreakerState.PROBE, "node:1": BreakerState.OPEN}
    client.hset("breaker:node:1", "open_until", 1)
    assert breaker.ask(*both) is BreakerState.PROBE
    assert breaker.ask(SCOPE) is BreakerState.OPEN
    breaker.worked(*both)
    assert breaker.ask(*both) is BreakerState.CLOSED


def test_looking_uses_up_no_probe(breaker: Breaker, client: redis.Redis) -> None:
    fail(breaker, 3)
    assert breaker.look([SCOPE, "trunk:2"]) == {SCOPE: BreakerState.OPEN, "trunk:2": BreakerState.CLOSED}
    end_pause(client)
    for _ in range(2):
        assert breaker.look([SCOPE]) == {SCOPE: BreakerState.PROBE}
    assert breaker.ask(SCOPE) is BreakerState.PROBE
    assert breaker.look([SCOPE]) == {SCOPE: BreakerState.PROBE}
    breaker.failed(SCOPE)
    assert breaker.look([SCOPE]) == {SCOPE: BreakerState.OPEN}


def test_without_redis_nothing_may_be_dialed() -> None:
    breaker = Breaker(redis.Redis.from_url("redis://127.0.0.1:1/0"))
    with pytest.raises(LimitsUnavailable):
        breaker.ask(SCOPE)
