"""Calls and contacts by the page, for exports: after a key, in an index's order, each page in a moment of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Double, Select, cast, func, select

from dialer.db import contact_numbers, pages
from dialer.db.tables import Call, CallList, Campaign, Contact, ContactData, ZoneSet
from dialer.domain.calls import CallState
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.exports import ExportKind

CONTACT_COLUMNS: Final = (
    "id", "campaign_id", "call_list_id", "external_id", "phone_number", "numbers", "name", "state", "final_reason",
    "last_disposition", "attempts", "next_attempt_at", "callback_at", "priority", "zones", "regions", "consent_at",
    "consent_source", "created_at",
)  # fmt: skip
CALL_COLUMNS: Final = (
    "id", "campaign_id", "campaign", "contact_id", "call_list_id", "external_id", "name", "phone_number", "caller_id",
    "trunk_id", "state", "disposition", "attempt_number", "max_attempts", "created_at", "dialed_at", "ringing_at",
    "answered_at", "ended_at", "duration_seconds", "digit", "amd_status", "result", "callback_at", "waiting_since",
    "served_at", "abandoned", "dialstatus", "cause", "tech_cause", "failure_reason",
)  # fmt: skip

_MAX_DATA_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which rows; None is any. Contacts have no trunk, and calls no `final_reason`.

    Attributes:
        disposition: of a call; of a contact's last call.
        created_from, created_before: when the row was made; of calls, when they were queued.
    """

    campaign_id: int | None = None
    call_list_id: int | None = None
    state: CallState | ContactState | None = None
    disposition: Disposition | None = None
    final_reason: FinalReason | None = None
    trunk_id: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


def columns(kind: ExportKind) -> Sequence[str]:
    """The names of the values of a row, but for its data."""
    return CALL_COLUMNS if kind is ExportKind.CALLS else CONTACT_COLUMNS


def page(
    tx: Connection, kind: ExportKind, wanted: ExportFilter, after: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Rows after a key, and the key of the last one: None if there are no more."""
    statement = _calls(wanted) if kind is ExportKind.CALLS else _contacts(wanted)
    key: Any = _key(kind, after)
    if after is not None:
        statement = statement.where(key > key.type.python_type(after))
    found = [dict(row) for row in tx.execute(statement.order_by(key).limit(limit)).mappings()]
    if kind is ExportKind.CONTACTS:
        _add_numbers(tx, found)
    return found, str(found[-1][key.key]) if len(found) == limit else None


def count(tx: Connection, kind: ExportKind, wanted: ExportFilter, most: int | None = None) -> int:
    """How many rows there are; no more than `most` are counted."""
    statement = _calls(wanted) if kind is ExportKind.CALLS else _contacts(wanted)
    rows = statement.with_only_columns(Call.id if kind is ExportKind.CALLS else Contact.id).limit(most).subquery()
    return tx.scalar(select(func.count()).select_from(rows)) or 0


def data_columns(tx: Connection, campaign_id: int | None) -> list[str]:
    """The names of the data that a campaign's lists have as columns; for all campaigns together there are none."""
    if campaign_id is None:
        return []
    names: set[str] = set()
    for stored in tx.scalars(select(CallList.columns).where(CallList.campaign_id == campaign_id).order_by(CallList.id)):
        variables: Mapping[str, int] = stored.get("variables", {})
        names.update(variables)
    return sorted(names)[:_MAX_DATA_COLUMNS]


def _key(kind: ExportKind, after: str | None) -> Any:
    if kind is ExportKind.CALLS:
        return Call.id
    # A job that the version before has begun went by number, which an edit changes: it goes on as it began.
    return Contact.phone_number if after is not None and after.startswith("+") else Contact.id


def _contacts(wanted: ExportFilter) -> Select[Any]:
    joined = ("numbers", "zones", "regions")
    own = [getattr(Contact, name) for name in CONTACT_COLUMNS if name not in joined]
    statement: Select[Any] = (
        select(*own, Contact.position, ZoneSet.zones, ZoneSet.regions, ContactData.data)
        .join(ZoneSet, ZoneSet.id == Contact.zone_id)
        .outerjoin(ContactData, ContactData.contact_id == Contact.id)
    )
    statement = pages.matching(
        statement,
        Contact,
        campaign_id=wanted.campaign_id,
        call_list_id=wanted.call_list_id,
        state=wanted.state,
        last_disposition=wanted.disposition,
        final_reason=wanted.final_reason,
    )
    return pages.between(statement, Contact.created_at, wanted.created_from, wanted.created_before)


def _calls(wanted: ExportFilter) -> Select[Any]:
    joined = ("campaign", "call_list_id", "external_id", "name", "duration_seconds")
    own = [getattr(Call, name) for name in CALL_COLUMNS if name not in joined]
    statement: Select[Any] = (
        select(
            *own,
            cast(Call.duration_seconds, Double).label("duration_seconds"),
            Campaign.name.label("campaign"),
            Contact.call_list_id,
            Contact.external_id,
            Contact.name,
            ContactData.data,
        )
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(ContactData, ContactData.contact_id == Call.contact_id)
    )
    equal = {"campaign_id": wanted.campaign_id, "state": wanted.state, "disposition": wanted.disposition}
    statement = pages.matching(statement, Call, **equal, trunk_id=wanted.trunk_id)
    statement = pages.matching(statement, Contact, call_list_id=wanted.call_list_id)
    return pages.between(statement, Call.created_at, wanted.created_from, wanted.created_before)


def _add_numbers(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """All numbers of each contact, in order."""
    several = contact_numbers.of(tx, [row["id"] for row in rows if row["position"] is not None])
    for row in rows:
        numbers = several.get(row["id"])
        row["numbers"] = [number.phone_number for number in numbers] if numbers else [row["phone_number"]]
