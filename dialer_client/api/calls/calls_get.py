from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.call_details_out import CallDetailsOut
from ...types import Response


def _get_kwargs(
    call_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/calls/{call_id}".format(
            call_id=quote(str(call_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> CallDetailsOut:
    if response.status_code == 200:
        response_200 = CallDetailsOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    call_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[CallDetailsOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            call_id=call_id,
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
    call_id: UUID,
    *,
    client: AuthenticatedClient,
) -> CallDetailsOut:
    """Read a call

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                call_id=call_id,
            )
        )
    )
