"""What reconcile reads and writes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from dialer.db.prepared import Prepared
from dialer.db.rows import Row

_LOCK: Final = 7_301_100


def try_lock(tx: Connection, node_id: int) -> bool:
    """One reconcile of a node at a time; held until the connection's transaction ends, which waits for the PBX."""
    tx.execute(text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)"))
    return bool(tx.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK + node_id}))


_NODES: Final = Prepared("""
    SELECT id, name, ari_url, ari_username FROM pbx_nodes AS node
    WHERE enabled OR EXISTS (
        SELECT FROM calls WHERE node_id = node.id AND state IN ('originating', 'ringing', 'up')
    )
    ORDER BY id
""")


def nodes(tx: Connection) -> Sequence[Row]:
    """The nodes on which there may be something to reconcile: a channel may have been left behind by any call."""
    return _NODES.rows(tx)


_UNHEARD: Final = Prepared("""
    SELECT id, claimed_at FROM calls
    WHERE node_id = :node_id AND state = 'originating' AND tomb_at IS NULL
      AND dial_by < clock_timestamp() - make_interval(secs => :grace)
    ORDER BY dial_by LIMIT :most
""")


def unheard(tx: Connection, node_id: int, *, grace_seconds: float, most: int = 200) -> Sequence[Row]:
    """Claimed calls, past their `dial_by`, of which neither an answer nor an event has come."""
    parameters = {"node_id": node_id, "grace": grace_seconds, "most": most}
    return _UNHEARD.rows(tx, parameters)


_ADOPT: Final = text("""
    UPDATE calls SET state = CASE WHEN :up AND state <> 'up' THEN 'up' WHEN state = 'originating' THEN 'ringing'
            ELSE state END,
        answered_at = CASE WHEN :up THEN COALESCE(answered_at, clock_timestamp()) ELSE answered_at END,
        channel = COALESCE(channel, :channel), dialed_at = COALESCE(dialed_at, claimed_at), missed_at = NULL
    WHERE id = :id AND state IN ('originating', 'ringing', 'up')
""")


def adopt(tx: Connection, call_id: UUID, *, channel: str, up: bool) -> None:
    """The PBX has this call's channel: the call goes on from there."""
    tx.execute(_ADOPT, {"id": call_id, "channel": channel, "up": up})


_BURY: Final = text("""
    UPDATE calls SET tomb_at = clock_timestamp() WHERE id = :id AND state = 'originating' AND tomb_at IS NULL
""")


def bury(tx: Connection, call_id: UUID) -> None:
    """The call's channel id is occupied by a placeholder from now on."""
    tx.execute(_BURY, {"id": call_id})


_BURIED: Final = Prepared(
    "SELECT id FROM calls WHERE node_id = :node_id AND state = 'originating' AND tomb_at IS NOT NULL"
)


def buried(tx: Connection, node_id: int) -> list[UUID]:
    """Calls whose id a tomb occupies, as far as we know."""
    return _BURIED.values(tx, {"node_id": node_id})


_UNBURY: Final = text("""
    UPDATE calls SET tomb_at = NULL WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'originating'
""")


def unbury(tx: Connection, ids: Sequence[UUID]) -> None:
    """The tombs of these calls don't stand: their hold begins anew, with a new one."""
    if ids:
        tx.execute(_UNBURY, {"ids": list(ids)})


_HELD: Final = Prepared("""
    SELECT call.id,
           COALESCE(node.gap_free_since < call.claimed_at AND node.listener_epoch = call.listener_epoch, false)
               AS heard_all
    FROM calls AS call JOIN pbx_nodes AS node ON node.id = call.node_id
    WHERE call.node_id = :node_id AND call.state = 'originating'
      AND call.tomb_at < clock_timestamp() - make_interval(secs => :hold)
      AND (node.echo_at > call.tomb_at + make_interval(secs => :hold) OR node.gap_free_since IS NULL
           OR node.gap_free_since > call.claimed_at)
    ORDER BY call.id LIMIT :most
""")


def tombs_held(tx: Connection, node_id: int, *, hold_seconds: float, most: int = 200) -> Sequence[Row]:
    """Calls whose tomb has stood long enough, and whether every event since their claim has been heard.

    An echo sent after the hold was over has come back: whatever the PBX said before, the listener has written.
    """
    return _HELD.rows(tx, {"node_id": node_id, "hold": hold_seconds, "most": most})


