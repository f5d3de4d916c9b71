"""Call lists, their pieces and their refused rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, select, text, update
from sqlalchemy.sql.functions import coalesce

from dialer.db import pages
from dialer.db.tables import CallList, ImportChunk, ImportRefusal
from dialer.domain.imports import ImportState


@dataclass(frozen=True, slots=True)
class CallListInfo:
    """A call list and how far its import is.

    Attributes:
        active: off, none of its contacts is dialed.
        withdrawn_at: since when it is pulled out again: it stays off, and its contacts are removed.
        removed: contacts that were not finished and have been removed since; all of them at `removal_finished_at`.
        columns: what the header was understood as (`fields` and `variables`: the column of each, from 0).
        rows: read so far; all of them once the state is no longer `receiving`.
        imported: rows that became contacts.
        duplicates: rows whose number the list or the campaign had already.
        refused: rows refused for another reason. In the end `imported + duplicates + refused == rows`.
        repaired: contacts of which a number was one that a spreadsheet had changed (see `repairs_after`).
        error: why nothing was imported, if the state is `failed`.
    """

    id: int
    campaign_id: int
    name: str
    active: bool
    withdrawn_at: datetime | None
    removed: int
    removal_finished_at: datetime | None
    version: int
    state: ImportState
    default_region: str | None
    columns: dict[str, Any]
    rows: int
    imported: int
    duplicates: int
    refused: int
    repaired: int
    error: str | None
    created_by: str
    created_at: datetime
    received_at: datetime
    finished_at: datetime | None

    @property
    def revision(self) -> str:
        """What an edit must have been made of (see `dialer.services.revisions`)."""
        return str(self.version)

    @property
    def rows_done(self) -> int:
        """Rows of which it is known what became of them."""
        return self.imported + self.duplicates + self.refused


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that did not become a contact. `line`: where it begins in the file, from 1."""

    line: int
    code: str
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Repairs:
    """A number that a spreadsheet had changed: its row's line, what was undone (joined with `+`), and what it is."""

    line: int
    repair: str
    cell: str
    phone_number: str


@dataclass(frozen=True, slots=True)
class ChunkToDo:
    """A piece of a list that this transaction holds, and what must be known to import it."""

    rows: bytes
    campaign_id: int
    default_region: str | None
    columns: dict[str, Any]
    withdrawn: bool


def create(
    tx: Connection, *, campaign_id: int, name: str, default_region: str | None, columns: dict[str, Any], user: str
) -> int:
    """A list whose upload is under way."""
    call_list_id: int = tx.execute(
        insert(CallList)
        .values(
            campaign_id=campaign_id,
            name=name,
            state=ImportState.RECEIVING,
            default_region=default_region,
            columns=columns,
            created_by=user,
        )
        .returning(CallList.id)
    ).scalar_one()
    return call_list_id


def store_chunk(
    tx: Connection, call_list_id: int, n: int, *, rows: bytes | None, count: int, refusals: Sequence[Refusal]
) -> bool:
    """Store a piece of an upload: rows to import (or none), and rows that could not be read.

    Args:
        count: all rows of the piece, those that could not be read included.

    Returns:
        False if the list is no longer being received: it has been given up.
    """
    is_receiving = update(CallList).where(CallList.id == call_list_id, CallList.state == ImportState.RECEIVING)
    counted = is_receiving.values(rows=CallList.rows + count, chunks=n + 1, received_at=func.clock_timestamp())
    if tx.execute(counted).rowcount == 0:
        return False
    tx.execute(
        insert(ImportChunk).values(call_list_id=call_list_id, n=n, rows=rows, done=rows is None, refused=len(refusals))
    )
    add_refusals(tx, call_list_id, refusals)
    return True


def close_upload(tx: Connection, call_list_id: int, columns: dict[str, Any]) -> bool:
    """All rows are stored. Returns False if the list has been given up."""
    is_receiving = update(CallList).where(CallList.id == call_list_id, CallList.state == ImportState.RECEIVING)
    closed = is_receiving.values(state=ImportState.IMPORTING, columns=columns, received_at=func.clock_timestamp())
    return tx.execute(closed).rowcount > 0


def _fail(tx: Connection, error: str, *which: ColumnElement[bool]) -> int:
    """Give up those lists that are being received, and forget their rows. Returns how many."""
    given_up = (
        update(CallList)
        .where(CallList.state == ImportState.RECEIVING, *which)
        .values(state=ImportState.FAILED, error=error, finished_at=func.clock_timestamp())
        .returning(CallList.id)
    )
    failed = list(tx.scalars(given_up))
    if failed:
        tx.execute(delete(ImportChunk).where(ImportChunk.call_list_id.in_(failed)))
        tx.execute(delete(ImportRefusal).where(ImportRefusal.call_list_id.in_(failed)))
    return len(failed)


