from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.dnc_decided import DncDecided
from ...models.dnc_in import DncIn
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: DncIn,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/dnc",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> DncDecided:
    if response.status_code == 200:
        response_200 = DncDecided.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: DncIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[DncDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            body=body,
            idempotency_key=idempotency_key,
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
    body: DncIn,
    idempotency_key: str | Unset = UNSET,
) -> DncDecided:
    """Forbid a number: after the answer it is not dialed

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            )
        )
    )
