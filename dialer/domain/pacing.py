"""How fast calls are begun under a limit of calls per second, or of channels."""

from typing import Final

from dialer.domain.sharing import spare

SPACING: Final = 1.05
"""Places are this much further apart than 1/CPS: room for the jitter between a place and the written request, so
that no window of one second holds more than CPS of them. The cost is 5 % of the mean."""

DISPATCH_SECONDS: Final = 1.0
"""So often are due contacts queued."""


def interval_seconds(cps: float) -> float:
    """The least time between two calls."""
    return SPACING / cps


def channel_pace(channels: float, hold_seconds: float) -> float:
    """How many calls per second `channels` carry, each for `hold_seconds`.

    By Little's law; but where calls are very short, no more than each round of dispatch queues
    (dialer.domain.sharing).
    """
    rounds = (channels + spare(channels)) / DISPATCH_SECONDS
    return min(channels / hold_seconds, rounds) if hold_seconds > 0 else rounds
