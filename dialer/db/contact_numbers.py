"""The numbers of contacts that have more than one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, text, update

from dialer.db.tables import ContactNumber, ZoneSet
from dialer.domain.numbers import Numbers


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """One of a contact's numbers.

    Attributes:
        position: from 1, in the order in which they are tried.
        zones, regions: where the callee can be under this number.
        closed_by: why it isn't called any more: a disposition, or a code of the gate; None if it may be.
    """

    position: int
    phone_number: str
    zone_id: int
    zones: list[str]
    regions: list[str]
    closed_by: str | None


def of(tx: Connection, contact_ids: Collection[int]) -> dict[int, list[NumberRecord]]:
    """The numbers of those contacts that have several, in order."""
    if not contact_ids:
        return {}
    found = tx.execute(
        select(
            ContactNumber.contact_id,
            ContactNumber.position,
            ContactNumber.phone_number,
            ContactNumber.zone_id,
            ZoneSet.zones,
            ZoneSet.regions,
            ContactNumber.closed_by,
        )
        .join(ZoneSet, ZoneSet.id == ContactNumber.zone_id)
        .where(ContactNumber.contact_id.in_(contact_ids))
        .order_by(ContactNumber.contact_id, ContactNumber.position)
    )
    numbers: dict[int, list[NumberRecord]] = {}
    for row in found.mappings():
        values = dict(row)
        numbers.setdefault(values.pop("contact_id"), []).append(NumberRecord(**values))
    return numbers


def called(records: Sequence[NumberRecord], phone_number: str, position: int | None) -> Numbers:
    """A contact's numbers as seen from a call: to the number, or else to the contact's `position`."""
    at = next((record.position for record in records if record.phone_number == phone_number), position or 1)
    return Numbers(at, tuple(record.position for record in records if record.closed_by is None))


def replace(tx: Connection, contact_id: int, records: Sequence[dict[str, Any]]) -> None:
    """Give a contact, which is locked, other numbers (position, phone_number, zone_id, closed_by); none: one only."""
    tx.execute(delete(ContactNumber).where(ContactNumber.contact_id == contact_id))
    if records:
        tx.execute(insert(ContactNumber), [{"contact_id": contact_id, **record} for record in records])


def reopen(tx: Connection, contact_id: int, position: int) -> None:
    """A number of a contact, which is locked, may be called again: the person says so."""
    chosen = update(ContactNumber).where(ContactNumber.contact_id == contact_id, ContactNumber.position == position)
    tx.execute(chosen.values(closed_by=None))


# Held back because of the number it had, it is asked about again.
_TURN: Final = text("""
    UPDATE contacts SET position = number.position, zone_id = number.zone_id,
        rules_version = CASE WHEN held_by IS NULL THEN rules_version ELSE 0 END
    FROM unnest(CAST(:contact_id AS bigint[]), CAST(:position AS smallint[])) AS turn(contact_id, position)
    JOIN contact_numbers AS number ON number.contact_id = turn.contact_id AND number.position = turn.position
    WHERE contacts.id = turn.contact_id
""")


def turn_to(tx: Connection, turns: Sequence[tuple[int, int]]) -> None:
    """Let other numbers come next: (contact, position), of contacts that are locked."""
    if turns:
        tx.execute(_TURN, {"contact_id": [turn[0] for turn in turns], "position": [turn[1] for turn in turns]})


_CLOSE: Final = text("""
    UPDATE contact_numbers SET closed_by = closed.reason
    FROM unnest(CAST(:contact_id AS bigint[]), CAST(:position AS smallint[]), CAST(:reason AS text[]))
        AS closed(contact_id, position, reason)
    WHERE contact_numbers.contact_id = closed.contact_id AND contact_numbers.position = closed.position
      AND contact_numbers.closed_by IS NULL
""")


def close(tx: Connection, closed: Sequence[dict[str, Any]]) -> None:
    """Numbers (contact_id, position, reason) of contacts that are locked are not called any more."""
    if closed:
        tx.execute(_CLOSE, {name: [row[name] for row in closed] for name in ("contact_id", "position", "reason")})
