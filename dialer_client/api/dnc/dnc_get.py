from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.dnc_out import DncOut
from ...types import Response


def _get_kwargs(
    entry_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/dnc/{entry_id}".format(
            entry_id=quote(str(entry_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> DncOut:
    if response.status_code == 200:
        response_200 = DncOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    entry_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[DncOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            entry_id=entry_id,
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
    entry_id: int,
    *,
    client: AuthenticatedClient,
) -> DncOut:
    """Read an entry

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                entry_id=entry_id,
            )
        )
    )
