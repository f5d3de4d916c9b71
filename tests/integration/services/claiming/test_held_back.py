"""Claims beside what holds them back or dies: the barrier, hang-ups, the sweep."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dialer.bootstrap import Dialer
from dialer.db import barrier
from dialer.domain.campaigns import CampaignCommand
from dialer.limits.limiter import Limit
from dialer.limits.slots import Slot
from dialer.services.dnc import NewDncEntry
from tests.integration.services.claiming.asking import reason, waiting_for_a_lock
from tests.support.factories import number
from tests.support.world import World, wait_for


def test_claim_waits_while_claims_are_held_back_and_sees_what_was_decided(world: World) -> None:
    (call_id,) = world.queued(1)
    with ThreadPoolExecutor(1) as pool:
        with world.engine.begin() as tx:
            barrier.hold_back_claims(tx)
            claim = pool.submit(world.claim)
            wait_for(lambda: waiting_for_a_lock(world), "the claim at the barrier")
            tx.execute(text("UPDATE campaigns SET state = 'paused'"))
            assert not claim.done()
        assert claim.result(10).claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "campaign_not_running")


def test_claim_that_is_held_back_too_long_gives_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (call_id,) = world.queued(1)
    monkeypatch.setattr(barrier, "CLAIM_WAITS_MS", 200)
    with world.engine.begin() as tx:
        barrier.hold_back_claims(tx)
        with pytest.raises(OperationalError):
            world.claim()
    assert world.call(call_id)["state"] == "queued"


@pytest.mark.parametrize("changes", [{"dial_window_ms": 800}])
def test_time_spent_at_the_barrier_is_not_taken_from_the_dial_window(world: World) -> None:
    world.queued(1)
    with ThreadPoolExecutor(1) as pool:
        with world.engine.begin() as tx:
            barrier.hold_back_claims(tx)
            claim = pool.submit(world.claim)
            wait_for(lambda: waiting_for_a_lock(world), "the claim at the barrier")
            tx.execute(text("SELECT pg_sleep(1)"))
        (claimed,) = claim.result(10).claimed
    assert claimed.send_by > claimed.send_at


@pytest.mark.parametrize("command", [CampaignCommand.PAUSE, CampaignCommand.CANCEL])
def test_pause_returns_only_when_claims_made_before_can_no_longer_be_sent(
    world: World, command: CampaignCommand
) -> None:
    world.queued(1)
    (claimed,) = world.claim().claimed
    dial_by = world.call(claimed.call_id)["dial_by"]
    decided = world.dialer.campaigns.command(world.campaign_id, command)
    assert world.now() >= dial_by
    assert world.dialer.clock.monotonic() >= claimed.send_by
    assert decided.in_flight == 1


@pytest.mark.parametrize("changes", [{"dial_window_ms": 5000}])
def test_pause_does_not_wait_for_claims_whose_answer_is_written(world: World) -> None:
    world.queued(1)
    (claimed,) = world.claim().claimed
    world.execute("UPDATE calls SET post_answer = 'unknown'")
    world.dialer.campaigns.command(world.campaign_id, CampaignCommand.PAUSE)
    assert world.now() < world.call(claimed.call_id)["dial_by"]


def test_number_that_was_just_forbidden_is_not_claimed(world: World) -> None:
    world.queued([number(0)])
    world.dialer.dnc.add(NewDncEntry(number(0)), "tests")
    assert world.claim().claimed == ()
    (call,) = world.calls()
    assert (call["disposition"], world.contact(call["contact_id"])["final_reason"]) == ("withdrawn", "dnc")


def test_hang_up_at_the_moment_of_the_claim_does_not_deadlock(world: World) -> None:
    """A hang-up takes the contact, then the call: so must the claim."""
    ids = world.queued(200)
    world.execute("UPDATE trunks SET cps = 5000, channels = 1000")
    errors: list[Exception] = []

    def hang_up() -> None:
        for call_id in ids:
            try:
                world.dialer.calls.hang_up(call_id)
            except OperationalError as error:
                errors.append(error)

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(hang_up)]
        claimed = [claim for _ in range(60) for claim in world.claim().claimed]
        for future in work:
            future.result(60)
    assert errors == []
    cancelled = {call["id"] for call in world.calls(disposition="cancelled")}
    withdrawn = {call["id"] for call in world.calls(disposition="withdrawn")}
    assert not (cancelled | withdrawn) & {claim.call_id for claim in claimed}


def test_slot_taken_by_a_claim_that_never_committed_is_freed_and_no_open_call_s(world: World) -> None:
    world.queued(2)
    (first, second) = world.claim().claimed
    leaked = Slot(uuid4(), world.trunk_id, world.campaign_id)
    scopes = [Limit(scope, None, 100) for scope in leaked.scopes()]
    world.dialer.limiter.take([leaked], scopes)
    assert str(leaked.token) in world.slots()
    assert world.dialer.sweeping.free_leaked_slots() == 3
    assert world.slots() == {str(first.slot.token), str(second.slot.token)}
    assert world.dialer.sweeping.free_leaked_slots() == 0


def test_sweep_does_not_free_the_slot_of_a_claim_that_is_being_made(world: World) -> None:
    """Between its Redis and its commit a claim's slot belongs to no row: the sweep waits for it."""
    world.queued(1)
    reached, go_on = threading.Event(), threading.Event()
    limiter = world.dialer.limiter
    take = limiter.take

    def slow_take(*arguments: Any) -> Any:
        answers = take(*arguments)
        reached.set()
        assert go_on.wait(10)
        return answers

    limiter.take = slow_take  # type: ignore[method-assign, assignment]
    other = Dialer(world.settings)
    with ThreadPoolExecutor(2) as pool:
        claim = pool.submit(world.claim)
        assert reached.wait(10)
        sweep = pool.submit(other.sweeping.free_leaked_slots)
        wait_for(lambda: waiting_for_a_lock(world), "the sweep at the barrier")
        go_on.set()
        (claimed,) = claim.result(10).claimed
        assert sweep.result(10) == 0
    other.close()
    assert world.slots() == {str(claimed.slot.token)}


def test_call_queued_too_long_goes_back_to_its_contact(world: World) -> None:
    old, young = world.queued(2)
    world.execute("UPDATE calls SET created_at = clock_timestamp() - interval '61 s' WHERE id = :id", id=old)
    assert world.dialer.sweeping.withdraw_expired() == 1
    assert reason(world, old) == ("ended", "withdrawn", "queued_too_long")
    assert world.contact_of(old)["state"] == "ready"
    assert world.contact_of(old)["attempts"] == 0
    assert world.call(young)["state"] == "queued"


def test_contact_s_row_locked_by_another_is_passed_over(world: World) -> None:
    first, second = world.queued(2)
    with world.engine.begin() as tx:
        tx.execute(text("SELECT FROM contacts WHERE id = :id FOR UPDATE"), {"id": world.call(first)["contact_id"]})
        assert [claimed.call_id for claimed in world.claim().claimed] == [second]
    assert [claimed.call_id for claimed in world.claim().claimed] == [first]
