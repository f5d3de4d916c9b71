"""Claimed calls are sent to a simulated PBX that does everything that a PBX may do to them."""

import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, text

from dialer.bootstrap import Dialer
from dialer.db import transitions
from dialer.db.prepared import Prepared
from dialer.domain.campaigns import CampaignCommand
from dialer.domain.dispositions import Disposition
from dialer.domain.trunks import BreakerState
from dialer.errors import ConfigurationError
from dialer.limits.slots import node_scope, trunk_scope
from dialer.services.ending import Ending, HangupReport, end_calls
from tests.support import factories
from tests.support.factories import number
from tests.support.world import WAIT_SECONDS, World, wait_for


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"ari_read_timeout_seconds": 10.0, "ari_connect_timeout_seconds": 10.0, "dial_window_ms": 5000}


IMPATIENT = pytest.mark.parametrize("changes", [{"ari_read_timeout_seconds": 0.3, "dial_window_ms": 5000}])
LATE = pytest.mark.parametrize(("changes", "lateness_seconds"), [({"dial_window_ms": 300}, 0.04)])


def is_due(world: World, call_id: UUID) -> bool:
    """Back in the queue as if nothing had happened."""
    call, contact = world.call(call_id), world.contact_of(call_id)
    return (
        (call["state"], call["claim_token"], call["dial_by"]) == ("queued", None, None)
        and (contact["state"], contact["attempts"]) == ("in_call", 0)
        and world.slots() == set()
    )


def breaker(world: World) -> BreakerState:
    """Whether anything may go out through the trunk and its node."""
    return world.dialer.breaker.ask(trunk_scope(world.trunk_id), node_scope(world.node_id))


def pause(world: World, scope: str, until: int) -> None:
    """Let a pause end at another time."""
    world.dialer.redis.hset(f"breaker:{scope}", "open_until", until)


@contextmanager
def answer_held_back(world: World) -> Iterator[None]:
    """A worker has dialed, and learns of the PBX's answer only after what is done inside."""
    client, answered, go_on = world.client, threading.Event(), threading.Event()
    originate = client.originate

    def held_back(*arguments: Any, **named: Any) -> Any:
        answer = originate(*arguments, **named)
        answered.set()
        go_on.wait(WAIT_SECONDS)
        return answer

    client.originate = held_back  # type: ignore[method-assign]
    worker = threading.Thread(target=world.work_off)
    worker.start()
    try:
        assert answered.wait(WAIT_SECONDS)
        yield
    finally:
        go_on.set()
        worker.join(WAIT_SECONDS)


# Accepted


def test_accepted_calls_ring_and_each_is_dialed_once(dialing: World) -> None:
    ids = dialing.queued(8)
    dialing.work_off()
    for call_id in ids:
        call = dialing.call(call_id)
        assert (call["state"], call["post_answer"]) == ("ringing", "accepted")
        assert call["channel"].startswith("PJSIP/carrier")
        assert call["claimed_at"] <= call["dialed_at"] <= call["dial_by"]
        assert dialing.invites(call_id) == 1
    assert len(dialing.slots()) == 8
    assert {dialing.contact_of(call_id)["attempts"] for call_id in ids} == {1}


def test_pbx_is_told_caller_id_and_timeout_of_the_campaign(dialing: World) -> None:
    dialing.queued(1)
    dialing.set_campaign(caller_id="+12025550155", timeout_seconds=9)
    dialing.work()
    assert dialing.ledger.invites[0].caller_id == "+12025550155"
    assert dialing.calls()[0]["timeout_seconds"] == 9


def test_posts_keep_within_the_trunk_s_channels(dialing: World) -> None:
    dialing.execute("UPDATE trunks SET channels = 12")
    dialing.queued(30)
    dialing.work(0.5)
    wait_for(lambda: dialing.work(0.1) == 0 and dialing.states() == {"ringing": 12, "queued": 18}, "twelve calls")
    assert len(dialing.ledger.invites) == 12


def test_worker_goes_on_as_long_as_there_is_work_and_then_ends(dialing: World) -> None:
    dialing.execute("UPDATE trunks SET cps = 400, channels = 500")
    dialing.queued(90)
    assert dialing.work(60) == 90
    assert dialing.work(60) == 0
    assert dialing.states() == {"ringing": 90}


