from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.trunk_out import TrunkOut
from ...types import Response


def _get_kwargs(
    trunk_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/trunks/{trunk_id}".format(
            trunk_id=quote(str(trunk_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> TrunkOut:
    if response.status_code == 200:
        response_200 = TrunkOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    trunk_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[TrunkOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_id=trunk_id,
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
) -> TrunkOut:
    """Read a trunk

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_id=trunk_id,
            )
        )
    )
