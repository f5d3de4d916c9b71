"""Leading a node: a lease in PostgreSQL, renewed by a thread that does nothing else."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dialer.clock import Clock
from dialer.db import nodes

log = logging.getLogger(__name__)

_STANDBY_SECONDS: Final = 0.5


class Reign:
    """A lease that was won. `over` is set when it can't be relied on any more, or when `end` was called."""

    def __init__(
        self, engine: Engine, node_id: int, listener_id: str, epoch: int, seconds: float, clock: Clock
    ) -> None:
        self.epoch = epoch
        self.over = threading.Event()
        self._engine = engine
        self._node_id = node_id
        self._listener_id = listener_id
        self._seconds = seconds
        self._clock = clock
        self._renewed_at = clock.monotonic()
        self._offset = self._measured_offset(None)
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()

    @property
    def is_sure(self) -> bool:
        """Whether nobody else can be leading now: also false after this process was asleep for too long."""
        return not self.over.is_set() and self._clock.monotonic() < self._renewed_at + self._seconds

    def end(self) -> None:
        """Stop renewing, and let a standby take over at once.

        Raises:
            SQLAlchemyError: PostgreSQL is away; the lease runs out by itself.
        """
        self.over.set()
        self._thread.join()
        with self._engine.begin() as tx:
            nodes.release(tx, self._node_id, self._listener_id, self.epoch)

    def abandon(self) -> None:
        """Stop renewing, and let the lease run out: whoever has taken the application gets time to be found."""
        self.over.set()
        self._thread.join()

    def database_time(self, monotonic: float) -> datetime:
        """What PostgreSQL's clock showed at a moment of this process's monotonic clock."""
        return self._offset + timedelta(seconds=monotonic)

    def _measured_offset(self, known: datetime | None) -> datetime:
        """PostgreSQL's clock at the zero of ours: `known`, moved no further than it is proven wrong.

        An answer that took long says little: by half of that time a new guess may be wrong.
        """
        before = self._clock.monotonic()
        with self._engine.begin() as tx:
            now = nodes.time(tx)
        after = self._clock.monotonic()
        earliest, latest = (now - timedelta(seconds=moment) for moment in (after, before))
        return earliest + (latest - earliest) / 2 if known is None else min(max(known, earliest), latest)

    def _keep(self) -> None:
        while not self.over.wait(self._seconds / 4):
            asked_at = self._clock.monotonic()
            try:
                with self._engine.begin() as tx:
                    holds = nodes.renew(tx, self._node_id, self._listener_id, self.epoch, self._seconds)
                self._offset = self._measured_offset(self._offset)
            except SQLAlchemyError as error:
                log.warning("the lease could not be renewed: %s", error)
                # PostgreSQL counts from when it wrote; we count from before we asked, which is earlier.
                holds = self._clock.monotonic() < self._renewed_at + self._seconds
                asked_at = self._renewed_at
            self._renewed_at = asked_at
            if not holds:
                log.error("the lease is lost")
                self.over.set()


def stand_by(
    engine: Engine,
    node_id: int,
    listener_id: str,
    seconds: float,
    clock: Clock,
    stop: threading.Event,
    beat: Callable[[], None],
) -> Reign | None:
    """Wait until the node needs a listener, and become it; None if `stop` was set first."""
    waits = False
    while not stop.is_set():
        beat()
        try:
            with engine.begin() as tx:
                epoch = nodes.win_lease(tx, node_id, listener_id, seconds)
            if epoch is not None:
                log.info("leading node %d, epoch %d", node_id, epoch)
                return Reign(engine, node_id, listener_id, epoch, seconds, clock)
        except SQLAlchemyError as error:
            log.warning("PostgreSQL can't be asked for the lease: %s", error)
        if not waits:
            log.info("standing by for node %d", node_id)
            waits = True
        stop.wait(min(_STANDBY_SECONDS, seconds / 4))
    return None
