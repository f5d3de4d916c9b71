"""Exports made in the background: begun, gone on with, finished, forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import Export, ExportPart
from dialer.domain.exports import ExportState

ORDER: Final = Order("exports", Export.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """An export and how far it is.

    Attributes:
        filters: which rows, as given.
        data_columns: which of the contacts' data have a column of their own.
        total: rows that there were when it was begun; None: not counted yet. Rows may come or go meanwhile.
        expires_at: until when the file can be fetched.
    """

    id: int
    kind: str
    format: str
    time_zone: str
    filters: dict[str, Any]
    data_columns: list[str]
    state: str
    after: str | None
    total: int | None
    rows: int
    parts: int
    tries: int
    error: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


_COLUMNS: Final = columns(Export, ExportRecord)


def create(tx: Connection, values: Mapping[str, Any]) -> ExportRecord:
    return one(tx, ExportRecord, insert(Export).values(**values).returning(*_COLUMNS))


def get(tx: Connection, export_id: int) -> ExportRecord | None:
    return first(tx, ExportRecord, select(*_COLUMNS).where(Export.id == export_id))


def listed(tx: Connection, page: PageRequest, wanted: Mapping[str, object]) -> Page[ExportRecord]:
    """Exports, the newest first. `wanted`: columns and their values; None is any."""
    return pages.read(tx, ExportRecord, pages.matching(select(*_COLUMNS), Export, **wanted), ORDER, page)


def take(tx: Connection) -> ExportRecord | None:
    """The oldest that runs and that nobody else is at; held until the transaction ends."""
    running = select(*_COLUMNS).where(Export.state == ExportState.RUNNING).order_by(Export.id).limit(1)
    return first(tx, ExportRecord, running.with_for_update(skip_locked=True, key_share=True))


def note_try(tx: Connection, export_id: int, tries: int) -> None:
    """How often somebody has begun with the next part. To be committed before the work: whoever dies can't tell."""
    tx.execute(update(Export).where(Export.id == export_id).values(tries=tries))


def add_part(tx: Connection, export: ExportRecord, *, rows: int, content: bytes, after: str | None) -> None:
    """Store some more rows, and how far it is with them."""
    if rows:
        tx.execute(insert(ExportPart).values(export_id=export.id, n=export.parts, rows=rows, content=content))
    done = {"rows": export.rows + rows, "parts": export.parts + (rows > 0), "after": after, "tries": 0}
    tx.execute(update(Export).where(Export.id == export.id).values(**done))


def set_total(tx: Connection, export_id: int, total: int) -> None:
    tx.execute(update(Export).where(Export.id == export_id).values(total=total))


def finish(tx: Connection, export_id: int, *, keep_seconds: float, error: str | None = None) -> None:
    """It is complete, and kept for so long; or it has failed, and what was stored is gone."""
    now = func.clock_timestamp()
    values: dict[str, Any] = {"finished_at": now, "error": error, "state": ExportState.FAILED}
    if error is None:
        kept = func.make_interval(0, 0, 0, 0, 0, 0, keep_seconds)
        values |= {"state": ExportState.COMPLETED, "expires_at": now + kept}
    else:
        tx.execute(delete(ExportPart).where(ExportPart.export_id == export_id))
    tx.execute(update(Export).where(Export.id == export_id).values(**values))


def expire(tx: Connection) -> int:
    """Forget the files whose time is over; how many."""
    over = (Export.state == ExportState.COMPLETED, Export.expires_at < func.clock_timestamp())
    expired = list(tx.scalars(update(Export).where(*over).values(state=ExportState.EXPIRED).returning(Export.id)))
    tx.execute(delete(ExportPart).where(ExportPart.export_id.in_(expired)))
    return len(expired)


def remove(tx: Connection, export_id: int) -> bool:
    """Forget an export with its file; whether there was one."""
    return tx.execute(delete(Export).where(Export.id == export_id)).rowcount > 0


def part(tx: Connection, export_id: int, n: int) -> tuple[int, bytes] | None:
    """A part of the file: how many rows, and the rows; None: there is none."""
    found = tx.execute(
        select(ExportPart.rows, ExportPart.content).where(ExportPart.export_id == export_id, ExportPart.n == n)
    ).one_or_none()
    return None if found is None else (found.rows, bytes(found.content))
