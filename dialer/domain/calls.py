"""A call: one attempt to reach one number, and the states it may be in."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


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
