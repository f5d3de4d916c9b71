"""docs/state-machine.md has the moves of the code, in its tables and in its pictures."""

import re
from pathlib import Path

from dialer.domain.calls import TRANSITIONS, CallState
from dialer.domain.campaigns import CampaignCommand, CampaignState, next_state
from dialer.domain.contacts import ContactState, FinalReason

PAGE = (Path(__file__).parents[3] / "docs" / "state-machine.md").read_text(encoding="utf-8")
CALLS, CONTACTS, CAMPAIGNS = re.split(r"^## (?:Contacts|Campaigns)$", PAGE, flags=re.MULTILINE)


def _table(section: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", section, re.MULTILINE))


def _picture(section: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^ +(\w+) --> (\w+)$", section, re.MULTILINE))


def test_the_table_of_calls_has_every_move_and_no_other() -> None:
    assert _table(CALLS) == {(start.value, end.value) for start, ends in TRANSITIONS.items() for end in ends}


def test_the_picture_of_calls_is_its_table() -> None:
    assert _picture(CALLS) == _table(CALLS)


def test_every_call_begins_queued_and_stays_ended() -> None:
    assert "| (new) | `queued` |" in CALLS
    assert {state for state in CallState if not TRANSITIONS[state]} == {CallState.ENDED}
    assert re.findall(r"^ +(?:\[\*\] --> \w+|\w+ --> \[\*\])$", CALLS, re.MULTILINE) == [
        "    [*] --> queued",
        "    ended --> [*]",
    ]


def test_the_picture_of_contacts_is_its_table() -> None:
    moves = _table(CONTACTS)
    assert _picture(CONTACTS) == moves
    assert {state for move in moves for state in move} == {state.value for state in ContactState}


def test_every_final_reason_is_named() -> None:
    assert [reason for reason in FinalReason if f"`{reason}`" not in CONTACTS] == []


def test_the_table_of_campaigns_has_every_command() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", CAMPAIGNS, re.MULTILINE))
    assert list(rows) == list(CampaignState)
    commands = (CampaignCommand.START, CampaignCommand.PAUSE, CampaignCommand.RESUME, CampaignCommand.CANCEL)
    for state in CampaignState:
        cells = [cell.strip().strip("`") for cell in f" {rows[state]} ".split("|")]
        expected = ["stays" if (to := next_state(state, c)) is state else to or "" for c in commands]
        assert cells[:4] == expected, state
        completes = next_state(state, CampaignCommand.COMPLETE) is CampaignState.COMPLETED
        assert cells[4].startswith("completed") == (completes and state is not CampaignState.COMPLETED)
