"""The caller ids that trunks own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, text, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, fingerprint, first, one
from dialer.db.tables import Trunk, TrunkCallerId
from dialer.domain.caller_ids import Owned, e164_of

ORDER: Final = Order("caller-ids", TrunkCallerId.id, int)

OWNED: Final = """(
    SELECT COALESCE(jsonb_object_agg(own.phone_number, own.enabled), '{}'::jsonb)
    FROM caller_ids AS own WHERE own.trunk_id = trunk.id
)"""
"""In a query with `trunk`: its caller ids, and whether each is enabled. Read along with the trunk, at no round trip."""


def pinned_elsewhere(caller_id: str, trunk_id: str) -> str:
    """A column: whether another trunk owns the number of a caller id (both SQL expressions; see `e164_of`)."""
    number = f"COALESCE(substring({caller_id} FROM '<([^<>]+)>$'), {caller_id})"
    return f"""EXISTS (
        SELECT FROM caller_ids AS pinned
        WHERE pinned.phone_number = '+' || ltrim(btrim({number}), '+') AND pinned.trunk_id <> {trunk_id}
    ) AS pinned_elsewhere"""


@dataclass(frozen=True, slots=True)
class CallerIdRecord:
    """A number that calls over a trunk may show."""

    id: int
    trunk_id: int
    phone_number: str
    label: str | None
    enabled: bool
    created_at: datetime

    @property
    def revision(self) -> str:
        """What an edit must have been made of."""
        return fingerprint(self.id, self.label, self.enabled)


_COLUMNS: Final = columns(TrunkCallerId, CallerIdRecord)


def add(tx: Connection, values: dict[str, Any]) -> CallerIdRecord:
    """Add one; no trunk may have it already (`uq_caller_ids_phone_number`)."""
    return one(tx, CallerIdRecord, insert(TrunkCallerId).values(**values).returning(*_COLUMNS))


def count(tx: Connection, trunk_id: int) -> int:
    """How many a trunk owns."""
    return tx.scalar(select(func.count()).where(TrunkCallerId.trunk_id == trunk_id)) or 0


def listed(tx: Connection, trunk_id: int, page: PageRequest, *, enabled: bool | None) -> Page[CallerIdRecord]:
    statement = pages.matching(select(*_COLUMNS), TrunkCallerId, trunk_id=trunk_id, enabled=enabled)
    return pages.read(tx, CallerIdRecord, statement, ORDER, page)


def get(tx: Connection, trunk_id: int, caller_id_id: int, *, lock: bool = False) -> CallerIdRecord | None:
    statement = select(*_COLUMNS).where(TrunkCallerId.id == caller_id_id, TrunkCallerId.trunk_id == trunk_id)
    return first(tx, CallerIdRecord, statement.with_for_update() if lock else statement)


def edit(tx: Connection, caller_id_id: int, values: dict[str, Any]) -> CallerIdRecord:
    statement = update(TrunkCallerId).where(TrunkCallerId.id == caller_id_id).values(**values)
    return one(tx, CallerIdRecord, statement.returning(*_COLUMNS))


def remove(tx: Connection, caller_id_id: int) -> None:
    tx.execute(delete(TrunkCallerId).where(TrunkCallerId.id == caller_id_id))


def labels(tx: Connection, numbers: Sequence[str]) -> dict[str, str | None]:
    """What trunks call these numbers, as far as any owns them."""
    rows = select(TrunkCallerId.phone_number, TrunkCallerId.label).where(TrunkCallerId.phone_number.in_(numbers))
    return {row.phone_number: row.label for row in tx.execute(rows)}


def owner(tx: Connection, caller_id: str) -> int | None:
    """The trunk that owns the number of a caller id."""
    return tx.scalar(select(TrunkCallerId.trunk_id).where(TrunkCallerId.phone_number == e164_of(caller_id)))


def shown_by(tx: Connection, phone_number: str, *, besides: int) -> str | None:
    """The name of another trunk whose own caller id the number is."""
    rows = tx.execute(select(Trunk.name, Trunk.caller_id).where(Trunk.caller_id.is_not(None), Trunk.id != besides))
    return next((row.name for row in rows if e164_of(row.caller_id) == phone_number), None)


_TRUNK: Final = text(f"SELECT trunk.caller_id, {OWNED} AS caller_ids FROM trunks AS trunk WHERE trunk.id = :trunk_id")


def owned(tx: Connection, trunk_id: int) -> Owned | None:
    """What a trunk may show; None if there is no such trunk."""
    row = tx.execute(_TRUNK, {"trunk_id": trunk_id}).one_or_none()
    return None if row is None else Owned(row.caller_id, row.caller_ids)
