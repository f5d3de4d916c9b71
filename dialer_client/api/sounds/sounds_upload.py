from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.sound_out import SoundOut
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    body: File,
    name: str,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    params: dict[str, Any] = {}

    params["name"] = name

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/sounds",
        "params": params,
    }

    _kwargs["content"] = body.payload

    headers["Content-Type"] = "audio/wav"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> SoundOut:
    if response.status_code == 201:
        response_201 = SoundOut.from_dict(response.json())

        return response_201

    raise errors.Problem(response)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: File,
    name: str,
    idempotency_key: str | Unset = UNSET,
) -> Response[SoundOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            body=body,
            name=name,
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
    body: File,
    name: str,
    idempotency_key: str | Unset = UNSET,
) -> SoundOut:
    """Upload a recording: WAV, FLAC, Ogg, MP3, M4A, AIFF or AU, as the body or as the part `file` of a form

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                body=body,
                name=name,
                idempotency_key=idempotency_key,
            )
        )
    )