def fail_one(tx: Connection, call_list_id: int, error: str) -> None:
    """Give up a list that is being received, and forget its rows."""
    _fail(tx, error, CallList.id == call_list_id)


def fail_silent(tx: Connection, older_than_seconds: float, error: str) -> int:
    """Give up all lists of whose upload nothing has been heard for so long, and return how many."""
    cutoff = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    return _fail(tx, error, CallList.received_at < cutoff)


def note_try(tx: Connection, call_list_id: int, n: int) -> int:
    """Note that the holder of a piece begins with it, and return how often one has, this time included.

    To be committed before the work: whoever dies of it can't tell.
    """
    is_this = (ImportChunk.call_list_id == call_list_id, ImportChunk.n == n)
    begun = update(ImportChunk).where(*is_this).values(tries=ImportChunk.tries + 1).returning(ImportChunk.tries)
    return tx.execute(begun).scalar_one()


def give_back_try(tx: Connection, call_list_id: int, n: int) -> None:
    """The process lives: whatever kept the piece from being imported, nobody died of it."""
    is_this = (ImportChunk.call_list_id == call_list_id, ImportChunk.n == n)
    tx.execute(update(ImportChunk).where(*is_this, ImportChunk.tries > 0).values(tries=ImportChunk.tries - 1))


_HOLD_CHUNK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('import ' || :call_list_id || ' ' || :n, 0))")


def take_chunk(tx: Connection, call_list_id: int, n: int) -> ChunkToDo | None:
    """Hold a piece until the transaction ends; None if it is done, or somebody else has it.

    Its row is not locked: that its import has begun is written, and committed, by another connection.
    """
    if not tx.scalar(_HOLD_CHUNK, {"call_list_id": str(call_list_id), "n": str(n)}):
        return None
    found = tx.execute(
        select(
            ImportChunk.rows,
            CallList.campaign_id,
            CallList.default_region,
            CallList.columns,
            CallList.withdrawn_at.is_not(None).label("withdrawn"),
        )
        .join(CallList, CallList.id == ImportChunk.call_list_id)
        .where(
            ImportChunk.call_list_id == call_list_id,
            ImportChunk.n == n,
            ~ImportChunk.done,
            CallList.state == ImportState.IMPORTING,
        )
    ).one_or_none()
    return (
        None
        if found is None
        else ChunkToDo(bytes(found.rows), found.campaign_id, found.default_region, found.columns, found.withdrawn)
    )


def finish_chunk(
    tx: Connection,
    call_list_id: int,
    n: int,
    *,
    imported: int,
    duplicates: int,
    refusals: Sequence[Refusal],
    repairs: Sequence[Repairs] = (),
) -> None:
    """The piece is done: its rows are contacts or in `refusals`, of which `duplicates` are duplicates.

    Args:
        repairs: by line; of rows that became contacts.
    """
    add_refusals(tx, call_list_id, refusals)
    tx.execute(
        update(ImportChunk)
        .where(ImportChunk.call_list_id == call_list_id, ImportChunk.n == n)
        .values(
            rows=None,
            done=True,
            imported=imported,
            duplicates=duplicates,
            refused=ImportChunk.refused + len(refusals) - duplicates,
            repaired=len({repair.line for repair in repairs}),
            repairs=[[r.line, r.repair, r.cell, r.phone_number] for r in repairs] or None,
        )
    )


def complete_if_done(tx: Connection, call_list_id: int) -> bool:
    """Complete the list if no piece is left. To be asked last in the transaction that ends a piece."""
    # Of two that end the last pieces at once, the second waits here for the first to commit, and then sees its piece.
    tx.execute(select(CallList.id).where(CallList.id == call_list_id).with_for_update(key_share=True))
    to_do = exists().where(ImportChunk.call_list_id == call_list_id, ~ImportChunk.done)
    completed = (
        update(CallList)
        .where(CallList.id == call_list_id, CallList.state == ImportState.IMPORTING, ~to_do)
        .values(state=ImportState.COMPLETED, finished_at=func.clock_timestamp())
    )
    return tx.execute(completed).rowcount > 0


_ADD_REFUSALS = text("""
    INSERT INTO import_refusals (call_list_id, line, code, reason, row)
    SELECT :call_list_id, r.line, r.code, r.reason, r.row
    FROM json_to_recordset(CAST(:refusals AS json)) AS r (line bigint, code text, reason text, row text)
""")


def add_refusals(tx: Connection, call_list_id: int, refusals: Sequence[Refusal]) -> None:
    """Add rows to the report."""
    if refusals:
        as_json = orjson.dumps(refusals).decode()
        tx.execute(_ADD_REFUSALS, {"call_list_id": call_list_id, "refusals": as_json})


