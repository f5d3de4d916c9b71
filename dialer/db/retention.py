"""Old calls that are kept no longer."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

# An id begins with the moment at which it was made, so the oldest calls are at the begin of the primary key. What is
# locked is being worked on; it goes another time.
_OLDEST: Final = text("""
    SELECT id FROM calls WHERE id > :after AND id < :before AND state = 'ended'
    ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
""")
_VARIABLES: Final = text("DELETE FROM call_variables WHERE call_id = ANY(CAST(:ids AS uuid[]))")
_CALLS: Final = text("DELETE FROM calls WHERE id = ANY(CAST(:ids AS uuid[]))")


def forget(tx: Connection, *, after: UUID, before: UUID, most: int) -> Sequence[UUID]:
    """Delete ended calls with ids between these two, the oldest first; their ids. One that is open stays."""
    ids = list(tx.scalars(_OLDEST, {"after": after, "before": before, "most": most}))
    if ids:
        tx.execute(_VARIABLES, {"ids": ids})
        tx.execute(_CALLS, {"ids": ids})
    return ids
