import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.campaign_page import CampaignPage
from ...models.campaign_state import CampaignState
from ...models.campaigns_listed_sort import CampaignsListedSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: CampaignState | None | Unset = UNSET,
    trunk_id: int | None | Unset = UNSET,
    trunk_group_id: int | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: CampaignsListedSort | Unset = CampaignsListedSort.VALUE_0,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, CampaignState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_trunk_id: int | None | Unset
    if isinstance(trunk_id, Unset):
        json_trunk_id = UNSET
    else:
        json_trunk_id = trunk_id
    params["trunk_id"] = json_trunk_id

    json_trunk_group_id: int | None | Unset
    if isinstance(trunk_group_id, Unset):
        json_trunk_group_id = UNSET
    else:
        json_trunk_group_id = trunk_group_id
    params["trunk_group_id"] = json_trunk_group_id

    json_name: None | str | Unset
    if isinstance(name, Unset):
        json_name = UNSET
    else:
        json_name = name
    params["name"] = json_name

    json_created_from: None | str | Unset
    if isinstance(created_from, Unset):
        json_created_from = UNSET
    elif isinstance(created_from, datetime.datetime):
        json_created_from = created_from.isoformat()
    else:
        json_created_from = created_from
    params["created_from"] = json_created_from

    json_created_before: None | str | Unset
    if isinstance(created_before, Unset):
        json_created_before = UNSET
    elif isinstance(created_before, datetime.datetime):
        json_created_before = created_before.isoformat()
    else:
        json_created_before = created_before
    params["created_before"] = json_created_before

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/campaigns",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> CampaignPage:
    if response.status_code == 200:
        response_200 = CampaignPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: CampaignState | None | Unset = UNSET,
    trunk_id: int | None | Unset = UNSET,
    trunk_group_id: int | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: CampaignsListedSort | Unset = CampaignsListedSort.VALUE_0,
) -> Response[CampaignPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            limit=limit,
            cursor=cursor,
            state=state,
            trunk_id=trunk_id,
            trunk_group_id=trunk_group_id,
            name=name,
            created_from=created_from,
            created_before=created_before,
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
    state: CampaignState | None | Unset = UNSET,
    trunk_id: int | None | Unset = UNSET,
    trunk_group_id: int | None | Unset = UNSET,
    name: None | str | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: CampaignsListedSort | Unset = CampaignsListedSort.VALUE_0,
) -> CampaignPage:
    """List campaigns, the newest first

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                limit=limit,
                cursor=cursor,
                state=state,
                trunk_id=trunk_id,
                trunk_group_id=trunk_group_id,
                name=name,
                created_from=created_from,
                created_before=created_before,
                sort=sort,
            )
        )
    )
