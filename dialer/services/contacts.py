"""Contacts: read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from dialer.db import call_records, campaigns, contact_records
from dialer.db.call_records import CallRecord
from dialer.db.contact_records import ContactRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.records import fingerprint
from dialer.errors import NotFound


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """A contact, the data that came with it, and its calls, the first one first."""

    contact: ContactRecord
    data: dict[str, Any]
    calls: Sequence[CallRecord]

    @property
    def revision(self) -> str:
        """What an edit must have been made of; what calls change is no part of it."""
        c = self.contact
        place = (c.phone_number, c.zones, c.regions)
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
        return ContactDetails(contact, data, call_records.of_contact(tx, contact_id))

    def listed(self, campaign_id: int, page: PageRequest, **wanted: object) -> Page[ContactRecord]:
        """A campaign's contacts, by number.

        Args:
            wanted: columns of `contacts` and the values that they must have; None is any.

        Raises:
            NotFound: no such campaign.
        """
        with self._engine.begin() as tx:
            if campaigns.get(tx, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            return contact_records.listed(tx, page, campaign_id, wanted)
