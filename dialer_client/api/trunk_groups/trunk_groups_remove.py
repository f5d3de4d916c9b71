from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...types import Response


def _get_kwargs(
    trunk_group_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/trunk-groups/{trunk_group_id}".format(
            trunk_group_id=quote(str(trunk_group_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> None:
    if response.status_code == 204:
        return None

    raise errors.Problem(response)


def sync_detailed(
    trunk_group_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[None]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_group_id=trunk_group_id,
        )
    )
    _parse_response(response)
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=None,
    )


def sync(
    trunk_group_id: int,
    *,
    client: AuthenticatedClient,
) -> None:
    """Remove a trunk group that no campaign names

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_group_id=trunk_group_id,
            )
        )
    )
