from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.caller_id_in import CallerIdIn
from ...models.caller_id_out import CallerIdOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    trunk_id: int,
    *,
    body: CallerIdIn,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/trunks/{trunk_id}/caller-ids".format(
            trunk_id=quote(str(trunk_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> CallerIdOut:
    if response.status_code == 201:
        response_201 = CallerIdOut.from_dict(response.json())

        return response_201

    raise errors.Problem(response)


def sync_detailed(
    trunk_id: int,
    *,
    client: AuthenticatedClient,
    body: CallerIdIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[CallerIdOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_id=trunk_id,
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
    trunk_id: int,
    *,
    client: AuthenticatedClient,
    body: CallerIdIn,
    idempotency_key: str | Unset = UNSET,
) -> CallerIdOut:
    """Say that a trunk owns a number: it is pinned to that trunk

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_id=trunk_id,
                body=body,
                idempotency_key=idempotency_key,
            )
        )
    )
