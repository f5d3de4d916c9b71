"""Contacts made due again, by how their last call ended."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, created, dialer, identity
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.campaigns import CampaignPath
from api.schemas.requeues import RequeueIn, RequeueOut, RequeuePage, RequeuePath, RequeueQuery
from dialer.db.requeueing import RequeueRecord

requeues: Final[APIBlueprint] = blueprint("requeues", "/v1")


@requeues.post(
    "/campaigns/<int:campaign_id>/requeues", responses={202: RequeueOut, **problems(400, 404, 409, 415, 422)}
)
def create(path: CampaignPath, body: RequeueIn) -> Response:
    """Call people again who are done with, by how their last call ended

    Done in the background, a thousand contacts at a time. Whoever is on a do-not-call list, has opted out or was
    cancelled is left out. Caps per number and calling hours hold. A campaign that isn't running has to be started.
    """
    made = dialer().requeueing.begin(path.campaign_id, body.new(), identity().username, within=keep(_begun))
    return _begun(made)


@requeues.get("/campaigns/<int:campaign_id>/requeues", responses={200: RequeuePage, **problems(404, 422)})
def listed(path: CampaignPath, query: RequeueQuery) -> Response:
    """List a campaign's requeues, the newest first"""
    return answer(
        RequeuePage.model_validate(dialer().requeueing.listed(path.campaign_id, query.page(), **query.filter()))
    )


@requeues.get("/requeues/<int:requeue_id>", responses={200: RequeueOut, **problems(404)})
def get(path: RequeuePath) -> Response:
    """Read a requeue: how many contacts are due again, and how many were left out and why"""
    return answer(RequeueOut.model_validate(dialer().requeueing.get(path.requeue_id)))


def _begun(requeue: RequeueRecord) -> Response:
    return created(RequeueOut.model_validate(requeue), "requeues.get", status=202, requeue_id=requeue.id)
