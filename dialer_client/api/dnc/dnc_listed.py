from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.dnc_listed_sort import DncListedSort
from ...models.dnc_page import DncPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    phone_number: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    source: None | str | Unset = UNSET,
    sort: DncListedSort | Unset = DncListedSort.VALUE_0,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_phone_number: None | str | Unset
    if isinstance(phone_number, Unset):
        json_phone_number = UNSET
    else:
        json_phone_number = phone_number
    params["phone_number"] = json_phone_number

    json_campaign_id: int | None | Unset
    if isinstance(campaign_id, Unset):
        json_campaign_id = UNSET
    else:
        json_campaign_id = campaign_id
    params["campaign_id"] = json_campaign_id

    json_source: None | str | Unset
    if isinstance(source, Unset):
        json_source = UNSET
    else:
        json_source = source
    params["source"] = json_source

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/dnc",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> DncPage:
    if response.status_code == 200:
        response_200 = DncPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    phone_number: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    source: None | str | Unset = UNSET,
    sort: DncListedSort | Unset = DncListedSort.VALUE_0,
) -> Response[DncPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            limit=limit,
            cursor=cursor,
            phone_number=phone_number,
            campaign_id=campaign_id,
            source=source,
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
    phone_number: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    source: None | str | Unset = UNSET,
    sort: DncListedSort | Unset = DncListedSort.VALUE_0,
) -> DncPage:
    """List entries, the newest first

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                limit=limit,
                cursor=cursor,
                phone_number=phone_number,
                campaign_id=campaign_id,
                source=source,
                sort=sort,
            )
        )
    )
