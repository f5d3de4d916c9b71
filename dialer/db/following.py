"""What a listener reads and writes of the calls it follows, in bulk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from dialer.db import transitions
from dialer.db.prepared import Prepared
from dialer.db.rows import Row

# One row, without a call, where there is none.
_LOCK_CALLS: Final = Prepared("""
    SELECT clock_timestamp() AS at, call.* FROM pbx_nodes AS node LEFT JOIN (
        SELECT id, state, campaign_id, phone_number, digit, amd_status, ringing_at, answered_at, hangup_requested_at,
               action_started_at, late_dialed_at, people, waiting_since, served_at, gate -> 'profiles' AS profiles
        FROM calls WHERE id = ANY(CAST(:ids AS uuid[])) AND node_id = :node_id ORDER BY id FOR UPDATE
    ) AS call ON true
    WHERE node.id = :node_id AND node.listener_epoch = :epoch AND node.lease_until > clock_timestamp()
""")


def lock(
    tx: Connection, node_id: int, epoch: int, ids: Sequence[UUID], ending: Sequence[UUID]
) -> tuple[datetime, list[Row]] | None:
    """Those of `ids` that are calls of this node, locked; with the contacts of those that are `ending`.

    The node's row is only read: a lock on it would make the lease's renewal wait. That the reign may end before the
    commit does no harm, because each change of a call is a compare-and-set.

    Returns:
        PostgreSQL's clock, and they; None: that reign is over.
    """
    if ending:
        transitions.lock_contacts(tx, ending)
    rows = _LOCK_CALLS.rows(tx, {"ids": list(ids), "node_id": node_id, "epoch": epoch})
    if not rows:
        return None
    return rows[0]["at"], [row for row in rows if row["id"] is not None]


_PROGRESS: Final = Prepared("""
    UPDATE calls SET state = step.state,
        channel = COALESCE(calls.channel, step.channel),
        dialed_at = COALESCE(calls.dialed_at, calls.claimed_at),
        ringing_at = COALESCE(calls.ringing_at, step.ringing_at),
        answered_at = COALESCE(calls.answered_at, step.answered_at),
        dialstatus = COALESCE(step.dialstatus, calls.dialstatus),
        missed_at = NULL,
        -- Not over while it is being found out who has answered: then it begins with what follows.
        action_started_at = CASE WHEN step.begins_anew THEN step.action_started_at
            ELSE COALESCE(calls.action_started_at, step.action_started_at) END,
        digit = COALESCE(step.digit, calls.digit),
        amd_status = COALESCE(step.amd_status, calls.amd_status),
        result = COALESCE(step.result, calls.result),
        callback_at = COALESCE(step.callback_at, calls.callback_at),
        waiting_since = COALESCE(calls.waiting_since, step.waiting_since),
        served_at = COALESCE(calls.served_at, step.served_at),
        abandoned = COALESCE(calls.abandoned, step.abandoned),
        context = COALESCE(step.context, calls.context),
        extension = COALESCE(step.extension, calls.extension),
        priority = COALESCE(step.priority, calls.priority)
    FROM unnest(CAST(:id AS uuid[]), CAST(:state AS text[]), CAST(:channel AS text[]),
                CAST(:ringing_at AS timestamptz[]), CAST(:answered_at AS timestamptz[]), CAST(:dialstatus AS text[]),
                CAST(:action_started_at AS timestamptz[]), CAST(:context AS text[]), CAST(:extension AS text[]),
                CAST(:priority AS smallint[]), CAST(:begins_anew AS boolean[]), CAST(:digit AS text[]),
                CAST(:amd_status AS text[]), CAST(:result AS text[]), CAST(:callback_at AS timestamptz[]),
                CAST(:waiting_since AS timestamptz[]), CAST(:served_at AS timestamptz[]), CAST(:abandoned AS boolean[]))
        AS step(id, state, channel, ringing_at, answered_at, dialstatus, action_started_at, context, extension,
                priority, begins_anew, digit, amd_status, result, callback_at, waiting_since, served_at, abandoned)
    WHERE calls.id = step.id AND calls.state IN ('originating', 'ringing', 'up')
