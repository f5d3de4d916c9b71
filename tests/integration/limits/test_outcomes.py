"""A trunk in trouble slows down, and recovers by time alone."""

import redis
import uuid_utils.compat as uuid_utils

from dialer.limits.limiter import CUT, FLOOR, RECOVERY_SECONDS, SETTLE_SECONDS, Limit, Limiter, Place
from dialer.limits.slots import Slot

TRUNK = "trunk:1"
LIMITS = [Limit("global", None, 1000), Limit(TRUNK, 100.0, 1000)]


def age(client: redis.Redis, seconds: float) -> None:
    """Let the last cut have been so long ago."""
    client.hincrby(f"limits:slow:{TRUNK}", "cut_at", -int(seconds * 1e6))


def spacing(limiter: Limiter) -> float:
    """Between two calls, in seconds."""
    first, second = limiter.take([Slot(uuid_utils.uuid7(), 1, None) for _ in range(2)], LIMITS)
    assert isinstance(first, Place)
    assert isinstance(second, Place)
    return second.in_seconds - first.in_seconds


def test_trunk_whose_calls_get_through_keeps_its_pace(limiter: Limiter) -> None:
    assert limiter.report(TRUNK, good=50, bad=4) == 1.0
    assert spacing(limiter) < 0.012


def test_few_failures_mean_nothing(limiter: Limiter) -> None:
    assert limiter.report(TRUNK, good=0, bad=2) == 1.0


def test_congestion_halves_the_pace_for_all_workers(limiter: Limiter, client: redis.Redis) -> None:
    assert limiter.report(TRUNK, good=2, bad=8) == CUT
    assert spacing(Limiter(client)) > 0.0105 / CUT * 0.95


def test_calls_that_were_under_way_do_not_cut_it_again(limiter: Limiter, client: redis.Redis) -> None:
    limiter.report(TRUNK, good=0, bad=8)
    assert limiter.report(TRUNK, good=0, bad=8) >= CUT
    age(client, SETTLE_SECONDS)
    assert limiter.report(TRUNK, good=0, bad=8) < CUT


def test_lasting_trouble_leaves_the_least_pace_and_no_less(limiter: Limiter, client: redis.Redis) -> None:
    for _ in range(12):
        left = limiter.report(TRUNK, good=0, bad=8)
        client.hset(f"limits:slow:{TRUNK}", "cut_at", int(client.time()[0] * 1e6 - SETTLE_SECONDS * 1e6))
    assert FLOOR <= left < 0.3


def test_all_of_the_pace_comes_back_with_time(limiter: Limiter, client: redis.Redis) -> None:
    limiter.report(TRUNK, good=0, bad=8)
    age(client, RECOVERY_SECONDS / 4)
    assert 0.0105 / 0.8 < spacing(limiter) < 0.0105 / 0.7
    age(client, RECOVERY_SECONDS)
    assert spacing(limiter) < 0.012


def test_other_trunk_is_not_slowed_down(limiter: Limiter) -> None:
    limiter.report("trunk:2", good=0, bad=30)
    assert spacing(limiter) < 0.012


def test_looking_tells_what_is_left_and_changes_nothing(limiter: Limiter, client: redis.Redis) -> None:
    assert limiter.share(TRUNK) == 1.0
    assert not client.exists(f"limits:slow:{TRUNK}")
    limiter.report(TRUNK, good=0, bad=8)
    assert CUT <= limiter.share(TRUNK) < CUT + 0.1
    age(client, RECOVERY_SECONDS / 4)
    assert CUT + 0.25 <= limiter.share(TRUNK) < CUT + 0.35
    age(client, RECOVERY_SECONDS)
    assert limiter.share(TRUNK) == 1.0