def test_event_that_came_before_the_answer_is_not_undone(dialing: World) -> None:
    """A call can be over before its POST is answered."""
    (call_id,) = dialing.queued(1)
    with answer_held_back(dialing):
        with dialing.engine.begin() as tx:
            slots = end_calls(tx, [Ending(call_id, hangup=HangupReport(17, 486, "BUSY"))])
        dialing.dialer.limiter.release(slots)
    call = dialing.call(call_id)
    assert (call["state"], call["disposition"], call["post_answer"]) == ("ended", "busy", "accepted")
    assert dialing.contact_of(call_id)["state"] == "waiting"
    assert dialing.slots() == set()


# Refused


def test_call_that_the_pbx_can_t_make_has_failed_and_counts(dialing: World) -> None:
    (call_id,) = dialing.queued(1)
    dialing.fault(refuse={"status": 400, "count": 1})
    dialing.work()
    call, contact = dialing.call(call_id), dialing.contact_of(call_id)
    assert (call["state"], call["disposition"]) == ("ended", "failed")
    assert call["failure_reason"].startswith("400 ")
    assert (contact["state"], contact["final_reason"]) == ("done", "final_disposition")
    assert contact["attempts"] == 1
    assert dialing.slots() == set()
    assert dialing.invites(call_id) == 0
    assert breaker(dialing) is BreakerState.CLOSED


@pytest.mark.parametrize("status", [401, 403, 503])
def test_refusal_by_the_node_s_fault_costs_nobody_an_attempt(dialing: World, status: int) -> None:
    (call_id,) = dialing.queued(1)
    dialing.fault(refuse={"status": status, "count": 1000})
    dialing.work(0.3)
    assert is_due(dialing, call_id)
    dialing.clear_faults()
    dialing.dialer.breaker.worked(node_scope(dialing.node_id))
    dialing.work_off()
    assert dialing.call(call_id)["state"] == "ringing"
    assert dialing.contact_of(call_id)["attempts"] == 1
    assert dialing.invites(call_id) == 1


def test_trunk_that_does_not_exist_costs_nobody_an_attempt(dialing: World) -> None:
    dialing.execute("UPDATE trunks SET endpoint = 'PJSIP/{number}@nosuch'")
    (call_id,) = dialing.queued(1)
    dialing.work(0.2)
    assert is_due(dialing, call_id)


def test_wrong_password_does_not_burn_the_list(dialing: World) -> None:
    ids = dialing.queued(60)
    wrong = Dialer(dialing.settings.model_copy(update={"ari_password": SecretStr("wrong")}), nudges=dialing.nudges)
    try:
        for _ in range(4):
            wrong.originating.work_on(dialing.trunk_id, seconds=0.2)
    finally:
        wrong.close()
    assert all(is_due(dialing, call_id) for call_id in ids)
    assert breaker(dialing) is BreakerState.OPEN


def test_missing_password_claims_nothing(dialing: World) -> None:
    (call_id,) = dialing.queued(1)
    lacking = Dialer(dialing.settings.model_copy(update={"ari_password": None}), nudges=dialing.nudges)
    try:
        with pytest.raises(ConfigurationError):
            lacking.originating.work_on(dialing.trunk_id, seconds=0.2)
    finally:
        lacking.close()
    assert is_due(dialing, call_id)


@pytest.mark.parametrize(("status", "is_node"), [(503, True), (500, False)])
def test_breaker_opens_probes_with_one_call_and_closes_when_it_works(
    dialing: World, status: int, is_node: bool
) -> None:
    scopes = [trunk_scope(dialing.trunk_id), node_scope(dialing.node_id)]
    at_fault, other = reversed(scopes) if is_node else scopes
    ids = dialing.queued(10)
    dialing.fault(refuse={"status": status, "count": 1000})
    dialing.work(0.5)
    assert dialing.dialer.breaker.look(scopes) == {at_fault: BreakerState.OPEN, other: BreakerState.CLOSED}
    pause(dialing, at_fault, 2**53 - 1)
    assert dialing.work(0.5) == 0
    posts = len(dialing.ledger.posts)
    pause(dialing, at_fault, 1)
    assert dialing.work(0.5) == 1
    assert len(dialing.ledger.posts) == posts + 1
    assert breaker(dialing) is BreakerState.OPEN
    dialing.clear_faults()
    pause(dialing, at_fault, 1)
    assert dialing.work(0.5) == 1
    assert breaker(dialing) is BreakerState.CLOSED
    assert dialing.work() == 9
    assert dialing.states() == {"ringing": 10}
    assert all(dialing.invites(call_id) == 1 for call_id in ids)


