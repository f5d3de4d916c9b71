"""Whether calls can go out through a trunk now."""

from enum import StrEnum


class BreakerState(StrEnum):
    """Of a trunk or a node that may only fail."""

    CLOSED = "closed"
    """Calls go through it."""
    OPEN = "open"
    """It only fails, and is left alone for a while."""
    PROBE = "probe"
    """It was open; one call may find out whether it still has to be."""


class TrunkState(StrEnum):
    """Why nothing goes out through a trunk, the gravest reason first; or that something does."""

    DISABLED = "disabled"
    """It is switched off, or its node is."""
    NO_LISTENER = "no_listener"
    """Nobody hears what becomes of calls through its node."""
    RESTING = "resting"
    """Its breaker is open, or its node's."""
    PROBE = "probe"
    """After a rest, one call finds out whether it works again."""
    UP = "up"


USABLE = frozenset({TrunkState.UP, TrunkState.PROBE})


def trunk_state(
    *, enabled: bool, is_heard: bool, breaker: BreakerState = BreakerState.CLOSED, node: BreakerState | None = None
) -> TrunkState:
    """What state a trunk is in.

    Args:
        enabled: whether it is, and its node is.
        is_heard: whether its node has a listener, to which an echo came back lately.
        breaker, node: the trunk's breaker, and its node's.
    """
    if not enabled:
        return TrunkState.DISABLED
    if not is_heard:
        return TrunkState.NO_LISTENER
    for state, found in ((BreakerState.OPEN, TrunkState.RESTING), (BreakerState.PROBE, TrunkState.PROBE)):
        if state in (breaker, node):
            return found
    return TrunkState.UP
