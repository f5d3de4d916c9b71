"""Webhooks: telling others what has happened. At least once, with the same event id at every try.

What happened is written by triggers, in the transaction in which it happens (see the migration), so none is lost and
none is told that didn't. Sending is another process's work: a receiver that fails or hangs keeps no call waiting.
"""

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Engine, RowMapping

from dialer import tracing
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import control, webhooks
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.webhooks import DeliveryRecord, WebhookRecord
from dialer.errors import DialerError, InvalidInput, NotFound
from dialer.services import revisions
from dialer.services.idempotency import Within, nothing_more
from dialer.services.revisions import ANY, Revisions
from dialer.services.webhook_sending import Sent, check_url, send, signature

MAX_TRIES: Final = 12
FIRST_WAIT_SECONDS: Final = 10.0
LONGEST_WAIT_SECONDS: Final = 3600.0
AT_ONCE: Final = 16
EACH_AT_ONCE: Final = 4
LEASE_SECONDS: Final = 60.0
KEPT_DAYS: Final = 30


class Event(StrEnum):
    """What can be told."""

    CALL_ENDED = "call.ended"
    CONTACT_FINISHED = "contact.finished"
    CAMPAIGN_STATE = "campaign.state"
    IMPORT_DONE = "import.done"


TEST: Final = "test"


@dataclass(frozen=True, slots=True)
class Issued:
    """A webhook, and the secret that signs: to be shown once."""

    record: WebhookRecord
    secret: str


