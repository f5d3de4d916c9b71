"""Callees put through to people: who is served, who is abandoned, and what becomes of them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.dispositions import Disposition
from dialer.services.ending import Ending, end_calls
from tests.integration.services.listening.conftest import World
from tests.support.world import wait_for

PERSON, MACHINE, PRESSES_9 = "+12025550100", "+12025550180", "+12025550184"
TO_AGENT = {"type": "transfer", "extension": "agent1"}
TO_SLOW = {"type": "transfer", "extension": "slow1"}
TO_QUEUE = {"type": "transfer", "queue": "staffed"}
TO_NOBODY = {"type": "transfer", "queue": "nobody"}
TWO = timedelta(seconds=2)


def run(world: World, action: dict[str, Any], number: str = PERSON, *, people: int | None = 1) -> uuid.UUID:
    call_id = world.claimed(number, action=action)
    world.execute(
        """UPDATE calls SET people = :people, gate = '{"profiles": ["us/2", "us-fl/1"]}' WHERE id = :id""",
        people=people,
        id=call_id,
    )
    world.originate(call_id)
    return call_id


def tallies(world: World) -> dict[str, tuple[int, int]]:
    """(answered, abandoned) by profile."""
    with world.engine.begin() as tx:
        found = tx.execute(text("SELECT profile, sum(answered), sum(abandoned) FROM live_answers GROUP BY 1"))
        return {row[0]: (row[1], row[2]) for row in found}


@pytest.mark.parametrize("action", [TO_AGENT, TO_QUEUE])
def test_who_is_put_through_at_once_is_served(world: World, action: dict[str, Any]) -> None:
    world.listening()
    call = world.ended(run(world, action))
    assert (call["disposition"], call["abandoned"]) == ("answered", False)
    assert call["waiting_since"] == call["answered_at"]
    assert call["waiting_since"] < call["served_at"] <= call["waiting_since"] + TWO
    assert call["served_at"] < call["ended_at"]
    assert tallies(world) == {"": (1, 0), "us": (1, 0), "us-fl": (1, 0)}
    assert world.contact(call["id"])["final_reason"] == "answered"


def test_an_answer_counts_as_soon_as_somebody_is_served(world: World) -> None:
    world.listening()
    call_id = run(world, TO_AGENT)
    wait_for(lambda: tallies(world), "the tally")
    assert world.call(call_id)["state"] == "up"


def test_who_is_put_through_to_nobody_is_abandoned_and_called_again_after_three_days(world: World) -> None:
    world.listening()
    call = world.ended(run(world, TO_NOBODY))
    assert (call["disposition"], call["abandoned"], call["served_at"]) == ("abandoned", True, None)
    assert call["result"] == "queue_joinempty"
    assert tallies(world)["us"] == (1, 1)
    contact = world.contact(call["id"])
    assert (contact["state"], contact["last_disposition"]) == ("waiting", "abandoned")
    assert contact["next_attempt_at"] == call["ended_at"] + timedelta(hours=72)


def test_who_hangs_up_while_nobody_has_come_is_abandoned(world: World) -> None:
    world.listening()
    call_id = run(world, TO_SLOW)
    wait_for(lambda: world.call(call_id)["waiting_since"], "the transfer")
    world.client.hang_up(call_id)
    call = world.ended(call_id)
    assert (call["disposition"], call["served_at"]) == ("abandoned", None)


def test_who_is_served_late_is_abandoned_and_not_called_again(world: World) -> None:
    world.listening()
    call = world.ended(run(world, TO_SLOW))
    assert (call["disposition"], call["abandoned"]) == ("abandoned", True)
    assert call["served_at"] > call["waiting_since"] + TWO
    assert tallies(world)[""] == (1, 1)
    contact = world.contact(call["id"])
    assert (contact["state"], contact["final_reason"]) == ("done", "answered")


def test_after_a_menu_the_wait_begins_with_the_digit(world: World) -> None:
    world.listening()
    menu = {"type": "menu", "prompt": "hello", "digits": {"9": TO_AGENT}}
    call = world.ended(run(world, menu, PRESSES_9))
    assert (call["disposition"], call["abandoned"], call["digit"]) == ("answered", False, "9")
    assert call["waiting_since"] > call["answered_at"]


def test_who_wants_nobody_is_not_abandoned(world: World) -> None:
    world.listening()
    menu = {"type": "menu", "prompt": "hello", "digits": {"9": TO_AGENT}}
    call = world.ended(run(world, menu))
    assert (call["disposition"], call["abandoned"], call["waiting_since"]) == ("answered", False, None)
    assert tallies(world)[""] == (1, 0)


def test_after_amd_the_wait_begins_with_its_verdict_and_a_machine_counts_for_nothing(world: World) -> None:
    world.listening()
    amd = {"type": "amd", "human": TO_AGENT}
    person = world.ended(run(world, amd))
    machine = world.ended(run(world, amd, MACHINE))
    assert (person["disposition"], person["abandoned"]) == ("answered", False)
    assert person["waiting_since"] == person["action_started_at"] > person["answered_at"]
    assert (machine["disposition"], machine["abandoned"]) == ("answered", None)
    assert tallies(world)[""] == (1, 0)


def test_a_campaign_without_people_has_no_abandoned_calls(world: World) -> None:
    world.listening()
    call = world.ended(run(world, TO_NOBODY, people=None))
    assert (call["disposition"], call["abandoned"], call["waiting_since"]) == ("answered", None, None)
    assert tallies(world) == {}


def test_who_answers_while_nothing_happens_is_abandoned(world: World) -> None:
    call_id = world.claimed(action=TO_AGENT)
    world.execute("UPDATE calls SET people = 1, state = 'up', answered_at = clock_timestamp() WHERE id = :i", i=call_id)
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.ANSWERED, failure_reason="the PBX has restarted")])
    assert world.call(call_id)["disposition"] == "abandoned"
    assert tallies(world) == {"": (1, 1)}
