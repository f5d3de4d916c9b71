from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.api_key_issued import ApiKeyIssued
from ...models.rotate_in import RotateIn
from ...types import UNSET, Response, Unset


def _get_kwargs(
    key_id: int,
    *,
    body: RotateIn | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/api-keys/{key_id}/rotate".format(
            key_id=quote(str(key_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> ApiKeyIssued:
    if response.status_code == 200:
        response_200 = ApiKeyIssued.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    key_id: int,
    *,
    client: AuthenticatedClient,
    body: RotateIn | Unset = UNSET,
) -> Response[ApiKeyIssued]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            key_id=key_id,
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
    key_id: int,
    *,
    client: AuthenticatedClient,
    body: RotateIn | Unset = UNSET,
) -> ApiKeyIssued:
    """Give a key of yours a new secret; the one before may stay good for a while

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                key_id=key_id,
                body=body,
            )
        )
    )
