"""Webhooks: telling others what has happened. At least once, with the same event id at every try.

What happened is written by triggers, in the transaction in which it happens (see the migration), so none is lost and
none is told that didn't. Sending is another process's work: a receiver that fails or hangs keeps no call waiting.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Engine

from dialer.db import control, webhooks
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.webhooks import DeliveryRecord, WebhookRecord
from dialer.errors import DialerError, InvalidInput, NotFound
from dialer.services import revisions
from dialer.services.idempotency import Within, nothing_more
from dialer.services.revisions import ANY, Revisions
from dialer.services.webhook_sending import check_url

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
    """Who is told what, and how that went."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    def forget(self) -> int:
        """Delete what was delivered long ago; how many."""
        with self._engine.begin() as tx:
            return webhooks.forget(tx, KEPT_DAYS)


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
