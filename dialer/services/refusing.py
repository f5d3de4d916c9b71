"""What becomes of a queued call that the gate refuses."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping

from dialer.db import transitions
from dialer.db.transitions import Move
from dialer.domain.contacts import ContactState
from dialer.domain.dispositions import Disposition
from dialer.domain.gate import GateCode, Refusal

_LATER: Final = frozenset({GateCode.NOT_ON_ALLOW_LIST})
"""Refusals that dispatch can't foresee and that may last: the contact is not due again at once, or it would be
queued and refused every second."""
_LATER_SECONDS: Final = 60


def refuse(tx: Connection, refused: Sequence[tuple[RowMapping, Refusal]]) -> None:
    """End queued calls as withdrawn, with the reason; no attempt is used up. The rows are locked by the caller."""
    if not refused:
        return
    ended_at = transitions.database_time(tx)
    transitions.end(
        tx,
        [
            {
                "id": row["id"],
                "disposition": Disposition.WITHDRAWN.value,
                "ended_at": ended_at,
                "cause": None,
                "tech_cause": None,
                "dialstatus": None,
                "failure_reason": refusal.code.value,
            }
            for row, refusal in refused
        ],
    )
    transitions.move(
        tx,
        [_move(row, refusal, ended_at) for row, refusal in refused if row["contact_id"] is not None],
    )


def _move(row: RowMapping, refusal: Refusal, ended_at: datetime) -> Move:
    later = refusal.code in _LATER
    state = ContactState.READY
    if refusal.final is not None:
        state = ContactState.DONE
    elif later:
        state = ContactState.WAITING
    return Move(
        contact_id=row["contact_id"],
        call_id=row["id"],
        state=state,
        next_attempt_at=ended_at + timedelta(seconds=_LATER_SECONDS) if state is ContactState.WAITING else None,
        final_reason=refusal.final,
        attempts=row["attempts"],
        disposition=Disposition.WITHDRAWN,
    )
