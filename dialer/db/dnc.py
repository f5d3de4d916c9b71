"""The do-not-call list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import Call, DncEntry
from dialer.domain.calls import CallState

ORDER: Final = Order("dnc", DncEntry.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class DncRecord:
    """A number not to be called: everywhere (`campaign_id` None), or by one campaign; until `expires_at`."""

    id: int
    phone_number: str
    campaign_id: int | None
    reason: str | None
    source: str
    expires_at: datetime | None
    upload_id: int | None
    created_by: str
    created_at: datetime


_COLUMNS: Final = columns(DncEntry, DncRecord)

# By id, as everybody locks contacts.
_LOCK_CONTACTS: Final = text("""
    SELECT id, state, position FROM contacts
    WHERE id IN (
        SELECT id FROM contacts WHERE phone_number = ANY(CAST(:phone_numbers AS text[])) AND position IS NULL
        UNION ALL SELECT contact_id FROM contact_numbers
        WHERE phone_number = ANY(CAST(:phone_numbers AS text[])) AND closed_by IS NULL
    ) AND (CAST(:campaign_id AS bigint) IS NULL OR campaign_id = :campaign_id) AND state <> 'done'
    ORDER BY id FOR NO KEY UPDATE
""")
_CLOSE_CONTACTS: Final = text("""
    UPDATE contacts SET state = 'done', final_reason = 'dnc', next_attempt_at = NULL, callback_at = NULL
    WHERE id = ANY(CAST(:ids AS bigint[])) AND state IN ('ready', 'waiting')
""")


def forbidding(number: str, campaign: str, at: str) -> str:
    """SQL for the entry that forbids a number, as a JSON object or NULL: an entry for all before a campaign's own.

    Args:
        number, campaign, at: SQL for the number, the campaign's id and the time.
    """
    return f"""
        (SELECT jsonb_build_object(
             'scope', CASE WHEN dnc.campaign_id IS NULL THEN 'global' ELSE 'campaign' END,
             'source', dnc.source, 'reason', dnc.reason, 'expires_at', dnc.expires_at)
         FROM dnc WHERE dnc.phone_number = {number}
           AND (dnc.campaign_id IS NULL OR dnc.campaign_id = {campaign})
           AND (dnc.expires_at IS NULL OR dnc.expires_at > {at})
         ORDER BY dnc.campaign_id NULLS FIRST LIMIT 1)
    """


_FORBIDDEN: Final = text(
    f"SELECT {forbidding('CAST(:number AS text)', 'CAST(:campaign_id AS bigint)', 'clock_timestamp()')}"
)


def put(
    tx: Connection,
    *,
    phone_number: str,
    campaign_id: int | None,
    reason: str | None,
    expires_at: datetime | None,
    source: str,
    user: str,
) -> DncRecord:
    """Add an entry, or give the one that is there a new reason (unless None), expiry and source."""
    new = insert(DncEntry).values(
        phone_number=phone_number,
        campaign_id=campaign_id,
        reason=reason,
        expires_at=expires_at,
        source=source,
        created_by=user,
    )
    statement = new.on_conflict_do_update(
        constraint="uq_dnc_phone_number_campaign_id",
        set_={
            "reason": func.coalesce(new.excluded.reason, DncEntry.reason),
            "expires_at": new.excluded.expires_at,
            "source": new.excluded.source,
            "created_by": new.excluded.created_by,
            "upload_id": None,
        },
    )
    return one(tx, DncRecord, statement.returning(*_COLUMNS))


def lock_contacts(tx: Connection, phone_numbers: Collection[str], campaign_id: int | None) -> Sequence[RowMapping]:
    """Contacts (id, state, position) that are not done and may be called at one of the numbers, locked."""
    parameters = {"phone_numbers": list(phone_numbers), "campaign_id": campaign_id}
    return tx.execute(_LOCK_CONTACTS, parameters).mappings().all()


def close_contacts(tx: Connection, ids: Sequence[int]) -> None:
    """Those of the contacts that were due are done."""
    tx.execute(_CLOSE_CONTACTS, {"ids": list(ids)})


def forbidden(tx: Connection, campaign_id: int, phone_numbers: Collection[str]) -> set[str]:
    """Those of the numbers that the campaign must not call now."""
    statement = select(DncEntry.phone_number).where(
        DncEntry.phone_number.in_(phone_numbers),
        or_(DncEntry.campaign_id.is_(None), DncEntry.campaign_id == campaign_id),
        or_(DncEntry.expires_at.is_(None), DncEntry.expires_at > func.clock_timestamp()),
    )
    return set(tx.scalars(statement))


def get(tx: Connection, entry_id: int) -> DncRecord | None:
    """One entry."""
    return first(tx, DncRecord, select(*_COLUMNS).where(DncEntry.id == entry_id))


def listed(tx: Connection, page: PageRequest, wanted: Mapping[str, object]) -> Page[DncRecord]:
    """Entries, the newest first. `wanted`: columns and their values; None is any."""
    return pages.read(tx, DncRecord, pages.matching(select(*_COLUMNS), DncEntry, **wanted), ORDER, page)


def remove(tx: Connection, entry_id: int) -> DncRecord | None:
    """Take an entry off the list; None if there is none."""
    return first(tx, DncRecord, delete(DncEntry).where(DncEntry.id == entry_id).returning(*_COLUMNS))


def entry_against(tx: Connection, phone_number: str, campaign_id: int | None) -> dict[str, Any] | None:
    """The entry that forbids a number now (see `forbidding`)."""
    found: dict[str, Any] | None = tx.scalar(_FORBIDDEN, {"number": phone_number, "campaign_id": campaign_id})
    return found


def forbidden_calls(campaign_id: int | None) -> Sequence[ColumnElement[bool]]:
    """Conditions on `Call`: an entry for all (None), or of this campaign, forbids it now."""
    holds = or_(DncEntry.expires_at.is_(None), DncEntry.expires_at > func.clock_timestamp())
    is_meant = DncEntry.campaign_id.is_not_distinct_from(campaign_id)
    # A look-up for each of the few calls in question, not a join with the whole list.
    entry = select(DncEntry.id).where(DncEntry.phone_number == Call.phone_number, is_meant, holds)
    is_forbidden = entry.scalar_subquery().is_not(None)
    return [is_forbidden] if campaign_id is None else [is_forbidden, Call.campaign_id == campaign_id]


def queued_numbers(tx: Connection, *scope: ColumnElement[bool]) -> list[str]:
    """The numbers of queued calls in `scope`."""
    return list(tx.scalars(select(Call.phone_number).where(Call.state == CallState.QUEUED, *scope).distinct()))


def of_number(tx: Connection, phone_number: str) -> list[DncRecord]:
    """All entries of a number, expired ones included."""
    statement = select(*_COLUMNS).where(DncEntry.phone_number == phone_number).order_by(DncEntry.id)
    return [DncRecord(**row) for row in tx.execute(statement).mappings()]
