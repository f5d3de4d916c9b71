from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.callback_in import CallbackIn
from ...models.callback_out import CallbackOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    contact_id: int,
    *,
    body: CallbackIn,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/contacts/{contact_id}/callback".format(
            contact_id=quote(str(contact_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> CallbackOut:
    if response.status_code == 201:
        response_201 = CallbackOut.from_dict(response.json())

        return response_201

    raise errors.Problem(response)


def sync_detailed(
    contact_id: int,
    *,
    client: AuthenticatedClient,
    body: CallbackIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[CallbackOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            contact_id=contact_id,
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
    contact_id: int,
    *,
    client: AuthenticatedClient,
    body: CallbackIn,
    idempotency_key: str | Unset = UNSET,
) -> CallbackOut:
    """Call a person at the time that they asked for, also if all attempts are used up

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                contact_id=contact_id,
                body=body,
                idempotency_key=idempotency_key,
            )
        )
    )
