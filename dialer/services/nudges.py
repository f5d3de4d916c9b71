"""How services tell the workers that there is something to do."""

from typing import Protocol


class Nudges(Protocol):
    """Messages that carry no facts: the rows are the truth, and whoever wakes up reads those.

    A lost nudge costs a second, until beat looks by itself; so sending one never raises.
    """

    def work_on_imports(self) -> None:
        """A call list has rows to import."""
        ...

    def work_on_trunk(self, trunk_id: int) -> None:
        """A trunk has queued calls."""
        ...


class NoNudges:
    """Tells nobody: beat finds the work within a second."""

    def work_on_imports(self) -> None:
        """Nothing is sent."""

    def work_on_trunk(self, trunk_id: int) -> None:
        """Nothing is sent."""
