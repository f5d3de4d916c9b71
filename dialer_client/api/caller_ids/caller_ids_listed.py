from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.caller_id_page import CallerIdPage
from ...models.caller_ids_listed_sort import CallerIdsListedSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    trunk_id: int,
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    enabled: bool | None | Unset = UNSET,
    sort: CallerIdsListedSort | Unset = CallerIdsListedSort.ID,
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

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/trunks/{trunk_id}/caller-ids".format(
            trunk_id=quote(str(trunk_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> CallerIdPage:
    if response.status_code == 200:
        response_200 = CallerIdPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    trunk_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    enabled: bool | None | Unset = UNSET,
    sort: CallerIdsListedSort | Unset = CallerIdsListedSort.ID,
) -> Response[CallerIdPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            trunk_id=trunk_id,
            limit=limit,
            cursor=cursor,
            enabled=enabled,
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
    trunk_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    enabled: bool | None | Unset = UNSET,
    sort: CallerIdsListedSort | Unset = CallerIdsListedSort.ID,
) -> CallerIdPage:
    """List a trunk's caller ids

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                trunk_id=trunk_id,
                limit=limit,
                cursor=cursor,
                enabled=enabled,
                sort=sort,
            )
        )
    )
