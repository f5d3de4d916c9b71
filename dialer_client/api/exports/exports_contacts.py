import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.contact_state import ContactState
from ...models.disposition import Disposition
from ...models.export_format import ExportFormat
from ...models.final_reason import FinalReason
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    format_: ExportFormat | Unset = UNSET,
    time_zone: str | Unset = "UTC",
    campaign_id: int,
    call_list_id: int | None | Unset = UNSET,
    state: ContactState | None | Unset = UNSET,
    final_reason: FinalReason | None | Unset = UNSET,
    disposition: Disposition | None | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_.value

    params["format"] = json_format_

    params["time_zone"] = time_zone

    params["campaign_id"] = campaign_id

    json_call_list_id: int | None | Unset
    if isinstance(call_list_id, Unset):
        json_call_list_id = UNSET
    else:
        json_call_list_id = call_list_id
    params["call_list_id"] = json_call_list_id

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, ContactState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_final_reason: None | str | Unset
    if isinstance(final_reason, Unset):
        json_final_reason = UNSET
    elif isinstance(final_reason, FinalReason):
        json_final_reason = final_reason.value
    else:
        json_final_reason = final_reason
    params["final_reason"] = json_final_reason

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

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/exports/contacts",
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> File:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    format_: ExportFormat | Unset = UNSET,
    time_zone: str | Unset = "UTC",
    campaign_id: int,
    call_list_id: int | None | Unset = UNSET,
    state: ContactState | None | Unset = UNSET,
    final_reason: FinalReason | None | Unset = UNSET,
    disposition: Disposition | None | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
) -> Response[File]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            format_=format_,
            time_zone=time_zone,
            campaign_id=campaign_id,
            call_list_id=call_list_id,
            state=state,
            final_reason=final_reason,
            disposition=disposition,
            created_from=created_from,
            created_before=created_before,
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
    format_: ExportFormat | Unset = UNSET,
    time_zone: str | Unset = "UTC",
    campaign_id: int,
    call_list_id: int | None | Unset = UNSET,
    state: ContactState | None | Unset = UNSET,
    final_reason: FinalReason | None | Unset = UNSET,
    disposition: Disposition | None | Unset = UNSET,
    created_from: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
) -> File:
    """Download contacts, with their data, as CSV, an Excel workbook or NDJSON

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                format_=format_,
                time_zone=time_zone,
                campaign_id=campaign_id,
                call_list_id=call_list_id,
                state=state,
                final_reason=final_reason,
                disposition=disposition,
                created_from=created_from,
                created_before=created_before,
            )
        )
    )
