"""The live stream."""

from typing import Any, Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.openapi import blueprint, problems
from api.schemas.campaigns import CampaignPath
from api.streams import KIND, respond

events: Final[APIBlueprint] = blueprint("events", "/v1/campaigns")

_STREAM: Final[dict[str, Any]] = {
    "description": "Events, as they come. `x-events` has the schemas of their data.",
    "content": {
        KIND: {
            "schema": {"type": "string"},
            "x-events": {
                "call": {"$ref": "#/components/schemas/CallOut"},
                "stats": {"$ref": "#/components/schemas/StatsOut"},
            },
        }
    },
}


@events.get("/<int:campaign_id>/events", responses={200: _STREAM, **problems(404, 422)})
def stream(path: CampaignPath) -> Response:
    """Follow a campaign live: its counts as they change, and each call that ends (server-sent events)

    `open` comes first, then `stats` and `call` events, and `end` with a `reason` where the API ends the stream, as when
    the token expires. `call` and `open` have ids: with the last one in Last-Event-ID a new request goes on from
    there, and no call is left out or told twice. `resumed` in `open` is false where that can't be done. A call whose
    end was corrected is told again.
    """
    return respond(path.campaign_id)
