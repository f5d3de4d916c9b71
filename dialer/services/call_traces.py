"""What a trace tells of a call from its row: that it was queued, how it rang and was up, and how it ended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from dialer import tracing
from dialer.db import call_records
from dialer.db.call_records import CallRecord


def trace_queued(tx: Connection, ids: Sequence[UUID]) -> None:
    """Record, with the commit, that this work has queued those of the calls that are there."""
    if not tracing.is_on() or not ids:
        return
    begun = tracing.now()

    def record() -> None:
        for call in calls:
            tracing.step(call.id, "queue", begun, tracing.now(), **_who(call))

    calls = call_records.several(tx, ids)
    tracing.on_commit(tx, record)


def trace_ended(tx: Connection, ids: Sequence[UUID], begun: float) -> None:
    """Record, with the commit, the calls that this transaction has ended.

    Args:
        begun: when this was begun.
    """
    if not tracing.is_on() or not ids:
        return

    def record() -> None:
        for call in calls:
            _record(call, begun)

    calls = call_records.several(tx, ids)
    tracing.on_commit(tx, record)


def _record(call: CallRecord, begun: float) -> None:
    ended_at = call.ended_at or call.created_at
    if call.ringing_at is not None:
        tracing.step(call.id, "ring", call.ringing_at, call.answered_at or ended_at)
    if call.answered_at is not None:
        tracing.step(call.id, "up", call.answered_at, ended_at)
    end = {
        "dialer.disposition": call.disposition,
        "dialer.cause": call.cause,
        "dialer.tech_cause": call.tech_cause,
        "dialer.dialstatus": call.dialstatus,
        "dialer.failure_reason": call.failure_reason,
    }
    tracing.step(call.id, "end", begun, tracing.now(), **end)
    tracing.whole(call.id, call.created_at, ended_at, **_who(call), **end)


def _who(call: CallRecord) -> dict[str, Any]:
    return {
        "dialer.campaign_id": call.campaign_id,
        "dialer.trunk_id": call.trunk_id,
        "dialer.node_id": call.node_id,
        "dialer.attempt_number": call.attempt_number,
    }
