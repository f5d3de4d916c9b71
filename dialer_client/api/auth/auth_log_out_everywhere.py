from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/auth/logout-everywhere",
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> None:
    if response.status_code == 204:
        return None

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[None]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(**_get_kwargs())
    _parse_response(response)
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=None,
    )


def sync(
    *,
    client: AuthenticatedClient,
) -> None:
    """Log out everywhere: all tokens of this user are worth nothing from now on

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    _parse_response(client.get_httpx_client().request(**_get_kwargs()))
