"""Contacts, as users see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, select

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import first
from dialer.db.tables import Contact, ContactData, ZoneSet

# Not "contacts": by number, which an edit changes, went the cursors of that name.
ORDER: Final = Order("contacts by id", Contact.id, int)


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact's row; `zones` and `regions` are where the callee can be, at the number that comes next.

    `position`: of that number; None where there is only one.
    """

    id: int
    campaign_id: int
    call_list_id: int | None
    phone_number: str
    zones: list[str]
    regions: list[str]
    position: int | None
    priority: int
    external_id: str | None
    name: str | None
    state: str
    final_reason: str | None
    next_attempt_at: datetime | None
    callback_at: datetime | None
    attempts: int
    open_call_id: UUID | None
    last_disposition: str | None
    consent_at: datetime | None
    consent_source: str | None
    created_at: datetime


def get(tx: Connection, contact_id: int) -> ContactRecord | None:
    return first(tx, ContactRecord, _select().where(Contact.id == contact_id))


def data(tx: Connection, contact_id: int) -> dict[str, Any]:
    """The other columns of the contact's row."""
    return tx.scalar(select(ContactData.data).where(ContactData.contact_id == contact_id)) or {}


def listed(tx: Connection, page: PageRequest, campaign_id: int, wanted: Mapping[str, object]) -> Page[ContactRecord]:
    """A campaign's contacts, the oldest first. `wanted`: columns and their values; None is any."""
    statement = pages.matching(_select().where(Contact.campaign_id == campaign_id), Contact, **wanted)
    return pages.read(tx, ContactRecord, statement, ORDER, page)


def _select() -> Select[Any]:
    place = ("zones", "regions")
    names = [getattr(Contact, name) for name in ContactRecord.__dataclass_fields__ if name not in place]
    return select(*names, ZoneSet.zones, ZoneSet.regions).join(ZoneSet, ZoneSet.id == Contact.zone_id)
