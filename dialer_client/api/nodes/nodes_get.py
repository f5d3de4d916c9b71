from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.node_out import NodeOut
from ...types import Response


def _get_kwargs(
    node_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/nodes/{node_id}".format(
            node_id=quote(str(node_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> NodeOut:
    if response.status_code == 200:
        response_200 = NodeOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    node_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[NodeOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            node_id=node_id,
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
) -> NodeOut:
    """Read a node, with its listener's lease and last echo

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                node_id=node_id,
            )
        )
    )
