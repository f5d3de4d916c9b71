from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.stop_decided import StopDecided
from ...models.stop_in import StopIn
from ...types import Response


def _get_kwargs(
    *,
    body: StopIn,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/emergency-stop",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> StopDecided:
    if response.status_code == 200:
        response_200 = StopDecided.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: StopIn,
) -> Response[StopDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
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
    *,
    client: AuthenticatedClient,
    body: StopIn,
) -> StopDecided:
    """Stop all dialing everywhere: after the answer no call is sent. Calls in flight go on

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                body=body,
            )
        )
    )
