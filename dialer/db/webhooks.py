"""Webhooks and their deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, fingerprint, first, one
from dialer.db.tables import Webhook, WebhookDelivery

ORDER: Final = Order("webhooks", Webhook.id, int)
DELIVERIES: Final = Order("webhook-deliveries", WebhookDelivery.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """A webhook, without its secrets."""

    id: int
    url: str
    events: list[str]
    campaign_id: int | None
    enabled: bool
    previous_until: datetime | None
    created_by: str
    created_at: datetime

    @property
    def revision(self) -> str:
        """What an edit must have been made of."""
        return fingerprint(self.id, self.url, self.events, self.campaign_id, self.enabled)


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """A delivery, and how its last try went."""

    id: int
    webhook_id: int
    event_id: UUID
    event: str
    data: dict[str, Any]
    state: str
    tries: int
    next_try_at: datetime
    tried_at: datetime | None
    status: int | None
    error: str | None
    created_at: datetime


_WEBHOOK: Final = columns(Webhook, WebhookRecord)
_DELIVERY: Final = columns(WebhookDelivery, DeliveryRecord)


def create(tx: Connection, values: dict[str, Any]) -> WebhookRecord:
    """Add a webhook; its campaign must exist (`fk_webhooks_campaign_id`)."""
    return one(tx, WebhookRecord, insert(Webhook).values(**values).returning(*_WEBHOOK))


def get(tx: Connection, webhook_id: int, *, lock: bool = False) -> WebhookRecord | None:
    statement = select(*_WEBHOOK).where(Webhook.id == webhook_id)
    return first(tx, WebhookRecord, statement.with_for_update(key_share=True) if lock else statement)


def listed(tx: Connection, page: PageRequest, wanted: Mapping[str, object]) -> Page[WebhookRecord]:
    """Webhooks, the oldest first."""
    return pages.read(tx, WebhookRecord, pages.matching(select(*_WEBHOOK), Webhook, **wanted), ORDER, page)


def edit(tx: Connection, webhook_id: int, values: Mapping[str, Any]) -> None:
    if values:
        tx.execute(update(Webhook).where(Webhook.id == webhook_id).values(**values))


def rotate(tx: Connection, webhook_id: int, secret: str, grace_seconds: int) -> None:
    """Sign with another secret, and for a while with the one before, too."""
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, grace_seconds)
    edit(tx, webhook_id, {"previous_secret": Webhook.secret, "previous_until": until, "secret": secret})


def remove(tx: Connection, webhook_id: int) -> bool:
    return tx.execute(delete(Webhook).where(Webhook.id == webhook_id)).rowcount > 0


def add_delivery(tx: Connection, webhook_id: int, event_id: UUID, event: str, data: dict[str, Any]) -> DeliveryRecord:
    values = {"webhook_id": webhook_id, "event_id": event_id, "event": event, "data": data}
    return one(tx, DeliveryRecord, insert(WebhookDelivery).values(**values).returning(*_DELIVERY))


def deliveries(
    tx: Connection, page: PageRequest, webhook_id: int, wanted: Mapping[str, object]
) -> Page[DeliveryRecord]:
    """A webhook's deliveries, the newest first."""
    statement = select(*_DELIVERY).where(WebhookDelivery.webhook_id == webhook_id)
    return pages.read(tx, DeliveryRecord, pages.matching(statement, WebhookDelivery, **wanted), DELIVERIES, page)


def replay(tx: Connection, webhook_id: int, delivery_id: int) -> DeliveryRecord | None:
    """Deliver again, as if for the first time; None if there is no such delivery."""
    chosen = update(WebhookDelivery).where(WebhookDelivery.id == delivery_id, WebhookDelivery.webhook_id == webhook_id)
    again = {"state": "pending", "tries": 0, "next_try_at": func.clock_timestamp()}
    return first(tx, DeliveryRecord, chosen.values(**again).returning(*_DELIVERY))


def dead(tx: Connection, limit: int) -> Sequence[DeliveryRecord]:
    """What was given up, of all webhooks, the newest first."""
    statement = select(*_DELIVERY).where(WebhookDelivery.state == "dead")
    rows = tx.execute(statement.order_by(WebhookDelivery.id.desc()).limit(limit)).mappings()
    return [DeliveryRecord(**row) for row in rows]


def replay_dead(tx: Connection, webhook_id: int | None) -> int:
    """Deliver again what was given up, of one webhook or all; how many."""
    chosen = update(WebhookDelivery).where(WebhookDelivery.state == "dead")
    if webhook_id is not None:
        chosen = chosen.where(WebhookDelivery.webhook_id == webhook_id)
    return tx.execute(chosen.values(state="pending", tries=0, next_try_at=func.clock_timestamp())).rowcount


# By the index of what is pending: the time is that of the statement, which an index can be asked for.
_TAKE: Final = text("""
    WITH due AS (
        SELECT delivery.id FROM webhooks AS webhook
        LEFT JOIN unnest(CAST(:held AS integer[]), CAST(:places AS integer[])) AS fewer(webhook_id, places)
            ON fewer.webhook_id = webhook.id
        CROSS JOIN LATERAL (
            SELECT id FROM webhook_deliveries
            WHERE webhook_id = webhook.id AND state = 'pending' AND next_try_at <= statement_timestamp()
            ORDER BY next_try_at LIMIT coalesce(fewer.places, :each) FOR UPDATE SKIP LOCKED
        ) AS delivery WHERE webhook.enabled ORDER BY random() LIMIT :most
    )
    UPDATE webhook_deliveries AS delivery SET tries = tries + 1, tried_at = clock_timestamp(),
        next_try_at = clock_timestamp() + make_interval(secs => :lease_seconds)
    FROM due, webhooks AS webhook WHERE delivery.id = due.id AND webhook.id = delivery.webhook_id
    RETURNING delivery.id, delivery.webhook_id, delivery.event_id, delivery.event, delivery.data, delivery.tries,
        delivery.created_at, webhook.url, webhook.secret,
        CASE WHEN webhook.previous_until > clock_timestamp() THEN webhook.previous_secret END AS previous_secret
""")


def take(
    tx: Connection, *, most: int, each: int, lease_seconds: float, places: Mapping[int, int] = MappingProxyType({})
) -> Sequence[RowMapping]:
    """Deliveries that are due, of any webhooks, which nobody else tries until the lease is over.

    Args:
        most, each: at most so many, and of one webhook.
        places: of these webhooks at most that many.
    """
    held = {"held": list(places), "places": list(places.values())}
    return tx.execute(_TAKE, {"most": most, "each": each, "lease_seconds": lease_seconds, **held}).mappings().all()


_REPORT: Final = text("""
    UPDATE webhook_deliveries SET state = :state, status = :status, error = :error,
        next_try_at = clock_timestamp() + make_interval(secs => :wait_seconds)
    WHERE id = :id AND state = 'pending'
""")


def report(
    tx: Connection, delivery_id: int, *, state: str, status: int | None, error: str | None, wait_seconds: float
) -> None:
    """How a try went."""
    values = {"id": delivery_id, "state": state, "status": status, "error": error, "wait_seconds": wait_seconds}
    tx.execute(_REPORT, values)


def forget(tx: Connection, older_than_days: int) -> int:
    """Deliveries that succeeded are deleted after a while; how many."""
    statement = text(
        "DELETE FROM webhook_deliveries WHERE state = 'delivered' "
        "AND created_at < clock_timestamp() - make_interval(days => :days)"
    )
    return tx.execute(statement, {"days": older_than_days}).rowcount
