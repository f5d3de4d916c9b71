"""A campaign: whom to call, how, and at what pace; and what its managers may do with it when."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class DialOrder(StrEnum):
    """Which of the contacts that are due goes first, among those of the same priority."""

    LIST = "list"
    """Who came first, in the order of the file."""
    NEWEST = "newest"
    """Who came last."""


class CampaignCommand(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    COMPLETE = "complete"
    """Given by dispatch, when nobody is left to call and no import runs."""


_MOVES: Final = MappingProxyType(
    {
        (CampaignState.DRAFT, CampaignCommand.START): CampaignState.RUNNING,
        (CampaignState.COMPLETED, CampaignCommand.START): CampaignState.RUNNING,
        (CampaignState.RUNNING, CampaignCommand.PAUSE): CampaignState.PAUSED,
        (CampaignState.PAUSED, CampaignCommand.RESUME): CampaignState.RUNNING,
        (CampaignState.RUNNING, CampaignCommand.COMPLETE): CampaignState.COMPLETED,
        (CampaignState.DRAFT, CampaignCommand.CANCEL): CampaignState.CANCELLED,
        (CampaignState.RUNNING, CampaignCommand.CANCEL): CampaignState.CANCELLED,
        (CampaignState.PAUSED, CampaignCommand.CANCEL): CampaignState.CANCELLED,
        (CampaignState.COMPLETED, CampaignCommand.CANCEL): CampaignState.CANCELLED,
    }
)

_ALREADY: Final = MappingProxyType(
    {
        CampaignCommand.START: CampaignState.RUNNING,
        CampaignCommand.PAUSE: CampaignState.PAUSED,
        CampaignCommand.RESUME: CampaignState.RUNNING,
        CampaignCommand.CANCEL: CampaignState.CANCELLED,
        CampaignCommand.COMPLETE: CampaignState.COMPLETED,
    }
)


def next_state(state: CampaignState, command: CampaignCommand) -> CampaignState | None:
    """The state that `command` leads to, `state` itself where it is already there, None where it is not allowed."""
    if _ALREADY[command] is state:
        return state
    return _MOVES.get((state, command))


def allowed_commands(state: CampaignState) -> tuple[CampaignCommand, ...]:
    """What a manager may ask for now, for an error message that helps."""
    return tuple(c for (s, c) in _MOVES if s is state and c is not CampaignCommand.COMPLETE)
