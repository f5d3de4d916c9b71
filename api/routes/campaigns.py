"""Campaigns."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, identity, moment
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.campaigns import (
    CampaignDecided,
    CampaignIn,
    CampaignOut,
    CampaignPage,
    CampaignPatch,
    CampaignPath,
    CampaignQuery,
    CloneIn,
    ResultsOut,
    ResultsQuery,
    StatsOut,
)
from api.schemas.explaining import CampaignExplanationOut
from api.schemas.forecasting import ForecastIn, ForecastOut
from dialer.db.campaigns import CampaignRecord
from dialer.domain.campaigns import CampaignCommand

campaigns: Final[APIBlueprint] = blueprint("campaigns", "/v1/campaigns")
_COMMANDED: Final = {200: CampaignDecided, **problems(404, 409)}


@campaigns.post("", responses={201: CampaignOut, **problems(400, 409, 415, 422)})
def create(body: CampaignIn) -> Response:
    """Create a campaign, as a draft"""
    return _created(dialer().campaigns.create(body.new(), identity().username, within=keep(_created)))


@campaigns.get("", responses={200: CampaignPage, **problems(422)})
def listed(query: CampaignQuery) -> Response:
    """List campaigns, the newest first"""
    return answer(CampaignPage.model_validate(dialer().campaigns.listed(query.page(), query.wanted())))


@campaigns.get("/<int:campaign_id>", responses={200: CampaignOut, **problems(404)})
def get(path: CampaignPath) -> Response:
    """Read a campaign"""
    campaign = dialer().campaigns.get(path.campaign_id)
    return answer(CampaignOut.model_validate(campaign), revision=campaign.revision)


@campaigns.post("/<int:campaign_id>/clone", responses={201: CampaignOut, **problems(400, 404, 409, 415, 422)})
def clone(path: CampaignPath, body: CloneIn) -> Response:
    """Make a draft with the settings of this campaign. No contacts come with it"""
    made = dialer().campaigns.clone(path.campaign_id, body.name, identity().username, within=keep(_created))
    return _created(made)


@campaigns.patch("/<int:campaign_id>", responses={200: CampaignDecided, **problems(400, 404, 409, 412, 415, 422, 428)})
def edit(path: CampaignPath, body: CampaignPatch) -> Response:
    """Edit a campaign, also while it runs

    Every call that is dialed after the answer goes by the new values.
    """
    decided = dialer().campaigns.edit(path.campaign_id, body.changes(), of=revisions())
    return answer(CampaignDecided.of(decided), revision=decided.value.revision)


@campaigns.post("/<int:campaign_id>/start", responses=_COMMANDED)
def start(path: CampaignPath) -> Response:
    """Start a campaign; one that was completed takes up contacts added since

    Its PBX is asked first whether it can play all sounds of the answer action; one that can't be asked refuses
    nothing.
    """
    dialer().sound_checks.require(path.campaign_id)
    return _command(path, CampaignCommand.START)


@campaigns.post("/<int:campaign_id>/pause", responses=_COMMANDED)
def pause(path: CampaignPath) -> Response:
    """Pause a campaign: after the answer nobody is dialed. Calls in flight go on"""
    return _command(path, CampaignCommand.PAUSE)


@campaigns.post("/<int:campaign_id>/resume", responses=_COMMANDED)
def resume(path: CampaignPath) -> Response:
    """Resume a paused campaign"""
    return _command(path, CampaignCommand.RESUME)


@campaigns.post("/<int:campaign_id>/cancel", responses=_COMMANDED)
def cancel(path: CampaignPath) -> Response:
    """Cancel a campaign, for good

    Queued calls are taken back, calls in flight go on. Contacts that were not reached stay as they are and are
    never dialed.
    """
    return _command(path, CampaignCommand.CANCEL)


@campaigns.get("/<int:campaign_id>/stats", responses={200: StatsOut, **problems(404)})
def stats(path: CampaignPath) -> Response:
    """Live counts of a campaign"""
    return moment(StatsOut.model_validate(dialer().stats.campaign(path.campaign_id)))


@campaigns.get("/<int:campaign_id>/results", responses={200: ResultsOut, **problems(404, 422)})
def results(path: CampaignPath, query: ResultsQuery) -> Response:
    """What calls have come to, by call list, by hour, by attempt or by caller id

    The groups add up to `total`, which has the figures of the stats.
    """
    return moment(ResultsOut.model_validate(dialer().results.campaign(path.campaign_id, query.by)))


def _created(campaign: CampaignRecord) -> Response:
    shown = CampaignOut.model_validate(campaign)
    return created(shown, "campaigns.get", revision=campaign.revision, campaign_id=campaign.id)


@campaigns.get("/<int:campaign_id>/explain", responses={200: CampaignExplanationOut, **problems(404)})
def explain(path: CampaignPath) -> Response:
    """Why are these contacts not being dialed? All of them, by reason, and when each group opens"""
    return moment(CampaignExplanationOut.model_validate(dialer().explaining.campaign(path.campaign_id)))


@campaigns.post("/<int:campaign_id>/forecast", responses={200: ForecastOut, **problems(400, 404, 409, 415, 422)})
def forecast(path: CampaignPath, body: ForecastIn) -> Response:
    """When will it end? Hour by hour, and what limits it

    Nothing is changed, and nobody is called: dispatch, gate and pace run on a fast clock over the contacts there are.
    """
    return answer(ForecastOut.of(dialer().forecasting.campaign(path.campaign_id, body.wanted())))


def _command(path: CampaignPath, command: CampaignCommand) -> Response:
    return answer(CampaignDecided.of(dialer().campaigns.command(path.campaign_id, command)))
