from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient
from ...models.by import By
from ...models.results_out import ResultsOut
from ...types import UNSET, Response


def _get_kwargs(
    campaign_id: int,
    *,
    by: By,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_by = by.value
    params["by"] = json_by

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/campaigns/{campaign_id}/results".format(
            campaign_id=quote(str(campaign_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(response: httpx.Response) -> ResultsOut:
    if response.status_code == 200:
        response_200 = ResultsOut.from_dict(response.json())

        return response_200

    raise errors.Problem(response)


def sync_detailed(
    campaign_id: int,
    *,
    client: AuthenticatedClient,
    by: By,
) -> Response[ResultsOut]:
    """As `sync`, with the answer's status and headers."""
    response = client.get_httpx_client().request(
        **_get_kwargs(
            campaign_id=campaign_id,
            by=by,
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
    *,
    client: AuthenticatedClient,
    by: By,
) -> ResultsOut:
    """What calls have come to, by call list, by hour, by attempt or by caller id

    Raises:
        errors.Problem: any answer but a success.
        httpx.TransportError: no answer.
    """
    return _parse_response(
        client.get_httpx_client().request(
            **_get_kwargs(
                campaign_id=campaign_id,
                by=by,
            )
        )
    )
