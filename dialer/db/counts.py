"""A campaign's counts: folded ones, and the changes that are newer (the view `campaign_counted` has both)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, text

from dialer.domain.dispositions import Disposition

_FOLD_LOCK: Final = 7_301_101
FOLD_BATCH: Final = 20_000

_READ: Final = text("""
    SELECT key, sum(n)::bigint AS n FROM campaign_counted
    WHERE campaign_id = :campaign_id AND (key LIKE 'contacts.%' OR key LIKE 'calls.%')
    GROUP BY key HAVING sum(n) <> 0
""")

_RESULTS: Final = text("""
    SELECT split_part(key, '.', 2) AS value, split_part(key, '.', 3) AS disposition, sum(n)::bigint AS n
    FROM campaign_counted WHERE campaign_id = :campaign_id AND key LIKE :prefix || '.%'
    GROUP BY 1, 2 HAVING sum(n) <> 0
""")

# Deltas that a running transaction appends are not seen and stay. Those of a campaign that is gone are dropped.
_FOLD: Final = text("""
    WITH folded AS (
        DELETE FROM campaign_count_deltas
        WHERE id IN (SELECT id FROM campaign_count_deltas ORDER BY id LIMIT :batch)
        RETURNING campaign_id, key, delta
    ), sums AS (
        SELECT folded.campaign_id, folded.key, sum(folded.delta)::bigint AS n
        FROM folded JOIN campaigns ON campaigns.id = folded.campaign_id
        GROUP BY 1, 2 HAVING sum(folded.delta) <> 0
    ), upserted AS (
        INSERT INTO campaign_counts AS counts (campaign_id, key, n)
        SELECT campaign_id, key, n FROM sums ORDER BY 1, 2
        ON CONFLICT (campaign_id, key) DO UPDATE SET n = counts.n + excluded.n
    )
    SELECT count(*) FROM folded
""")


def read(tx: Connection, campaign_id: int) -> dict[str, int]:
    """Counts by key: `contacts.<state>`, `contacts.done.<final reason>`, `calls.<disposition>`. None is 0."""
    return {row.key: row.n for row in tx.execute(_READ, {"campaign_id": campaign_id})}


def results(tx: Connection, campaign_id: int, by: str) -> Sequence[RowMapping]:
    """Ended calls by disposition and by `list` (its id; 0: no list), `hour` (`2026-03-02T09`, UTC), `attempt` or
    `caller_id` (its number; `-`: none)."""
    return tx.execute(_RESULTS, {"campaign_id": campaign_id, "prefix": by}).mappings().all()


def ended_calls(tx: Connection, campaign_id: int) -> dict[Disposition, int]:
    """Ended calls by disposition."""
    found = tx.execute(_READ, {"campaign_id": campaign_id})
    return {Disposition(row.key.removeprefix("calls.")): row.n for row in found if row.key.startswith("calls.")}


def fold(tx: Connection, *, batch: int = FOLD_BATCH) -> int:
    """Move up to `batch` changes into the counts; how many. 0 also while another transaction folds."""
    if not tx.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK}):
        return 0
    return int(tx.scalar(_FOLD, {"batch": batch}) or 0)
