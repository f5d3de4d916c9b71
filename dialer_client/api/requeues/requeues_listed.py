from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.requeue_page import RequeuePage
from ...models.requeue_state import RequeueState
from ...models.requeues_listed_sort import RequeuesListedSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    campaign_id: int,
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: None | RequeueState | Unset = UNSET,
    call_list_id: int | None | Unset = UNSET,
    sort: RequeuesListedSort | Unset = RequeuesListedSort.VALUE_0,
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
    elif isinstance(state, RequeueState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_call_list_id: int | None | Unset
    if isinstance(call_list_id, Unset):
        json_call_list_id = UNSET
    else:
        json_call_list_id = call_list_id
    params["call_list_id"] = json_call_list_id

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/campaigns/{campaign_id}/requeues".format(
            campaign_id=quote(str(campaign_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> RequeuePage:
    if response.status_code == 200:
        response_200 = RequeuePage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    campaign_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: None | RequeueState | Unset = UNSET,
    call_list_id: int | None | Unset = UNSET,
    sort: RequeuesListedSort | Unset = RequeuesListedSort.VALUE_0,
) -> Response[RequeuePage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            campaign_id=campaign_id,
            limit=limit,
            cursor=cursor,
            state=state,
            call_list_id=call_list_id,
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
    campaign_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: None | RequeueState | Unset = UNSET,
    call_list_id: int | None | Unset = UNSET,
    sort: RequeuesListedSort | Unset = RequeuesListedSort.VALUE_0,
) -> RequeuePage:
    """List a campaign's requeues, the newest first

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                campaign_id=campaign_id,
                limit=limit,
                cursor=cursor,
                state=state,
                call_list_id=call_list_id,
                sort=sort,
            )
        )
    )
