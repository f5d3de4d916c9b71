"""How services tell the workers that there is something to do."""

from collections.abc import Callable
from typing import Protocol

from dialer.clock import Clock


class Nudges(Protocol):
    """Messages that carry no facts: the rows are the truth, and whoever wakes up reads those.

    A lost nudge costs seconds, until beat looks by itself; so sending one never raises.
    """

    def work_on_imports(self) -> None:
        """A call list has rows to import."""
        ...

    def work_on_exports(self) -> None:
        """An export has parts to make."""
        ...

    def work_on_withdrawals(self) -> None:
        """A withdrawn list has contacts to remove."""
        ...

    def work_on_requeues(self) -> None:
        """A requeue has contacts to make due."""
        ...

    def work_on_trunk(self, trunk_id: int) -> None:
        """A trunk has queued calls."""
        ...


class NoNudges:
    """Tells nobody: beat finds the work within seconds."""

    def work_on_imports(self) -> None:
        """Nothing is sent."""

    def work_on_exports(self) -> None:
        """Nothing is sent."""

    def work_on_withdrawals(self) -> None:
        """Nothing is sent."""

    def work_on_requeues(self) -> None:
        """Nothing is sent."""

    def work_on_trunk(self, trunk_id: int) -> None:
        """Nothing is sent."""


def go_on(step: Callable[[], bool], nudge: Callable[[], None], clock: Clock, seconds: float) -> None:
    """Do one step after the other, for so long or until one finds nothing to do. If the time is over first, `nudge`."""
    until = clock.monotonic() + seconds
    while step():
        if clock.monotonic() >= until:
            nudge()
            return
