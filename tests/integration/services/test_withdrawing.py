"""Call lists appended to a campaign that runs, and pulled out again."""

import io
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.requeueing import LeftOut
from dialer.errors import Conflict, NotFound
from dialer.services import withdrawing as service
from dialer.services.callbacks import NewCallback
from dialer.services.ending import Ending, end_calls
from dialer.services.requeueing import NewRequeue
from tests.support.factories import number
from tests.support.world import World

# World gives a running campaign that may call at all hours, without workers.


def appended(world: World, first: int, last: int) -> int:
    """A list of these numbers, uploaded and imported."""
    content = "phone\n" + "".join(f"{number(n)}\n" for n in range(first, last))
    lists = world.dialer.call_lists
    made = lists.receive(world.campaign_id, io.BytesIO(content.encode()), name="x", default_region="US", user="u")
    lists.work_on_chunks(30)
    return made.id


def contacts(world: World, list_id: int) -> list[Any]:
    query = text(
        "SELECT phone_number, state, final_reason, open_call_id FROM contacts WHERE call_list_id = :id ORDER BY id"
    )
    with world.dialer.engine.connect() as connection:
        return list(connection.execute(query, {"id": list_id}))


def states(world: World, list_id: int) -> list[tuple[str, str | None]]:
    return [(contact.state, contact.final_reason) for contact in contacts(world, list_id)]


def queued_of(world: World, list_id: int) -> list[Any]:
    return [contact.open_call_id for contact in contacts(world, list_id) if contact.open_call_id]


def test_a_list_that_is_appended_while_the_campaign_runs_becomes_dialable(world: World) -> None:
    first = appended(world, 0, 3)
    world.dialer.dispatching.tick()
    assert len(queued_of(world, first)) == 3
    second = appended(world, 2, 6)
    world.dialer.dispatching.tick()
    assert [contact.phone_number for contact in contacts(world, second)] == [number(n) for n in (3, 4, 5)]
    assert len(queued_of(world, second)) == 3


def test_after_the_answer_nobody_on_the_list_is_dialed_and_its_contacts_are_removed(world: World) -> None:
    first, second = appended(world, 0, 5), appended(world, 10, 12)
    world.dialer.dispatching.tick()
    assert len(queued_of(world, first)) == 5
    decided = world.dialer.withdrawing.begin(first, "u")
    assert (decided.in_flight, decided.value.active, decided.value.removed) == (0, False, 5)
    assert states(world, first) == [("done", "removed")] * 5
    world.dialer.withdrawing.work(seconds=30)
    world.dialer.dispatching.tick()
    assert queued_of(world, first) == []
    assert len(queued_of(world, second)) == 2
    done = world.dialer.call_lists.progress(first)
    assert (done.removed, done.removal_finished_at is not None) == (5, True)


def test_whoever_waits_or_is_due_is_removed_in_pieces_and_who_is_done_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_BATCH", 2)
    list_id = appended(world, 0, 5)
    with world.dialer.engine.begin() as tx:
        tx.execute(
            text("UPDATE contacts SET state = 'waiting', next_attempt_at = now() WHERE phone_number = :n"),
            {"n": number(1)},
        )
        tx.execute(
            text(
                "UPDATE contacts SET state = 'done', final_reason = 'answered', last_disposition = 'answered'"
                " WHERE phone_number = :n"
            ),
            {"n": number(2)},
        )
    world.dialer.withdrawing.begin(list_id, "u")
    assert world.nudges.withdrawals == 1
    world.dialer.withdrawing.work(seconds=0)
    assert world.nudges.withdrawals == 2
    assert world.dialer.call_lists.progress(list_id).removal_finished_at is None
    assert states(world, list_id)[:2] == [("done", "removed")] * 2
    world.dialer.withdrawing.work(seconds=30)
    gone = ("done", "removed")
    assert states(world, list_id) == [gone, gone, ("done", "answered"), gone, gone]
    assert world.nudges.withdrawals == 2
    assert world.dialer.call_lists.progress(list_id).removed == 4


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [(Disposition.BUSY, FinalReason.REMOVED), (Disposition.ANSWERED, FinalReason.ANSWERED)],
)
def test_a_call_in_flight_goes_on_and_its_contact_is_done_with_it(
    world: World, disposition: Disposition, reason: FinalReason
) -> None:
    list_id = appended(world, 0, 1)
    world.dialer.dispatching.tick()
    [call_id] = queued_of(world, list_id)
    with world.dialer.engine.begin() as tx:
        tx.execute(
            text(
                "UPDATE calls SET state = 'originating', claim_token = gen_random_uuid(), claimed_at = now(),"
                " dial_by = now(), post_answer = 'accepted' WHERE id = :id"
            ),
            {"id": call_id},
        )
    assert world.dialer.withdrawing.begin(list_id, "u").in_flight == 1
    world.dialer.withdrawing.work(seconds=30)
    assert states(world, list_id) == [("in_call", None)]
    with world.dialer.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, disposition)])
    assert states(world, list_id) == [("done", reason)]


def test_rows_that_are_not_imported_yet_are_refused(world: World) -> None:
    lists = world.dialer.call_lists
    content = "phone\n" + "".join(f"{number(n)}\n" for n in range(5))
    made = lists.receive(world.campaign_id, io.BytesIO(content.encode()), name="x", default_region="US", user="u")
    world.dialer.withdrawing.begin(made.id, "u")
    world.dialer.withdrawing.work(seconds=0)
    assert lists.progress(made.id).removal_finished_at is None
    lists.work_on_chunks(30)
    done = lists.progress(made.id)
    assert (done.imported, done.refused) == (0, 5)
    assert b"list_withdrawn" in b"".join(lists.refusals_csv(made.id))
    world.dialer.withdrawing.work(seconds=30)
    assert lists.progress(made.id).removal_finished_at is not None


def test_it_stays_out(world: World) -> None:
    list_id = appended(world, 0, 2)
    with world.dialer.engine.begin() as tx:
        tx.execute(
            text(
                "UPDATE contacts SET state = 'done', final_reason = 'answered', last_disposition = 'answered'"
                " WHERE phone_number = :n"
            ),
            {"n": number(0)},
        )
    world.dialer.withdrawing.begin(list_id, "u")
    world.dialer.withdrawing.work(seconds=30)
    with pytest.raises(Conflict, match="Upload it again"):
        world.dialer.call_list_edits.edit(list_id, {"active": True})
    assert world.dialer.call_list_edits.edit(list_id, {"name": "old"}).value.name == "old"
    requeue = world.dialer.requeueing.begin(world.campaign_id, NewRequeue([Disposition.ANSWERED]), "u")
    world.dialer.requeueing.work(seconds=30)
    assert world.dialer.requeueing.get(requeue.id).left_out == {LeftOut.CANCELLED: 1}
    with world.dialer.engine.connect() as connection:
        contact_id = connection.scalar(text("SELECT min(id) FROM contacts"))
    with pytest.raises(Conflict):
        world.dialer.callbacks.ask(contact_id or 0, NewCallback(at=world.dialer.clock.now()), "u")
    again = world.dialer.withdrawing.begin(list_id, "u")
    assert again.value.removed == 1


def test_there_must_be_such_a_list(world: World) -> None:
    with pytest.raises(NotFound):
        world.dialer.withdrawing.begin(999999, "u")
