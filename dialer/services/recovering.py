"""After PostgreSQL has lost commits: hold back whom they may have been about, and let dialing go on."""

from dataclasses import dataclass

from sqlalchemy import Engine

from dialer.db import barrier, recovering, timeline
from dialer.services.ending import withdraw_queued


@dataclass(frozen=True, slots=True)
class History:
    """PostgreSQL's history as recorded when dialing began, and as it is."""

    recorded: str | None
    current: str

    @property
    def is_known(self) -> bool:
        """Whether dialing may go on."""
        return self.recorded in (None, self.current)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did.

    Attributes:
        withdrawn: queued calls taken back; some may have been dialed in the lost span.
        held_back: contacts that are not called for a while, because they may have been.
    """

    withdrawn: int
    held_back: int


class Recovering:
    """For a promoted standby or a restored backup: claims refuse to dial on a history that they don't know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self) -> History:
        """What claims compare."""
        with self._engine.begin() as tx:
            return History(*timeline.read(tx))

    def recover(self, *, lost_seconds: float, hold_seconds: float) -> Recovered:
        """Hold back whoever may have been dialed in the lost span, and accept the present history.

        Calls that are open are left to reconcile, which asks the PBX. Whoever is held back loses no attempt.

        Args:
            lost_seconds: how long the lost span is at most: the standby's lag, or the age of the backup.
            hold_seconds: how long those who may have been called in it are left alone.
        """
        with self._engine.begin() as tx:
            barrier.hold_back_claims(tx)
            withdrawn = withdraw_queued(tx, reason="recovery")
            held_back = recovering.hold_back(tx, lost_seconds=lost_seconds, hold_seconds=hold_seconds)
            recovering.forget_places(tx)
            timeline.accept(tx)
        return Recovered(withdrawn, held_back)
