"""Calls, as users see them; and the single calls that they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first
from dialer.db.tables import Call, CallVariables, Contact, NumberDials, ZoneSet
from dialer.domain.calls import CallState
from dialer.domain.dispositions import Disposition

ORDER: Final = Order("calls", Call.id, UUID, descending=True)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call's row, as far as it concerns its user."""

    id: UUID
    campaign_id: int | None
    contact_id: int | None
    phone_number: str
    caller_id: str | None
    trunk_id: int
    trunk_group_id: int | None
    node_id: int
    state: str
    disposition: str | None
    failure_reason: str | None
    gate: dict[str, Any] | None
    digit: str | None
    amd_status: str | None
    result: str | None
    callback_at: datetime | None
    callback_for: datetime | None
    people: int | None
    waiting_since: datetime | None
    served_at: datetime | None
    abandoned: bool | None
    dialstatus: str | None
    cause: int | None
    tech_cause: int | None
    attempt_number: int
    max_attempts: int
    policy_version: int
    timeout_seconds: int
    context: str | None
    extension: str | None
    priority: int | None
    channel: str | None
    created_at: datetime
    dialed_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    action_started_at: datetime | None
    hangup_requested_at: datetime | None
    ended_at: datetime | None
    duration_seconds: Decimal | None


@dataclass(frozen=True, slots=True)
class GivenRecord:
    """What a single call was given."""

    data: dict[str, Any]
    answer_action: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls; None is any."""

    campaign_id: int | None = None
    contact_id: int | None = None
    state: CallState | None = None
    disposition: Disposition | None = None
    phone_number: str | None = None
    trunk_id: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


_COLUMNS: Final = columns(Call, CallRecord)


def get(tx: Connection, call_id: UUID) -> CallRecord | None:
    return first(tx, CallRecord, select(*_COLUMNS).where(Call.id == call_id))


def given(tx: Connection, call_id: UUID) -> GivenRecord | None:
    """What a call outside any campaign was given, None for others."""
    return first(tx, GivenRecord, select(*columns(CallVariables, GivenRecord)).where(CallVariables.call_id == call_id))


def listed(tx: Connection, page: PageRequest, wanted: CallFilter) -> Page[CallRecord]:
    """Calls, the newest first."""
    equal = {name: getattr(wanted, name) for name in CallFilter.__dataclass_fields__ if not name.startswith("created_")}
    statement = pages.matching(select(*_COLUMNS), Call, **equal)
    statement = pages.between(statement, Call.created_at, wanted.created_from, wanted.created_before)
    return pages.read(tx, CallRecord, statement, ORDER, page)


def of_contact(tx: Connection, contact_id: int) -> Sequence[CallRecord]:
    """All calls to a contact, the first one first."""
    statement = select(*_COLUMNS).where(Call.contact_id == contact_id).order_by(Call.id)
    return [CallRecord(**row) for row in tx.execute(statement).mappings()]


def several(tx: Connection, ids: Sequence[UUID]) -> Sequence[CallRecord]:
    """Those of the calls that are there."""
    return [CallRecord(**row) for row in tx.execute(select(*_COLUMNS).where(Call.id.in_(ids))).mappings()]


def lock(tx: Connection, call_id: UUID) -> CallRecord | None:
    """The call, which nobody else moves meanwhile; its contact is locked first, as everybody does."""
    contact_id = tx.scalar(select(Call.contact_id).where(Call.id == call_id))
    if contact_id is not None:
        tx.execute(select(Contact.id).where(Contact.id == contact_id).with_for_update(key_share=True))
    return first(tx, CallRecord, select(*_COLUMNS).where(Call.id == call_id).with_for_update(key_share=True))


def request_hangup(tx: Connection, call_id: UUID) -> None:
    """Put the wish on the row; the first one's time stays."""
    wish = func.coalesce(Call.hangup_requested_at, func.clock_timestamp())
    tx.execute(update(Call).where(Call.id == call_id).values(hangup_requested_at=wish))


def add(tx: Connection, call: dict[str, Any], variables: dict[str, str], answer_action: dict[str, Any]) -> None:
    """A queued call outside any campaign."""
    tx.execute(insert(Call).values(**call))
    tx.execute(insert(CallVariables).values(call_id=call["id"], data=variables, answer_action=answer_action))


def dials(tx: Connection, phone_number: str) -> Sequence[datetime]:
    """When a number was dialed lately."""
    return tx.scalar(select(NumberDials.dialed_at).where(NumberDials.phone_number == phone_number)) or ()


def zone_set_id(tx: Connection, zones: Sequence[str]) -> int:
    """The id of a set of time zones, which is added if it is new."""
    names = sorted(zones)
    known = select(ZoneSet.id).where(ZoneSet.zones == names, ZoneSet.regions == [])
    found = tx.scalar(known)
    if found is None:
        tx.execute(pg_insert(ZoneSet).values(zones=names).on_conflict_do_nothing())
        found = tx.execute(known).scalar_one()
    return found
