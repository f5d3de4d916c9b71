from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.call_list_decided import CallListDecided
from ...types import Response


def _get_kwargs(
    call_list_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/call-lists/{call_list_id}/withdraw".format(
            call_list_id=quote(str(call_list_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> CallListDecided:
    if response.status_code == 202:
        response_202 = CallListDecided.from_dict(response.json())

        return response_202

    raise errors.Problem(response)


def sync_detailed(
    call_list_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[CallListDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            call_list_id=call_list_id,
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
    call_list_id: int,
    *,
    client: AuthenticatedClient,
) -> CallListDecided:
    """Pull a call list out again: after the answer nobody on it is dialed, nor ever will be

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                call_list_id=call_list_id,
            )
        )
    )
