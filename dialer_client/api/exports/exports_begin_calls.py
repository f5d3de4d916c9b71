from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.call_export import CallExport
from ...models.export_out import ExportOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CallExport | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/exports/calls",
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> ExportOut:
    if response.status_code == 202:
        response_202 = ExportOut.from_dict(response.json())

        return response_202

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CallExport | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[ExportOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            body=body,
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
    body: CallExport | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> ExportOut:
    """Have a file of calls made, however many there are; fetch it when the state is `completed`

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            )
        )
    )
