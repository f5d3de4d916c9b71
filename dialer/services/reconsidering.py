"""An edit of a campaign's rules reaches those who wait by the old ones.

Each waiting contact has the version of the rules by which it waits. After an edit, dispatch takes those with an older
one in batches: who was held back by the gate is asked about again, who waits for a retry goes by the new policy, as if
it had been there when the last call ended. Nothing else is written with the edit, however many wait.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import Connection, RowMapping

from dialer.config import Settings
from dialer.db import contact_numbers, explaining, reconsidering, transitions
from dialer.domain.caller_ids import Owned
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.gate import GateCode, decide
from dialer.domain.numbers import Numbers
from dialer.domain.retry import RetryPolicy, next_step
from dialer.services import gating
from dialer.services.ending import move_for, seen_from
from dialer.services.refusing import ask_again_at, is_held

AT_ONCE: Final = 2000
"""Of each campaign, with every tick."""


def reconsider(tx: Connection, settings: Settings) -> int:
    """Let contacts wait by the rules as they are now; how many."""
    stale = reconsidering.stale(tx, AT_ONCE)
    held = [row["id"] for row in stale if row["held_by"] is not None]
    retried = [row["id"] for row in stale if row["held_by"] is None]
    steps = _ask_gate(tx, settings, held) if held else []
    if retried:
        rows = reconsidering.last_calls(tx, retried)
        numbers = contact_numbers.of(tx, [row["contact_id"] for row in rows if row["position"] is not None])
        steps += [_by_policy(row, seen_from(row, numbers)) for row in rows]
    reconsidering.reschedule(tx, steps)
    return len(steps)


def by_policy(tx: Connection, contact_id: int) -> None:
    """Let a waiting contact, which is locked, do what follows from its last call; without one it is due."""
    (row,) = reconsidering.last_calls(tx, [contact_id])
    numbers = contact_numbers.of(tx, [contact_id] if row["position"] is not None else [])
    never_called = row["id"] is None
    step = _step(contact_id, ContactState.READY, None) if never_called else _by_policy(row, seen_from(row, numbers))
    reconsidering.reschedule(tx, [step])


def _ask_gate(tx: Connection, settings: Settings, contact_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Who may be dialed now is due; so is who is refused for good, as the claim writes that down."""
    steps = []
    for row in explaining.contacts(tx, contact_ids, transitions.database_time(tx)).values():
        owned = Owned(row["trunk_caller_id"], row["caller_ids"])
        facts = gating.facts(row, settings, stopped=False, allow_list_only=row["allow_list_only"], owned=owned)
        refusal = decide(facts)
        if refusal is None or not is_held(row, refusal):
            steps.append(_step(row["contact_id"], ContactState.READY, None))
            continue
        again_at = ask_again_at(refusal, facts.at)
        waits = {"rules_version": row["rules_version"], "held_by": refusal.code}
        steps.append(_step(row["contact_id"], ContactState.WAITING, again_at, **waits))
    return steps


def _by_policy(row: RowMapping, numbers: Numbers) -> dict[str, Any]:
    if row["id"] is None:
        return _step(row["contact_id"], ContactState.WAITING, row["next_attempt_at"])
    disposition = Disposition(row["disposition"])
    step = next_step(
        _policy(orjson.dumps(row["retry_policy"])),
        disposition,
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        ended_at=row["ended_at"],
        numbers=numbers,
    )
    move = move_for(
        row["contact_id"],
        row["id"],
        step,
        attempts=row["attempts"],
        disposition=disposition,
        rules_version=row["rules_version"],
        numbers=numbers if row["position"] is not None else None,
    )
    return _step(
        move.contact_id,
        move.state,
        move.next_attempt_at,
        final_reason=move.final_reason,
        rules_version=move.rules_version,
        position=move.position,
        closes=move.closes,
    )


def _step(
    contact_id: int,
    state: ContactState,
    next_attempt_at: datetime | None,
    *,
    final_reason: FinalReason | None = None,
    rules_version: int | None = None,
    held_by: GateCode | None = None,
    position: int | None = None,
    closes: tuple[int, str] | None = None,
) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "state": state,
        "next_attempt_at": next_attempt_at,
        "final_reason": final_reason,
        "rules_version": rules_version,
        "held_by": held_by,
        "position": position,
        "closes": closes[0] if closes else None,
        "closed_by": closes[1] if closes else None,
    }


@lru_cache(maxsize=64)
def _policy(stored: bytes) -> RetryPolicy:
    return RetryPolicy.model_validate_json(stored)
