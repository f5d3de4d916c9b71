"""Menus, machines, transfers, and what a callee decides."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from dialer.db.tables import Contact, DncEntry
from dialer.simulator.ledger import read_ledger
from tests.integration.services.listening.conftest import World
from tests.support.world import wait_for

PRESSES_1 = "+12025550183"
PRESSES_9 = "+12025550184"
SAYS_NOTHING = "+12025550100"
MACHINE = "+12025550180"
SILENT = "+12025550182"
PLAY = {"type": "play", "sound": "hello-world"}
MENU = {
    "type": "menu",
    "prompt": "demo-congrats",
    "digits": {
        "1": {"type": "opt_out", "sound": "goodbye"},
        "9": {"type": "call_back", "after_minutes": 90},
    },
}


def _run(world: World, number: str, action: dict[str, Any], *, alone: bool = False) -> uuid.UUID:
    call_id = world.claimed(number, action=action, alone=alone)
    world.originate(call_id)
    return call_id


def _dnc(world: World, number: str) -> list[Any]:
    with world.engine.begin() as tx:
        return list(tx.execute(select(DncEntry.__table__).where(DncEntry.phone_number == number)).mappings())


def test_a_digit_is_kept_and_who_opts_out_is_not_called_any_more(world: World) -> None:
    world.listening()
    call_id = _run(world, PRESSES_1, MENU)
    call = world.ended(call_id)
    assert (call["digit"], call["disposition"], call["context"]) == ("1", "answered", "dialer-menu")
    entry = _dnc(world, PRESSES_1)[0]
    assert (entry["campaign_id"], entry["source"], entry["created_by"]) == (None, "callee", f"call {call_id}")
    assert world.hung_up_by(call_id) == "us"


def test_an_opt_out_may_be_for_the_campaign_only(world: World) -> None:
    world.listening()
    menu = MENU | {"digits": {"1": {"type": "opt_out", "scope": "campaign"}}}
    world.ended(_run(world, PRESSES_1, menu))
    assert _dnc(world, PRESSES_1)[0]["campaign_id"] == world.campaign_id


def test_other_calls_to_who_opts_out_are_taken_back(world: World) -> None:
    world.listening()
    contact_id = world.contact(world.claimed(PRESSES_1, action=MENU))["id"]
    world.execute("UPDATE contacts SET state = 'ready', open_call_id = NULL WHERE id = :id", id=contact_id)
    world.ended(_run(world, PRESSES_1, MENU, alone=True))

    def is_done() -> bool:
        with world.engine.begin() as tx:
            reason = tx.scalar(select(Contact.final_reason).where(Contact.id == contact_id))
            return bool(reason == "dnc")

    wait_for(is_done, "the contact's end")


def test_queued_calls_of_every_campaign_end_with_the_digit_and_are_never_sent(world: World) -> None:
    world.listening()
    waiting = [uuid.uuid4() for _ in range(3)]
    with world.engine.begin() as tx:
        of_other = tx.scalar(
            text("""
                INSERT INTO campaigns (name, state, trunk_id, timeout_seconds, max_attempts, calling_window,
                    retry_policy, answer_action, created_by)
                SELECT 'other', state, trunk_id, timeout_seconds, max_attempts, calling_window, retry_policy,
                    answer_action, created_by FROM campaigns RETURNING id
            """)
        )
        for call_id, campaign_id in zip(waiting, (world.campaign_id, of_other, None), strict=True):
            values = {"id": call_id, "campaign": campaign_id, "phone": PRESSES_1, "trunk": world.trunk_id}
            tx.execute(
                text("""
                    INSERT INTO calls (id, campaign_id, phone_number, trunk_id, node_id, attempt_number, max_attempts,
                        policy_version, timeout_seconds)
                    SELECT :id, :campaign, :phone, id, node_id, 1, 3, 1, 30 FROM trunks WHERE id = :trunk
                """),
                values,
            )
    answered = _run(world, PRESSES_1, MENU, alone=True)
    for call_id in waiting:
        call = world.ended(call_id)
        assert (call["disposition"], call["failure_reason"], call["claimed_at"]) == ("withdrawn", "dnc", None)
    world.ended(answered)
    assert {invite.channel for invite in read_ledger(world.ledger).invites} == {str(answered)}


def test_who_wants_to_be_called_back_is_due_again_then(world: World) -> None:
    world.listening()
    call_id = _run(world, PRESSES_9, MENU)
    contact_of = world.contact(call_id)["id"]
    call = world.ended(call_id)
    with world.engine.begin() as tx:
        contact = tx.execute(select(Contact.__table__).where(Contact.id == contact_of)).mappings().one()
    assert contact["state"] == "waiting"
    assert contact["next_attempt_at"] == call["callback_at"]
    assert timedelta(minutes=89) < call["callback_at"] - call["answered_at"] < timedelta(minutes=91)


def test_whoever_presses_nothing_gets_what_is_for_all_others(world: World) -> None:
    world.listening()
    call = world.ended(_run(world, SAYS_NOTHING, MENU | {"otherwise": PLAY}))
    assert call["digit"] == "none"
    assert _dnc(world, SAYS_NOTHING) == []


@pytest.mark.parametrize(
    ("number", "status", "context"),
    [
        (SAYS_NOTHING, "HUMAN", "for-people"),
        (SILENT, "NOTSURE", "for-people"),
        (MACHINE, "MACHINE", "dialer-message"),
    ],
)
def test_people_and_machines_get_what_is_for_them(world: World, number: str, status: str, context: str) -> None:
    world.listening()
    amd = {
        "type": "amd",
        "human": {"type": "continue", "context": "for-people"},
        "machine": {"type": "leave_message", "sound": "vm-goodbye"},
    }
    call = world.ended(_run(world, number, amd))
    assert (call["amd_status"], call["context"]) == (status, context)


def test_a_menu_may_come_after_the_question_who_has_answered(world: World) -> None:
    world.listening()
    call = world.ended(_run(world, PRESSES_1, {"type": "amd", "human": MENU}))
    assert (call["amd_status"], call["digit"]) == ("HUMAN", "1")
    assert len(_dnc(world, PRESSES_1)) == 1


@pytest.mark.parametrize(
    ("to", "extension"), [({"extension": "agent-1"}, "agent-1"), ({"queue": "sales"}, "queue-sales")]
)
def test_a_transfer_names_its_destination(world: World, to: dict[str, str], extension: str) -> None:
    world.listening()
    call = world.ended(_run(world, SAYS_NOTHING, {"type": "transfer", **to}, alone=True))
    assert (call["context"], call["extension"]) == ("dialer-transfer", extension)


def test_the_action_begins_within_two_seconds_of_the_answer(world: World) -> None:
    world.listening()
    call = world.ended(_run(world, SAYS_NOTHING, {"type": "amd", "human": PLAY}))
    # After the question who has answered it begins with what follows.
    assert timedelta(milliseconds=100) < call["action_started_at"] - call["answered_at"] < timedelta(seconds=2)


def test_a_menu_that_hands_back_while_nobody_hears_it_is_taken_up(world: World) -> None:
    listener = world.listening()
    call_id = _run(world, PRESSES_1, MENU)
    wait_for(lambda: world.call(call_id)["action_started_at"], "the menu")
    listener.end()
    world.listening()
    assert world.ended(call_id)["state"] == "ended"
