"""Calls: of campaigns, and single ones."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, created, dialer
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.calls import CallDetailsOut, CallIn, CallOut, CallPage, CallPath, CallQuery
from dialer.domain.calls import CallState
from dialer.services.calls import CallDetails

calls: Final[APIBlueprint] = blueprint("calls", "/v1/calls")


@calls.post("", responses={201: CallDetailsOut, **problems(400, 415, 422)})
def create(body: CallIn) -> Response:
    """Call somebody, outside any campaign

    The call is queued; its `state` tells what becomes of it. A number that must not be dialed now is refused
    (`gate_refused`).
    """
    return _created(dialer().single_calls.create(body.new(), within=keep(_created)))


@calls.get("", responses={200: CallPage, **problems(422)})
def listed(query: CallQuery) -> Response:
    """List calls, the newest first"""
    return answer(CallPage.model_validate(dialer().calls.listed(query.page(), query.wanted())))


@calls.get("/<uuid:call_id>", responses={200: CallDetailsOut, **problems(404)})
def get(path: CallPath) -> Response:
    """Read a call"""
    return answer(CallDetailsOut.of(dialer().calls.get(path.call_id)))


@calls.delete("/<uuid:call_id>", responses={200: CallOut, 202: CallOut, **problems(404, 409)})
def hang_up(path: CallPath) -> Response:
    """Hang up

    A call that is still queued is over at once (200). Another is hung up as soon as its channel is known (202).
    """
    call = dialer().calls.hang_up(path.call_id)
    return answer(CallOut.model_validate(call), 200 if call.state == CallState.ENDED else 202)


def _created(details: CallDetails) -> Response:
    return created(CallDetailsOut.of(details), "calls.get", call_id=details.call.id)
