from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.contact_page import ContactPage
from ...models.contact_state import ContactState
from ...models.contacts_listed_sort import ContactsListedSort
from ...models.disposition import Disposition
from ...models.final_reason import FinalReason
from ...types import UNSET, Response, Unset


def _get_kwargs(
    campaign_id: int,
    *,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: ContactState | None | Unset = UNSET,
    phone_number: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    call_list_id: int | None | Unset = UNSET,
    final_reason: FinalReason | None | Unset = UNSET,
    last_disposition: Disposition | None | Unset = UNSET,
    sort: ContactsListedSort | Unset = ContactsListedSort.ID,
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
    elif isinstance(state, ContactState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_phone_number: None | str | Unset
    if isinstance(phone_number, Unset):
        json_phone_number = UNSET
    else:
        json_phone_number = phone_number
    params["phone_number"] = json_phone_number

    json_external_id: None | str | Unset
    if isinstance(external_id, Unset):
        json_external_id = UNSET
    else:
        json_external_id = external_id
    params["external_id"] = json_external_id

    json_call_list_id: int | None | Unset
    if isinstance(call_list_id, Unset):
        json_call_list_id = UNSET
    else:
        json_call_list_id = call_list_id
    params["call_list_id"] = json_call_list_id

    json_final_reason: None | str | Unset
    if isinstance(final_reason, Unset):
        json_final_reason = UNSET
    elif isinstance(final_reason, FinalReason):
        json_final_reason = final_reason.value
    else:
        json_final_reason = final_reason
    params["final_reason"] = json_final_reason

    json_last_disposition: None | str | Unset
    if isinstance(last_disposition, Unset):
        json_last_disposition = UNSET
    elif isinstance(last_disposition, Disposition):
        json_last_disposition = last_disposition.value
    else:
        json_last_disposition = last_disposition
    params["last_disposition"] = json_last_disposition

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/campaigns/{campaign_id}/contacts".format(
            campaign_id=quote(str(campaign_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> ContactPage:
    if response.status_code == 200:
        response_200 = ContactPage.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    campaign_id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: None | str | Unset = UNSET,
    state: ContactState | None | Unset = UNSET,
    phone_number: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    call_list_id: int | None | Unset = UNSET,
    final_reason: FinalReason | None | Unset = UNSET,
    last_disposition: Disposition | None | Unset = UNSET,
    sort: ContactsListedSort | Unset = ContactsListedSort.ID,
) -> Response[ContactPage]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            campaign_id=campaign_id,
            limit=limit,
            cursor=cursor,
            state=state,
            phone_number=phone_number,
            external_id=external_id,
            call_list_id=call_list_id,
            final_reason=final_reason,
            last_disposition=last_disposition,
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
    state: ContactState | None | Unset = UNSET,
    phone_number: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    call_list_id: int | None | Unset = UNSET,
    final_reason: FinalReason | None | Unset = UNSET,
    last_disposition: Disposition | None | Unset = UNSET,
    sort: ContactsListedSort | Unset = ContactsListedSort.ID,
) -> ContactPage:
    """List a campaign's contacts, the oldest first

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
                phone_number=phone_number,
                external_id=external_id,
                call_list_id=call_list_id,
                final_reason=final_reason,
                last_disposition=last_disposition,
                sort=sort,
            )
        )
    )
