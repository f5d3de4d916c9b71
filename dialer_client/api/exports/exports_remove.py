from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...types import Response


def _get_kwargs(
    export_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/exports/{export_id}".format(
            export_id=quote(str(export_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> None:
    if response.status_code == 204:
        return None

    raise errors.Problem(response)


def sync_detailed(
    export_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[None]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            export_id=export_id,
        )
    )
    _parse_response(response)
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=None,
    )


def sync(
    export_id: int,
    *,
    client: AuthenticatedClient,
) -> None:
    """Forget an export with its file; one that is being made is ended

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                export_id=export_id,
            )
        )
    )
