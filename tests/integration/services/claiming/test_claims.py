"""What a claim takes and writes down, and what the limits leave to it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from dialer.bootstrap import Dialer
from dialer.db import barrier, claiming
from dialer.domain.trunks import BreakerState
from dialer.errors import LimitsUnavailable
from dialer.limits.slots import node_scope, trunk_scope
from tests.support.factories import make_node, number
from tests.support.world import World, wait_for


def test_claim_takes_what_is_queued_and_writes_down_what_it_is_dialed_with(world: World) -> None:
    (call_id,) = world.queued([number(5)], name="Somebody", external_id="A-1")
    world.set_campaign(caller_id="+12025550199", timeout_seconds=21, version=7, max_attempts=5)
    batch = world.claim()
    (claimed,) = batch.claimed
    call = world.call(call_id)
    assert claimed.call_id == call_id
    assert claimed.endpoint == f"PJSIP/{number(5)}@carrier"
    assert (claimed.caller_id, claimed.timeout_seconds) == ("+12025550199", 21)
    assert claimed.variables == {"CONTACT_NAME": "Somebody", "CONTACT_EXTERNAL_ID": "A-1"}
    assert call["state"] == "originating"
    assert call["claim_token"] == claimed.slot.token
    assert (call["caller_id"], call["timeout_seconds"]) == ("+12025550199", 21)
    assert (call["policy_version"], call["max_attempts"], call["listener_epoch"]) == (7, 5, 1)
    assert world.slots() == {str(claimed.slot.token)}
    assert world.contact_of(call_id)["attempts"] == 1


def test_deadline_of_the_sender_is_never_later_than_the_row_s(world: World) -> None:
    world.queued(3)
    before, clock = world.now(), world.dialer.clock
    began = clock.monotonic()
    batch = world.claim()
    for claimed in batch.claimed:
        latest_on_the_database_s_clock = before + timedelta(seconds=claimed.send_by - began)
        assert latest_on_the_database_s_clock <= world.call(claimed.call_id)["dial_by"] + timedelta(milliseconds=5)


def test_workers_at_the_same_time_never_claim_the_same_call(world: World) -> None:
    ids = set(world.queued(150))
    world.execute("UPDATE trunks SET cps = 5000, channels = 1000")
    start = threading.Barrier(4)

    def worker(_: int) -> list[UUID]:
        dialer = Dialer(world.settings)
        found: list[UUID] = []
        start.wait()
        try:
            while batch := dialer.claims.claim(world.trunk_id).claimed:
                found += [claimed.call_id for claimed in batch]
        finally:
            dialer.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        claims = [call_id for found in pool.map(worker, range(4)) for call_id in found]
    assert len(claims) == len(set(claims))
    # A worker ends when the others hold what is left.
    assert set(claims) <= ids
    assert len(claims) == world.states()["originating"] > 100
    assert {world.contact_of(call_id)["attempts"] for call_id in claims} == {1}


def test_oldest_calls_go_first_and_no_more_than_a_batch(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 5000, channels = 1000")
    ids = world.queued(40)
    first, second = world.claim(), world.claim()
    assert [claimed.call_id for claimed in first.claimed] == ids[:25]
    assert [claimed.call_id for claimed in second.claimed] == ids[25:]


def test_no_more_are_looked_at_than_may_get_a_place_unless_campaigns_share_the_trunk(world: World) -> None:
    world.queued(10)
    with world.engine.begin() as tx:
        barrier.share(tx)
        assert len(claiming.candidates(tx, world.trunk_id, 25, places=3)) == 3
        assert len(claiming.candidates(tx, world.trunk_id, 2, places=3)) == 2
    world.queued([number(90)], campaign_id=world.campaign("other"))
    with world.engine.begin() as tx:
        barrier.share(tx)
        assert len(claiming.candidates(tx, world.trunk_id, 25, places=3)) == 11


def test_calls_of_another_trunk_are_left_alone(world: World) -> None:
    world.queued(1)
    assert world.dialer.claims.claim(world.trunk_id + 1).claimed == ()
    assert world.states() == {"queued": 1}


def test_single_call_is_claimed_with_what_it_was_given(world: World) -> None:
    call_id = world.single(caller_id="+12025550111", timeout_seconds=12, phone_number=number(9))
    world.execute('INSERT INTO call_variables VALUES (:id, \'{"LANGUAGE": "en"}\')', id=call_id)
    (claimed,) = world.claim().claimed
    assert (claimed.call_id, claimed.caller_id, claimed.timeout_seconds) == (call_id, "+12025550111", 12)
    assert claimed.variables == {"LANGUAGE": "en"}
    assert claimed.slot.campaign_id is None


def test_call_goes_out_through_the_node_that_its_trunk_is_on_now(world: World) -> None:
    """Else another node's listener would hear of it, and reconcile would ask the wrong one."""
    (call_id,) = world.queued(1)
    with world.engine.begin() as tx:
        other = make_node(tx, "pbx2")
    world.execute("UPDATE trunks SET node_id = :node", node=other)
    batch = world.claim()
    assert batch.node is not None
    assert batch.node.id == other
    assert world.call(call_id)["node_id"] == other


