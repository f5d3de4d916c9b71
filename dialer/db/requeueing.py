"""Making contacts that are done due again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import CallList, Requeue
from dialer.domain.requeueing import RequeueState

ORDER: Final = Order("requeues", Requeue.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class RequeueRecord:
    """A requeue and how far it is.

    Attributes:
        more_attempts: so many attempts each may have from here; None: what is left of the campaign's cap.
        left_out: how many contacts whose last call ended as asked for were left as they are, by reason.
    """

    id: int
    campaign_id: int
    call_list_id: int | None
    dispositions: list[str]
    more_attempts: int | None
    state: str
    after: str | None
    requeued: int
    left_out: dict[str, int]
    created_by: str
    created_at: datetime
    finished_at: datetime | None


_COLUMNS: Final = columns(Requeue, RequeueRecord)


def create(tx: Connection, values: dict[str, Any]) -> RequeueRecord:
    return one(tx, RequeueRecord, insert(Requeue).values(**values).returning(*_COLUMNS))


def get(tx: Connection, requeue_id: int) -> RequeueRecord | None:
    return first(tx, RequeueRecord, select(*_COLUMNS).where(Requeue.id == requeue_id))


def listed(tx: Connection, page: PageRequest, campaign_id: int, wanted: Mapping[str, object]) -> Page[RequeueRecord]:
    """A campaign's requeues, the newest first. `wanted`: columns and their values; None is any."""
    statement = pages.matching(select(*_COLUMNS).where(Requeue.campaign_id == campaign_id), Requeue, **wanted)
    return pages.read(tx, RequeueRecord, statement, ORDER, page)


def campaign_of_list(tx: Connection, call_list_id: int) -> int | None:
    """The campaign that a call list belongs to; None if there is no such list."""
    return tx.scalar(select(CallList.campaign_id).where(CallList.id == call_list_id))


def take(tx: Connection) -> RequeueRecord | None:
    """The oldest requeue that runs and that nobody else is at; held until the transaction ends."""
    running = select(*_COLUMNS).where(Requeue.state == RequeueState.RUNNING).order_by(Requeue.id).limit(1)
    return first(tx, RequeueRecord, running.with_for_update(skip_locked=True))


def finish(tx: Connection, requeue_id: int, state: RequeueState) -> None:
    chosen = update(Requeue).where(Requeue.id == requeue_id)
    tx.execute(chosen.values(state=state, finished_at=func.clock_timestamp()))


# Two walks, each along an index: the whole campaign by number, a list by id.
_OF_CAMPAIGN: Final = """
    SELECT id, phone_number AS place FROM contacts
    WHERE campaign_id = :campaign_id AND phone_number > COALESCE(CAST(:after AS text), '')
    ORDER BY phone_number LIMIT :most
"""
_OF_LIST: Final = """
    SELECT id, id AS place FROM contacts
    WHERE call_list_id = :call_list_id AND id > COALESCE(CAST(CAST(:after AS text) AS bigint), 0)
    ORDER BY id LIMIT :most
"""

# The caller holds the campaign's row, as everybody who makes contacts due. Contacts are locked by id, as by everybody.
_BATCH: Final = """
    WITH chosen AS MATERIALIZED ({chosen}), held AS MATERIALIZED (
        SELECT contact.id, contact.phone_number, contact.position, contact.state, contact.final_reason,
               contact.cancelled_at,
               contact.attempts,
               GREATEST(contact.extra_attempts, contact.attempts + CAST(:more_attempts AS smallint) - :max_attempts)
                   AS extra_attempts
        FROM contacts AS contact
        WHERE contact.id = ANY (ARRAY(SELECT id FROM chosen))
            AND contact.last_disposition = ANY (CAST(:dispositions AS text[]))
        ORDER BY contact.id FOR NO KEY UPDATE
    ), judged AS MATERIALIZED (
        SELECT held.id, held.extra_attempts,
               CASE
                   WHEN held.state <> 'done' THEN 'not_done'
                   WHEN held.cancelled_at IS NOT NULL THEN 'cancelled'
                   WHEN held.final_reason IN ('dnc', 'cancelled', 'removed', 'undialable', 'consent_missing')
                       THEN held.final_reason
                   WHEN EXISTS (
                       SELECT FROM dnc WHERE dnc.phone_number = COALESCE((
                               SELECT number.phone_number FROM contact_numbers AS number
                               WHERE number.contact_id = held.id AND number.position = held.position
                           ), held.phone_number)
                           AND (dnc.campaign_id IS NULL OR dnc.campaign_id = :campaign_id)
                           AND (dnc.expires_at IS NULL OR dnc.expires_at > clock_timestamp())
                   ) THEN 'dnc'
                   WHEN held.attempts >= :max_attempts + held.extra_attempts THEN 'attempts_exhausted'
               END AS left_out
        FROM held
    ), requeued AS (
        UPDATE contacts SET state = 'ready', due_at = clock_timestamp(), final_reason = NULL,
            extra_attempts = judged.extra_attempts, held_by = NULL, rules_version = NULL
        FROM judged WHERE contacts.id = judged.id AND judged.left_out IS NULL
        RETURNING contacts.id
    )
    SELECT (SELECT CAST(max(place) AS text) FROM chosen) AS after, (SELECT count(*) FROM chosen) AS looked_at,
           (SELECT count(*) FROM requeued) AS requeued,
           ARRAY(SELECT left_out FROM judged WHERE left_out IS NOT NULL) AS left_out
"""
_BATCHES: Final = {
    of_list: text(_BATCH.format(chosen=chosen)) for of_list, chosen in ((False, _OF_CAMPAIGN), (True, _OF_LIST))
}


def batch(tx: Connection, requeue: RequeueRecord, max_attempts: int, most: int) -> int:
    """Go on with a requeue that `take` has given; how many contacts were looked at, less than `most` at the end."""
    parameters = {
        "id": requeue.id,
        "campaign_id": requeue.campaign_id,
        "call_list_id": requeue.call_list_id,
        "after": requeue.after,
        "dispositions": requeue.dispositions,
        "more_attempts": requeue.more_attempts,
        "max_attempts": max_attempts,
        "most": most,
    }
    done = tx.execute(_BATCHES[requeue.call_list_id is not None], parameters).mappings().one()
    left_out = Counter(requeue.left_out) + Counter(done["left_out"])
    progress = {"after": done["after"] or requeue.after, "requeued": requeue.requeued + done["requeued"]}
    tx.execute(update(Requeue).where(Requeue.id == requeue.id).values(**progress, left_out=left_out))
    return int(done["looked_at"])
