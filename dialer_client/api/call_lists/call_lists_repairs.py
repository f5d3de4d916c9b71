from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...types import File, Response


def _get_kwargs(
    call_list_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/call-lists/{call_list_id}/repairs".format(
            call_list_id=quote(str(call_list_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> File:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    call_list_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[File]:
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
) -> File:
    """Download the numbers that a spreadsheet had changed, and what they were read as, as CSV

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
