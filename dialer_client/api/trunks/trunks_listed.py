from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.trunk_page import TrunkPage
from ...models.trunks_listed_sort import TrunksListedSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    enabled: bool | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    sort: TrunksListedSort | Unset = TrunksListedSort.ID,
    node_id: int | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_enabled: bool | None | Unset
    if isinstance(enabled, Unset):
        json_enabled = UNSET
    else:
        json_enabled = enabled
    params["enabled"] = json_enabled

    json_name: None | str | Unset
    if isinstance(name, Unset):
        json_name = UNSET
    else:
        json_name = name
    params["name"] = json_name

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    json_node_id: int | None | Unset
    if isinstance(node_id, Unset):
        json_node_id = UNSET
    else:
        json_node_id = node_id
    params["node_id"] = json_node_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/trunks",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> TrunkPage:
    if response.status_code == 200:
        response_200 = TrunkPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    enabled: bool | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    sort: TrunksListedSort | Unset = TrunksListedSort.ID,
    node_id: int | None | Unset = UNSET,
) -> Response[TrunkPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            limit=limit,
            cursor=cursor,
            enabled=enabled,
            name=name,
            sort=sort,
            node_id=node_id,
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
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    enabled: bool | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    sort: TrunksListedSort | Unset = TrunksListedSort.ID,
    node_id: int | None | Unset = UNSET,
) -> TrunkPage:
    """List trunks

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                limit=limit,
                cursor=cursor,
                enabled=enabled,
                name=name,
                sort=sort,
                node_id=node_id,
            )
        )
    )
