from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.password_in import PasswordIn
from ...types import Response


def _get_kwargs(
    user_id: int,
    *,
    body: PasswordIn,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/users/{user_id}/password".format(
            user_id=quote(str(user_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> None:
    if response.status_code == 204:
        return None

    raise errors.Problem(response)


def sync_detailed(
    user_id: int,
    *,
    client: AuthenticatedClient,
    body: PasswordIn,
) -> Response[None]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            user_id=user_id,
            body=body,
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
    user_id: int,
    *,
    client: AuthenticatedClient,
    body: PasswordIn,
) -> None:
    """Give a user a new password; they are logged out everywhere

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                user_id=user_id,
                body=body,
            )
        )
    )
