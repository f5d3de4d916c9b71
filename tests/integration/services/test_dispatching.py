"""What beat's tick queues, and when a campaign is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.services.nudges import NoNudges
from tests.support.factories import ALWAYS, number
from tests.support.world import World, wait_for


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"queue_ahead_seconds": 2}


def state_of(world: World, campaign_id: int | None = None) -> str:
    with world.engine.begin() as tx:
        found = text("SELECT state FROM campaigns WHERE id = :id")
        return str(tx.scalar(found, {"id": campaign_id or world.campaign_id}))


def set_trunk(world: World, **values: Any) -> None:
    world.execute("UPDATE trunks SET " + ", ".join(f"{name} = {value}" for name, value in values.items()))


def tick(world: World) -> int:
    return world.dialer.dispatching.tick()


def finish(world: World) -> None:
    world.execute(
        "UPDATE contacts SET state = 'done', final_reason = 'answered', open_call_id = NULL, next_attempt_at = NULL"
    )


# What is queued


def test_due_contact_becomes_a_queued_call_with_the_campaign_s_terms(world: World) -> None:
    (contact_id,) = world.contacts([number(3)], attempts=1)
    world.set_campaign(caller_id="+12025550188", timeout_seconds=17, version=4)
    assert tick(world) == 1
    (call,) = world.calls()
    contact = world.contact(contact_id)
    assert (contact["state"], contact["open_call_id"]) == ("in_call", call["id"])
    assert (call["state"], call["contact_id"], call["campaign_id"]) == ("queued", contact_id, world.campaign_id)
    assert (call["phone_number"], call["caller_id"], call["timeout_seconds"]) == (number(3), "+12025550188", 17)
    assert (call["attempt_number"], call["max_attempts"], call["policy_version"]) == (2, 3, 4)
    assert (call["trunk_id"], call["node_id"]) == (world.trunk_id, world.node_id)
    assert contact["attempts"] == 1
    assert world.nudges.trunks == [world.trunk_id]


def test_trunk_s_caller_id_is_used_where_the_campaign_has_none(world: World) -> None:
    world.contacts(1)
    set_trunk(world, caller_id="'+12025550177'")
    tick(world)
    assert world.calls()[0]["caller_id"] == "+12025550177"


def test_higher_priority_goes_first_and_then_who_came_first(world: World) -> None:
    low = world.contacts([number(n) for n in range(3)], priority=1)
    high = world.contacts([number(n) for n in range(10, 13)], priority=9)
    also_high = world.contacts([number(n) for n in range(20, 22)], priority=9, zones=["Europe/Berlin"])
    tick(world)
    assert [call["contact_id"] for call in world.calls()] == high + also_high + low
    world.execute("UPDATE trunks SET cps = 5000")
    assert [world.call(claimed.call_id)["contact_id"] for claimed in world.claim().claimed] == high + also_high + low


def test_priority_decides_who_is_taken_when_not_all_can_be(world: World) -> None:
    set_trunk(world, cps=1)
    world.contacts([number(n) for n in range(10)])
    high = world.contacts([number(n) for n in range(20, 22)], priority=5)
    assert tick(world) == 2
    assert [call["contact_id"] for call in world.calls()] == high


def test_contact_in_a_closed_zone_waits_for_its_hour(world: World) -> None:
    now = world.now()
    elsewhere = "Pacific/Kiritimati" if now.hour >= 11 else "Etc/GMT+12"  # where it is another day
    world.set_campaign(calling_window=ALWAYS | {"days": [now.isoweekday()]})
    here, there, both = (
        world.contacts([number(n)], zones=zones)[0]
        for n, zones in enumerate((["UTC"], [elsewhere], ["UTC", elsewhere]))
    )
    tick(world)
    assert [call["contact_id"] for call in world.calls()] == [here]
    assert [world.contact(contact_id)["state"] for contact_id in (there, both)] == ["ready", "ready"]
    assert state_of(world) == "running"


def test_contact_of_unknown_zone_is_called_only_by_the_campaign_s_default(world: World) -> None:
    (contact_id,) = world.contacts(1, zones=[])
    assert tick(world) == 0
    world.set_campaign(default_time_zone="Europe/Berlin")
    assert tick(world) == 1
    assert world.calls()[0]["contact_id"] == contact_id


def test_waiting_contact_is_called_again_when_its_time_has_come(world: World) -> None:
    past, future = datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(hours=1)
    (due,) = world.contacts([number(1)], state="waiting", next_attempt_at=past, attempts=1)
    (later,) = world.contacts([number(2)], state="waiting", next_attempt_at=future, attempts=1)
    assert tick(world) == 1
    assert world.contact(due)["state"] == "in_call"
    assert world.contact(due)["next_attempt_at"] is None
    assert world.contact(later)["state"] == "waiting"


def test_cap_that_was_lowered_ends_contacts_that_have_used_it_up(world: World) -> None:
    used_up = world.contacts([number(n) for n in range(2)], attempts=2)
    (fresh,) = world.contacts([number(9)], attempts=1)
    world.set_campaign(max_attempts=2)
    assert tick(world) == 1
    assert {world.contact(contact_id)["final_reason"] for contact_id in used_up} == {"attempts_exhausted"}
    assert world.calls()[0]["contact_id"] == fresh


@pytest.mark.parametrize("state", ["draft", "paused", "completed", "cancelled"])
def test_only_running_campaigns_are_dispatched(world: World, state: str) -> None:
    world.contacts(1)
    world.set_campaign(state=state)
    assert tick(world) == 0
    assert world.calls() == []


def test_nothing_is_queued_while_the_emergency_stop_is_on(world: World) -> None:
    world.contacts(1)
    world.execute("UPDATE control SET stop_at = clock_timestamp()")
    assert tick(world) == 0
    assert world.calls() == []
    assert world.nudges.trunks == []
    world.dialer.control.lift("tests")
    assert tick(world) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trunks SET enabled = false",
        "UPDATE pbx_nodes SET enabled = false",
        "UPDATE pbx_nodes SET lease_until = clock_timestamp()",
        "UPDATE pbx_nodes SET lease_until = NULL",
    ],
)
def test_nothing_is_queued_for_a_trunk_that_can_t_dial(world: World, statement: str) -> None:
    world.contacts(1)
    world.execute(statement)
    assert tick(world) == 0
    assert state_of(world) == "running"


# How much


def test_a_few_seconds_of_work_are_queued_and_topped_up(world: World) -> None:
    set_trunk(world, cps=10)
    world.contacts(60)
    assert tick(world) == 20
    assert tick(world) == 0
    world.execute(
        "UPDATE calls SET state = 'originating', claim_token = gen_random_uuid() WHERE id IN"
        " (SELECT id FROM calls WHERE state = 'queued' ORDER BY id LIMIT 5)"
    )
    assert tick(world) == 5


def test_campaign_s_own_pace_bounds_what_is_queued(world: World) -> None:
    world.set_campaign(cps=3)
    world.contacts(30)
    assert tick(world) == 6


def test_campaigns_on_a_trunk_share_what_is_queued(world: World) -> None:
    set_trunk(world, cps=10)
    other = world.campaign("another")
    world.contacts(40)
    world.contacts(40, campaign_id=other)
    assert tick(world) == 20
    assert len(world.calls(campaign_id=other)) == 10


def test_no_more_is_queued_than_channels_will_soon_be_free(world: World) -> None:
    set_trunk(world, cps=100, channels=10)
    world.contacts(100)
    assert tick(world) == 15
    world.execute(
        "UPDATE calls SET state = 'originating', claim_token = gen_random_uuid() WHERE id IN"
        " (SELECT id FROM calls ORDER BY id LIMIT 10)"
    )
    assert tick(world) == 0
    assert world.states() == {"originating": 10, "queued": 5}


def test_full_campaign_leaves_a_little_queued_and_the_rest_due(world: World) -> None:
    world.set_campaign(channels=1)
    world.contacts(40)
    assert tick(world) == 6
    world.claim()
    assert tick(world) == 0


def test_big_backlog_is_worth_several_nudges(world: World) -> None:
    set_trunk(world, cps=700, channels=2000)
    world.contacts(1300)
    assert tick(world) == 1300
    assert world.nudges.trunks == [world.trunk_id] * 3


def test_trunk_whose_nudge_was_lost_is_nudged_again(world: World) -> None:
    world.queued(1)
    world.nudges.trunks.clear()
    tick(world)
    assert world.nudges.trunks == [world.trunk_id]


# Two at once


def test_two_ticks_at_once_queue_nobody_twice(world: World) -> None:
    set_trunk(world, channels=1000)
    world.contacts(200)
    others = [Dialer(world.settings, nudges=NoNudges()) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        for _ in range(5):
            list(pool.map(lambda dialer: dialer.dispatching.tick(), others))
    for dialer in others:
        dialer.close()
    contacts = [call["contact_id"] for call in world.calls()]
    assert len(contacts) == len(set(contacts)) == 200


def test_tick_beside_another_does_nothing_and_does_not_wait(world: World) -> None:
    world.contacts(1)
    with world.engine.begin() as tx:
        tx.execute(text("SELECT pg_advisory_xact_lock(7301003)"))
        assert tick(world) == 0
    assert tick(world) == 1


def test_contact_that_somebody_holds_is_passed_over(world: World) -> None:
    """Else dispatch and whoever holds it, wanting another, would wait for each other."""
    held, free = world.contacts(2)
    with world.engine.begin() as tx:
        tx.execute(text("SELECT FROM contacts WHERE id = :id FOR UPDATE"), {"id": held})
        assert tick(world) == 1
        assert [call["contact_id"] for call in world.calls()] == [free]
    assert tick(world) == 1


# The end of a campaign


def test_campaign_is_completed_when_nobody_is_left(world: World) -> None:
    world.contacts(2)
    finish(world)
    tick(world)
    assert state_of(world) == "completed"


@pytest.mark.parametrize("state", ["ready", "waiting", "in_call"])
def test_campaign_is_not_completed_while_somebody_is_left(world: World, state: str) -> None:
    world.contacts([number(n) for n in range(3)])
    finish(world)
    later = datetime.now(UTC) + timedelta(hours=1)
    world.contacts(
        [number(50)],
        state=state,
        next_attempt_at=later if state == "waiting" else None,
        open_call_id="0" * 32 if state == "in_call" else None,
    )
    tick(world)
    assert state_of(world) == "running"


def test_counts_decide_after_folding_too(world: World) -> None:
    world.contacts(2)
    finish(world)
    world.contacts([number(7)], state="waiting", next_attempt_at=datetime.now(UTC) + timedelta(hours=1))
    world.dialer.sweeping.fold_counts()
    tick(world)
    assert state_of(world) == "running"
    finish(world)
    world.dialer.sweeping.fold_counts()
    tick(world)
    assert state_of(world) == "completed"


@pytest.mark.parametrize(
    ("state", "completed"), [("receiving", False), ("importing", False), ("completed", True), ("failed", True)]
)
def test_campaign_is_not_completed_while_an_import_runs(world: World, state: str, completed: bool) -> None:
    world.contacts(1)
    finish(world)
    world.execute(
        "INSERT INTO call_lists (campaign_id, name, state, columns, created_by) VALUES (:id, 'l', :state, '{}', 't')",
        id=world.campaign_id,
        state=state,
    )
    tick(world)
    assert (state_of(world) == "completed") is completed


@pytest.mark.parametrize("state", ["draft", "paused", "cancelled"])
def test_only_a_running_campaign_is_completed(world: World, state: str) -> None:
    world.contacts(1)
    finish(world)
    world.set_campaign(state=state)
    tick(world)
    assert state_of(world) == state


def test_campaign_without_contacts_waits_for_its_list(world: World) -> None:
    tick(world)
    assert state_of(world) == "running"


def test_contacts_added_at_the_moment_of_completion_are_not_left_behind(world: World) -> None:
    """Whoever adds holds the campaign's row: completion waits, and then counts them."""
    world.contacts(1)
    finish(world)
    with ThreadPoolExecutor(1) as pool:
        with world.engine.begin() as tx:
            tx.execute(text("SELECT state FROM campaigns WHERE id = :id FOR SHARE"), {"id": world.campaign_id})
            tx.execute(
                text("INSERT INTO contacts (campaign_id, phone_number, zone_id) VALUES (:id, :phone, 1)"),
                {"id": world.campaign_id, "phone": number(80)},
            )
            ticking = pool.submit(tick, world)
            wait_for(lambda: ticking.done() or _waits(world), "the tick to complete or to wait")
        ticking.result(10)
    tick(world)
    assert state_of(world) == "running"


def _waits(world: World) -> bool:
    with world.engine.begin() as tx:
        return bool(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
