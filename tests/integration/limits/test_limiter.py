"""CPS and channels on real Redis servers, of each version at hand."""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import SPACING
from dialer.errors import LimitsUnavailable
from dialer.limits.limiter import HORIZON_SECONDS, Denied, Limit, Limiter, LimitsStale, Place
from dialer.limits.slots import GLOBAL, Slot, campaign_scope, trunk_scope
from tests.integration.limits.conftest import open_at_once
from tests.support.redis_server import RedisServer

WIDE = 10_000_000.0


def slots(count: int, *, trunk_id: int = 1, campaign_id: int | None = None) -> list[Slot]:
    return [Slot(uuid4(), trunk_id, campaign_id) for _ in range(count)]


def limits(*, cps: float | None = WIDE, channels: int = 10**6) -> list[Limit]:
    """A trunk with these limits, under a global one that is no limit."""
    return [Limit(GLOBAL, None, 10**6), Limit(trunk_scope(1), cps, channels)]


def granted(answers: Iterable[Place | Denied]) -> list[int]:
    return [answer.at_us for answer in answers if isinstance(answer, Place)]


def most_in_a_second(places: Sequence[int]) -> int:
    ordered = sorted(places)
    return max((bisect_left(ordered, place + 1_000_000) - n for n, place in enumerate(ordered)), default=0)


# Pace


@pytest.mark.parametrize(("cps", "seed"), [(7, 1), (150, 2)])
def test_no_second_holds_more_than_cps_places_and_hardly_fewer_while_asked(
    limiter: Limiter, server: RedisServer, cps: int, seed: int
) -> None:
    """Four takers with batches of all sizes, as fast as they like."""
    until = time.monotonic() + 1.5

    def taker(number: int) -> list[Place]:
        random = Random(seed * 10 + number)
        places: list[Place] = []
        with server.client() as own:
            mine = Limiter(own)
            while time.monotonic() < until:
                answers = mine.take(slots(random.choice((1, 1, 2, 5, 25))), limits(cps=cps))
                places += [answer for answer in answers if isinstance(answer, Place)]
                time.sleep(random.choice((0, 0.001, 0.02, 0.1)))
        return places

    with ThreadPoolExecutor(4) as pool:
        found = [place for places in pool.map(taker, range(4)) for place in places]
    places = sorted(found, key=lambda place: place.at_us)
    assert most_in_a_second([place.at_us for place in places]) <= cps
    # Either right after the place before it, or at the moment of asking: no place that was wanted went by.
    for before, place in pairwise(places):
        assert place.in_seconds == 0 or (place.at_us - before.at_us) * cps < 1.0501e6
    assert len(places) > 5


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cps=st.lists(st.sampled_from([3.0, 20.0, 33.3, 100.0, 1000.0, None]), min_size=7, max_size=7),
    batches=st.lists(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), max_size=25), max_size=6),
)
def test_places_keep_their_distance_in_every_limit_they_count_against(
    client: redis.Redis, limiter: Limiter, cps: list[float | None], batches: list[list[tuple[int, int]]]
) -> None:
    limiter.rebuild([])
    open_at_once(client)
    names = [GLOBAL, *(trunk_scope(n) for n in (1, 2, 3)), *(campaign_scope(n) for n in (1, 2, 3))]
    bounds = [Limit(name, rate, 10**6) for name, rate in zip(names, cps, strict=True)]
    by_scope: dict[str, list[int]] = {name: [] for name in names}
    for batch in batches:
        asked = [Slot(uuid4(), trunk, campaign or None) for trunk, campaign in batch]
        for slot, answer in zip(asked, limiter.take(asked, bounds), strict=True):
            if isinstance(answer, Place):
                assert 0 <= answer.in_seconds <= HORIZON_SECONDS
                for scope in slot.scopes():
                    by_scope[scope].append(answer.at_us)
            else:
                assert answer == Denied("pace")
    for bound in bounds:
        ordered = sorted(by_scope[bound.scope])
        apart = [later - earlier for earlier, later in pairwise(ordered)]
        assert bound.cps is None or min(apart, default=10**9) >= SPACING * 1e6 / bound.cps


def test_slow_campaign_does_not_use_up_the_trunk_s_places(limiter: Limiter) -> None:
    """Its place lies ahead, and what the trunk has before it is for the others."""
    bounds = [*limits(cps=100), Limit(campaign_scope(1), 2.5, 100), Limit(campaign_scope(2), None, 100)]
    slow, fast = slots(3, campaign_id=1), slots(60, campaign_id=2)
    answers = limiter.take(slow, bounds) + limiter.take(fast, bounds)
    assert [isinstance(answer, Place) for answer in answers[:3]] == [True, True, False]
    assert len(granted(answers[3:])) >= 40  # 0.5 s of a hundred a second have 48 places


