import pytest

from dialer.domain.campaigns import CampaignCommand, CampaignState, allowed_commands, next_state

# Rows: the state; columns: start, pause, resume, cancel, complete. None: not allowed.
MOVES = {
    "draft": ("running", None, None, "cancelled", None),
    "running": ("running", "paused", "running", "cancelled", "completed"),
    "paused": (None, "paused", "running", "cancelled", None),
    "completed": ("running", None, None, "cancelled", "completed"),
    "cancelled": (None, None, None, "cancelled", None),
}
CASES = [
    (CampaignState(state), command, target)
    for state, row in MOVES.items()
    for command, target in zip(CampaignCommand, row, strict=True)
]


def test_the_table_is_complete() -> None:
    assert {state for state, _, _ in CASES} == set(CampaignState)


@pytest.mark.parametrize(("state", "command", "target"), CASES)
def test_command_leads_where_the_table_says(state: CampaignState, command: CampaignCommand, target: str | None) -> None:
    assert next_state(state, command) == target


@pytest.mark.parametrize("state", CampaignState)
def test_allowed_commands_are_those_that_change_something(state: CampaignState) -> None:
    changing = {command for s, command, target in CASES if s is state and target not in (None, state)}
    assert set(allowed_commands(state)) == changing - {CampaignCommand.COMPLETE}