def test_without_redis_nothing_is_claimed(world: World) -> None:
    (call_id,) = world.queued(1)
    dialer = Dialer(world.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    try:
        with pytest.raises(LimitsUnavailable):
            dialer.claims.claim(world.trunk_id)
        dialer.claims._breaker = world.dialer.breaker  # it can be asked, the limits can't
        with pytest.raises(LimitsUnavailable):
            dialer.claims.claim(world.trunk_id)
    finally:
        dialer.close()
    assert world.call(call_id)["state"] == "queued"
    assert world.contact_of(call_id)["attempts"] == 0


def test_redis_that_lost_everything_is_rebuilt_from_the_open_calls(world: World) -> None:
    world.queued(5)
    held = {str(claimed.slot.token) for claimed in world.claim().claimed}
    ended = next(iter(held))
    world.execute(
        "UPDATE calls SET state = 'ended', disposition = 'busy', ended_at = clock_timestamp()"
        " WHERE claim_token = :token",
        token=ended,
    )
    world.queued([number(50)])
    world.dialer.redis.flushall()
    batch = world.claim()
    assert batch.claimed == ()
    assert batch.closed
    assert world.slots() == held - {ended}
    wait_for(lambda: world.claim().claimed, "a place after the rebuild")


def test_channels_of_trunk_and_campaign_bound_the_claim(world: World) -> None:
    world.queued(10)
    world.set_campaign(channels=3)
    batch = world.claim()
    assert len(batch.claimed) == 3
    assert batch.limited_by == f"campaign:{world.campaign_id}"
    world.set_campaign(channels=None)
    world.execute("UPDATE trunks SET channels = 5")
    batch = world.claim()
    assert len(batch.claimed) == 2
    assert batch.limited_by == f"trunk:{world.trunk_id}"
    assert world.states() == {"originating": 5, "queued": 5}
    assert len(world.slots()) == 5


def test_campaign_whose_channels_are_full_does_not_hold_up_another(world: World) -> None:
    world.set_campaign(channels=1)
    full = world.queued([number(n) for n in range(41)])
    assert [claimed.call_id for claimed in world.claim().claimed] == full[:1]
    other = world.campaign("another")
    (call_id,) = world.queued([number(100)], campaign_id=other)
    assert [claimed.call_id for claimed in world.claim().claimed] == [call_id]


@pytest.mark.parametrize("is_node", [False, True])
def test_breaker_that_is_open_lets_nothing_out_and_then_one(world: World, is_node: bool) -> None:
    scope = node_scope(world.node_id) if is_node else trunk_scope(world.trunk_id)
    world.dialer.redis.hset(f"breaker:{scope}", mapping={"open_until": 1, "pause": 60_000_000})
    assert world.claim().claimed == ()
    world.dialer.breaker.worked(scope)
    world.queued(5)
    for _ in range(5):
        world.dialer.breaker.failed(scope)
    batch = world.claim()
    assert batch.claimed == ()
    assert batch.closed
    world.dialer.redis.hset(f"breaker:{scope}", "open_until", 1)
    assert world.dialer.breaker.look([scope]) == {scope: BreakerState.PROBE}
    assert len(world.claim().claimed) == 1
    assert world.claim().claimed == ()
    world.dialer.breaker.worked(scope)
    assert len(world.claim().claimed) == 4
