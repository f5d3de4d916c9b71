"""Webhooks: who is told what, and how that went."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, identity, nothing
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.webhooks import (
    DeliveryOut,
    DeliveryPage,
    DeliveryPath,
    DeliveryQuery,
    SecretIn,
    WebhookIn,
    WebhookIssued,
    WebhookOut,
    WebhookPage,
    WebhookPatch,
    WebhookPath,
    WebhookQuery,
)
from dialer.db.webhooks import WebhookRecord
from dialer.services.webhooks import Issued

webhooks: Final[APIBlueprint] = blueprint("webhooks", "/v1/webhooks")


@webhooks.post("", responses={201: WebhookIssued, **problems(400, 409, 415, 422)})
def create(body: WebhookIn) -> Response:
    """Add a webhook; the answer is the only place where its secret is shown"""
    made = dialer().webhooks.create(body.model_dump(), identity().username, within=keep(_without_secret))
    return _issued(made, 201)


@webhooks.get("", responses={200: WebhookPage, **problems(422)})
def listed(query: WebhookQuery) -> Response:
    """List webhooks, the oldest first"""
    return answer(WebhookPage.model_validate(dialer().webhooks.listed(query.page(), **query.filter())))


@webhooks.get("/<int:webhook_id>", responses={200: WebhookOut, **problems(404)})
def get(path: WebhookPath) -> Response:
    """Read a webhook"""
    found = dialer().webhooks.get(path.webhook_id)
    return answer(WebhookOut.model_validate(found), revision=found.revision)


@webhooks.patch("/<int:webhook_id>", responses={200: WebhookOut, **problems(400, 404, 412, 415, 422, 428)})
def edit(path: WebhookPath, body: WebhookPatch) -> Response:
    """Edit a webhook"""
    found = dialer().webhooks.edit(path.webhook_id, body.changes(), of=revisions())
    return answer(WebhookOut.model_validate(found), revision=found.revision)


@webhooks.delete("/<int:webhook_id>", responses={204: None, **problems(404)})
def remove(path: WebhookPath) -> Response:
    """Tell this address nothing more, and forget its deliveries"""
    dialer().webhooks.remove(path.webhook_id)
    return nothing()


@webhooks.post("/<int:webhook_id>/rotate", responses={200: WebhookIssued, **problems(400, 404, 415, 422)})
def rotate(path: WebhookPath, body: SecretIn) -> Response:
    """Sign with a new secret, and with the one before for a while"""
    return _issued(dialer().webhooks.rotate(path.webhook_id, grace_seconds=body.grace_seconds), 200)


@webhooks.post("/<int:webhook_id>/test", responses={200: DeliveryOut, **problems(404)})
def test(path: WebhookPath) -> Response:
    """Send a test; its delivery tells how that went"""
    return answer(DeliveryOut.model_validate(dialer().webhooks.test(path.webhook_id)))


@webhooks.get("/<int:webhook_id>/deliveries", responses={200: DeliveryPage, **problems(404, 422)})
def deliveries(path: WebhookPath, query: DeliveryQuery) -> Response:
    """List what this address was told and how that went, the newest first"""
    found = dialer().webhooks.deliveries(path.webhook_id, query.page(), **query.filter())
    return answer(DeliveryPage.model_validate(found))


@webhooks.post("/<int:webhook_id>/deliveries/<int:delivery_id>/replay", responses={200: DeliveryOut, **problems(404)})
def replay(path: DeliveryPath) -> Response:
    """Deliver again, also what was given up"""
    return answer(DeliveryOut.model_validate(dialer().webhooks.replay(path.webhook_id, path.delivery_id)))


def _issued(issued: Issued, status: int) -> Response:
    response = created(WebhookIssued.of(issued), "webhooks.get", status=status, webhook_id=issued.record.id)
    response.headers["Cache-Control"] = "no-store"
    return response


def _without_secret(record: WebhookRecord) -> Response:
    return _issued(Issued(record, ""), 201)