@pytest.mark.parametrize(("status", "goes_on"), [(503, False), (500, True)])
def test_a_trunk_s_failure_leaves_its_node_s_other_trunks_alone_and_a_node_s_does_not(
    dialing: World, status: int, goes_on: bool
) -> None:
    with dialing.engine.begin() as tx:
        beside = factories.make_trunk(tx, dialing.node_id, "beside")
        call_id = factories.make_call(tx, beside, phone_number=number(90))
    dialing.queued(10)
    dialing.fault(refuse={"status": status, "count": 1000})
    dialing.work(0.5)
    dialing.clear_faults()
    assert dialing.dialer.originating.work_on(beside, seconds=0.5) == goes_on
    assert dialing.call(call_id)["state"] == ("ringing" if goes_on else "queued")


def test_refused_connection_costs_nobody_an_attempt_and_opens_the_breaker(world: World) -> None:
    ids = world.queued(8)
    world.work(0.3)
    assert all(is_due(world, call_id) for call_id in ids)
    assert breaker(world) is BreakerState.OPEN


# Unknown


def test_answer_that_was_lost_leaves_the_call_to_reconcile_and_is_never_sent_again(dialing: World) -> None:
    ids = dialing.queued(3)
    dialing.fault(drop_answers=3)
    dialing.work()
    for call_id in ids:
        call = dialing.call(call_id)
        assert (call["state"], call["post_answer"]) == ("originating", "unknown")
        assert dialing.contact_of(call_id)["attempts"] == 1
    assert len(dialing.slots()) == 3
    dialing.clear_faults()
    assert dialing.work() == 0
    assert [dialing.invites(call_id) for call_id in ids] == [1, 1, 1]


@IMPATIENT
def test_lost_answer_of_a_call_that_is_known_to_ring_does_not_set_it_back(dialing: World) -> None:
    (call_id,) = dialing.queued(1)
    dialing.fault(latency_ms=2000)
    worker = threading.Thread(target=dialing.work)
    worker.start()
    wait_for(lambda: dialing.ledger.invites, "the INVITE")
    dialing.execute("UPDATE calls SET state = 'ringing', dialed_at = claimed_at")
    worker.join(WAIT_SECONDS)
    call = dialing.call(call_id)
    assert (call["state"], call["post_answer"], call["failure_reason"]) == ("ringing", "unknown", None)


@IMPATIENT
def test_pbx_that_takes_requests_and_answers_none_is_left_alone_after_a_few(dialing: World) -> None:
    """Each of them is a person about whom nobody knows anything."""
    dialing.queued(60)
    dialing.fault(stall_ms=60_000)
    dialing.work(0.5)
    asked = dialing.states()["originating"]
    wait_for(lambda: len(dialing.ledger.posts) == asked, "what was sent")  # A busy PBX reads it after we gave up.
    for _ in range(3):
        dialing.work(0.3)
    assert breaker(dialing) is BreakerState.OPEN
    assert len(dialing.ledger.posts) == asked
    assert dialing.states()["originating"] == asked


@LATE
def test_call_whose_moment_has_passed_is_not_sent_and_loses_nothing(dialing: World) -> None:
    """As in a process that was stopped between its claim and its POST."""
    (call_id,) = dialing.queued(1)
    claims = dialing.dialer.claims
    claim = claims.claim

    def late_claim(trunk_id: int) -> Any:
        batch = claim(trunk_id)
        if batch.claimed:
            time.sleep(max(c.send_by for c in batch.claimed) - time.monotonic() + 0.01)
        return batch

    claims.claim = late_claim  # type: ignore[method-assign]
    dialing.work(0.01)
    assert dialing.ledger.posts == ()
    assert is_due(dialing, call_id)
    assert breaker(dialing) is BreakerState.CLOSED


