from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.group_out import GroupOut
from ...models.group_patch import GroupPatch
from ...types import Response


def _get_kwargs(
    trunk_group_id: int,
    *,
    body: GroupPatch,
    if_match: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/trunk-groups/{trunk_group_id}".format(
            trunk_group_id=quote(str(trunk_group_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> GroupOut:
    if response.status_code == 200:
        response_200 = GroupOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    trunk_group_id: int,
    *,
    client: AuthenticatedClient,
    body: GroupPatch,
    if_match: str,
) -> Response[GroupOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_group_id=trunk_group_id,
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
    trunk_group_id: int,
    *,
    client: AuthenticatedClient,
    body: GroupPatch,
    if_match: str,
) -> GroupOut:
    """Edit a trunk group: `trunks` replaces all of them. Calls that are queued follow within seconds

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_group_id=trunk_group_id,
                body=body,
                if_match=if_match,
            )
        )
    )