class Webhooks:
    """Who is told, and the telling."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = engine
        self._clock = clock
        self._private_allowed = settings.webhooks_to_private_addresses

    def create(self, values: Mapping[str, Any], user: str, *, within: Within[WebhookRecord] = nothing_more) -> Issued:
        """Add a webhook: `url`, `events`, `campaign_id` (None for all), `enabled`.

        Raises:
            InvalidInput: not a URL that can be sent to, or no such campaign.
        """
        check_url(values["url"])
        secret = _new_secret()
        with explaining(_violations(values)), self._engine.begin() as tx:
            record = webhooks.create(tx, {**values, "secret": secret, "created_by": user})
            within(tx, record)
        return Issued(record, secret)

    def get(self, webhook_id: int) -> WebhookRecord:
        """One webhook.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _found(webhooks.get(tx, webhook_id), webhook_id)

    def listed(self, page: PageRequest, **wanted: object) -> Page[WebhookRecord]:
        """Webhooks, the oldest first."""
        with self._engine.begin() as tx:
            return webhooks.listed(tx, page, wanted)

    def edit(self, webhook_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY) -> WebhookRecord:
        """Change a webhook of one of the revisions `of`. Raises as `create`, NotFound, PreconditionFailed."""
        if "url" in changes:
            check_url(changes["url"])
        with explaining(_violations(changes)), self._engine.begin() as tx:
            revisions.check(of, _found(webhooks.get(tx, webhook_id, lock=True), webhook_id).revision)
            webhooks.edit(tx, webhook_id, changes)
            return _found(webhooks.get(tx, webhook_id), webhook_id)

    def rotate(self, webhook_id: int, *, grace_seconds: int) -> Issued:
        """Sign with a new secret, and for `grace_seconds` with the one before, too.

        Raises:
            NotFound: there is none.
        """
        secret = _new_secret()
        with self._engine.begin() as tx:
            _found(webhooks.get(tx, webhook_id, lock=True), webhook_id)
            webhooks.rotate(tx, webhook_id, secret, grace_seconds)
            return Issued(_found(webhooks.get(tx, webhook_id), webhook_id), secret)

    def remove(self, webhook_id: int) -> None:
        """Tell this address nothing more, and forget what it was told.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            if not webhooks.remove(tx, webhook_id):
                raise _none(webhook_id)

    def test(self, webhook_id: int) -> DeliveryRecord:
        """Queue a delivery that says nothing.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            _found(webhooks.get(tx, webhook_id), webhook_id)
            return webhooks.add_delivery(tx, webhook_id, uuid4(), TEST, {"webhook_id": webhook_id})

    def deliveries(self, webhook_id: int, page: PageRequest, **wanted: object) -> Page[DeliveryRecord]:
        """What this address was told and how that went, the newest first.

        Raises:
            NotFound: no such webhook.
        """
        with self._engine.begin() as tx:
            _found(webhooks.get(tx, webhook_id), webhook_id)
            return webhooks.deliveries(tx, page, webhook_id, wanted)

    def replay(self, webhook_id: int, delivery_id: int) -> DeliveryRecord:
        """Deliver again, also what was given up.

        Raises:
            NotFound: the webhook has no such delivery.
        """
        with self._engine.begin() as tx:
            found = webhooks.replay(tx, webhook_id, delivery_id)
        if found is None:
            raise NotFound(f"Webhook {webhook_id} has no delivery {delivery_id}.")
        return found

    def dead(self, limit: int) -> Sequence[DeliveryRecord]:
        """Deliveries that were given up, of all webhooks, the newest first."""
        with self._engine.begin() as tx:
            return webhooks.dead(tx, limit)

    def replay_dead(self, user: str, webhook_id: int | None = None) -> int:
        """Deliver again whatever was given up, as if for the first time; how many.

        Args:
            user: who wants it.
            webhook_id: only of this one.

        Raises:
            NotFound: there is no such webhook.
        """
        with self._engine.begin() as tx:
            if webhook_id is not None:
                _found(webhooks.get(tx, webhook_id), webhook_id)
            again = webhooks.replay_dead(tx, webhook_id)
            control.log(tx, user, "replay", f"{again} webhook deliveries")
        return again

    def deliver(self) -> int:
        """Try what is due, some at once; how many were tried. Any number of processes may do this."""
        with self._engine.begin() as tx:
            due = webhooks.take(tx, most=AT_ONCE, each=EACH_AT_ONCE, lease_seconds=LEASE_SECONDS)
        if due:
            with ThreadPoolExecutor(len(due)) as threads:
                list(threads.map(self._try, due))
        return len(due)

    def forget(self) -> int:
        """Delete what was delivered long ago; how many."""
        with self._engine.begin() as tx:
            return webhooks.forget(tx, KEPT_DAYS)

    def _try(self, row: RowMapping) -> None:
        body = orjson.dumps(
            {"id": row["event_id"], "event": row["event"], "occurred_at": row["created_at"], "data": row["data"]}
        )
        good = [secret for secret in (row["secret"], row["previous_secret"]) if secret is not None]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "dialer-webhooks",
            "Dialer-Event-Id": str(row["event_id"]),
            "Dialer-Signature": signature(good, int(self._clock.now().timestamp()), body),
        }
        begun = tracing.now()
        sent = send(row["url"], body, headers, private_allowed=self._private_allowed)
        state = "delivered" if sent.is_delivered else "dead" if row["tries"] >= MAX_TRIES else "pending"
        with self._engine.begin() as tx:
            self._report(tx, row, state, sent)
        if row["event"] == Event.CALL_ENDED and tracing.is_on():
            _trace(row, sent, begun)

    def _report(self, tx: Any, row: RowMapping, state: str, sent: Sent) -> None:
        wait = min(FIRST_WAIT_SECONDS * 2 ** (row["tries"] - 1), LONGEST_WAIT_SECONDS)
        parts: dict[str, Any] = {"status": sent.status, "error": sent.error, "wait_seconds": wait}
        webhooks.report(tx, row["id"], state=state, **parts)


def _trace(row: RowMapping, sent: Sent, begun: float) -> None:
    seen = {
        "http.request.method": "POST",
        "http.response.status_code": sent.status,
        "server.address": urlsplit(row["url"]).hostname,
        "dialer.try": row["tries"],
        "error": sent.error,
    }
    tracing.step(UUID(row["data"]["call_id"]), "webhook", begun, tracing.now(), **seen)


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _none(webhook_id: int) -> NotFound:
    return NotFound(f"There is no webhook {webhook_id}.")


def _found(webhook: WebhookRecord | None, webhook_id: int) -> WebhookRecord:
    if webhook is None:
        raise _none(webhook_id)
    return webhook


def _violations(values: Mapping[str, Any]) -> dict[str, DialerError]:
    message = f"there is no campaign {values.get('campaign_id')}"
    errors = [{"field": "campaign_id", "message": message}]
    return {"fk_webhooks_campaign_id": InvalidInput(f"{message[0].upper()}{message[1:]}.", errors=errors)}
