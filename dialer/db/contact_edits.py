"""What a user changes about a contact."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dialer.db.tables import Contact, ContactData
from dialer.domain.contacts import ContactState, FinalReason

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7301010))")


def lock_external_id(tx: Connection, campaign_id: int, external_id: str) -> None:
    """Two who put the same contact wait for each other, also where it isn't there yet."""
    tx.execute(_ONE_AT_A_TIME, {"name": f"{campaign_id}:{external_id}"})


def with_external_id(tx: Connection, campaign_id: int, external_id: str) -> list[int]:
    """The contacts of a campaign that have this external id: lists may repeat one."""
    found = select(Contact.id).where(Contact.campaign_id == campaign_id, Contact.external_id == external_id)
    return list(tx.scalars(found.order_by(Contact.id).limit(2)))


def lock(tx: Connection, contact_id: int) -> bool:
    """Hold a contact until the transaction ends; whether there is one."""
    return tx.scalar(select(Contact.id).where(Contact.id == contact_id).with_for_update()) is not None


def is_cancelled(tx: Connection, contact_id: int) -> bool:
    """Whether nobody may call the contact any more."""
    return tx.scalar(select(Contact.cancelled_at).where(Contact.id == contact_id)) is not None


def change(tx: Connection, contact_id: int, values: Mapping[str, Any], data: Mapping[str, str] | None) -> None:
    """Write columns, and the contact's data unless None."""
    if values:
        tx.execute(update(Contact).where(Contact.id == contact_id).values(**values))
    if data is not None:
        new = insert(ContactData).values(contact_id=contact_id, data=dict(data))
        tx.execute(new.on_conflict_do_update(index_elements=["contact_id"], set_={"data": new.excluded.data}))


def cancel(tx: Connection, contact_id: int) -> None:
    """Nobody calls this contact any more: at once if it was due, else when its call is over."""
    is_due = Contact.state.in_((ContactState.READY, ContactState.WAITING))
    chosen = update(Contact).where(Contact.id == contact_id)
    tx.execute(chosen.values(cancelled_at=func.coalesce(Contact.cancelled_at, func.clock_timestamp())))
    done = {
        "state": ContactState.DONE,
        "final_reason": FinalReason.CANCELLED,
        "next_attempt_at": None,
        "callback_at": None,
    }
    tx.execute(chosen.where(is_due).values(**done))
