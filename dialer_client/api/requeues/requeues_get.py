from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.requeue_out import RequeueOut
from ...types import Response


def _get_kwargs(
    requeue_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/requeues/{requeue_id}".format(
            requeue_id=quote(str(requeue_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> RequeueOut:
    if response.status_code == 200:
        response_200 = RequeueOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    requeue_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[RequeueOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            requeue_id=requeue_id,
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
    requeue_id: int,
    *,
    client: AuthenticatedClient,
) -> RequeueOut:
    """Read a requeue: how many contacts are due again, and how many were left out and why

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                requeue_id=requeue_id,
            )
        )
    )
