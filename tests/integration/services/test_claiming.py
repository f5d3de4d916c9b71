"""Gate, limits and claim, on a real PostgreSQL and a real Redis."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dialer.bootstrap import Dialer
from dialer.db import barrier, claiming
from dialer.domain.campaigns import CampaignCommand
from dialer.domain.trunks import BreakerState
from dialer.errors import LimitsUnavailable
from dialer.limits.limiter import Limit
from dialer.limits.slots import Slot, node_scope, trunk_scope
from dialer.services.dnc import NewDncEntry
from tests.support.factories import ALWAYS, make_call, make_node, number, zone_set
from tests.support.world import World, wait_for

CLOSED = {"start": "00:00", "end": "00:01", "days": [1]}


def reason(world: World, call_id: UUID) -> tuple[str, str, str]:
    call = world.call(call_id)
    return call["state"], call["disposition"], call["failure_reason"]


# Claiming


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
        claiming.begin(tx)
        assert len(claiming.candidates(tx, world.trunk_id, 25, places=3)) == 3
        assert len(claiming.candidates(tx, world.trunk_id, 2, places=3)) == 2
    world.queued([number(90)], campaign_id=world.campaign("other"))
    with world.engine.begin() as tx:
        claiming.begin(tx)
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


# The gate


def refuse_dnc(world: World, **columns: Any) -> None:
    world.execute(
        "INSERT INTO dnc (phone_number, campaign_id, expires_at, source, created_by)"
        " VALUES (:phone, :campaign, clock_timestamp() + make_interval(secs => :seconds), 'tests', 'tests')",
        **{"phone": number(0), "campaign": None, "seconds": 3600} | columns,
    )


def other_campaign(world: World) -> int:
    return world.campaign("another")


REFUSALS: list[tuple[str, Callable[[World], object], str, str | None]] = [
    ("paused", lambda w: w.set_campaign(state="paused"), "campaign_not_running", None),
    ("draft", lambda w: w.set_campaign(state="draft"), "campaign_not_running", None),
    ("cancelled", lambda w: w.set_campaign(state="cancelled"), "campaign_not_running", None),
    ("global dnc", lambda w: refuse_dnc(w), "dnc", "dnc"),
    ("campaign's dnc", lambda w: refuse_dnc(w, campaign=w.campaign_id), "dnc", "dnc"),
    ("endless dnc", lambda w: refuse_dnc(w, seconds=None), "dnc", "dnc"),
    ("outside the window", lambda w: w.set_campaign(calling_window=CLOSED), "outside_window", None),
    ("exhausted", lambda w: w.execute("UPDATE contacts SET attempts = 3"), "attempts_exhausted", "attempts_exhausted"),
    ("allow-list", lambda w: w.execute("UPDATE control SET allow_list_only = true"), "not_on_allow_list", None),
    (
        "hung up",
        lambda w: w.execute("UPDATE calls SET hangup_requested_at = clock_timestamp()"),
        "cancelled",
        "cancelled",
    ),
]


@pytest.mark.parametrize(("change", "code", "final"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_call_that_the_gate_refuses_is_withdrawn_and_its_contact_moved_on(
    world: World, change: Callable[[World], object], code: str, final: str | None
) -> None:
    (call_id,) = world.queued(1)
    change(world)
    attempts = world.contact_of(call_id)["attempts"]
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", code)
    contact = world.contact_of(call_id)
    waits = code == "not_on_allow_list"
    assert contact["state"] == ("done" if final else "waiting" if waits else "ready")
    assert contact["final_reason"] == final
    assert contact["attempts"] == attempts
    assert contact["open_call_id"] is None
    assert contact["last_disposition"] is None
    assert world.slots() == set()
    assert world.call(call_id)["claim_token"] is None


@pytest.mark.parametrize(
    ("columns", "what"),
    [({"seconds": -1}, "expired"), ({"phone": number(1)}, "another number")],
)
def test_entry_that_does_not_apply_forbids_nothing(world: World, columns: dict[str, Any], what: str) -> None:
    world.queued([number(0)])
    refuse_dnc(world, **columns)
    assert len(world.claim().claimed) == 1, what


def test_other_campaign_s_entry_forbids_nothing(world: World) -> None:
    world.queued([number(0)])
    refuse_dnc(world, campaign=other_campaign(world))
    assert len(world.claim().claimed) == 1


def test_global_entry_forbids_single_calls_and_a_campaign_s_does_not(world: World) -> None:
    first = world.single()
    refuse_dnc(world, campaign=world.campaign_id)
    assert [claimed.call_id for claimed in world.claim().claimed] == [first]
    refuse_dnc(world)
    second = world.single()
    assert world.claim().claimed == ()
    assert reason(world, second) == ("ended", "withdrawn", "dnc")


@pytest.mark.parametrize("phone", ["+19005550123", "+18445550", "+4990012345"])
def test_number_that_must_never_be_dialed_is_refused_though_it_got_into_the_table(world: World, phone: str) -> None:
    (call_id,) = world.queued([phone])
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "undialable")
    assert world.contact_of(call_id)["final_reason"] == "undialable"


def test_emergency_number_is_never_dialed(world: World) -> None:
    call_id = world.single(phone_number="+1 9 1 1")
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "undialable")


def test_listed_number_is_dialed_under_the_allow_list(world: World) -> None:
    listed, unlisted = world.queued([number(1), number(2)])
    world.execute("UPDATE control SET allow_list_only = true")
    world.execute("INSERT INTO allow_list (phone_number, added_by) VALUES (:phone, 'tests')", phone=number(1))
    assert [claimed.call_id for claimed in world.claim().claimed] == [listed]
    contact = world.contact_of(unlisted)
    assert contact["next_attempt_at"] > world.now() + timedelta(seconds=30)


def test_unknown_zone_is_refused_unless_the_campaign_has_a_default(world: World) -> None:
    (first,) = world.queued([number(1)], zones=())
    assert world.claim().claimed == ()
    assert reason(world, first) == ("ended", "withdrawn", "zone_unknown")
    assert world.contact_of(first)["state"] == "ready"
    world.set_campaign(default_time_zone="Europe/Berlin")
    (second,) = world.queued([number(2)], zones=())
    assert [claimed.call_id for claimed in world.claim().claimed] == [second]


def test_default_zone_is_not_for_those_whose_zone_is_known(world: World) -> None:
    now = world.now()
    elsewhere = "Pacific/Kiritimati" if now.hour >= 11 else "Etc/GMT+12"  # where it is another day
    world.set_campaign(calling_window=ALWAYS | {"days": [now.isoweekday()]}, default_time_zone="UTC")
    here, _, unknown = (
        world.queued([number(n)], zones=zones)[0] for n, zones in enumerate((["UTC"], ["UTC", elsewhere], []))
    )
    assert {claimed.call_id for claimed in world.claim().claimed} == {here, unknown}


@pytest.mark.parametrize("changes", [{"single_call_window": "00:00-00:01"}])
def test_single_call_goes_by_the_installation_s_window(world: World) -> None:
    with world.engine.begin() as tx:
        zone = "Etc/GMT-14" if world.now(tx).hour < 9 else "UTC"
        call_id = make_call(tx, world.trunk_id, zone_id=zone_set(tx, zone))
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "outside_window")


def test_refused_calls_do_not_hold_up_the_others(world: World) -> None:
    """More refusals than a batch holds: the next claim follows at once, not with the next nudge."""
    world.queued(60)
    world.execute("INSERT INTO dnc (phone_number, source, created_by) SELECT phone_number, 't', 't' FROM contacts")
    world.work()
    assert world.states() == {"ended": 60}


# Closed


CLOSINGS: list[tuple[str, Callable[[World], object]]] = [
    ("emergency stop", lambda w: w.execute("UPDATE control SET stop_at = clock_timestamp()")),
    ("trunk disabled", lambda w: w.execute("UPDATE trunks SET enabled = false")),
    ("node disabled", lambda w: w.set_node(enabled="false")),
    ("listener away", lambda w: w.set_node(lease_until="clock_timestamp()")),
    ("never a listener", lambda w: w.set_node(lease_until="NULL")),
    ("echo old", lambda w: w.set_node(echo_at="clock_timestamp() - interval '6 s'")),
    ("never an echo", lambda w: w.set_node(echo_at="NULL")),
    ("a real node", lambda w: w.set_node(is_simulator="false")),
    ("a node of which nothing is known", lambda w: w.set_node(is_simulator="NULL")),
]


@pytest.mark.parametrize("close", [c[1] for c in CLOSINGS], ids=[c[0] for c in CLOSINGS])
def test_nothing_is_claimed_and_calls_stay_queued(world: World, close: Callable[[World], object]) -> None:
    (call_id,) = world.queued(1)
    close(world)
    batch = world.claim()
    assert batch.claimed == ()
    assert batch.closed
    assert world.call(call_id)["state"] == "queued"
    assert world.contact_of(call_id)["attempts"] == 0
    assert world.slots() == set()


@pytest.mark.parametrize("changes", [{"real_calls_allowed": True}])
def test_real_node_is_dialed_when_that_is_allowed(world: World) -> None:
    world.queued(1)
    world.set_node(is_simulator="false")
    assert len(world.claim().claimed) == 1


# Limits


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


# The barrier


def test_claim_waits_while_claims_are_held_back_and_sees_what_was_decided(world: World) -> None:
    (call_id,) = world.queued(1)
    with ThreadPoolExecutor(1) as pool:
        with world.engine.begin() as tx:
            barrier.hold_back_claims(tx)
            claim = pool.submit(world.claim)
            wait_for(lambda: _waiting_for_a_lock(world), "the claim at the barrier")
            tx.execute(text("UPDATE campaigns SET state = 'paused'"))
            assert not claim.done()
        assert claim.result(10).claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "campaign_not_running")


def _waiting_for_a_lock(world: World) -> int:
    with world.engine.begin() as tx:
        return int(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) or 0)


def test_claim_that_is_held_back_too_long_gives_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (call_id,) = world.queued(1)
    monkeypatch.setattr(claiming, "_TIMEOUTS", text("SELECT set_config('lock_timeout', '200', true)"))
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
            wait_for(lambda: _waiting_for_a_lock(world), "the claim at the barrier")
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


# What dies in the middle


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
        wait_for(lambda: _waiting_for_a_lock(world), "the sweep at the barrier")
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
