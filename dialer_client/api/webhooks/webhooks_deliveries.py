from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.delivery_page import DeliveryPage
from ...models.event import Event
from ...models.webhooks_deliveries_sort import WebhooksDeliveriesSort
from ...models.webhooks_deliveries_state_type_0 import WebhooksDeliveriesStateType0
from ...types import UNSET, Response, Unset


def _get_kwargs(
    webhook_id: int,
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: None | Unset | WebhooksDeliveriesStateType0 = UNSET,
    event: Event | None | Unset = UNSET,
    sort: WebhooksDeliveriesSort | Unset = WebhooksDeliveriesSort.VALUE_0,
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
    elif isinstance(state, WebhooksDeliveriesStateType0):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_event: None | str | Unset
    if isinstance(event, Unset):
        json_event = UNSET
    elif isinstance(event, Event):
        json_event = event.value
    else:
        json_event = event
    params["event"] = json_event

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhooks/{webhook_id}/deliveries".format(
            webhook_id=quote(str(webhook_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> DeliveryPage:
    if response.status_code == 200:
        response_200 = DeliveryPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    webhook_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: None | Unset | WebhooksDeliveriesStateType0 = UNSET,
    event: Event | None | Unset = UNSET,
    sort: WebhooksDeliveriesSort | Unset = WebhooksDeliveriesSort.VALUE_0,
) -> Response[DeliveryPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            webhook_id=webhook_id,
            limit=limit,
            cursor=cursor,
            state=state,
            event=event,
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
    webhook_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: None | Unset | WebhooksDeliveriesStateType0 = UNSET,
    event: Event | None | Unset = UNSET,
    sort: WebhooksDeliveriesSort | Unset = WebhooksDeliveriesSort.VALUE_0,
) -> DeliveryPage:
    """List what this address was told and how that went, the newest first

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                webhook_id=webhook_id,
                limit=limit,
                cursor=cursor,
                state=state,
                event=event,
                sort=sort,
            )
        )
    )
