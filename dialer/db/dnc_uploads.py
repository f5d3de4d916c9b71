"""Files of numbers not to be called: what became of their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, func, insert, select, text, update

from dialer.db import pages
from dialer.db.imports import Refusal
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import DncRefusal, DncUpload
from dialer.domain.forbidding import DncUploadState

ORDER: Final = Order("dnc-uploads", DncUpload.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class DncUploadRecord:
    """A file. In the end `added + known + refused == rows`.

    Attributes:
        campaign_id: None: nobody may call its numbers.
        added: rows whose number was not forbidden.
        known: rows whose number was.
        refused: rows that forbid nothing; the report says why.
        error: why the rest of it was not read, if the state is `failed`.
    """

    id: int
    name: str
    campaign_id: int | None
    source: str
    state: str
    rows: int
    added: int
    known: int
    refused: int
    error: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


_COLUMNS: Final = columns(DncUpload, DncUploadRecord)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A number of a file. `expires_at`: ISO 8601; None for ever."""

    phone_number: str
    reason: str | None
    expires_at: str | None


def create(tx: Connection, **values: Any) -> int:
    """A file whose upload is under way."""
    made: int = tx.execute(
        insert(DncUpload).values(state=DncUploadState.RECEIVING, **values).returning(DncUpload.id)
    ).scalar_one()
    return made


# An entry that holds keeps its source and reason, and is never shortened: somebody may have opted out.
_PUT: Final = text("""
    WITH given AS (
        SELECT * FROM json_to_recordset(CAST(:entries AS json))
            AS given (phone_number text, reason text, expires_at timestamptz)
    ), put AS (
        INSERT INTO dnc AS entry (phone_number, campaign_id, reason, source, expires_at, upload_id, created_by)
        SELECT phone_number, CAST(:campaign_id AS bigint), reason, :source, expires_at, :upload_id, :created_by
        FROM given ORDER BY phone_number
        ON CONFLICT ON CONSTRAINT uq_dnc_phone_number_campaign_id DO UPDATE SET
            expires_at = CASE WHEN entry.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                ELSE GREATEST(entry.expires_at, excluded.expires_at) END,
            (reason, source, upload_id, created_by) = (
                SELECT new.reason, new.source, new.upload_id, new.created_by
                FROM (VALUES
                    (false, entry.reason, entry.source, entry.upload_id, entry.created_by),
                    (true, excluded.reason, excluded.source, excluded.upload_id, excluded.created_by)
                ) AS new (is_over, reason, source, upload_id, created_by)
                WHERE new.is_over = COALESCE(entry.expires_at <= clock_timestamp(), false)
            )
        RETURNING entry.id
    )
    SELECT count(*) - count(*) FILTER (WHERE EXISTS (
        SELECT FROM dnc WHERE dnc.phone_number = given.phone_number
            AND dnc.campaign_id IS NOT DISTINCT FROM CAST(:campaign_id AS bigint)
            AND (dnc.expires_at IS NULL OR dnc.expires_at > clock_timestamp())
    )) FROM given
""")


def put(
    tx: Connection, upload_id: int, entries: Sequence[NewEntry], *, campaign_id: int | None, source: str, user: str
) -> int:
    """Forbid numbers, no two of them the same; how many of them weren't forbidden before this upload."""
    parameters = {
        "entries": orjson.dumps([asdict(entry) for entry in entries]).decode(),
        "campaign_id": campaign_id,
        "source": source,
        "upload_id": upload_id,
        "created_by": user,
    }
    return int(tx.execute(_PUT, parameters).scalar_one())


def store(tx: Connection, upload_id: int, *, added: int, known: int, refusals: Sequence[Refusal]) -> bool:
    """Count rows; False if the upload has been given up meanwhile."""
    receiving = update(DncUpload).where(DncUpload.id == upload_id, DncUpload.state == DncUploadState.RECEIVING)
    counted = receiving.values(
        rows=DncUpload.rows + added + known + len(refusals),
        added=DncUpload.added + added,
        known=DncUpload.known + known,
        refused=DncUpload.refused + len(refusals),
        received_at=func.clock_timestamp(),
    )
    if tx.execute(counted).rowcount == 0:
        return False
    if refusals:
        tx.execute(insert(DncRefusal), [{"upload_id": upload_id, **asdict(refusal)} for refusal in refusals])
    return True


def finish(tx: Connection, upload_id: int, error: str | None) -> DncUploadRecord:
    """The upload is over; `error`: it broke off."""
    state = DncUploadState.COMPLETED if error is None else DncUploadState.FAILED
    chosen = update(DncUpload).where(DncUpload.id == upload_id)
    over = chosen.values(state=state, error=error, finished_at=func.clock_timestamp())
    return one(tx, DncUploadRecord, over.returning(*_COLUMNS))


def fail_silent(tx: Connection, older_than_seconds: float, error: str) -> int:
    """Give up all uploads of which nothing has been heard for so long; how many."""
    cutoff = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    silent = update(DncUpload).where(DncUpload.state == DncUploadState.RECEIVING, DncUpload.received_at < cutoff)
    failed = silent.values(state=DncUploadState.FAILED, error=error, finished_at=func.clock_timestamp())
    return tx.execute(failed).rowcount


def get(tx: Connection, upload_id: int) -> DncUploadRecord | None:
    return first(tx, DncUploadRecord, select(*_COLUMNS).where(DncUpload.id == upload_id))


def listed(tx: Connection, page: PageRequest, wanted: Mapping[str, object]) -> Page[DncUploadRecord]:
    """Uploads, the newest first. `wanted`: columns and their values; None is any."""
    return pages.read(tx, DncUploadRecord, pages.matching(select(*_COLUMNS), DncUpload, **wanted), ORDER, page)


def refusals_after(tx: Connection, upload_id: int, line: int, limit: int) -> list[Refusal]:
    """Rows of the report, by line, after a line."""
    found = tx.execute(
        select(DncRefusal.line, DncRefusal.code, DncRefusal.reason, DncRefusal.row)
        .where(DncRefusal.upload_id == upload_id, DncRefusal.line > line)
        .order_by(DncRefusal.line)
        .limit(limit)
    )
    return [Refusal(*row) for row in found]
