"""Contacts with several numbers, from the list to the last of them, on a real PostgreSQL."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dialer.domain.dispositions import Disposition
from dialer.domain.numbers import NextNumber
from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.services.contacts import ContactDetails
from dialer.services.dnc import NewDncEntry
from dialer.services.ending import Ending, end_calls
from dialer.services.importing.service import NewContact
from tests.support.factories import ALWAYS, number
from tests.support.world import World

ONE, TWO, THREE = number(1), number(2), number(3)
AT_ONCE = RetryRule(delay_seconds=0, number=NextNumber.NEXT)


@pytest.fixture
def running(world: World) -> World:
    """No answer: the next number at once. Everything else as it is by default."""
    world.set_campaign(max_attempts=6, retry_policy=RetryPolicy(no_answer=AT_ONCE).model_dump(mode="json"))
    return world


def add(world: World, *numbers: str, **given: Any) -> int:
    new = NewContact(numbers[0], numbers=numbers[1:], **given)
    (added,) = world.dialer.call_lists.add_contacts(world.campaign_id, [new], "tests")
    assert added.contact_id is not None, added.reason
    return added.contact_id


def details(world: World, contact_id: int) -> ContactDetails:
    return world.dialer.contacts.get(contact_id)


def dial(world: World) -> tuple[UUID, str] | None:
    world.dialer.dispatching.tick()
    for claimed in world.claim().claimed:
        assert claimed.endpoint == f"PJSIP/{world.call(claimed.call_id)['phone_number']}@carrier"
        return claimed.call_id, world.call(claimed.call_id)["phone_number"]
    return None


def called(world: World, *outcomes: Disposition) -> list[str]:
    """Who is called, and how that ends, until nobody is."""
    found = []
    for outcome in outcomes:
        if (dialed := dial(world)) is None:
            break
        found.append(dialed[1])
        with world.engine.begin() as tx:
            end_calls(tx, [Ending(dialed[0], outcome)])
    return found


def forbid(world: World, phone: str) -> None:
    world.dialer.dnc.add(NewDncEntry(phone), "tests")


def test_list_s_phone_columns_become_numbers_in_order(running: World) -> None:
    file = f"Phone,Name,Phone 2,Mobile\n{ONE},Ada,,{THREE}\n{TWO},Bob,12,\n".encode()
    listed = running.dialer.call_lists.receive(
        running.campaign_id, io.BytesIO(file), name="l", default_region=None, user="t"
    )
    running.dialer.call_lists.work_on_chunks(5)
    assert running.dialer.call_lists.progress(listed.id).imported == 2
    with running.engine.begin() as tx:
        ada, bob = tx.scalars(text("SELECT id FROM contacts ORDER BY id")).all()
        assert tx.scalar(text("SELECT count(*) FROM contact_numbers")) == 2
    assert [(n.phone_number, n.next) for n in details(running, ada).numbers] == [(ONE, True), (THREE, False)]
    assert [n.phone_number for n in details(running, bob).numbers] == [TWO]
    assert running.contact(bob)["position"] is None


def test_numbers_are_tried_in_order_and_attempts_count_for_the_contact(running: World) -> None:
    contact_id = add(running, ONE, TWO, THREE)
    outcomes = [Disposition.NO_ANSWER] * 9
    assert called(running, *outcomes) == [ONE, TWO, THREE, ONE, TWO, THREE]
    contact = running.contact(contact_id)
    assert (contact["attempts"], contact["final_reason"]) == (6, "attempts_exhausted")
    assert [call["attempt_number"] for call in running.calls()] == [1, 2, 3, 4, 5, 6]


def test_number_that_does_not_exist_is_left_at_once_and_never_called_again(running: World) -> None:
    contact_id = add(running, ONE, TWO)
    outcomes = (Disposition.UNALLOCATED, Disposition.NO_ANSWER, Disposition.NO_ANSWER, Disposition.UNALLOCATED)
    assert called(running, *outcomes) == [ONE, TWO, TWO, TWO]
    assert [n.closed_by for n in details(running, contact_id).numbers] == ["unallocated", None]
    assert running.contact(contact_id)["final_reason"] == "final_disposition"


def test_caps_count_for_the_number_that_is_called(running: World) -> None:
    running.set_campaign(number_caps=[{"calls": 1, "period_hours": 24}])
    contact_id = add(running, ONE, TWO)
    assert called(running, *[Disposition.NO_ANSWER] * 4) == [ONE, TWO]
    contact = running.contact(contact_id)
    assert (contact["state"], contact["held_by"], contact["attempts"]) == ("waiting", "number_cap", 2)
    assert running.dialer.explaining.contact(contact_id).code == "number_cap"


def test_hours_are_those_of_the_number_that_is_called(running: World) -> None:
    now = running.now()
    berlin, tokyo = "+4930901820", "+81312345678"
    contact_id = add(running, berlin, tokyo)
    running.set_campaign(calling_window=ALWAYS)
    assert called(running, Disposition.NO_ANSWER) == [berlin]
    contact = details(running, contact_id)
    assert contact.contact.zones == ["Asia/Tokyo"]
    hour = (now + timedelta(hours=9)).hour  # where it is nine hours later
    closed = {"start": f"{(hour + 2) % 22:02}:00", "end": f"{(hour + 2) % 22 + 1:02}:00"}
    running.set_campaign(calling_window=closed)
    assert dial(running) is None
    told = running.dialer.explaining.contact(contact_id)
    assert (told.code, "Asia/Tokyo" in told.rule) == ("outside_window", True)
    running.set_campaign(calling_window=ALWAYS)
    assert called(running, Disposition.NO_ANSWER) == [tokyo]
    assert running.calls()[-1]["gate"]["zones"] == ["Asia/Tokyo"]


def test_forbidden_number_is_passed_over_until_none_is_left(running: World) -> None:
    contact_id = add(running, ONE, TWO, THREE)
    forbid(running, ONE)
    assert details(running, contact_id).next_number == TWO
    forbid(running, THREE)
    assert called(running, *[Disposition.NO_ANSWER] * 2) == [TWO, TWO]
    assert running.contact(contact_id)["state"] == "waiting"
    forbid(running, TWO)
    contact = running.contact(contact_id)
    assert (contact["state"], contact["final_reason"]) == ("done", "dnc")


def test_number_that_is_forbidden_while_it_is_called_is_not_called_again(running: World) -> None:
    contact_id = add(running, ONE, TWO)
    dialed = dial(running)
    assert dialed is not None
    forbid(running, ONE)
    with running.engine.begin() as tx:
        end_calls(tx, [Ending(dialed[0], Disposition.BUSY)])
    assert details(running, contact_id).next_number == TWO


def test_gate_that_meets_a_forbidden_number_turns_to_the_next(running: World) -> None:
    contact_id = add(running, ONE, TWO)
    running.dialer.dispatching.tick()
    running.execute("INSERT INTO dnc (phone_number, source, created_by) VALUES (:p, 't', 't')", p=ONE)
    assert running.claim().refused == 1
    assert [n.closed_by for n in details(running, contact_id).numbers] == ["dnc", None]
    assert called(running, Disposition.ANSWERED) == [TWO]
    assert running.contact(contact_id)["final_reason"] == "answered"


def test_row_whose_first_number_is_forbidden_is_called_at_the_next(running: World) -> None:
    forbid(running, ONE)
    contact_id = add(running, ONE, TWO)
    assert details(running, contact_id).next_number == TWO
    assert called(running, Disposition.ANSWERED) == [TWO]
    forbid(running, THREE)
    (refused,) = running.dialer.call_lists.add_contacts(
        running.campaign_id, [NewContact(THREE, numbers=(ONE,))], "tests"
    )
    assert refused.code == "dnc"


def test_only_the_first_number_is_unique_in_a_campaign(running: World) -> None:
    add(running, ONE, THREE)
    add(running, TWO, THREE)
    (again,) = running.dialer.call_lists.add_contacts(running.campaign_id, [NewContact(ONE, numbers=(TWO,))], "tests")
    assert again.code == "duplicate"


def test_explained_counts_go_by_the_number_that_comes_next(running: World) -> None:
    running.set_campaign(number_caps=[{"calls": 1, "period_hours": 24}])
    contact_id = add(running, ONE, TWO)
    running.execute("INSERT INTO number_dials VALUES (:p, ARRAY[clock_timestamp()])", p=TWO)
    assert running.dialer.explaining.contact(contact_id).code == "due"
    forbid(running, ONE)
    assert running.dialer.explaining.contact(contact_id).code == "number_cap"
    (group,) = running.dialer.explaining.campaign(running.campaign_id).groups
    assert (group.code, group.sample) == ("number_cap", contact_id)


def test_edited_policy_chooses_the_number_for_those_who_wait(running: World) -> None:
    contact_id = add(running, ONE, TWO)
    assert called(running, Disposition.BUSY) == [ONE]
    assert details(running, contact_id).next_number == ONE
    running.dialer.campaigns.edit(running.campaign_id, {"retry_policy": RetryPolicy(busy=AT_ONCE)})
    assert called(running, Disposition.ANSWERED) == [TWO]


def test_edit_of_the_numbers_keeps_what_is_closed_and_what_comes_next(running: World) -> None:
    contact_id = add(running, ONE, TWO, THREE, time_zone="UTC")
    called(running, Disposition.UNALLOCATED)
    edits = running.dialer.contact_edits
    edits.edit(contact_id, {"numbers": [THREE, TWO]})
    assert [(n.phone_number, n.next, n.closed_by) for n in details(running, contact_id).numbers] == [
        (ONE, False, "unallocated"),
        (THREE, False, None),
        (TWO, True, None),
    ]
    assert {tuple(n.zones) for n in details(running, contact_id).numbers} == {("UTC",)}
    running.dialer.dispatching.tick()
    edits.edit(contact_id, {"numbers": [THREE]})
    assert running.calls()[-1]["failure_reason"] == "contact_edited"
    assert called(running, Disposition.NO_ANSWER) == [THREE]
    edits.edit(contact_id, {"numbers": []})
    assert running.contact(contact_id)["position"] is None
    assert details(running, contact_id).next_number == ONE
