"""Calls in the order in which the live stream tells of them: by the transaction that ended them.

Transactions commit in another order than they begin, so "everything after the last one that I saw" loses what commits
late. But whatever is below the oldest transaction that still runs is over and done, and nothing is ever added to it:
only that much is told, and a place in it can be gone on from at any time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from dialer.db import timeline
from dialer.db.call_records import CallRecord


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a reader of a campaign's calls is: all up to here were told."""

    xact: int
    call_id: UUID


BEGINNING: Final = Place(0, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Settled:
    """How far the past is certain.

    Attributes:
        history: of this PostgreSQL (dialer.db.timeline): places of another history mean nothing in it.
        before: every transaction below it is over.
    """

    history: str
    before: int


@dataclass(frozen=True, slots=True)
class EndedCall:
    place: Place
    call: CallRecord


_SETTLED: Final = text(f"""
    SELECT {timeline.CURRENT} AS history, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS before
""")

_NAMES: Final = tuple(field.name for field in fields(CallRecord))

_ENDED: Final = text(f"""
    SELECT asked.n, told.*
    FROM unnest(CAST(:campaigns AS bigint[]), CAST(:xacts AS bigint[]), CAST(:call_ids AS uuid[]))
        WITH ORDINALITY AS asked (campaign_id, xact, call_id, n)
    CROSS JOIN LATERAL (
        SELECT call.ended_xact, {", ".join(f"call.{name}" for name in _NAMES)} FROM calls AS call
        WHERE call.campaign_id = asked.campaign_id AND call.ended_xact IS NOT NULL AND call.ended_xact < :before
          AND (call.ended_xact, call.id) > (asked.xact, asked.call_id)
        ORDER BY call.ended_xact, call.id LIMIT :limit
    ) AS told
    ORDER BY asked.n, told.ended_xact, told.id
""")

_LAST: Final = text("""
    SELECT ended_xact, id FROM calls
    WHERE campaign_id = :campaign_id AND ended_xact IS NOT NULL AND ended_xact < :before
    ORDER BY ended_xact DESC, id DESC LIMIT 1
""")


def settled(tx: Connection) -> Settled:
    """How far the past is certain, for the snapshot of `tx`."""
    row = tx.execute(_SETTLED).one()
    return Settled(row.history, row.before)


def last(tx: Connection, campaign_id: int, before: int) -> Place:
    """The place of a campaign's last call of the settled past."""
    row = tx.execute(_LAST, {"campaign_id": campaign_id, "before": before}).one_or_none()
    return BEGINNING if row is None else Place(row.ended_xact, row.id)


def ended(
    tx: Connection, asked: Sequence[tuple[int, Place]], *, before: int, limit: int
) -> Iterator[tuple[int, EndedCall]]:
    """The next calls of the settled past, in order: at most `limit` for each of `asked` (a campaign, a place in it).

    Yields:
        The index of the one of `asked` that it is for, and a call.
    """
    parameters = {
        "campaigns": [campaign_id for campaign_id, _ in asked],
        "xacts": [place.xact for _, place in asked],
        "call_ids": [place.call_id for _, place in asked],
        "before": before,
        "limit": limit,
    }
    for row in tx.execute(_ENDED, parameters).mappings():
        call = CallRecord(**{name: row[name] for name in _NAMES})
        yield row["n"] - 1, EndedCall(Place(row["ended_xact"], call.id), call)
