from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.dnc_upload_page import DncUploadPage
from ...models.dnc_upload_state import DncUploadState
from ...models.dnc_uploads_listed_sort import DncUploadsListedSort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: DncUploadState | None | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    sort: DncUploadsListedSort | Unset = DncUploadsListedSort.VALUE_0,
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
    elif isinstance(state, DncUploadState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_campaign_id: int | None | Unset
    if isinstance(campaign_id, Unset):
        json_campaign_id = UNSET
    else:
        json_campaign_id = campaign_id
    params["campaign_id"] = json_campaign_id

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/dnc/uploads",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> DncUploadPage:
    if response.status_code == 200:
        response_200 = DncUploadPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: DncUploadState | None | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    sort: DncUploadsListedSort | Unset = DncUploadsListedSort.VALUE_0,
) -> Response[DncUploadPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            limit=limit,
            cursor=cursor,
            state=state,
            campaign_id=campaign_id,
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
    state: DncUploadState | None | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    sort: DncUploadsListedSort | Unset = DncUploadsListedSort.VALUE_0,
) -> DncUploadPage:
    """List uploads, the newest first

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
                campaign_id=campaign_id,
                sort=sort,
            )
        )
    )