def test_slow_trunk_does_not_use_up_everybody_s_places(limiter: Limiter) -> None:
    bounds = [Limit(GLOBAL, 200, 1000), Limit(trunk_scope(1), 2.5, 1000), Limit(trunk_scope(2), 100, 1000)]
    assert len(granted(limiter.take(slots(2, trunk_id=1), bounds))) == 2
    assert len(granted(limiter.take(slots(60, trunk_id=2), bounds))) >= 40


def test_campaigns_in_one_batch_share_a_trunk(limiter: Limiter) -> None:
    bounds = [*limits(cps=100), Limit(campaign_scope(1), 60, 100), Limit(campaign_scope(2), None, 100)]
    batch = slots(20, campaign_id=1) + slots(20, campaign_id=2)
    answers = limiter.take(batch, bounds)
    first, second = len(granted(answers[:20])), len(granted(answers[20:]))
    assert first >= 8
    assert second >= 5
    assert first + second >= 18


def test_calls_under_the_same_limits_keep_their_order(limiter: Limiter) -> None:
    places = granted(limiter.take(slots(10), limits(cps=100)))
    assert places == sorted(places)
    assert len(set(places)) == 10


def test_first_call_after_a_pause_goes_at_once(limiter: Limiter) -> None:
    (answer,) = limiter.take(slots(1), limits(cps=1))
    assert isinstance(answer, Place)
    assert answer.in_seconds == 0


def test_places_beyond_the_horizon_are_not_given_away(limiter: Limiter) -> None:
    answers = limiter.take(slots(10), limits(cps=10))
    assert [isinstance(answer, Place) for answer in answers] == [True] * 5 + [False] * 5
    assert answers[5:] == [Denied("pace")] * 5


def test_nothing_asked_nothing_given(limiter: Limiter) -> None:
    assert limiter.take([], limits()) == []


# Channels


def test_channels_are_never_exceeded_by_takers_at_the_same_time(limiter: Limiter, server: RedisServer) -> None:
    channels = 12
    lock = threading.Lock()
    in_use, most = 0, 0
    until = time.monotonic() + 1.0

    def count(change: int) -> None:
        nonlocal in_use, most
        with lock:
            in_use += change
            most = max(most, in_use)

    def taker(number: int) -> int:
        random = Random(number)
        calls = 0
        with server.client() as own:
            mine = Limiter(own)
            while time.monotonic() < until:
                asked = slots(random.randint(1, 6))
                answers = mine.take(asked, limits(cps=WIDE, channels=channels))
                held = [slot for slot, answer in zip(asked, answers, strict=True) if isinstance(answer, Place)]
                # Counted after they were taken, and uncounted before they are given back: never more than there are.
                count(len(held))
                calls += len(held)
                time.sleep(random.random() / 200)
                count(-len(held))
                mine.release(held)
        return calls

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(taker, range(6))) > channels
    assert channels / 2 < most <= channels
    assert limiter.held()[trunk_scope(1)] == set()


def test_denial_names_the_limit_that_is_full(limiter: Limiter) -> None:
    bounds = [Limit(GLOBAL, None, 10), Limit(trunk_scope(1), None, 5), Limit(campaign_scope(1), None, 2)]
    answers = limiter.take(slots(3, campaign_id=1), bounds)
    assert [isinstance(answer, Place) for answer in answers[:2]] == [True, True]
    assert answers[2] == Denied("campaign:1")
    assert limiter.take(slots(4), bounds[:2])[3] == Denied("trunk:1")
    assert limiter.take(slots(6, trunk_id=2), [bounds[0], Limit(trunk_scope(2), None, 99)])[5] == Denied(GLOBAL)


def test_denied_call_holds_nothing(limiter: Limiter) -> None:
    bounds = [Limit(GLOBAL, None, 10), Limit(trunk_scope(1), None, 1)]
    held, denied = slots(2)
    limiter.take([held, denied], bounds)
    assert limiter.held() == {GLOBAL: {str(held.token)}, trunk_scope(1): {str(held.token)}}


def test_slot_is_free_again_when_its_owner_gives_it_back(limiter: Limiter) -> None:
    (held,) = slots(1, campaign_id=7)
    bounds = [*limits(channels=1), Limit(campaign_scope(7), None, 1)]
    limiter.take([held], bounds)
    assert limiter.release([held]) == 3
    assert isinstance(limiter.take(slots(1, campaign_id=7), bounds)[0], Place)


def test_release_by_anybody_else_frees_nothing(limiter: Limiter) -> None:
    """The loser of a race for a call must not give the winner's slot away."""
    (winner,) = slots(1)
    (loser,) = slots(1)
    limiter.take([winner], limits(channels=1))
    assert limiter.release([loser]) == 0
    assert limiter.release([]) == 0
    assert limiter.take(slots(1), limits(channels=1)) == [Denied("trunk:1")]


def test_releasing_twice_is_releasing_once(limiter: Limiter) -> None:
    first, second = slots(2)
    limiter.take([first, second], limits(channels=2))
    limiter.release([first])
    assert limiter.release([first]) == 0
    assert limiter.held()[trunk_scope(1)] == {str(second.token)}