_SEEN: Final = Prepared("""
    SELECT id, state, missed_at FROM calls
    WHERE node_id = :node_id AND state IN ('ringing', 'up')
      AND dial_by < clock_timestamp() - make_interval(secs => :grace)
""")


def underway(tx: Connection, node_id: int, *, grace_seconds: float) -> Sequence[Row]:
    """Calls that must be on the PBX's list of channels, if that is asked for after this."""
    return _SEEN.rows(tx, {"node_id": node_id, "grace": grace_seconds})


_OVERDUE: Final = Prepared("""
    SELECT id FROM calls WHERE node_id = :node_id AND state IN ('originating', 'ringing') AND tomb_at IS NULL
      AND dial_by < clock_timestamp() - make_interval(secs => timeout_seconds + :grace)
""")


def overdue(tx: Connection, node_id: int, *, grace_seconds: float) -> set[UUID]:
    """Calls that ring although the PBX's own ring timeout should have ended them."""
    return set(_OVERDUE.values(tx, {"node_id": node_id, "grace": grace_seconds}))


_MISS: Final = text("""
    UPDATE calls SET missed_at = CASE WHEN id = ANY(CAST(:missing AS uuid[])) THEN clock_timestamp() END
    WHERE id = ANY(CAST(:ids AS uuid[])) AND state IN ('ringing', 'up')
      AND (missed_at IS NULL) = (id = ANY(CAST(:missing AS uuid[])))
""")


def note_missing(tx: Connection, ids: Sequence[UUID], missing: Sequence[UUID]) -> None:
    """Remember which of `ids` were absent from the list for the first time, and forget it of those that were there."""
    tx.execute(_MISS, {"ids": list(ids), "missing": list(missing)})


_LOST: Final = text("""
    SELECT call.id, call.answered_at FROM calls AS call JOIN pbx_nodes AS node ON node.id = call.node_id
    WHERE call.node_id = :node_id AND call.state IN ('ringing', 'up')
      AND call.id = ANY(CAST(:missing AS uuid[]))
      AND call.missed_at < clock_timestamp() - make_interval(secs => :grace)
      AND (node.echo_at > call.missed_at
           OR node.events_port IS NULL AND COALESCE(node.lease_until, '-infinity') < call.missed_at
           OR (node.gap_free_since IS NULL OR node.lease_until < clock_timestamp())
              AND call.missed_at < clock_timestamp() - make_interval(secs => :hold))
""")


def lost(
    tx: Connection, node_id: int, missing: Sequence[UUID], *, grace_seconds: float, hold_seconds: float
) -> Sequence[RowMapping]:
    """Calls absent from two lists some time apart, with the listener having written all it heard in between.

    Where nobody was listening at the time of the first list, nobody will write anything, unless the PBX keeps
    its events for a listener that it connects to. That listener is waited for, but not longer than the hold.
    """
    parameters = {"node_id": node_id, "missing": list(missing), "grace": grace_seconds, "hold": hold_seconds}
    return tx.execute(_LOST, parameters).mappings().all()


# With each gap the listener forgets its last echo; when the PBX last said anything at all it does not.
_ABANDONED: Final = Prepared("""
    SELECT id, answered_at FROM calls WHERE node_id = :node_id AND state IN ('originating', 'ringing', 'up')
      AND dial_by < clock_timestamp() - make_interval(secs => timeout_seconds + :lost)
      AND NOT EXISTS (
          SELECT FROM pbx_nodes WHERE id = :node_id
            AND GREATEST(echo_at, startup_seen_at) > clock_timestamp() - make_interval(secs => :lost)
      )
""")


def abandoned(tx: Connection, node_id: int, *, lost_seconds: float) -> Sequence[Row]:
    """Open calls of a node from which nothing has come for so long that nothing will."""
    return _ABANDONED.rows(tx, {"node_id": node_id, "lost": lost_seconds})


_ENDED: Final = Prepared("SELECT id FROM calls WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'ended'")


def ended_among(tx: Connection, ids: Sequence[UUID]) -> list[UUID]:
    """Those of `ids` that are calls of ours and over: their channels, tombs for instance, have no business to live."""
    return _ENDED.values(tx, {"ids": list(ids)})
