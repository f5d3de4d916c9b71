from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.node_decided import NodeDecided
from ...models.node_patch import NodePatch
from ...types import Response


def _get_kwargs(
    node_id: int,
    *,
    body: NodePatch,
    if_match: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/nodes/{node_id}".format(
            node_id=quote(str(node_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> NodeDecided:
    if response.status_code == 200:
        response_200 = NodeDecided.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    node_id: int,
    *,
    client: AuthenticatedClient,
    body: NodePatch,
    if_match: str,
) -> Response[NodeDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            node_id=node_id,
            body=body,
            if_match=if_match,
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
    node_id: int,
    *,
    client: AuthenticatedClient,
    body: NodePatch,
    if_match: str,
) -> NodeDecided:
    """Edit a node

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                node_id=node_id,
                body=body,
                if_match=if_match,
            )
        )
    )
