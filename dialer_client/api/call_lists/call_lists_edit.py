from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.call_list_decided import CallListDecided
from ...models.call_list_patch import CallListPatch
from ...types import Response


def _get_kwargs(
    call_list_id: int,
    *,
    body: CallListPatch,
    if_match: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/call-lists/{call_list_id}".format(
            call_list_id=quote(str(call_list_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> CallListDecided:
    if response.status_code == 200:
        response_200 = CallListDecided.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    call_list_id: int,
    *,
    client: AuthenticatedClient,
    body: CallListPatch,
    if_match: str,
) -> Response[CallListDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            call_list_id=call_list_id,
            body=body,
            if_match=if_match,
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
    body: CallListPatch,
    if_match: str,
) -> CallListDecided:
    """Rename a call list, or switch it off and on again (`active`)

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                call_list_id=call_list_id,
                body=body,
                if_match=if_match,
            )
        )
    )
