import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.call_state import CallState
from ...models.disposition import Disposition
from ...models.number_history_out import NumberHistoryOut
from ...models.numbers_history_sort import NumbersHistorySort
from ...types import UNSET, Response, Unset


def _get_kwargs(
    phone_number: str,
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    state: CallState | None | Unset = UNSET,
    disposition: Disposition | None | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: NumbersHistorySort | Unset = NumbersHistorySort.VALUE_0,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_campaign_id: int | None | Unset
    if isinstance(campaign_id, Unset):
        json_campaign_id = UNSET
    else:
        json_campaign_id = campaign_id
    params["campaign_id"] = json_campaign_id

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, CallState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_disposition: None | str | Unset
    if isinstance(disposition, Unset):
        json_disposition = UNSET
    elif isinstance(disposition, Disposition):
        json_disposition = disposition.value
    else:
        json_disposition = disposition
    params["disposition"] = json_disposition

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
        "url": "/v1/numbers/{phone_number}/history".format(
            phone_number=quote(str(phone_number), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> NumberHistoryOut:
    if response.status_code == 200:
        response_200 = NumberHistoryOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    phone_number: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    state: CallState | None | Unset = UNSET,
    disposition: Disposition | None | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: NumbersHistorySort | Unset = NumbersHistorySort.VALUE_0,
) -> Response[NumberHistoryOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            phone_number=phone_number,
            limit=limit,
            cursor=cursor,
            campaign_id=campaign_id,
            state=state,
            disposition=disposition,
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
    phone_number: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    state: CallState | None | Unset = UNSET,
    disposition: Disposition | None | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: NumbersHistorySort | Unset = NumbersHistorySort.VALUE_0,
) -> NumberHistoryOut:
    """Why was this number called? Its calls by all campaigns, with what the gate decided, and its DNC entries

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                phone_number=phone_number,
                limit=limit,
                cursor=cursor,
                campaign_id=campaign_id,
                state=state,
                disposition=disposition,
                created_from=created_from,
                created_before=created_before,
                sort=sort,
            )
        )
    )
