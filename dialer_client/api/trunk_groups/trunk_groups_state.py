from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.group_state_out import GroupStateOut
from ...types import Response


def _get_kwargs(
    trunk_group_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/trunk-groups/{trunk_group_id}/state".format(
            trunk_group_id=quote(str(trunk_group_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> GroupStateOut:
    if response.status_code == 200:
        response_200 = GroupStateOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    trunk_group_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[GroupStateOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_group_id=trunk_group_id,
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
) -> GroupStateOut:
    """Which trunks of a group are used now, and why the others are not

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_group_id=trunk_group_id,
            )
        )
    )
