from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.caller_id_out import CallerIdOut
from ...types import Response


def _get_kwargs(
    trunk_id: int,
    caller_id_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/trunks/{trunk_id}/caller-ids/{caller_id_id}".format(
            trunk_id=quote(str(trunk_id), safe=""),
            caller_id_id=quote(str(caller_id_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> CallerIdOut:
    if response.status_code == 200:
        response_200 = CallerIdOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    trunk_id: int,
    caller_id_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[CallerIdOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_id=trunk_id,
            caller_id_id=caller_id_id,
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
    caller_id_id: int,
    *,
    client: AuthenticatedClient,
) -> CallerIdOut:
    """Read a caller id

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_id=trunk_id,
                caller_id_id=caller_id_id,
            )
        )
    )
