"""Whether a listener's threads still do anything: one that waits for ever for an answer must not look alive."""

from typing import Final

from dialer.clock import Clock

STALLED_AFTER_LEASES: Final = 6
"""So many times the lease: longer than every time-out that a thread may have to wait for."""


class Pulse:
    """What the threads of one node's listener say of themselves. Each begins with its first beat.

    A connection can break in a way of which only the far side knows (a proxy or a NAT box between us and PostgreSQL
    that has forgotten it). Then a statement has no answer, ever, and no time-out of PostgreSQL's ends the wait.
    """

    def __init__(self, clock: Clock, stalled_after_seconds: float) -> None:
        self._clock = clock
        self._stalled_after_seconds = stalled_after_seconds
        self._beats: dict[str, float] = {}

    def beat(self, thread: str) -> None:
        """It has come round once more."""
        self._beats[thread] = self._clock.monotonic()

    def end(self, thread: str) -> None:
        """It has ended, as it should."""
        self._beats.pop(thread, None)

    def stalled(self) -> str | None:
        """The name of a thread that has not come round for too long."""
        before = self._clock.monotonic() - self._stalled_after_seconds
        return next((thread for thread, at in list(self._beats.items()) if at < before), None)
