from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.cancel_in import CancelIn
from ...models.contact_decided import ContactDecided
from ...types import UNSET, Response, Unset


def _get_kwargs(
    contact_id: int,
    *,
    body: CancelIn | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/contacts/{contact_id}/cancel".format(
            contact_id=quote(str(contact_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> ContactDecided:
    if response.status_code == 200:
        response_200 = ContactDecided.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    contact_id: int,
    *,
    client: AuthenticatedClient,
    body: CancelIn | Unset = UNSET,
) -> Response[ContactDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            contact_id=contact_id,
            body=body,
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
    contact_id: int,
    *,
    client: AuthenticatedClient,
    body: CancelIn | Unset = UNSET,
) -> ContactDecided:
    """Call somebody no more: after the answer no call to them is sent

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                contact_id=contact_id,
                body=body,
            )
        )
    )