@pytest.mark.parametrize("changes", [{"dial_window_ms": 250}])
def test_nothing_is_posted_after_the_row_s_dial_by(dialing: World) -> None:
    """However late the worker is: its threads are held up, as on a machine without a processor to spare."""
    dialing.queued(20)
    sleep = dialing.dialer.clock.sleep
    nap = itertools.count()
    dialing.dialer.clock.sleep = lambda seconds: sleep(seconds + next(nap) % 4 * 0.1)  # type: ignore[method-assign]
    deadlines: dict[str, float] = {}
    claims = dialing.dialer.claims
    claim = claims.claim

    def noting_claim(trunk_id: int) -> Any:
        batch = claim(trunk_id)
        for claimed in batch.claimed:
            deadlines.setdefault(str(claimed.call_id), dialing.call(claimed.call_id)["dial_by"].timestamp())
        return batch

    claims.claim = noting_claim  # type: ignore[method-assign]
    dialing.work(0.01)
    assert deadlines
    # The simulator stamps what it reads, which is later than what was written: as much later as it is slow.
    assert all(post.at <= deadlines[post.channel] + 0.25 for post in dialing.ledger.posts)
    assert "queued" in dialing.states()


@pytest.mark.parametrize("changes", [{"dial_window_ms": 800}])
def test_pause_in_the_middle_of_the_work_stops_every_post_after_its_answer(dialing: World) -> None:
    dialing.execute("UPDATE trunks SET cps = 60")
    dialing.queued(80)
    worker = threading.Thread(target=dialing.work, args=(3.0,))
    worker.start()
    wait_for(lambda: len(dialing.ledger.posts) > 5, "some posts")
    dialing.dialer.campaigns.command(dialing.campaign_id, CampaignCommand.PAUSE)
    answered_at = time.time()
    posted = len(dialing.ledger.posts)
    worker.join(WAIT_SECONDS)
    assert [post for post in dialing.ledger.posts if post.at > answered_at] == []
    assert posted < 80


def test_worker_writes_only_under_its_own_claim(dialing: World) -> None:
    """The call was given back and claimed by another while this worker's answer was on its way."""
    (call_id,) = dialing.queued(1)
    other = "00000000-0000-4000-8000-000000000000"
    with answer_held_back(dialing):
        dialing.execute("UPDATE calls SET claim_token = :token", token=other)
    call = dialing.call(call_id)
    assert (str(call["claim_token"]), call["state"], call["post_answer"]) == (other, "originating", None)


def test_refused_worker_gives_back_only_its_own_claim(dialing: World) -> None:
    (call_id,) = dialing.queued(1)
    dialing.fault(refuse={"status": 503, "count": 9}, latency_ms=100)
    (claimed,) = dialing.claim().claimed
    dialing.execute("UPDATE calls SET claim_token = gen_random_uuid()")
    with dialing.engine.begin() as tx:
        transitions.requeue(tx, [(call_id, claimed.slot.token)])
    assert dialing.call(call_id)["state"] == "originating"
    assert dialing.contact_of(call_id)["attempts"] == 1


def test_claim_under_a_tomb_is_not_given_back(dialing: World) -> None:
    """A worker was stopped so long that reconcile has occupied the id. Queued again, the call would be dialed under
    a tomb that is about to go, and the person called twice."""
    (call_id,) = dialing.queued(1)
    (claimed,) = dialing.claim().claimed
    dialing.execute("UPDATE calls SET tomb_at = clock_timestamp()")
    with dialing.engine.begin() as tx:
        transitions.requeue(tx, [(call_id, claimed.slot.token)])
    assert dialing.call(call_id)["state"] == "originating"
    assert dialing.contact_of(call_id)["attempts"] == 1


@LATE
def test_slot_stays_with_a_call_that_was_not_given_back(dialing: World) -> None:
    (call_id,) = dialing.queued(1)
    claims = dialing.dialer.claims
    claim = claims.claim

    def late_claim(trunk_id: int) -> Any:
        batch = claim(trunk_id)
        if batch.claimed:
            dialing.execute("UPDATE calls SET tomb_at = clock_timestamp()")
            time.sleep(max(c.send_by for c in batch.claimed) - time.monotonic() + 0.01)
        return batch

    claims.claim = late_claim  # type: ignore[method-assign]
    dialing.work(0.01)
    assert dialing.slots() == {str(dialing.call(call_id)["claim_token"])}


