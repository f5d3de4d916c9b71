from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.secret_in import SecretIn
from ...models.webhook_issued import WebhookIssued
from ...types import UNSET, Response, Unset


def _get_kwargs(
    webhook_id: int,
    *,
    body: SecretIn | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/webhooks/{webhook_id}/rotate".format(
            webhook_id=quote(str(webhook_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> WebhookIssued:
    if response.status_code == 200:
        response_200 = WebhookIssued.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    webhook_id: int,
    *,
    client: AuthenticatedClient,
    body: SecretIn | Unset = UNSET,
) -> Response[WebhookIssued]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            webhook_id=webhook_id,
            body=body,
        )
    )
    parsed = _parse_response(response)
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=parsed,
    )


def sync(
    webhook_id: int,
    *,
    client: AuthenticatedClient,
    body: SecretIn | Unset = UNSET,
) -> WebhookIssued:
    """Sign with a new secret, and with the one before for a while

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                webhook_id=webhook_id,
                body=body,
            )
        )
    )
