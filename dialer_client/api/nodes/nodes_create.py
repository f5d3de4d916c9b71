from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.node_in import NodeIn
from ...models.node_out import NodeOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: NodeIn,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/nodes",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> NodeOut:
    if response.status_code == 201:
        response_201 = NodeOut.from_dict(response.json())

        return response_201

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: NodeIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[NodeOut]:
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
    body: NodeIn,
    idempotency_key: str | Unset = UNSET,
) -> NodeOut:
    """Add a node. Its ARI password is in the settings, never here

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
