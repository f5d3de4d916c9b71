from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.explanation_out import ExplanationOut
from ...types import Response


def _get_kwargs(
    contact_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/contacts/{contact_id}/explain".format(
            contact_id=quote(str(contact_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> ExplanationOut:
    if response.status_code == 200:
        response_200 = ExplanationOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    contact_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[ExplanationOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            contact_id=contact_id,
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
) -> ExplanationOut:
    """Why is this contact not being dialed? The gate's own answer, on the facts of this moment

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                contact_id=contact_id,
            )
        )
    )