""")


def progress(tx: Connection, steps: Sequence[dict[str, Any]]) -> None:
    """Move calls that `lock` has locked on."""
    if steps:
        _PROGRESS.run(tx, transitions.columns(steps))


_LATE: Final = text("""
    UPDATE calls SET late_dialed_at = clock_timestamp()
    WHERE id = ANY(CAST(:ids AS uuid[])) AND late_dialed_at IS NULL
""")


def note_late_dials(tx: Connection, ids: Sequence[UUID]) -> None:
    """The PBX has dialed these calls although they were over, or not to be dialed."""
    if ids:
        tx.execute(_LATE, {"ids": list(ids)})


_UNBURY: Final = text("""
    UPDATE calls SET tomb_at = NULL
    WHERE id = ANY(CAST(:ids AS uuid[])) AND node_id = :node_id AND state = 'originating' AND tomb_at IS NOT NULL
""")


def unbury(tx: Connection, node_id: int, ids: Sequence[UUID]) -> None:
    """The tombs of these calls are gone, and their ids free again: reconcile has to look into them anew."""
    if ids:
        tx.execute(_UNBURY, {"ids": list(ids), "node_id": node_id})


_CAMPAIGN_ACTIONS: Final = text("SELECT id, answer_action FROM campaigns WHERE id = ANY(CAST(:ids AS bigint[]))")
_CALL_ACTIONS: Final = text("""
    SELECT call_id, answer_action FROM call_variables WHERE call_id = ANY(CAST(:ids AS uuid[]))
""")


def campaign_actions(tx: Connection, ids: Sequence[int]) -> dict[int, Any]:
    """What these campaigns do on answer, as stored."""
    rows = tx.execute(_CAMPAIGN_ACTIONS, {"ids": list(ids)}) if ids else ()
    return {row.id: row.answer_action for row in rows}


def call_actions(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """What these calls outside any campaign do on answer, as stored."""
    rows = tx.execute(_CALL_ACTIONS, {"ids": list(ids)}) if ids else ()
    return {row.call_id: row.answer_action for row in rows}


_TO_HANG_UP: Final = Prepared("""
    SELECT id FROM calls
    WHERE node_id = :node_id AND hangup_requested_at IS NOT NULL AND state IN ('originating', 'ringing', 'up')
      AND tomb_at IS NULL
    ORDER BY id LIMIT :most
""")


def to_hang_up(tx: Connection, node_id: int, *, most: int = 500) -> list[UUID]:
    """Open calls that somebody wants to end. A tomb is not hung up: it has to keep its id occupied."""
    return _TO_HANG_UP.values(tx, {"node_id": node_id, "most": most})


_FAIL: Final = text("""
    UPDATE calls SET failure_reason = :reason, hangup_requested_at = COALESCE(hangup_requested_at, clock_timestamp())
    WHERE id = :id AND state = 'up'
""")


def fail_action(tx: Connection, call_id: UUID, reason: str) -> None:
    """The answer action did not work: write down why, and let the call be hung up until it is over."""
    tx.execute(_FAIL, {"id": call_id, "reason": reason})


_WISH: Final = text("""
    UPDATE calls SET hangup_requested_at = COALESCE(hangup_requested_at, clock_timestamp())
    WHERE id = :id AND state = 'up'
""")


def wish_hang_up(tx: Connection, call_id: UUID) -> None:
    """An answered call has had its action, and its channel could not be hung up yet."""
    tx.execute(_WISH, {"id": call_id})


_ACTED: Final = text("""
    SELECT id FROM calls
    WHERE id = ANY(CAST(:ids AS uuid[])) AND node_id = :node_id AND state = 'up' AND action_started_at IS NOT NULL
""")


def with_action_started(tx: Connection, node_id: int, ids: Sequence[UUID]) -> list[UUID]:
    """Those of `ids` that are answered and whose action has begun."""
    return list(tx.scalars(_ACTED, {"ids": list(ids), "node_id": node_id}))