def test_channels_that_were_reduced_stay_taken_until_calls_end(limiter: Limiter) -> None:
    held = slots(4)
    limiter.take(held, limits(channels=4))
    limiter.release(held[:1])
    assert limiter.take(slots(1), limits(channels=2)) == [Denied("trunk:1")]
    limiter.release(held[1:3])
    assert isinstance(limiter.take(slots(1), limits(channels=2))[0], Place)


# Loss


def lose_by_flush(server: RedisServer) -> None:
    with server.client() as client:
        client.flushall()


def lose_by_restart(server: RedisServer) -> None:
    server.restart()


def lose_by_a_clock_that_goes_back(server: RedisServer) -> None:
    with server.client() as client:
        client.hincrby("limits:rebuilt", "seen", 3_600_000_000)


LOSSES = [lose_by_flush, lose_by_restart, lose_by_a_clock_that_goes_back]


def test_redis_that_was_never_loaded_gives_nothing(client: redis.Redis) -> None:
    with pytest.raises(LimitsStale):
        Limiter(client).take(slots(1), limits())


@pytest.mark.parametrize("lose", LOSSES)
def test_redis_that_lost_or_kept_old_data_is_not_believed_until_rebuilt(
    limiter: Limiter, server: RedisServer, lose: Callable[[RedisServer], None]
) -> None:
    open_calls, ended = slots(3), slots(2)
    limiter.take(open_calls + ended, limits(channels=5))
    lose(server)
    with server.client() as fresh:
        again = Limiter(fresh)
        for _ in range(2):
            with pytest.raises(LimitsStale):
                again.take(slots(1), limits(channels=5))
        again.rebuild(open_calls)
        assert again.held()[trunk_scope(1)] == {str(slot.token) for slot in open_calls}
        open_at_once(fresh)
        answers = again.take(slots(3), limits(channels=5))
        assert len(granted(answers)) == 2
        assert answers[2] == Denied("trunk:1")


def test_after_a_rebuild_no_place_is_given_for_one_window(limiter: Limiter, client: redis.Redis) -> None:
    before = granted(limiter.take(slots(25), limits(cps=100)))
    limiter.rebuild([])
    rebuilt_at = int(client.hget("limits:rebuilt", "seen") or 0)
    places: list[int] = []
    until = time.monotonic() + 20
    while len(places) < 100 and time.monotonic() < until:
        places += granted(limiter.take(slots(10), limits(cps=100)))
        time.sleep(0.02)
    assert places[0] - rebuilt_at >= 1_000_000
    assert most_in_a_second(before + places) <= 100


def test_release_of_slots_that_were_lost_is_no_error(limiter: Limiter, client: redis.Redis) -> None:
    held = slots(2)
    limiter.take(held, limits())
    client.flushall()
    assert limiter.release(held) == 0


def test_tokens_that_nobody_owns_can_be_freed_by_scope(limiter: Limiter) -> None:
    leaked, owned = slots(2)
    limiter.take([leaked, owned], limits())
    found = {scope: sorted(tokens - {str(owned.token)}) for scope, tokens in limiter.held().items()}
    assert limiter.release_tokens(found) == 2
    assert limiter.held()[trunk_scope(1)] == {str(owned.token)}
    assert limiter.release_tokens({}) == 0


# Away


def test_paused_redis_means_no_dial_soon(limiter: Limiter, server: RedisServer) -> None:
    with server.client(timeout_seconds=0.2) as impatient, server.paused():
        mine = Limiter(impatient)
        began = time.monotonic()
        for ask in (
            lambda: mine.take(slots(1), limits()),
            lambda: mine.release(slots(1)),
            lambda: mine.rebuild([]),
            lambda: mine.held(),
        ):
            with pytest.raises(LimitsUnavailable):
                ask()
        assert time.monotonic() - began < 20


def test_absent_redis_means_no_dial() -> None:
    mine = Limiter(redis.Redis.from_url("redis://127.0.0.1:1/0"))
    with pytest.raises(LimitsUnavailable) as caught:
        mine.take(slots(1), limits())
    assert not isinstance(caught.value, LimitsStale)


def test_redis_that_may_not_be_written_means_no_dial(limiter: Limiter, client: redis.Redis) -> None:
    client.config_set("maxmemory", 1)
    try:
        with pytest.raises(LimitsUnavailable):
            limiter.take(slots(1), limits())
    finally:
        client.config_set("maxmemory", 0)


def test_places_do_not_pile_up_in_redis(limiter: Limiter, client: redis.Redis) -> None:
    for _ in range(3):
        limiter.take(slots(25), limits(cps=1000))
        time.sleep(0.05)
    assert client.zcard("limits:places:trunk:1") < 60
    assert 0 < client.pttl("limits:places:trunk:1") < 5000
