"""A call: one attempt to reach one number, and the states it may be in."""

from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class CallState(StrEnum):
    """Where a call is on its way. Who moves it, and when, is in docs/state-machine.md."""

    QUEUED = "queued"
    """Waiting for a worker's claim. Nobody has been dialed."""
    ORIGINATING = "originating"
    """Claimed: it may be dialed until its `dial_by`, and never claimed again."""
    RINGING = "ringing"
    """The PBX has the channel."""
    UP = "up"
    """Answered."""
    ENDED = "ended"
    """Over, with a disposition."""


TRANSITIONS: Final = MappingProxyType(
    {
        CallState.QUEUED: frozenset({CallState.ORIGINATING, CallState.ENDED}),
        CallState.ORIGINATING: frozenset({CallState.QUEUED, CallState.RINGING, CallState.UP, CallState.ENDED}),
        CallState.RINGING: frozenset({CallState.UP, CallState.ENDED}),
        CallState.UP: frozenset({CallState.ENDED}),
        CallState.ENDED: frozenset(),
    }
)
"""The moves that the database's trigger allows too (migrations); a test holds the two together."""

OPEN_STATES: Final = (CallState.ORIGINATING, CallState.RINGING, CallState.UP)
"""States in which a call may hold a channel, and holds a slot of every limit."""


def first_id_at(moment: datetime) -> UUID:
    """The least id of a call made at this moment: ids are UUIDv7, which begin with the time in milliseconds."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def made_at(call_id: UUID) -> datetime:
    """When a call's id was made."""
    return datetime.fromtimestamp((call_id.int >> 80) / 1000, UTC)
