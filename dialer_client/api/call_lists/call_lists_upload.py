from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.call_list_out import CallListOut
from ...models.encoding import Encoding
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    campaign_id: int,
    *,
    body: File,
    encoding: Encoding | None | Unset = UNSET,
    sheet: None | str | Unset = UNSET,
    map_: list[str] | Unset = UNSET,
    default_region: None | str | Unset = UNSET,
    name: None | str | Unset = UNSET,
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

    json_default_region: None | str | Unset
    if isinstance(default_region, Unset):
        json_default_region = UNSET
    else:
        json_default_region = default_region
    params["default_region"] = json_default_region

    json_name: None | str | Unset
    if isinstance(name, Unset):
        json_name = UNSET
    else:
        json_name = name
    params["name"] = json_name

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/campaigns/{campaign_id}/call-lists".format(
            campaign_id=quote(str(campaign_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["content"] = body.payload

    headers["Content-Type"] = "text/csv"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> CallListOut:
    if response.status_code == 202:
        response_202 = CallListOut.from_dict(response.json())

        return response_202

    raise errors.Problem(response)


def sync_detailed(
    campaign_id: int,
    *,
    client: AuthenticatedClient,
    body: File,
    encoding: Encoding | None | Unset = UNSET,
    sheet: None | str | Unset = UNSET,
    map_: list[str] | Unset = UNSET,
    default_region: None | str | Unset = UNSET,
    name: None | str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[CallListOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            campaign_id=campaign_id,
            body=body,
            encoding=encoding,
            sheet=sheet,
            map_=map_,
            default_region=default_region,
            name=name,
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
    campaign_id: int,
    *,
    client: AuthenticatedClient,
    body: File,
    encoding: Encoding | None | Unset = UNSET,
    sheet: None | str | Unset = UNSET,
    map_: list[str] | Unset = UNSET,
    default_region: None | str | Unset = UNSET,
    name: None | str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> CallListOut:
    """Upload a call list: a CSV file or an Excel workbook as the body, or as the part `file` of a form

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                campaign_id=campaign_id,
                body=body,
                encoding=encoding,
                sheet=sheet,
                map_=map_,
                default_region=default_region,
                name=name,
                idempotency_key=idempotency_key,
            )
        )
    )
