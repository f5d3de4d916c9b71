from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.sound_details import SoundDetails
from ...types import Response


def _get_kwargs(
    sound_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/sounds/{sound_id}".format(
            sound_id=quote(str(sound_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> SoundDetails:
    if response.status_code == 200:
        response_200 = SoundDetails.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    sound_id: int,
    *,
    client: AuthenticatedClient,
) -> Response[SoundDetails]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            sound_id=sound_id,
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
    sound_id: int,
    *,
    client: AuthenticatedClient,
) -> SoundDetails:
    """Read what is known of an uploaded sound, and which PBXs have played it

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                sound_id=sound_id,
            )
        )
    )
