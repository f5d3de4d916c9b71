"""Contacts: read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from dialer.db import call_records, callbacks, campaigns, contact_numbers, contact_records
from dialer.db.call_records import CallRecord
from dialer.db.callbacks import CallbackRecord
from dialer.db.contact_numbers import NumberRecord
from dialer.db.contact_records import ContactRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.records import fingerprint
from dialer.errors import NotFound


@dataclass(frozen=True, slots=True)
class Number:
    """One of a contact's numbers, in the order in which they are tried.

    Attributes:
        next: whether it is the one that is called next.
        closed_by: why it isn't called any more: a disposition, or a code of the gate; None if it may be.
    """

    phone_number: str
    zones: Sequence[str]
    regions: Sequence[str]
    next: bool
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """A contact, the data that came with it, and its calls, the first one first.

    Attributes:
        several: its numbers in order, where it has more than one.
        callbacks: all that was asked for, the first one first.
    """

    contact: ContactRecord
    data: dict[str, Any]
    calls: Sequence[CallRecord]
    several: Sequence[NumberRecord] = ()
    callbacks: Sequence[CallbackRecord] = ()

    @property
    def numbers(self) -> list[Number]:
        """All of its numbers, in order."""
        c = self.contact
        if not self.several:
            return [Number(c.phone_number, c.zones, c.regions, next=True, closed_by=None)]
        return [
            Number(n.phone_number, n.zones, n.regions, next=n.position == c.position, closed_by=n.closed_by)
            for n in self.several
        ]

    @property
    def next_number(self) -> str:
        """The one that is called next."""
        return next(n.phone_number for n in self.numbers if n.next)

    @property
    def revision(self) -> str:
        """What an edit must have been made of; what calls change is no part of it."""
        c = self.contact
        place = [(n.phone_number, n.zones, n.regions) for n in self.numbers]
        return fingerprint(c.id, place, c.priority, c.external_id, c.name, c.consent_at, c.consent_source, self.data)


class Contacts:
    """What became of whom."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, contact_id: int) -> ContactDetails:
        """One contact with its calls.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return self.read(tx, contact_id)

    def read(self, tx: Connection, contact_id: int) -> ContactDetails:
        """As `get`, in a transaction that has begun."""
        contact = contact_records.get(tx, contact_id)
        if contact is None:
            raise NotFound(f"There is no contact {contact_id}.")
        data = contact_records.data(tx, contact_id)
        several = contact_numbers.of(tx, [contact_id]).get(contact_id, ()) if contact.position is not None else ()
        calls = call_records.of_contact(tx, contact_id)
        return ContactDetails(contact, data, calls, several, callbacks.of_contact(tx, contact_id))

    def listed(self, campaign_id: int, page: PageRequest, **wanted: object) -> Page[ContactRecord]:
        """A campaign's contacts, the oldest first.

        Args:
            wanted: columns of `contacts` and the values that they must have; None is any.

        Raises:
            NotFound: no such campaign.
        """
        with self._engine.begin() as tx:
            if campaigns.get(tx, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            return contact_records.listed(tx, page, campaign_id, wanted)
