"""Calls at the time that somebody asked for: from the wish to the call, on a real PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dialer.domain.actions import HangUp
from dialer.domain.dispositions import Disposition
from dialer.domain.profiles import NumberCap
from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.errors import Conflict, GateRefused, InvalidInput, NotFound
from dialer.services.callbacks import CallbackAsked, NewCallback
from dialer.services.dnc import NewDncEntry
from dialer.services.ending import Ending, end_calls
from dialer.services.importing.service import NewContact
from tests.support.factories import number
from tests.support.world import World

LATER = timedelta(hours=5)


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"queue_ahead_seconds": 2}


@pytest.fixture
def contact_id(world: World) -> int:
    return world.contacts([number(1)])[0]


def ask(world: World, contact_id: int, after: timedelta = LATER, **given: Any) -> CallbackAsked:
    return world.dialer.callbacks.ask(contact_id, NewCallback(world.now() + after, **given), "manager")


def dial(world: World) -> list[UUID]:
    world.dialer.dispatching.tick()
    return [claimed.call_id for claimed in world.claim().claimed]


def end(world: World, call_id: UUID, disposition: Disposition, **asked: Any) -> None:
    if asked:
        world.execute("UPDATE calls SET state = 'up', answered_at = now() WHERE id = :id", id=call_id)
        world.execute("UPDATE calls SET callback_at = :at WHERE id = :id", id=call_id, **asked)
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, disposition)])


def pass_time(world: World, contact_id: int) -> None:
    """Let the time have come that was asked for."""
    world.execute(
        "UPDATE contacts SET callback_at = now() - interval '1 second', next_attempt_at ="
        " CASE WHEN state = 'waiting' THEN now() - interval '1 second' END WHERE id = :id",
        id=contact_id,
    )


def test_person_is_called_then_and_not_before(world: World, contact_id: int) -> None:
    asked = ask(world, contact_id, note="after work")
    assert (asked.opens_at, asked.moved_by, asked.phone_number) == (asked.at, None, number(1))
    assert dial(world) == []
    told = world.dialer.explaining.contact(contact_id)
    assert (told.code, told.until, told.callback_at) == ("waiting_for_callback", asked.at, asked.at)
    (group,) = world.dialer.explaining.campaign(world.campaign_id).groups
    assert (group.code, group.opens_at) == ("waiting_for_callback", asked.at)
    pass_time(world, contact_id)
    (call_id,) = dial(world)
    call = world.call(call_id)
    assert call["callback_for"] == world.contact(contact_id)["callback_at"]
    end(world, call_id, Disposition.ANSWERED)
    contact = world.contact(contact_id)
    assert (contact["state"], contact["callback_at"], contact["attempts"]) == ("done", None, 1)
    (kept,) = world.dialer.contacts.get(contact_id).callbacks
    assert (kept.at, kept.note, kept.created_by, kept.cancelled_at) == (asked.at, "after work", "manager", None)


def test_callback_goes_before_retries_and_first_attempts(world: World) -> None:
    others = world.contacts([number(n) for n in range(10, 40)], priority=50)
    (last,) = world.contacts([number(1)], priority=-50)
    world.execute("UPDATE trunks SET cps = 1")
    ask(world, last)
    pass_time(world, last)
    first, *_ = dial(world)
    assert world.call(first)["contact_id"] == last not in others


def test_callback_is_made_after_the_last_attempt_and_counts_as_one(world: World) -> None:
    (contact_id,) = world.contacts([number(1)], state="done", final_reason="attempts_exhausted", attempts=3)
    ask(world, contact_id, timedelta(0))
    (call_id,) = dial(world)
    call = world.call(call_id)
    assert (call["attempt_number"], call["max_attempts"]) == (4, 4)
    end(world, call_id, Disposition.BUSY)
    contact = world.contact(contact_id)
    assert (contact["attempts"], contact["final_reason"]) == (4, "attempts_exhausted")


def test_caps_of_the_number_hold_for_callbacks_too(world: World, contact_id: int) -> None:
    world.set_campaign(number_caps=[{"calls": 1, "period_hours": 24}])
    dialed_at = world.now() - timedelta(hours=1)
    world.execute("INSERT INTO number_dials VALUES (:p, ARRAY[CAST(:at AS timestamptz)])", p=number(1), at=dialed_at)
    asked = ask(world, contact_id)
    assert (asked.moved_by, asked.opens_at) == ("number_cap", dialed_at + timedelta(hours=24))
    pass_time(world, contact_id)
    assert dial(world) == []
    contact = world.contact(contact_id)
    assert (contact["held_by"], contact["callback_at"] is not None, contact["attempts"]) == ("number_cap", True, 0)
    world.dialer.campaigns.edit(world.campaign_id, {"number_caps": [NumberCap(calls=2, period_hours=24)]})
    (call_id,) = dial(world)
    assert world.call(call_id)["callback_for"] is not None


def test_time_at_which_nobody_may_be_called_moves_to_the_next_opening_and_says_so(
    world: World, contact_id: int
) -> None:
    tomorrow = (world.now() + timedelta(days=1)).replace(hour=3, minute=0, second=0, microsecond=0)
    world.set_campaign(calling_window={"start": "09:00", "end": "20:00"})
    asked = world.dialer.callbacks.ask(contact_id, NewCallback(tomorrow), "manager")
    assert (asked.moved_by, asked.opens_at) == ("outside_window", tomorrow.replace(hour=9))
    assert "calling hours" in (asked.reason or "")


def test_time_without_an_offset_is_by_the_clocks_where_the_person_is(world: World) -> None:
    at = (world.now() + timedelta(days=2)).replace(hour=15, minute=0, second=0, microsecond=0, tzinfo=None)
    (tokyo,) = world.contacts([number(1)], zones=["Asia/Tokyo"])
    (somewhere,) = world.contacts([number(2)], zones=["Asia/Tokyo", "Europe/Berlin"])
    asked = world.dialer.callbacks.ask(tokyo, NewCallback(at), "manager")
    assert asked.at.utctimetuple()[:5] == (at - timedelta(hours=9)).timetuple()[:5]
    with pytest.raises(InvalidInput, match="can be in Asia/Tokyo, Europe/Berlin"):
        world.dialer.callbacks.ask(somewhere, NewCallback(at), "manager")


def test_number_that_does_not_answer_then_is_tried_again_as_the_policy_says(world: World, contact_id: int) -> None:
    ask(world, contact_id, timedelta(0))
    (call_id,) = dial(world)
    end(world, call_id, Disposition.BUSY)
    contact = world.contact(contact_id)
    assert (contact["state"], contact["callback_at"], contact["rules_version"]) == ("waiting", None, 1)


@pytest.mark.parametrize("disposition", [Disposition.NOT_DIALED, Disposition.WITHDRAWN])
def test_call_that_was_not_made_leaves_the_callback_standing(
    world: World, contact_id: int, disposition: Disposition
) -> None:
    ask(world, contact_id, timedelta(0))
    (call_id,) = dial(world)
    end(world, call_id, disposition)
    assert world.contact(contact_id)["callback_at"] is not None
    assert len(dial(world)) == 1


def test_callback_asked_for_during_a_call_comes_after_it(world: World, contact_id: int) -> None:
    (call_id,) = dial(world)
    asked = ask(world, contact_id)
    assert world.contact(contact_id)["state"] == "in_call"
    end(world, call_id, Disposition.ANSWERED)
    contact = world.contact(contact_id)
    assert (contact["state"], contact["next_attempt_at"]) == ("waiting", asked.at)


def test_queued_call_goes_back_for_a_callback(world: World, contact_id: int) -> None:
    world.dialer.dispatching.tick()
    ask(world, contact_id)
    (call,) = world.calls()
    assert (call["state"], call["failure_reason"]) == ("ended", "callback_asked")
    assert dial(world) == []


def test_callee_who_asks_in_the_menu_is_called_then_also_after_the_last_attempt(world: World) -> None:
    (contact_id,) = world.contacts([number(1)], attempts=2)
    (call_id,) = dial(world)
    end(world, call_id, Disposition.ANSWERED, at=world.now() + timedelta(minutes=30))
    contact = world.contact(contact_id)
    assert (contact["state"], contact["attempts"]) == ("waiting", 3)
    assert contact["callback_at"] == contact["next_attempt_at"] == world.call(call_id)["callback_at"]
    pass_time(world, contact_id)
    assert len(dial(world)) == 1


def test_new_callback_replaces_the_one_before(world: World, contact_id: int) -> None:
    ask(world, contact_id, timedelta(hours=1))
    second = ask(world, contact_id, timedelta(hours=9))
    assert world.contact(contact_id)["next_attempt_at"] == second.at
    assert len(world.dialer.contacts.get(contact_id).callbacks) == 2


def test_other_number_of_the_contact_may_be_asked_for(world: World) -> None:
    new = NewContact(number(1), numbers=(number(2),))
    (added,) = world.dialer.call_lists.add_contacts(world.campaign_id, [new], "tests")
    assert added.contact_id is not None
    assert ask(world, added.contact_id, timedelta(0), phone_number=number(2)).phone_number == number(2)
    (call_id,) = dial(world)
    assert world.call(call_id)["phone_number"] == number(2)
    with pytest.raises(InvalidInput, match="none of the contact's numbers"):
        ask(world, added.contact_id, phone_number=number(3))


# Cancelling


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, ("ready", None)),
        ({"state": "done", "final_reason": "answered", "attempts": 1}, ("done", "answered")),
        ({"state": "done", "final_reason": "attempts_exhausted", "attempts": 3}, ("done", "attempts_exhausted")),
    ],
)
@pytest.mark.parametrize("is_due", [False, True])
def test_cancelled_callback_leaves_what_would_have_been_without_it(
    world: World, before: dict[str, Any], after: tuple[str, str | None], is_due: bool
) -> None:
    (contact_id,) = world.contacts([number(1)], **before)
    if before:
        call_id = world.single(phone_number=number(1))
        world.execute(
            "UPDATE calls SET contact_id = :contact, campaign_id = :campaign, zone_id = NULL WHERE id = :id",
            id=call_id,
            contact=contact_id,
            campaign=world.campaign_id,
        )
        disposition = "answered" if before["final_reason"] == "answered" else "no_answer"
        world.execute(
            "UPDATE calls SET state = 'ended', disposition = :d, ended_at = now() WHERE id = :id",
            id=call_id,
            d=disposition,
        )
    ask(world, contact_id, timedelta(0) if is_due else LATER)
    if is_due:
        world.dialer.dispatching.tick()
    world.dialer.callbacks.cancel(contact_id, "boss")
    contact = world.contact(contact_id)
    assert (contact["state"], contact["final_reason"], contact["callback_at"]) == (*after, None)
    (kept,) = world.dialer.contacts.get(contact_id).callbacks
    assert kept.cancelled_by == "boss"
    with pytest.raises(NotFound):
        world.dialer.callbacks.cancel(contact_id, "boss")


def test_retry_that_a_callback_had_replaced_comes_back_when_it_is_cancelled(world: World, contact_id: int) -> None:
    world.set_campaign(retry_policy=RetryPolicy(busy=RetryRule(delay_seconds=600)).model_dump(mode="json"))
    (call_id,) = dial(world)
    end(world, call_id, Disposition.BUSY)
    before = world.contact(contact_id)["next_attempt_at"]
    ask(world, contact_id)
    world.dialer.callbacks.cancel(contact_id, "boss")
    assert world.contact(contact_id)["next_attempt_at"] == before


# Who is not called


def test_nobody_is_called_back_who_must_not_be_called(world: World, contact_id: int) -> None:
    ask(world, contact_id)
    world.dialer.dnc.add(NewDncEntry(number(1)), "tests")
    contact = world.contact(contact_id)
    assert (contact["final_reason"], contact["callback_at"]) == ("dnc", None)
    with pytest.raises(GateRefused, match="do-not-call"):
        ask(world, contact_id)
    assert world.contact(contact_id)["state"] == "done"


def test_cancelled_contact_and_campaign_take_no_callbacks(world: World, contact_id: int) -> None:
    world.dialer.contact_edits.cancel(contact_id)
    with pytest.raises(Conflict, match="called no more"):
        ask(world, contact_id)
    (other,) = world.contacts([number(2)])
    world.set_campaign(state="cancelled")
    with pytest.raises(Conflict, match="cancelled"):
        ask(world, other)


@pytest.mark.parametrize("after", [timedelta(hours=-1), timedelta(days=500)])
def test_time_has_to_be_within_reach(world: World, contact_id: int, after: timedelta) -> None:
    with pytest.raises(InvalidInput, match="not within the next"):
        ask(world, contact_id, after)
    with world.engine.begin() as tx:
        assert tx.scalar(text("SELECT count(*) FROM callbacks")) == 0


def test_edit_of_the_policy_does_not_move_a_callback(world: World, contact_id: int) -> None:
    asked = ask(world, contact_id)
    world.dialer.campaigns.edit(world.campaign_id, {"max_attempts": 1, "answer_action": HangUp()})
    world.dialer.dispatching.tick()
    assert world.contact(contact_id)["next_attempt_at"] == asked.at
    assert isinstance(asked.at, datetime)