def refusals_after(tx: Connection, call_list_id: int, line: int, limit: int) -> list[Refusal]:
    """Rows of the report, by line, after a line."""
    found = tx.execute(
        select(ImportRefusal.line, ImportRefusal.code, ImportRefusal.reason, ImportRefusal.row)
        .where(ImportRefusal.call_list_id == call_list_id, ImportRefusal.line > line)
        .order_by(ImportRefusal.line)
        .limit(limit)
    )
    return [Refusal(*row) for row in found]


def repairs_after(tx: Connection, call_list_id: int, n: int, limit: int) -> list[tuple[int, list[Repairs]]]:
    """The repairs of those pieces after the `n`th that have any, at most so many pieces."""
    found = (
        select(ImportChunk.n, ImportChunk.repairs)
        .where(ImportChunk.call_list_id == call_list_id, ImportChunk.n > n, ImportChunk.repaired > 0)
        .order_by(ImportChunk.n)
        .limit(limit)
    )
    return [(n, [Repairs(*repair) for repair in repairs]) for n, repairs in tx.execute(found)]


def pending_chunks(tx: Connection, limit: int) -> list[tuple[int, int]]:
    """Pieces to import, as (call list, n): each list's first pieces first, so that none waits for another's end."""
    found = (
        select(ImportChunk.call_list_id, ImportChunk.n)
        .join(CallList, CallList.id == ImportChunk.call_list_id)
        .where(~ImportChunk.done, CallList.state == ImportState.IMPORTING)
        .order_by(ImportChunk.n, ImportChunk.call_list_id)
        .limit(limit)
    )
    return [(call_list_id, n) for call_list_id, n in tx.execute(found)]


def get(tx: Connection, call_list_id: int) -> CallListInfo | None:
    """One list."""
    return next(_infos(tx, _select().where(CallList.id == call_list_id)), None)


def lock(tx: Connection, call_list_id: int) -> CallListInfo | None:
    """One list, which nobody else edits or completes meanwhile."""
    tx.execute(select(CallList.id).where(CallList.id == call_list_id).with_for_update(key_share=True))
    return get(tx, call_list_id)


def edit(tx: Connection, call_list_id: int, values: Mapping[str, Any]) -> CallListInfo:
    """Change a list that is locked; its version counts the change."""
    chosen = update(CallList).where(CallList.id == call_list_id)
    tx.execute(chosen.values(**values, version=CallList.version + 1))
    return next(_infos(tx, _select().where(CallList.id == call_list_id)))


def failed(tx: Connection, limit: int) -> list[CallListInfo]:
    """The newest lists that failed, of all campaigns."""
    query = _select().where(CallList.state == ImportState.FAILED)
    return list(_infos(tx, query.order_by(CallList.id.desc()).limit(limit)))


def of_campaign(
    tx: Connection,
    campaign_id: int,
    *,
    beyond: int | None,
    limit: int,
    oldest_first: bool,
    state: ImportState | None,
) -> list[CallListInfo]:
    """A campaign's lists, newest first or the other way round, those after the list `beyond`."""
    query = pages.matching(_select().where(CallList.campaign_id == campaign_id), CallList, state=state)
    if beyond is not None:
        query = query.where(CallList.id > beyond if oldest_first else CallList.id < beyond)
    return list(_infos(tx, query.order_by(CallList.id if oldest_first else CallList.id.desc()).limit(limit)))


def names(tx: Connection, campaign_id: int) -> dict[int, str]:
    """The names of a campaign's lists, by id."""
    found = tx.execute(select(CallList.id, CallList.name).where(CallList.campaign_id == campaign_id))
    return {row.id: row.name for row in found}


def _select() -> Select[Any]:
    counts = (
        select(
            coalesce(func.sum(ImportChunk.imported), 0).label("imported"),
            coalesce(func.sum(ImportChunk.duplicates), 0).label("duplicates"),
            coalesce(func.sum(ImportChunk.refused), 0).label("refused"),
            coalesce(func.sum(ImportChunk.repaired), 0).label("repaired"),
        )
        .where(ImportChunk.call_list_id == CallList.id)
        .correlate(CallList)
        .lateral()
    )
    shown: list[Any] = [
        CallList.id,
        CallList.campaign_id,
        CallList.name,
        CallList.active,
        CallList.withdrawn_at,
        CallList.removed,
        CallList.removal_finished_at,
        CallList.version,
        CallList.state,
        CallList.default_region,
        CallList.columns,
        CallList.rows,
        counts.c.imported,
        counts.c.duplicates,
        counts.c.refused,
        counts.c.repaired,
        CallList.error,
        CallList.created_by,
        CallList.created_at,
        CallList.received_at,
        CallList.finished_at,
    ]
    return select(*shown).select_from(CallList).join(counts, and_(True))


def _infos(tx: Connection, query: Select[Any]) -> Iterator[CallListInfo]:
    for row in tx.execute(query):
        yield CallListInfo(**{**row._mapping, "state": ImportState(row.state)})
