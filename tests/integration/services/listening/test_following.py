"""Calls followed from their first event to their end, against the simulated PBX."""

import uuid
from pathlib import Path

import pytest
import requests

from dialer.ari.events import EVENT_TYPES
from dialer.simulator.ledger import read_ledger
from tests.integration.services.listening.conftest import PASSWORD, World
from tests.support.world import wait_for


@pytest.mark.parametrize(
    ("number", "disposition", "cause", "tech_cause", "dialstatus"),
    [
        ("+12025550110", "busy", 17, 486, "BUSY"),
        ("+12025550120", "no_answer", 19, 480, "RINGING"),
        ("+12025550130", "unallocated", 1, 404, "NOANSWER"),
        ("+12025550140", "rejected", 21, 603, "NOANSWER"),
        ("+12025550141", "trunk_fault", 21, 403, "NOANSWER"),
        ("+12025550150", "congestion", 34, 503, "CONGESTION"),
    ],
)
def test_an_unanswered_call_ends_with_its_disposition_and_frees_its_slot(
    world: World, number: str, disposition: str, cause: int, tech_cause: int, dialstatus: str
) -> None:
    world.listening()
    call_id = world.claimed(number)
    assert world.dialer.limiter.held()[f"trunk:{world.trunk_id}"]

    world.originate(call_id, timeout_seconds=5)

    call = world.ended(call_id)
    assert (call["disposition"], call["cause"], call["tech_cause"]) == (disposition, cause, tech_cause)
    assert call["dialstatus"] == dialstatus
    assert call["answered_at"] is None
    assert (call["ringing_at"] is not None) == (number[-2:] == "20")
    assert call["channel"].startswith("PJSIP/carrier-")
    assert world.contact(call_id)["open_call_id"] is None
    wait_for(lambda: not world.dialer.limiter.held().get(f"trunk:{world.trunk_id}"), "the slot")


def test_an_answered_call_hears_its_sound_to_the_end_and_is_hung_up(world: World) -> None:
    world.listening()
    call_id = world.claimed()

    world.originate(call_id)

    call = world.ended(call_id)
    assert (call["disposition"], call["failure_reason"]) == ("answered", None)
    assert call["claimed_at"] < call["ringing_at"] < call["answered_at"] <= call["action_started_at"] < call["ended_at"]
    assert 0.15 <= float(call["duration_seconds"]) < 1.5
    assert world.hung_up_by(call_id) == "us"
    assert world.contact(call_id)["final_reason"] == "answered"


def test_continue_goes_on_in_the_dialplan_and_is_recorded(world: World) -> None:
    world.listening()
    action = {"type": "continue", "context": "ivr", "extension": "100", "priority": 2}
    call_id = world.claimed(action=action)

    world.originate(call_id)

    call = world.ended(call_id)
    assert (call["context"], call["extension"], call["priority"]) == ("ivr", "100", 2)
    assert call["disposition"] == "answered"
    assert world.hung_up_by(call_id) == "dialplan"


def test_a_call_outside_any_campaign_does_what_it_was_given(world: World) -> None:
    world.listening()
    call_id = world.claimed(action={"type": "hangup"}, alone=True)

    world.originate(call_id)

    assert world.ended(call_id)["disposition"] == "answered"
    assert world.hung_up_by(call_id) == "us"


