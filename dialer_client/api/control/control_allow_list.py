from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.allow_list_out import AllowListOut
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/allow-list",
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> AllowListOut:
    if response.status_code == 200:
        response_200 = AllowListOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[AllowListOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(**_get_kwargs())
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
) -> AllowListOut:
    """May only listed numbers be dialed?

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(client.get_httpx_client().request(**_get_kwargs()))
