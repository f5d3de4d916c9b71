from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.webhook_out import WebhookOut
from ...types import Response


def _get_kwargs(
    webhook_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhooks/{webhook_id}".format(
            webhook_id=quote(str(webhook_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> WebhookOut:
    if response.status_code == 200:
        response_200 = WebhookOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    webhook_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[WebhookOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            webhook_id=webhook_id,
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
) -> WebhookOut:
    """Read a webhook

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                webhook_id=webhook_id,
            )
        )
    )
