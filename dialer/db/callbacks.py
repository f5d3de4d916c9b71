"""When people want to be called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text, update

from dialer.db.records import columns
from dialer.db.tables import Callback


@dataclass(frozen=True, slots=True)
class CallbackRecord:
    """Somebody has told us when a person wants to be called."""

    id: int
    at: datetime
    phone_number: str
    note: str | None
    created_by: str
    created_at: datetime
    cancelled_at: datetime | None
    cancelled_by: str | None


_COLUMNS: Final = columns(Callback, CallbackRecord)

_WAIT: Final = text("""
    UPDATE contacts SET callback_at = :at,
        state = CASE WHEN state = 'in_call' THEN state ELSE 'waiting' END,
        next_attempt_at = CASE WHEN state <> 'in_call' THEN CAST(:at AS timestamptz) END,
        final_reason = NULL, held_by = NULL, rules_version = NULL
    WHERE id = :contact_id
""")


def ask(tx: Connection, contact_id: int, **values: Any) -> None:
    """Let a contact, which is locked, wait for this time; one in a call does after it.

    Args:
        values: `at`, `phone_number`, `note`, `created_by`.
    """
    tx.execute(insert(Callback).values(contact_id=contact_id, **values))
    tx.execute(_WAIT, {"contact_id": contact_id, "at": values["at"]})


_FORGET: Final = text("""
    UPDATE contacts SET callback_at = NULL, held_by = NULL, rules_version = NULL,
        state = CASE WHEN state = 'ready' THEN 'waiting' ELSE state END,
        next_attempt_at = CASE WHEN state = 'ready' THEN clock_timestamp() ELSE next_attempt_at END
    WHERE id = :contact_id
""")


def cancel(tx: Connection, contact_id: int, user: str) -> None:
    """The person, whose contact is locked, is not called for what they asked. Who isn't in a call is left waiting."""
    tx.execute(_FORGET, {"contact_id": contact_id})
    stands = update(Callback).where(Callback.contact_id == contact_id, Callback.cancelled_at.is_(None))
    newest = select(func.max(Callback.id)).where(Callback.contact_id == contact_id).scalar_subquery()
    tx.execute(stands.where(Callback.id == newest).values(cancelled_at=func.clock_timestamp(), cancelled_by=user))


def of_contact(tx: Connection, contact_id: int) -> Sequence[CallbackRecord]:
    """All that was asked for a contact, the first one first."""
    statement = select(*_COLUMNS).where(Callback.contact_id == contact_id).order_by(Callback.id)
    return [CallbackRecord(**row) for row in tx.execute(statement).mappings()]
