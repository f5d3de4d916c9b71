"""What becomes of calls of which no answer and no event tells: asked of a simulated PBX that stalls and forgets."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dialer.ari.errors import Fault, Refused, Unknown
from dialer.errors import AriError
from tests.support.factories import number
from tests.support.world import WAIT_SECONDS, World, wait_for


@pytest.fixture
def changes() -> dict[str, Any]:
    return {
        "ari_read_timeout_seconds": 10.0,
        "ari_connect_timeout_seconds": 10.0,
        "dial_window_ms": 5000,
        "reconcile_grace_seconds": 5.0,
        "tomb_hold_seconds": 60,
    }


IMPATIENT = pytest.mark.parametrize("changes", [{"ari_read_timeout_seconds": 1.0, "tomb_hold_seconds": 60}])


@pytest.fixture
def heard(dialing: World) -> Iterator[World]:
    """A PBX on which somebody listens."""
    with dialing.listened():
        yield dialing


def age(world: World, seconds: float = 15.0) -> None:
    """Let time pass for all calls."""
    world.execute(
        "UPDATE calls SET claimed_at = claimed_at - d, dial_by = dial_by - d, tomb_at = tomb_at - d,"
        " missed_at = missed_at - d FROM make_interval(secs => :seconds) AS d",
        seconds=seconds,
    )


def reconcile(world: World) -> None:
    world.dialer.reconciling.reconcile(world.node)


def dead_claim(world: World, n: int = 0) -> UUID:
    """A call whose worker died between its claim and its POST."""
    (call_id,) = world.queued([number(n)])
    assert [claimed.call_id for claimed in world.claim().claimed] == [call_id]
    return call_id


def unanswered(world: World, n: int = 0) -> UUID:
    """A call that was dialed, and whose answer was lost."""
    (call_id,) = world.queued([number(n)])
    world.fault(drop_answers=1)
    world.work_off()
    assert world.call(call_id)["post_answer"] == "unknown"
    return call_id


def ringing(world: World, n: int = 0) -> UUID:
    (call_id,) = world.queued([number(n)])
    world.work_off()
    assert world.call(call_id)["state"] == "ringing"
    return call_id


def hang_up_behind_our_back(world: World, call_id: UUID) -> None:
    assert world.client.hang_up(call_id)


def outcome(world: World, call_id: UUID) -> tuple[str, str | None]:
    call = world.call(call_id)
    return call["state"], call["disposition"]


def tombs(world: World) -> list[str]:
    """The ids that placeholders occupy on the PBX."""
    return [channel.id for channel in world.client.channels() if channel.is_tomb and not channel.id.endswith(";2")]


# A claim without news


def test_lost_answer_of_a_call_that_lives_is_found_and_the_call_goes_on(dialing: World) -> None:
    call_id = unanswered(dialing)
    age(dialing)
    reconcile(dialing)
    call = dialing.call(call_id)
    assert (call["state"], call["tomb_at"]) == ("ringing", None)
    assert call["channel"].startswith("PJSIP/carrier")
    assert len(dialing.slots()) == 1
    assert dialing.invites(call_id) == 1
    assert tombs(dialing) == []


def test_adopted_call_that_is_up_is_up(heard: World) -> None:
    call_id = unanswered(heard, 7)  # answered at once
    age(heard)
    reconcile(heard)
    call = heard.call(call_id)
    assert call["state"] == "up"
    assert call["answered_at"] is not None


def test_tomb_does_not_count_where_nobody_listens(dialing: World) -> None:
    """A channel whose application is not registered is dropped by the PBX at once, and its id is free."""
    call_id = dead_claim(dialing)
    age(dialing)
    reconcile(dialing)
    assert tombs(dialing) == []
    assert dialing.call(call_id)["tomb_at"] is None
    with dialing.listened():
        reconcile(dialing)
        assert tombs(dialing) == [str(call_id)]
        assert dialing.call(call_id)["tomb_at"] is not None


def test_hold_begins_anew_when_a_tomb_is_gone(heard: World) -> None:
    call_id = dead_claim(heard)
    age(heard)
    reconcile(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard, 70)
    reconcile(heard)
    assert outcome(heard, call_id) == ("originating", None)
    reconcile(heard)
    assert tombs(heard) == [str(call_id)]
    age(heard, 70)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "not_dialed")


def test_call_is_not_looked_into_before_its_answer_can_be_late(heard: World) -> None:
    call_id = unanswered(heard)
    reconcile(heard)
    assert heard.call(call_id)["state"] == "originating"


def test_unsent_call_gets_a_tomb_is_held_and_then_ends_undialed(heard: World) -> None:
    call_id = dead_claim(heard)
    age(heard)
    reconcile(heard)
    assert tombs(heard) == [str(call_id)]
    assert outcome(heard, call_id) == ("originating", None)
    age(heard, 30)
    reconcile(heard)
    assert outcome(heard, call_id) == ("originating", None)
    assert heard.contact_of(call_id)["state"] == "in_call"
    age(heard, 40)
    reconcile(heard)
    contact = heard.contact_of(call_id)
    assert outcome(heard, call_id) == ("ended", "not_dialed")
    assert (contact["state"], contact["attempts"], contact["last_disposition"]) == ("ready", 0, None)
    assert tombs(heard) == []
    assert heard.slots() == set()
    assert heard.ledger.invites == ()


@pytest.mark.parametrize(
    "gap",
    [
        {"gap_free_since": "clock_timestamp()"},
        {"gap_free_since": "NULL", "echo_at": "NULL"},
        {"listener_epoch": "listener_epoch + 1"},
    ],
    ids=["reconnected", "away", "another reign"],
)
def test_unsent_call_is_indeterminate_where_events_may_have_been_missed(heard: World, gap: dict[str, str]) -> None:
    call_id = dead_claim(heard)
    age(heard)
    reconcile(heard)
    heard.set_node(**gap)
    age(heard, 70)
    reconcile(heard)
    contact = heard.contact_of(call_id)
    assert outcome(heard, call_id) == ("ended", "indeterminate")
    assert (contact["state"], contact["attempts"]) == ("waiting", 1)
    assert tombs(heard) == []


def test_held_call_does_not_end_before_the_listener_has_caught_up(heard: World) -> None:
    call_id = dead_claim(heard)
    age(heard)
    reconcile(heard)
    age(heard, 70)
    heard.set_node(echo_at="clock_timestamp() - interval '11 s'")  # before the hold was over
    reconcile(heard)
    assert outcome(heard, call_id) == ("originating", None)
    heard.set_node(echo_at="clock_timestamp()")
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "not_dialed")


def test_tomb_of_a_reconcile_that_died_is_taken_for_what_it_is(heard: World) -> None:
    call_id = dead_claim(heard)
    heard.client.create_tomb(call_id)
    age(heard)
    reconcile(heard)
    call = heard.call(call_id)
    assert call["state"] == "originating"
    assert call["tomb_at"] is not None


def test_call_that_came_to_life_under_its_tomb_s_hold_is_not_ended(heard: World) -> None:
    """The listener moves it on while reconcile is about to end it."""
    call_id = dead_claim(heard)
    age(heard)
    reconcile(heard)
    age(heard, 70)
    with heard.engine.begin() as tx:
        tx.execute(text("UPDATE calls SET state = 'ringing' WHERE id = :id"), {"id": call_id})
        worker = threading.Thread(target=reconcile, args=(heard,))
        worker.start()
        wait_for(lambda: _waits(heard), "reconcile to wait for the row")
    worker.join(WAIT_SECONDS)
    assert outcome(heard, call_id) == ("ringing", None)


def _waits(world: World) -> bool:
    with world.engine.begin() as tx:
        return bool(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


# The stalled PBX


@IMPATIENT
def test_originate_that_a_stalled_pbx_acts_on_late_meets_the_tomb_and_dials_nobody(heard: World) -> None:
    """The originate is taken, the PBX stands still, our timeout passes, reconcile is answered first."""
    (call_id,) = heard.queued(1)
    unfenced = uuid4()
    heard.fault(stall_ms=60_000)
    heard.work()
    with pytest.raises(Unknown):
        heard.client.originate(
            unfenced, endpoint="PJSIP/+12025550100@carrier", caller_id=None, timeout_seconds=30, variables={}
        )
    call = heard.call(call_id)
    assert (call["state"], call["post_answer"]) == ("originating", "unknown")
    age(heard)
    with pytest.raises(AriError):
        reconcile(heard)
    assert heard.call(call_id)["tomb_at"] is None  # no answer is no evidence
    heard.fault(stall_ms=0)  # what is new is answered, what was stalled is still inside
    reconcile(heard)
    assert tombs(heard) == [str(call_id)]
    heard.clear_faults()  # lets go of what was stalled, in the order in which it came
    wait_for(lambda: str(unfenced) in heard.ledger.invites_by_channel(), "the late dial of the other one")
    assert heard.invites(call_id) == 0
    assert tombs(heard) == [str(call_id)]
    age(heard, 70)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "not_dialed")


def test_no_second_attempt_for_a_contact_whose_call_is_held(heard: World) -> None:
    dead_claim(heard)
    age(heard)
    reconcile(heard)
    assert heard.dialer.dispatching.tick() == 0
    assert len(heard.calls()) == 1


def test_pbx_that_does_not_answer_settles_nothing(world: World) -> None:
    call_id = dead_claim(world)
    age(world, 1000)
    with pytest.raises(AriError):
        reconcile(world)
    world.dialer.reconciling.tick()
    assert outcome(world, call_id) == ("originating", None)


def test_refusal_about_one_call_does_not_keep_the_others_waiting(heard: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = dead_claim(heard, 0), dead_claim(heard, 1)
    gone = ringing(heard, 2)
    hang_up_behind_our_back(heard, gone)
    age(heard)
    create = heard.client.create_tomb

    def refusing(call_id: UUID) -> bool:
        if call_id == first:
            raise Refused(500, "Allocation failed", Fault.NODE)
        return create(call_id)

    monkeypatch.setattr(heard.client, "create_tomb", refusing)
    reconcile(heard)
    assert tombs(heard) == [str(second)]
    assert heard.call(first)["tomb_at"] is None
    assert heard.call(gone)["missed_at"] is not None


# Calls under way, and the PBX's list


def test_call_that_is_absent_once_is_only_remembered(heard: World) -> None:
    call_id = ringing(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    reconcile(heard)
    assert heard.call(call_id)["missed_at"] is not None
    reconcile(heard)
    assert outcome(heard, call_id) == ("ringing", None)


def test_call_that_is_absent_twice_and_not_heard_of_is_indeterminate(heard: World) -> None:
    call_id = ringing(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    reconcile(heard)
    age(heard, 6)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "indeterminate")
    assert heard.contact_of(call_id)["state"] == "waiting"
    assert heard.slots() == set()


def test_call_whose_answer_came_after_its_tomb_is_not_kept_alive_by_it(heard: World) -> None:
    call_id = unanswered(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    reconcile(heard)
    assert tombs(heard) == [str(call_id)]
    # The worker wakes up, and writes what it was answered long ago.
    heard.execute("UPDATE calls SET state = 'ringing', post_answer = 'accepted'")
    reconcile(heard)
    age(heard, 6)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "indeterminate")
    reconcile(heard)
    assert tombs(heard) == []


def test_answered_call_whose_end_was_missed_was_answered(heard: World) -> None:
    call_id = ringing(heard)
    heard.execute("UPDATE calls SET state = 'up', answered_at = clock_timestamp()")
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    reconcile(heard)
    age(heard, 6)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "answered")


def test_absent_call_does_not_end_before_the_listener_has_caught_up(heard: World) -> None:
    call_id = ringing(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    heard.set_node(echo_at="clock_timestamp() - interval '60 s'")
    reconcile(heard)
    age(heard, 6)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ringing", None)
    heard.set_node(echo_at="clock_timestamp()")
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "indeterminate")


def test_absent_call_ends_though_nobody_listens_any_more(heard: World) -> None:
    """A node that was disabled has no listener that could catch up; its calls end all the same."""
    call_id = ringing(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    heard.set_node(enabled="false", echo_at="NULL", lease_until="clock_timestamp() - interval '60 s'")
    heard.dialer.reconciling.tick()
    age(heard, 6)
    heard.dialer.reconciling.tick()
    assert outcome(heard, call_id) == ("ended", "indeterminate")


def test_call_that_is_listed_again_is_forgiven_its_absence(heard: World) -> None:
    call_id = ringing(heard)
    heard.execute("UPDATE calls SET missed_at = clock_timestamp() - interval '10 s'")
    age(heard)
    reconcile(heard)
    call = heard.call(call_id)
    assert (call["state"], call["missed_at"]) == ("ringing", None)


def test_call_claimed_after_the_list_was_taken_is_not_judged_by_it(
    heard: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ringing(heard, 0)
    age(heard)
    listed = heard.client.channels
    young: list[UUID] = []

    def list_and_then_dial() -> Any:
        channels = listed()
        young.append(ringing(heard, 1))
        heard.execute("UPDATE calls SET dial_by = dial_by - interval '1 min' WHERE id = :id", id=young[0])
        return channels

    monkeypatch.setattr(heard.client, "channels", list_and_then_dial)
    reconcile(heard)
    assert heard.call(young[0])["missed_at"] is None
    assert {heard.call(call_id)["state"] for call_id in (old, *young)} == {"ringing"}


def test_call_whose_dial_by_is_just_over_is_not_judged(heard: World) -> None:
    (call_id,) = heard.queued(1)
    heard.claim()
    heard.execute("UPDATE calls SET state = 'ringing', dial_by = clock_timestamp() - interval '0.1 s'")
    reconcile(heard)
    assert heard.call(call_id)["missed_at"] is None


def test_event_that_comes_while_reconcile_judges_wins(heard: World) -> None:
    call_id = ringing(heard)
    hang_up_behind_our_back(heard, call_id)
    age(heard)
    reconcile(heard)
    age(heard, 6)
    with heard.engine.begin() as tx:
        tx.execute(
            text("UPDATE calls SET state = 'up', answered_at = clock_timestamp(), missed_at = NULL WHERE id = :id"),
            {"id": call_id},
        )
        worker = threading.Thread(target=reconcile, args=(heard,))
        worker.start()
        wait_for(lambda: _waits(heard), "reconcile to wait for the row")
    worker.join(WAIT_SECONDS)
    assert outcome(heard, call_id) == ("up", None)


def test_channel_of_a_call_that_is_over_is_hung_up(heard: World) -> None:
    call_id = ringing(heard)
    heard.execute("UPDATE calls SET state = 'ended', disposition = 'indeterminate', ended_at = clock_timestamp()")
    reconcile(heard)
    assert heard.client.channel(call_id) is None


def test_tomb_that_was_left_behind_is_removed_though_no_call_is_open(heard: World) -> None:
    call_id = dead_claim(heard)
    heard.client.create_tomb(call_id)
    heard.execute("UPDATE calls SET state = 'ended', disposition = 'not_dialed', ended_at = clock_timestamp()")
    heard.dialer.reconciling.tick()
    assert tombs(heard) == []


def test_channels_of_others_are_left_alone(heard: World) -> None:
    other = uuid4()
    heard.client.originate(
        other, endpoint="PJSIP/+12025550100@carrier", caller_id=None, timeout_seconds=30, variables={}
    )
    ringing(heard, 1)
    reconcile(heard)
    assert heard.client.channel(other) is not None


# A PBX that is lost


def long_ago(world: World) -> None:
    age(world, 4000)


def test_calls_on_a_pbx_that_never_comes_back_end(world: World) -> None:
    call_id = dead_claim(world)
    long_ago(world)
    world.set_node(echo_at="NULL", startup_seen_at="clock_timestamp() - interval '3601 s'")
    world.dialer.reconciling.tick()
    assert outcome(world, call_id) == ("ended", "indeterminate")


@pytest.mark.parametrize("sign", ["echo_at", "startup_seen_at"])
def test_long_call_survives_a_pbx_that_is_away_for_a_moment(world: World, sign: str) -> None:
    """The listener's echo is forgotten with every gap: that it is unknown does not mean that it was long ago."""
    call_id = dead_claim(world)
    world.execute("UPDATE calls SET state = 'up', answered_at = clock_timestamp()")
    long_ago(world)
    world.set_node(**{"echo_at": "NULL", "startup_seen_at": "NULL"} | {sign: "clock_timestamp() - interval '60 s'"})
    world.dialer.reconciling.tick()
    assert outcome(world, call_id) == ("up", None)


