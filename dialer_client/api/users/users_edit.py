from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.user_out import UserOut
from ...models.user_patch import UserPatch
from ...types import Response


def _get_kwargs(
    user_id: int,
    *,
    body: UserPatch,
    if_match: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/users/{user_id}".format(
            user_id=quote(str(user_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> UserOut:
    if response.status_code == 200:
        response_200 = UserOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    user_id: int,
    *,
    client: AuthenticatedClient,
    body: UserPatch,
    if_match: str,
) -> Response[UserOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            user_id=user_id,
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
    user_id: int,
    *,
    client: AuthenticatedClient,
    body: UserPatch,
    if_match: str,
) -> UserOut:
    """Give a user another role, or disable or enable them. One administrator must remain

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                user_id=user_id,
                body=body,
                if_match=if_match,
            )
        )
    )
