"""Test calls of campaigns."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import created, dialer
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.calls import CallDetailsOut
from api.schemas.campaigns import CampaignPath
from api.schemas.trial_calls import TrialIn
from dialer.services.calls import CallDetails

trial_calls: Final[APIBlueprint] = blueprint("trial_calls", "/v1/campaigns")


@trial_calls.post("/<int:campaign_id>/test-call", responses={201: CallDetailsOut, **problems(400, 404, 415, 422)})
def create(path: CampaignPath, body: TrialIn) -> Response:
    """Call somebody, as this campaign would

    With the campaign's trunk, caller id, ring timeout and answer action, in any state of the campaign, and outside its
    contacts and counts. A number that must not be dialed now is refused (`gate_refused`).
    """
    call = dialer().trial_calls.create(path.campaign_id, body.phone_number, body.variables, within=keep(_created))
    return _created(call)


def _created(details: CallDetails) -> Response:
    return created(CallDetailsOut.of(details), "calls.get", call_id=details.call.id)
