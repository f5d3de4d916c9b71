"""Calls are kept for so many days, and then deleted in small pieces. One that is open is never deleted."""

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import retention
from dialer.domain.calls import first_id_at

log = logging.getLogger(__name__)

_PIECE: Final = 1000
"""Calls in one transaction: some milliseconds."""
_NIL: Final = UUID(int=0)


class Retention:
    """What beat asks for every few minutes."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = engine
        self._clock = clock
        self._days = settings.calls_kept_days

    def work(self, *, seconds: float) -> int:
        """Delete calls that are older than they are kept, for about so long; how many. 0 where they are kept for ever.

        Counts and results of campaigns, and the caps of numbers, have what they need elsewhere and stay.
        """
        if self._days is None:
            return 0
        before = first_id_at(self._clock.now() - timedelta(days=self._days))
        until = self._clock.monotonic() + seconds
        after, deleted = _NIL, 0
        while self._clock.monotonic() < until:
            with self._engine.begin() as tx:
                ids = retention.forget(tx, after=after, before=before, most=_PIECE)
            if not ids:
                break
            after, deleted = ids[-1], deleted + len(ids)
        if deleted:
            log.info("%d calls older than %d days were deleted", deleted, self._days)
        return deleted