def test_answers_are_written_after_the_database_was_away_for_a_moment(
    dialing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (call_id,) = dialing.queued(1)
    failures = iter([True])

    class Cut(Prepared):
        def run(self, tx: Connection, parameters: Mapping[str, Any] = {}) -> int:
            if next(failures, False):
                pid = tx.scalar(text("SELECT pg_backend_pid()"))
                dialing.execute("SELECT pg_terminate_backend(:pid, 5000)", pid=pid)
            return super().run(tx, parameters)

    monkeypatch.setattr(transitions, "_ACCEPT", Cut(str(transitions._ACCEPT)))
    dialing.work()
    assert next(failures, None) is None
    assert dialing.call(call_id)["state"] == "ringing"


# Endings


@pytest.mark.parametrize(
    ("disposition", "attempts", "state", "counted"),
    [
        (Disposition.BUSY, 1, "waiting", 1),
        (Disposition.BUSY, 3, "done", 3),
        (Disposition.ANSWERED, 1, "done", 1),
        (Disposition.NOT_DIALED, 1, "ready", 0),
        (Disposition.NOT_DIALED, 3, "ready", 2),
        (Disposition.INDETERMINATE, 1, "waiting", 1),
        (Disposition.CANCELLED, 1, "done", 1),
    ],
)
def test_end_of_a_call_moves_its_contact_on_in_the_same_transaction(
    world: World, disposition: Disposition, attempts: int, state: str, counted: int
) -> None:
    (call_id,) = world.queued(1, attempts=attempts - 1)
    world.set_campaign(retry_policy={})
    (claimed,) = world.claim().claimed
    with world.engine.begin() as tx:
        slots = end_calls(tx, [Ending(call_id, disposition)])
    contact = world.contact_of(call_id)
    assert slots == [claimed.slot]
    assert (contact["state"], contact["attempts"], contact["open_call_id"]) == (state, counted, None)
    assert (contact["next_attempt_at"] is not None) == (state == "waiting")
    assert contact["last_disposition"] == (None if disposition is Disposition.NOT_DIALED else disposition)
    assert world.call(call_id)["disposition"] == disposition


def test_call_ends_once(world: World) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    with world.engine.begin() as tx:
        assert len(end_calls(tx, [Ending(call_id, Disposition.BUSY)])) == 1
    with world.engine.begin() as tx:
        assert end_calls(tx, [Ending(call_id, Disposition.ANSWERED)]) == []
        assert end_calls(tx, []) == []
    assert world.call(call_id)["disposition"] == "busy"
    assert world.contact_of(call_id)["state"] == "waiting"


def test_end_of_an_old_call_does_not_touch_a_contact_that_has_gone_on(world: World) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    world.execute("UPDATE contacts SET open_call_id = gen_random_uuid()")
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.BUSY)])
    assert world.contact_of(call_id)["state"] == "in_call"


def test_retry_is_counted_from_the_database_s_time(world: World) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.BUSY)])
    waits = world.contact_of(call_id)["next_attempt_at"] - world.call(call_id)["ended_at"]
    assert waits.total_seconds() == 300


def test_many_ends_at_once_from_both_sides_do_not_deadlock(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 5000, channels = 1000")
    world.queued(25)
    ids = [claimed.call_id for claimed in world.claim().claimed]
    assert len(ids) == 25

    def end(order: list[UUID]) -> None:
        with world.engine.begin() as tx:
            tx.execute(text("SELECT 1"))
            end_calls(tx, [Ending(call_id, Disposition.BUSY) for call_id in order])

    threads = [threading.Thread(target=end, args=(order,)) for order in (ids, ids[::-1], ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert world.states() == {"ended": 25}
    with world.engine.begin() as tx:
        assert tx.scalar(text("SELECT count(*) FROM contacts WHERE state = 'waiting' AND attempts = 1")) == 25
