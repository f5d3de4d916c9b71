"""People who are done with, called again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.db.pages import PageRequest
from dialer.db.requeueing import RequeueRecord
from dialer.domain.campaigns import CampaignCommand
from dialer.domain.dispositions import Disposition
from dialer.domain.requeueing import LeftOut
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services import requeueing
from dialer.services.dnc import NewDncEntry
from dialer.services.ending import Ending, end_calls
from dialer.services.requeueing import NewRequeue
from tests.support.factories import make_call_list, number
from tests.support.world import World

NO_ANSWER = frozenset({Disposition.NO_ANSWER})


def done(world: World, numbers: int | list[str] = 1, disposition: str = "no_answer", **contact: Any) -> list[int]:
    """Contacts whose last call ended so, and who are done."""
    values: dict[str, Any] = {
        "state": "done",
        "final_reason": "attempts_exhausted",
        "attempts": 1,
        "last_disposition": disposition,
    }
    return world.contacts(numbers, **values | contact)


def requeue(world: World, dispositions: frozenset[Disposition] = NO_ANSWER, **wanted: Any) -> RequeueRecord:
    begun = world.dialer.requeueing.begin(world.campaign_id, NewRequeue(dispositions, **wanted), "tests")
    world.dialer.requeueing.work(seconds=60)
    return world.dialer.requeueing.get(begun.id)


def state(world: World, contact_id: int) -> tuple[str, str | None]:
    contact = world.contact(contact_id)
    return contact["state"], contact["final_reason"]


def end(world: World, disposition: Disposition) -> None:
    """End the calls that are open."""
    with world.engine.begin() as tx:
        found = tx.scalars(text("SELECT id FROM calls WHERE state <> 'ended'")).all()
        end_calls(tx, [Ending(call_id, disposition) for call_id in found])


def dial(world: World) -> list[str]:
    """What a tick queues and a claim takes."""
    world.dialer.dispatching.tick()
    return [world.call(claimed.call_id)["phone_number"] for claimed in world.claim().claimed]


def test_contacts_with_those_dispositions_are_due_again_and_no_others(world: World) -> None:
    again, busy = done(world, [number(0), number(1)]), done(world, [number(2)], "busy")
    answered = done(world, [number(3)], "answered", final_reason="answered")
    never_called = world.contacts([number(4)], state="done", final_reason="undialable")
    told = requeue(world)
    assert (told.state, told.requeued, told.left_out) == ("completed", 2, {})
    assert told.finished_at is not None
    assert [state(world, contact_id) for contact_id in again] == [("ready", None)] * 2
    assert {state(world, contact_id)[0] for contact_id in (*busy, *answered, *never_called)} == {"done"}
    assert dial(world) == [number(0), number(1)]


def test_answered_contacts_can_be_requeued_too(world: World) -> None:
    done(world, 2, "answered", final_reason="answered")
    assert requeue(world, frozenset({Disposition.ANSWERED})).requeued == 2


def test_only_a_list(world: World) -> None:
    with world.engine.begin() as tx:
        wanted, other = (make_call_list(tx, world.campaign_id) for _ in range(2))
    ours = done(world, [number(0), number(1)], call_list_id=wanted)
    rest = done(world, [number(2)], call_list_id=other) + done(world, [number(3)])
    assert requeue(world, call_list_id=wanted).requeued == 2
    assert [state(world, contact_id)[0] for contact_id in (*ours, *rest)] == ["ready", "ready", "done", "done"]


def test_whoever_must_not_be_called_is_left_out_and_said_why(world: World) -> None:
    done(world, [number(0)], final_reason="dnc")
    done(world, [number(1)], final_reason="cancelled")
    done(world, [number(2)], final_reason="removed")
    done(world, [number(3)], final_reason="undialable")
    done(world, [number(4)], final_reason="consent_missing")
    done(world, [number(5)], final_reason="answered", cancelled_at=world.now())
    done(world, [number(6)], attempts=3)
    listed = [number(7), number(8)]
    done(world, listed)
    world.dialer.dnc.add(NewDncEntry(listed[0]), "tests")
    world.dialer.dnc.add(NewDncEntry(listed[1], campaign_id=world.campaign_id), "tests")
    world.contacts([number(9)], last_disposition="no_answer")
    world.contacts(
        [number(10)], state="waiting", next_attempt_at=world.now() + timedelta(days=1), last_disposition="no_answer"
    )
    told = requeue(world)
    assert told.requeued == 0
    assert told.left_out == {
        LeftOut.DNC: 3,
        LeftOut.CANCELLED: 2,
        LeftOut.REMOVED: 1,
        LeftOut.UNDIALABLE: 1,
        LeftOut.CONSENT_MISSING: 1,
        LeftOut.ATTEMPTS_EXHAUSTED: 1,
        LeftOut.NOT_DONE: 2,
    }
    assert sorted(told.left_out) == sorted(LeftOut)


def test_entry_of_another_campaign_or_one_that_is_over_keeps_nobody_out(world: World) -> None:
    other = world.campaign("other")
    done(world, [number(0), number(1)])
    world.dialer.dnc.add(NewDncEntry(number(0), campaign_id=other), "tests")
    world.execute(
        "INSERT INTO dnc (phone_number, source, created_by, expires_at)"
        " VALUES (:p, 't', 't', clock_timestamp() - interval '1 second')",
        p=number(1),
    )
    assert requeue(world).requeued == 2


def test_cap_of_the_number_holds_after_a_requeue(world: World) -> None:
    world.set_campaign(number_caps=[{"calls": 1, "period_hours": 24}], retry_policy={"no_answer": None})
    (contact_id,) = world.contacts([number(0)])
    assert dial(world) == [number(0)]
    end(world, Disposition.NO_ANSWER)
    assert state(world, contact_id) == ("done", "final_disposition")
    assert requeue(world, more_attempts=5).requeued == 1
    assert dial(world) == []
    assert world.dialer.explaining.contact(contact_id).code == "number_cap"


def test_more_attempts_count_from_here_and_end_the_contact_again(world: World) -> None:
    world.set_campaign(max_attempts=2, retry_policy={"no_answer": {"delay_seconds": 0}})
    (contact_id,) = done(world, [number(0)], attempts=2)
    assert requeue(world).left_out == {"attempts_exhausted": 1}
    assert requeue(world, more_attempts=2).requeued == 1
    for attempt in (3, 4):
        assert dial(world) == [number(0)]
        call = world.calls(state="originating")[0]
        assert (call["attempt_number"], call["max_attempts"]) == (attempt, 4)
        assert world.dialer.explaining.contact(contact_id).code == "in_call"
        end(world, Disposition.NO_ANSWER)
    assert state(world, contact_id) == ("done", "attempts_exhausted")
    assert dial(world) == []


def test_fewer_attempts_than_are_left_take_none_away(world: World) -> None:
    world.set_campaign(max_attempts=5)
    (contact_id,) = done(world, attempts=1)
    assert requeue(world, more_attempts=1).requeued == 1
    assert world.contact(contact_id)["extra_attempts"] == 0


def test_in_batches_nobody_is_missed_or_counted_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requeueing, "_BATCH", 7)
    with world.engine.begin() as tx:
        list_id = make_call_list(tx, world.campaign_id)
    done(world, [number(n) for n in range(40)], call_list_id=list_id)
    done(world, [number(n) for n in range(40, 60)], attempts=3)
    done(world, [number(n) for n in range(60, 90)], "busy")
    told = requeue(world, frozenset({Disposition.NO_ANSWER, Disposition.BUSY}))
    assert (told.requeued, told.left_out) == (70, {"attempts_exhausted": 20})
    world.execute("UPDATE contacts SET state = 'done', final_reason = 'answered' WHERE state = 'ready'")
    assert requeue(world, call_list_id=list_id).requeued == 40
    with world.engine.begin() as tx:
        assert tx.scalar(text("SELECT count(*) FROM contacts WHERE state = 'ready'")) == 40


def test_each_batch_is_a_transaction_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requeueing, "_BATCH", 5)
    done(world, 12)
    begun = world.dialer.requeueing.begin(world.campaign_id, NewRequeue(NO_ANSWER), "tests")
    seen = []
    for _ in range(3):
        world.dialer.requeueing.work(seconds=0)
        found = world.dialer.requeueing.get(begun.id)
        seen.append((found.state, found.requeued))
    assert seen == [("running", 5), ("running", 10), ("completed", 12)]
    assert world.nudges.requeues == 1 + 3


def test_campaign_is_not_completed_while_a_requeue_runs(world: World) -> None:
    done(world, 2)
    world.dialer.requeueing.begin(world.campaign_id, NewRequeue(NO_ANSWER), "tests")
    world.dialer.dispatching.tick()
    assert world.dialer.campaigns.get(world.campaign_id).state == "running"
    world.dialer.requeueing.work(seconds=60)
    assert sorted(dial(world)) == [number(0), number(1)]


def test_completed_campaign_calls_again_after_another_start(world: World) -> None:
    done(world, 2)
    world.dialer.dispatching.tick()
    assert world.dialer.campaigns.get(world.campaign_id).state == "completed"
    assert requeue(world).requeued == 2
    assert dial(world) == []
    assert world.dialer.campaigns.get(world.campaign_id).state == "completed"
    world.dialer.campaigns.command(world.campaign_id, CampaignCommand.START)
    assert len(dial(world)) == 2


def test_requeue_of_a_campaign_that_is_cancelled_meanwhile_ends(world: World) -> None:
    contacts = done(world, 2)
    begun = world.dialer.requeueing.begin(world.campaign_id, NewRequeue(NO_ANSWER), "tests")
    world.dialer.campaigns.command(world.campaign_id, CampaignCommand.CANCEL)
    world.dialer.requeueing.work(seconds=60)
    assert world.dialer.requeueing.get(begun.id).state == "cancelled"
    assert {state(world, contact_id)[0] for contact_id in contacts} == {"done"}


def test_two_at_work_share_a_requeue_without_waiting(world: World) -> None:
    done(world, 3)
    world.dialer.requeueing.begin(world.campaign_id, NewRequeue(NO_ANSWER), "tests")
    with world.engine.begin() as tx:
        tx.execute(text("SELECT FROM requeues FOR UPDATE"))
        world.dialer.requeueing.work(seconds=60)
    world.dialer.requeueing.work(seconds=60)
    assert world.dialer.requeueing.listed(world.campaign_id, PageRequest()).items[0].requeued == 3


def test_what_can_t_be_requeued_is_refused(world: World) -> None:
    other = world.campaign("other")
    with world.engine.begin() as tx:
        list_id = make_call_list(tx, other)
    service = world.dialer.requeueing
    for wrong in (frozenset[Disposition](), frozenset({Disposition.WITHDRAWN}), frozenset({Disposition.CANCELLED})):
        with pytest.raises(InvalidInput):
            service.begin(world.campaign_id, NewRequeue(wrong), "tests")
    for list_of_others in (list_id, 999):
        with pytest.raises(InvalidInput):
            service.begin(world.campaign_id, NewRequeue(NO_ANSWER, list_of_others), "tests")
    with pytest.raises(NotFound):
        service.begin(999, NewRequeue(NO_ANSWER), "tests")
    world.dialer.campaigns.command(other, CampaignCommand.CANCEL)
    with pytest.raises(Conflict):
        service.begin(other, NewRequeue(NO_ANSWER), "tests")
