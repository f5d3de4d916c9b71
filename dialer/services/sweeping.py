"""Put right what faults leave behind. Each part may run at any time, any number of times."""

import logging
from typing import Final

from sqlalchemy import Engine, func, text

from dialer.config import Settings
from dialer.db import barrier, claiming, counts
from dialer.db.tables import Call
from dialer.limits.limiter import Limiter
from dialer.services.ending import withdraw_queued

log = logging.getLogger(__name__)

QUEUED_TOO_LONG: Final = "queued_too_long"


class Sweeping:
    """What beat asks for every few seconds."""

    def __init__(self, engine: Engine, limiter: Limiter, settings: Settings) -> None:
        self._engine = engine
        self._limiter = limiter
        self._settings = settings

    def withdraw_expired(self) -> int:
        """Calls that no worker claimed in time go back to their contacts; how many."""
        with self._engine.begin() as tx:
            barrier.hold_back_claims(tx)
            age = func.make_interval(0, 0, 0, 0, 0, 0, self._settings.queued_expiry_seconds)
            return withdraw_queued(tx, Call.created_at < func.clock_timestamp() - age, reason=QUEUED_TOO_LONG)

    def free_leaked_slots(self) -> int:
        """Channel slots that no open call owns, because whoever took them died, are given back; how many.

        Claims are held back meanwhile: between its Redis and its commit a claim's slot belongs to no row.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        with self._engine.begin() as tx:
            barrier.hold_back_claims(tx)
            owned = {str(row["claim_token"]) for row in claiming.open_slots(tx)}
            leaked = {scope: sorted(held - owned) for scope, held in self._limiter.held().items() if held - owned}
            freed = self._limiter.release_tokens(leaked)
        if freed:
            log.warning("%d leaked channel slots were freed", freed)
        return freed

    def fold_counts(self) -> None:
        """Add the deltas of the campaigns' counts up."""
        with self._engine.begin() as tx:
            counts.fold(tx)

    def forget_sessions(self) -> int:
        """Log-ins that have expired are deleted; how many. So are failed ones, and requests kept for their keys."""
        with self._engine.begin() as tx:
            tx.execute(
                text(
                    "DELETE FROM login_failures WHERE updated_at < clock_timestamp() - interval '1 day' "
                    "AND COALESCE(locked_until < clock_timestamp(), true)"
                )
            )
            tx.execute(text("DELETE FROM idempotency_keys WHERE expires_at < clock_timestamp()"))
            return tx.execute(text("DELETE FROM sessions WHERE expires_at < clock_timestamp()")).rowcount
