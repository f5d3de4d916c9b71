from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.contact_decided import ContactDecided
from ...models.contact_put import ContactPut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    campaign_id: int,
    external_id: str,
    *,
    body: ContactPut,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/campaigns/{campaign_id}/contacts/by-external-id/{external_id}".format(
            campaign_id=quote(str(campaign_id), safe=""),
            external_id=quote(str(external_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(response: httpx.Response) -> ContactDecided:
    if response.status_code == 200:
        response_200 = ContactDecided.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = ContactDecided.from_dict(response.json())

        return response_201

    raise errors.Problem(response)


def sync_detailed(
    campaign_id: int,
    external_id: str,
    *,
    client: AuthenticatedClient,
    body: ContactPut,
    if_match: str | Unset = UNSET,
) -> Response[ContactDecided]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            campaign_id=campaign_id,
            external_id=external_id,
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
    campaign_id: int,
    external_id: str,
    *,
    client: AuthenticatedClient,
    body: ContactPut,
    if_match: str | Unset = UNSET,
) -> ContactDecided:
    """Add the contact with your id, or make the one that has it what you give

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                campaign_id=campaign_id,
                external_id=external_id,
                body=body,
                if_match=if_match,
            )
        )
    )