def test_a_call_without_any_action_is_not_kept_on_the_line(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550103", action=None, alone=True)

    world.originate(call_id)

    assert world.ended(call_id)["disposition"] == "answered"
    assert world.hung_up_by(call_id) == "us"


def test_a_sound_that_cannot_be_played_is_recorded_and_the_call_hung_up(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550103", action={"type": "play", "sound": "does-not-exist"})

    world.originate(call_id)

    call = world.ended(call_id)
    assert call["disposition"] == "answered"
    assert "could not be played" in call["failure_reason"]
    assert world.hung_up_by(call_id) == "us"


def test_a_call_to_be_hung_up_is_hung_up_as_soon_as_its_channel_appears(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550105")
    world.execute("UPDATE calls SET hangup_requested_at = clock_timestamp() WHERE id = :id", id=call_id)
    assert not world.client.hang_up(call_id)

    world.originate(call_id)

    call = world.ended(call_id)
    assert (call["disposition"], call["action_started_at"]) == ("cancelled", None)
    assert world.hung_up_by(call_id) == "us"


def test_a_hang_up_that_is_wanted_while_it_rings_is_done(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550120")
    world.originate(call_id, timeout_seconds=300)
    wait_for(lambda: world.call(call_id)["ringing_at"], "ringing")

    world.execute("UPDATE calls SET hangup_requested_at = clock_timestamp() WHERE id = :id", id=call_id)

    assert world.ended(call_id)["disposition"] == "cancelled"


def test_a_call_that_is_dialed_after_its_end_is_noted_and_hung_up(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550103")
    world.execute(
        "UPDATE calls SET state = 'ended', disposition = 'indeterminate', ended_at = clock_timestamp() WHERE id = :id",
        id=call_id,
    )

    world.originate(call_id)

    wait_for(lambda: world.call(call_id)["late_dialed_at"], "the late dial")
    wait_for(lambda: world.hung_up_by(call_id) == "us", "the hang-up")
    assert world.call(call_id)["disposition"] == "indeterminate"


def test_a_call_that_is_dialed_while_it_is_queued_again_is_hung_up(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550103")
    world.execute("UPDATE calls SET state = 'queued', claim_token = NULL WHERE id = :id", id=call_id)

    world.originate(call_id)

    wait_for(lambda: world.call(call_id)["late_dialed_at"], "the late dial")
    wait_for(lambda: world.hung_up_by(call_id) == "us", "the hang-up")
    assert world.call(call_id)["state"] == "queued"


def test_a_tomb_moves_nothing_and_stays(world: World) -> None:
    world.listening()
    call_id, witness = world.claimed(), world.claimed("+12025550110")
    wish = "UPDATE calls SET tomb_at = clock_timestamp(), hangup_requested_at = clock_timestamp() WHERE id = :id"
    world.execute(wish, id=call_id)

    assert world.client.create_tomb(call_id)
    world.originate(witness)
    world.ended(witness)  # so the events of the tomb, which came before, are written

    call = world.call(call_id)
    assert (call["state"], call["action_started_at"], call["late_dialed_at"]) == ("originating", None, None)
    channel = world.client.channel(call_id)
    assert channel is not None
    assert channel.is_tomb


def test_a_tomb_that_is_gone_is_forgotten_so_that_its_call_is_looked_into_again(world: World) -> None:
    world.listening()
    call_id = world.claimed()
    assert world.client.create_tomb(call_id)
    world.execute("UPDATE calls SET tomb_at = clock_timestamp() WHERE id = :id", id=call_id)

    assert world.client.hang_up(call_id)

    wait_for(lambda: world.call(call_id)["tomb_at"] is None, "the tomb to be forgotten")
    assert world.call(call_id)["state"] == "originating"


def test_channels_that_are_no_calls_of_ours_are_left_alone(world: World) -> None:
    world.listening()
    stranger, witness = uuid.uuid4(), world.claimed("+12025550110")

    world.client.originate(
        stranger, endpoint="PJSIP/+12025550103@carrier", caller_id=None, timeout_seconds=30, variables={}
    )
    wait_for(lambda: (c := world.client.channel(stranger)) and c.state == "Up", "the stranger's answer")
    world.originate(witness)
    world.ended(witness)

    assert world.client.channel(stranger) is not None


def test_a_call_whose_sound_ended_while_nobody_listened_is_hung_up_by_the_next_listener(world: World) -> None:
    first = world.listening()
    call_id = world.claimed("+12025550103", action={"type": "play", "sound": "hello-world"})
    world.originate(call_id)
    wait_for(lambda: world.client.is_playing(str(call_id)), "the sound")
    first.end()
    started_at = world.call(call_id)["action_started_at"]
    wait_for(lambda: not world.client.is_playing(str(call_id)), "the end of the sound")
    assert world.client.channel(call_id) is not None

    world.listen()

    call = world.ended(call_id)
    assert (call["disposition"], call["action_started_at"]) == ("answered", started_at)
    assert world.hung_up_by(call_id) == "us"


@pytest.mark.parametrize("simulator_options", [{"playback_ms": 600}])
def test_a_call_whose_sound_goes_on_over_a_restart_hears_it_to_its_end(world: World) -> None:
    first = world.listening()
    call_id = world.claimed("+12025550103", action={"type": "play", "sound": "hello-world"})
    world.originate(call_id)
    wait_for(lambda: world.client.is_playing(str(call_id)), "the sound")
    first.end()

    second = world.listening()

    assert world.ended(call_id)["disposition"] == "answered"
    assert world.hung_up_by(call_id) == "us"
    assert float(world.call(call_id)["duration_seconds"]) >= 0.6
    assert second.error is None


def test_only_the_events_that_are_used_are_sent(world: World) -> None:
    world.listening()
    application = requests.get(
        f"{world.simulator.url}/ari/applications/dialer", auth=("dialer", PASSWORD), timeout=5
    ).json()
    assert {row["type"] for row in application["events_allowed"]} == set(EVENT_TYPES)


def test_a_call_that_nobody_was_listening_to_is_taken_up_by_the_next_listener(world: World, tmp_path: Path) -> None:
    call_id = world.claimed("+12025550120")
    world.originate(call_id, timeout_seconds=20)  # without any listener: Asterisk dials all the same

    world.listening()

    assert world.call(call_id)["state"] == "ringing"
    assert world.ended(call_id)["disposition"] == "no_answer"
    assert read_ledger(world.ledger).max_invites_per_channel() == 1


def test_many_calls_at_once_all_end_as_they_should(world: World) -> None:
    world.listening()
    numbers = [f"+1202555{n:02d}{suffix}" for n in range(6) for suffix in ("00", "10", "30", "50", "01")]
    calls = {world.claimed(number): number for number in numbers}

    for call_id in calls:
        world.originate(call_id)

    expected = {"00": "answered", "01": "answered", "10": "busy", "30": "unallocated", "50": "congestion"}
    found = {call_id: world.ended(call_id)["disposition"] for call_id in calls}
    assert found == {call_id: expected[number[-2:]] for call_id, number in calls.items()}
