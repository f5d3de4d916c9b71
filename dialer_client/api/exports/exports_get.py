from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.export_out import ExportOut
from ...types import Response


def _get_kwargs(
    export_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/exports/{export_id}".format(
            export_id=quote(str(export_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> ExportOut:
    if response.status_code == 200:
        response_200 = ExportOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    export_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[ExportOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            export_id=export_id,
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
    export_id: int,
    *,
    client: AuthenticatedClient,
) -> ExportOut:
    """Read an export and how far it is

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                export_id=export_id,
            )
        )
    )
