from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.allowed_page import AllowedPage
from ...models.control_allowed_numbers_sort import ControlAllowedNumbersSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    added_by: None | str | Unset = UNSET,
    sort: ControlAllowedNumbersSort | Unset = ControlAllowedNumbersSort.PHONE_NUMBER,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_added_by: None | str | Unset
    if isinstance(added_by, Unset):
        json_added_by = UNSET
    else:
        json_added_by = added_by
    params["added_by"] = json_added_by

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/allow-list/numbers",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> AllowedPage:
    if response.status_code == 200:
        response_200 = AllowedPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    added_by: None | str | Unset = UNSET,
    sort: ControlAllowedNumbersSort | Unset = ControlAllowedNumbersSort.PHONE_NUMBER,
) -> Response[AllowedPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            limit=limit,
            cursor=cursor,
            added_by=added_by,
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
    added_by: None | str | Unset = UNSET,
    sort: ControlAllowedNumbersSort | Unset = ControlAllowedNumbersSort.PHONE_NUMBER,
) -> AllowedPage:
    """List the numbers that may be dialed, by number

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                limit=limit,
                cursor=cursor,
                added_by=added_by,
                sort=sort,
            )
        )
    )
