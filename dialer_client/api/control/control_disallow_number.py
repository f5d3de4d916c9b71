from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.in_flight import InFlight
from ...types import Response


def _get_kwargs(
    phone_number: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/allow-list/numbers/{phone_number}".format(
            phone_number=quote(str(phone_number), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> InFlight:
    if response.status_code == 200:
        response_200 = InFlight.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    phone_number: str,
    *,
    client: AuthenticatedClient,
) -> Response[InFlight]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            phone_number=phone_number,
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
    phone_number: str,
    *,
    client: AuthenticatedClient,
) -> InFlight:
    """Take a number off the list

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                phone_number=phone_number,
            )
        )
    )