def test_call_of_which_nobody_hears_any_more_ends_unless_the_pbx_has_it(dialing: World) -> None:
    """The PBX answers, but no listener has come back to it."""
    lives, gone = ringing(dialing, 0), dead_claim(dialing, 1)
    long_ago(dialing)
    dialing.set_node(echo_at="NULL", lease_until="NULL", startup_seen_at="NULL")
    dialing.execute("UPDATE calls SET timeout_seconds = 5000 WHERE id = :id", id=lives)  # or it would be overdue
    long_ago(dialing)
    dialing.execute("UPDATE calls SET timeout_seconds = 30")
    dialing.execute("UPDATE calls SET state = 'up', answered_at = claimed_at WHERE id = :id", id=lives)
    dialing.dialer.reconciling.tick()
    assert outcome(dialing, gone) == ("ended", "indeterminate")
    assert outcome(dialing, lives) == ("up", None)


# Two at once


def test_reconcile_beside_another_does_nothing(heard: World) -> None:
    call_id = dead_claim(heard)
    age(heard)
    with heard.engine.begin() as tx:
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 7_301_100 + heard.node_id})
        reconcile(heard)
        assert heard.call(call_id)["tomb_at"] is None
    reconcile(heard)
    assert heard.call(call_id)["tomb_at"] is not None
