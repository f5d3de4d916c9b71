from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.group_page import GroupPage
from ...models.trunk_groups_listed_sort import TrunkGroupsListedSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    trunk_id: int | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    sort: TrunkGroupsListedSort | Unset = TrunkGroupsListedSort.ID,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_trunk_id: int | None | Unset
    if isinstance(trunk_id, Unset):
        json_trunk_id = UNSET
    else:
        json_trunk_id = trunk_id
    params["trunk_id"] = json_trunk_id

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

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/trunk-groups",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> GroupPage:
    if response.status_code == 200:
        response_200 = GroupPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    trunk_id: int | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    sort: TrunkGroupsListedSort | Unset = TrunkGroupsListedSort.ID,
) -> Response[GroupPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            limit=limit,
            cursor=cursor,
            trunk_id=trunk_id,
            name=name,
            sort=sort,
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
    trunk_id: int | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    sort: TrunkGroupsListedSort | Unset = TrunkGroupsListedSort.ID,
) -> GroupPage:
    """List trunk groups

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                limit=limit,
                cursor=cursor,
                trunk_id=trunk_id,
                name=name,
                sort=sort,
            )
        )
    )
