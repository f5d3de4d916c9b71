from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.caller_id_decided import CallerIdDecided
from ...models.caller_id_patch import CallerIdPatch
from ...types import Response


def _get_kwargs(
    trunk_id: int,
    caller_id_id: int,
    *,
    body: CallerIdPatch,
    if_match: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/trunks/{trunk_id}/caller-ids/{caller_id_id}".format(
            trunk_id=quote(str(trunk_id), safe=""),
            caller_id_id=quote(str(caller_id_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> CallerIdDecided:
    if response.status_code == 200:
        response_200 = CallerIdDecided.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    trunk_id: int,
    caller_id_id: int,
    *,
    client: AuthenticatedClient,
    body: CallerIdPatch,
    if_match: str,
) -> Response[CallerIdDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_id=trunk_id,
            caller_id_id=caller_id_id,
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
    trunk_id: int,
    caller_id_id: int,
    *,
    client: AuthenticatedClient,
    body: CallerIdPatch,
    if_match: str,
) -> CallerIdDecided:
    """Edit a caller id: one that is disabled is shown by no call sent after the answer

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_id=trunk_id,
                caller_id_id=caller_id_id,
                body=body,
                if_match=if_match,
            )
        )
    )
