import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.dnc_upload_out import DncUploadOut
from ...models.encoding import Encoding
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    body: File,
    encoding: Encoding | None | Unset = UNSET,
    sheet: None | str | Unset = UNSET,
    map_: list[str] | Unset = UNSET,
    name: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    source: str | Unset = "upload",
    reason: None | str | Unset = UNSET,
    expires_at: datetime.datetime | None | Unset = UNSET,
    default_region: None | str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    params: dict[str, Any] = {}

    json_encoding: None | str | Unset
    if isinstance(encoding, Unset):
        json_encoding = UNSET
    elif isinstance(encoding, Encoding):
        json_encoding = encoding.value
    else:
        json_encoding = encoding
    params["encoding"] = json_encoding

    json_sheet: None | str | Unset
    if isinstance(sheet, Unset):
        json_sheet = UNSET
    else:
        json_sheet = sheet
    params["sheet"] = json_sheet

    json_map_: list[str] | Unset = UNSET
    if not isinstance(map_, Unset):
        json_map_ = map_

    params["map"] = json_map_

    json_name: None | str | Unset
    if isinstance(name, Unset):
        json_name = UNSET
    else:
        json_name = name
    params["name"] = json_name

    json_campaign_id: int | None | Unset
    if isinstance(campaign_id, Unset):
        json_campaign_id = UNSET
    else:
        json_campaign_id = campaign_id
    params["campaign_id"] = json_campaign_id

    params["source"] = source

    json_reason: None | str | Unset
    if isinstance(reason, Unset):
        json_reason = UNSET
    else:
        json_reason = reason
    params["reason"] = json_reason

    json_expires_at: None | str | Unset
    if isinstance(expires_at, Unset):
        json_expires_at = UNSET
    elif isinstance(expires_at, datetime.datetime):
        json_expires_at = expires_at.isoformat()
    else:
        json_expires_at = expires_at
    params["expires_at"] = json_expires_at

    json_default_region: None | str | Unset
    if isinstance(default_region, Unset):
        json_default_region = UNSET
    else:
        json_default_region = default_region
    params["default_region"] = json_default_region

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/dnc/uploads",
        "params": params,
    }

    _kwargs["content"] = body.payload

    headers["Content-Type"] = "text/csv"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> DncUploadOut:
    if response.status_code == 201:
        response_201 = DncUploadOut.from_dict(response.json())

        return response_201

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: File,
    encoding: Encoding | None | Unset = UNSET,
    sheet: None | str | Unset = UNSET,
    map_: list[str] | Unset = UNSET,
    name: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    source: str | Unset = "upload",
    reason: None | str | Unset = UNSET,
    expires_at: datetime.datetime | None | Unset = UNSET,
    default_region: None | str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[DncUploadOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            body=body,
            encoding=encoding,
            sheet=sheet,
            map_=map_,
            name=name,
            campaign_id=campaign_id,
            source=source,
            reason=reason,
            expires_at=expires_at,
            default_region=default_region,
            idempotency_key=idempotency_key,
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
    body: File,
    encoding: Encoding | None | Unset = UNSET,
    sheet: None | str | Unset = UNSET,
    map_: list[str] | Unset = UNSET,
    name: None | str | Unset = UNSET,
    campaign_id: int | None | Unset = UNSET,
    source: str | Unset = "upload",
    reason: None | str | Unset = UNSET,
    expires_at: datetime.datetime | None | Unset = UNSET,
    default_region: None | str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> DncUploadOut:
    """Forbid the numbers of a CSV file or an Excel workbook: the body, or the part `file` of a form

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                body=body,
                encoding=encoding,
                sheet=sheet,
                map_=map_,
                name=name,
                campaign_id=campaign_id,
                source=source,
                reason=reason,
                expires_at=expires_at,
                default_region=default_region,
                idempotency_key=idempotency_key,
            )
        )
    )
