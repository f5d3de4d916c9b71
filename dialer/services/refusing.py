"""What becomes of a queued call that the gate refuses."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import Connection

from dialer import tracing
from dialer.db import contact_numbers, transitions
from dialer.db.rows import Row
from dialer.db.transitions import Move
from dialer.domain.contacts import ContactState
from dialer.domain.dispositions import Disposition
from dialer.domain.gate import OF_THE_NUMBER, GateCode, GateFacts, Refusal
from dialer.domain.numbers import NextNumber, Numbers
from dialer.domain.profiles import regions_of
from dialer.domain.rules import CAMPAIGN
from dialer.services import gating
from dialer.services.call_traces import trace_ended

_FORESEEN: Final = frozenset(
    {
        GateCode.EMERGENCY_STOP,
        GateCode.CAMPAIGN_NOT_RUNNING,
        GateCode.NO_CALLER_ID,
        GateCode.CAMPAIGN_NOT_BEGUN,
        GateCode.CAMPAIGN_OVER,
        GateCode.LIST_OFF,
        GateCode.NO_PEOPLE,
        GateCode.ABANDON_CEILING,
        GateCode.ZONE_UNKNOWN,
    }
)
"""Refusals that dispatch foresees: the contact stays due, and is left alone until it may be dialed. After others that
aren't final it would be queued and refused every second: it waits."""
_LEAST_WAIT: Final = timedelta(seconds=60)
_MOST_WAIT: Final = timedelta(hours=1)
"""Then the gate is asked again: a dial that was counted may have been given back meanwhile."""


def refuse(tx: Connection, refused: Sequence[tuple[Row, Refusal, GateFacts]]) -> None:
    """End queued calls as withdrawn, with the reason; no attempt is used up. The rows are locked by the caller."""
    if not refused:
        return
    begun, ended_at = tracing.now(), transitions.database_time(tx)
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
                "abandoned": None,
                "channel": None,
            }
            for row, refusal, _ in refused
        ],
    )
    transitions.store_decisions(
        tx, [(row["id"], orjson.dumps(gating.record(facts, refusal)).decode()) for row, refusal, facts in refused]
    )
    several = [r["contact_id"] for r, refusal, _ in refused if r["position"] and refusal.code in OF_THE_NUMBER]
    numbers = contact_numbers.of(tx, several)
    moves = []
    for row, refusal, _ in refused:
        if row["contact_id"] is not None:
            records = numbers.get(row["contact_id"])
            called = contact_numbers.called(records, row["phone_number"], row["position"]) if records else None
            moves.append(_move(row, refusal, ended_at, called))
    transitions.move(tx, moves)
    trace_ended(tx, [row["id"] for row, _, _ in refused], begun)


def _move(row: Row, refusal: Refusal, ended_at: datetime, numbers: Numbers | None) -> Move:
    """What the contact does next; `numbers`: where it has several, and the refusal is about the one called."""
    state = ContactState.READY
    position = numbers.after(NextNumber.DROP) if numbers is not None else None
    if refusal.final is not None and position is None:
        state = ContactState.DONE
    elif is_held(row, refusal):
        state = ContactState.WAITING
    held = state is ContactState.WAITING
    return Move(
        contact_id=row["contact_id"],
        call_id=row["id"],
        state=state,
        next_attempt_at=ask_again_at(refusal, ended_at) if held else None,
        final_reason=refusal.final if state is ContactState.DONE else None,
        attempts=row["attempts"],
        disposition=Disposition.WITHDRAWN,
        rules_version=row["rules_version"] if held else None,
        held_by=refusal.code.value if held else None,
        position=position,
        closes=(numbers.at, refusal.code.value) if numbers is not None else None,
    )


def is_held(row: Row, refusal: Refusal) -> bool:
    """Whether a contact that the gate refuses waits before the gate is asked again."""
    return refusal.final is None and not _foreseen(row, refusal)


def _foreseen(row: Row, refusal: Refusal) -> bool:
    if refusal.code in (GateCode.HOLIDAY, GateCode.OUTSIDE_WINDOW):
        # Dispatch knows the regions that came with the list, not those that the number alone tells.
        return set(regions_of(row["phone_number"])) <= set(row["regions"] or ()) or refusal.source == CAMPAIGN
    return refusal.code in _FORESEEN


def ask_again_at(refusal: Refusal, at: datetime) -> datetime:
    """When the gate is asked again about a contact that it refused at `at`."""
    if refusal.until is None:
        return at + _LEAST_WAIT
    return min(refusal.until, at + _MOST_WAIT)
