"""Since when a call has been due is written on it when it is queued."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dialer.domain.campaigns import CampaignCommand
from dialer.domain.dispositions import Disposition
from dialer.domain.window import CallingWindow, local_date
from dialer.services import reconsidering
from dialer.services.requeueing import NewRequeue
from tests.support.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"queue_ahead_seconds": 2}


def due(world: World) -> datetime | None:
    """What a tick writes on the call that it queues."""
    assert world.dialer.dispatching.tick() == 1
    (call,) = world.calls(state="queued")
    found: datetime | None = call["due_at"]
    return found


def test_who_was_never_called_is_due_since_they_came(world: World) -> None:
    (contact_id,) = world.contacts(1)
    assert due(world) == world.contact(contact_id)["created_at"]


def test_who_waited_is_due_since_their_time(world: World) -> None:
    at = world.now() - HOUR
    world.contacts(1, state="waiting", next_attempt_at=at, attempts=1)
    assert due(world) == at


def test_nobody_is_due_before_the_hours_in_which_they_may_be_called(world: World) -> None:
    now = world.now()
    minutes = now.hour * 60 + now.minute
    window = CallingWindow(start=minutes, end=24 * 60, days=frozenset({now.isoweekday()}))
    world.set_campaign(calling_window=window.model_dump(mode="json"))
    world.contacts(1, created_at=now - 30 * HOUR)
    opened = datetime.combine(local_date("UTC", now), datetime.min.time(), now.tzinfo) + timedelta(minutes=minutes)
    assert due(world) == opened


@pytest.mark.parametrize("column", ["running_since", "not_before"])
def test_nobody_is_due_before_the_campaign_runs_and_its_dates_permit_it(world: World, column: str) -> None:
    now = world.now()
    world.contacts(1, created_at=now - 2 * HOUR)
    world.set_campaign(running_since=now - 3 * HOUR)
    world.set_campaign(world.campaign_id, **{column: now - HOUR})
    assert due(world) == now - HOUR


def test_a_campaign_that_goes_on_runs_anew(world: World) -> None:
    before = world.now()
    world.contacts(1, created_at=before - HOUR)
    for command in (CampaignCommand.PAUSE, CampaignCommand.RESUME):
        world.dialer.campaigns.command(world.campaign_id, command)
    at = due(world)
    assert at is not None
    assert before <= at <= world.now()


def test_who_is_called_out_of_turn_by_a_requeue_is_due_since_then(world: World) -> None:
    before = world.now()
    done: dict[str, Any] = {"state": "done", "final_reason": "attempts_exhausted", "last_disposition": "busy"}
    world.contacts(1, created_at=before - HOUR, attempts=1, **done)
    world.dialer.requeueing.begin(world.campaign_id, NewRequeue(frozenset({Disposition.BUSY})), "tests")
    world.dialer.requeueing.work(seconds=60)
    at = due(world)
    assert at is not None
    assert before <= at <= world.now()


def test_whose_wait_is_over_by_an_edit_is_due_since_then(world: World) -> None:
    before = world.now()
    (contact_id,) = world.contacts(1, created_at=before - HOUR, state="waiting", next_attempt_at=before + HOUR)
    with world.engine.begin() as tx:
        reconsidering.by_policy(tx, contact_id)
    at = due(world)
    assert at is not None
    assert before <= at <= world.now()


def test_of_whom_the_version_before_made_ready_nobody_knows(world: World) -> None:
    world.contacts(1, attempts=1)
    assert due(world) is None
