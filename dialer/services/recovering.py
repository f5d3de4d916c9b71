"""After PostgreSQL has lost commits: hold back whom they may have been about, and let dialing go on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.db import barrier, control, recovering, timeline, transitions
from dialer.domain.calls import first_id_at, made_at
from dialer.services.ending import withdraw_queued
from dialer.services.pbx_records import PbxRecords
from dialer.services.witness import Witness

_LOOK_BACK: Final = timedelta(days=2)
"""How far back the PBX's records are looked through for calls that the database doesn't know."""


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
        lost_seconds: how long the lost span was taken to be: as said, or as the PBX's records show.
        unknown: calls in those records that the database has lost.
        adopted: queued calls that were dialed in the lost span, by those records: their end is found out.
        withdrawn: queued calls taken back; some may have been dialed in the lost span.
        held_back: contacts that are not called for a while, because they may have been.
    """

    lost_seconds: float
    unknown: int
    adopted: int
    withdrawn: int
    held_back: int


class Recovering:
    """For a promoted standby or a restored backup: claims refuse to dial on a history that they don't know."""

    def __init__(self, engine: Engine, clock: Clock, records: PbxRecords, witness: Witness) -> None:
        self._engine = engine
        self._clock = clock
        self._records = records
        self._witness = witness

    def history(self) -> History:
        """What claims compare.

        Raises:
            LimitsUnavailable: Redis, which is asked too, doesn't answer.
        """
        self._witness.look()
        with self._engine.begin() as tx:
            return History(*timeline.read(tx))

    def recover(self, user: str, *, lost_seconds: float, hold_seconds: float) -> Recovered:
        """Hold back whoever may have been dialed in the lost span, and accept the present history.

        Calls that are open are left to reconcile, which asks the PBX and its records. Whoever is held back loses no
        attempt.

        Args:
            user: who says so.
            lost_seconds: how long the lost span is at most: the standby's lag, or from the backup until everything was
                stopped. Where the PBX's records know of an earlier call that is lost, it is taken to begin there.
            hold_seconds: how long those who may have been called in it are left alone.

        Raises:
            LimitsUnavailable: Redis can't be told; the history is not accepted.
            DatabaseError: the PBX's records can't be read; nothing is done.
        """
        recorded = self._records.call_ids_since(first_id_at(self._clock.now() - _LOOK_BACK))
        with self._engine.begin() as tx:
            barrier.hold_back_claims(tx)
            unknown = recovering.unknown(tx, sorted(recorded))
            if unknown:
                lost_seconds = max(lost_seconds, (self._clock.now() - made_at(unknown[0])).total_seconds())
            adopted = self._adopt(tx, recorded, lost_seconds)
            withdrawn = withdraw_queued(tx, reason="recovery")
            held_back = recovering.hold_back(tx, lost_seconds=lost_seconds, hold_seconds=hold_seconds)
            recovering.forget_places(tx)
            timeline.accept(tx)
            control.log(tx, user, "recover", f"{lost_seconds:.0f} s lost, {held_back} held for {hold_seconds:.0f} s")
            self._witness.forget()
        return Recovered(lost_seconds, len(unknown), adopted, withdrawn, held_back)

    def _adopt(self, tx: Connection, recorded: set[UUID], lost_seconds: float) -> int:
        dialed = sorted(recorded.intersection(transitions.queued(tx)))
        transitions.lock_in_order(tx, dialed, with_contacts=True)
        return recovering.adopt(tx, dialed, lost_seconds=lost_seconds)
