"""What holds for the whole installation: the emergency stop and the allow-list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, one
from dialer.db.tables import AllowedNumber, Control, ControlChange

ALLOWED_ORDER: Final = Order("allow-list", AllowedNumber.phone_number, str)


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """The one row of `control`. `stop_at` is None while dialing is permitted."""

    stop_at: datetime | None
    stop_by: str | None
    stop_reason: str | None
    allow_list_only: bool


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """Who has changed what; `what` is a word like `stop`."""

    at: datetime
    who: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class AllowedRecord:
    """A number that may be dialed while only listed numbers may."""

    phone_number: str
    added_by: str
    created_at: datetime


def get(tx: Connection) -> ControlRecord:
    return one(tx, ControlRecord, select(*columns(Control, ControlRecord)))


def stop(tx: Connection, user: str, reason: str) -> ControlRecord:
    """Stop; a stop that is on keeps its time."""
    at = func.coalesce(Control.stop_at, func.clock_timestamp())
    return _set(tx, {"stop_at": at, "stop_by": user, "stop_reason": reason})


def lift(tx: Connection) -> ControlRecord:
    return _set(tx, {"stop_at": None, "stop_by": None, "stop_reason": None})


def set_allow_list_only(tx: Connection, only: bool) -> ControlRecord:
    return _set(tx, {"allow_list_only": only})


def log(tx: Connection, who: str, what: str, detail: str = "") -> None:
    """Write down who changes what, in the transaction of the change."""
    tx.execute(insert(ControlChange).values(who=who, what=what, detail=detail))


def changes(tx: Connection, limit: int) -> list[ChangeRecord]:
    """The newest changes, the newest first."""
    statement = select(*columns(ControlChange, ChangeRecord)).order_by(ControlChange.id.desc()).limit(limit)
    return [ChangeRecord(**row) for row in tx.execute(statement).mappings()]


def allow(tx: Connection, phone_number: str, user: str) -> AllowedRecord:
    """Add a number; one that is there keeps who added it."""
    added = insert(AllowedNumber).values(phone_number=phone_number, added_by=user)
    tx.execute(added.on_conflict_do_nothing())
    found = select(*columns(AllowedNumber, AllowedRecord)).where(AllowedNumber.phone_number == phone_number)
    return one(tx, AllowedRecord, found)


def disallow(tx: Connection, phone_number: str) -> bool:
    """Remove a number; whether it was there."""
    return tx.execute(delete(AllowedNumber).where(AllowedNumber.phone_number == phone_number)).rowcount > 0


def is_allowed(tx: Connection, phone_number: str) -> bool:
    found = select(AllowedNumber.phone_number).where(AllowedNumber.phone_number == phone_number)
    return tx.scalar(found) is not None


def allowed(tx: Connection, page: PageRequest, *, added_by: str | None) -> Page[AllowedRecord]:
    """The allow-list, by number."""
    statement = pages.matching(select(*columns(AllowedNumber, AllowedRecord)), AllowedNumber, added_by=added_by)
    return pages.read(tx, AllowedRecord, statement, ALLOWED_ORDER, page)


def _set(tx: Connection, values: dict[str, Any]) -> ControlRecord:
    statement = update(Control).where(Control.id == 1).values(**values)
    return one(tx, ControlRecord, statement.returning(*columns(Control, ControlRecord)))
