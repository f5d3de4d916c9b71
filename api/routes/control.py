"""The emergency stop and the allow-list."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, dialer, identity
from api.openapi import blueprint, problems
from api.schemas.control import (
    AllowedIn,
    AllowedOut,
    AllowedPage,
    AllowedPath,
    AllowedQuery,
    AllowListDecided,
    AllowListIn,
    AllowListOut,
    InFlight,
    StopDecided,
    StopIn,
    StopOut,
)

control: Final[APIBlueprint] = blueprint("control", "/v1")


@control.get("/emergency-stop", responses={200: StopOut})
def stop_status() -> Response:
    """Is all dialing stopped?"""
    return answer(StopOut.of(dialer().control.status()))


@control.put("/emergency-stop", responses={200: StopDecided, **problems(400, 415, 422)})
def stop(body: StopIn) -> Response:
    """Stop all dialing everywhere: after the answer no call is sent. Calls in flight go on"""
    decided = dialer().control.stop(identity().username, body.reason)
    return answer(StopDecided(**StopOut.of(decided.value).model_dump(), in_flight=decided.in_flight))


@control.delete("/emergency-stop", responses={200: StopOut})
def lift() -> Response:
    """Let dialing go on"""
    return answer(StopOut.of(dialer().control.lift(identity().username)))


@control.get("/allow-list", responses={200: AllowListOut})
def allow_list() -> Response:
    """May only listed numbers be dialed?"""
    return answer(AllowListOut(only=dialer().control.status().allow_list_only))


@control.put("/allow-list", responses={200: AllowListDecided, **problems(400, 415, 422)})
def set_allow_list(body: AllowListIn) -> Response:
    """Dial only listed numbers, or all"""
    decided = dialer().control.set_allow_list_only(body.only, identity().username)
    return answer(AllowListDecided(only=decided.value.allow_list_only, in_flight=decided.in_flight))


@control.get("/allow-list/numbers", responses={200: AllowedPage, **problems(422)})
def allowed_numbers(query: AllowedQuery) -> Response:
    """List the numbers that may be dialed, by number"""
    return answer(AllowedPage.model_validate(dialer().control.allowed(query.page(), added_by=query.added_by)))


@control.post("/allow-list/numbers", responses={200: AllowedOut, **problems(400, 415, 422)})
def allow_number(body: AllowedIn) -> Response:
    """Put a number on the list"""
    added = dialer().control.allow(body.phone_number, identity().username, default_region=body.default_region)
    return answer(AllowedOut.model_validate(added))


@control.delete("/allow-list/numbers/<phone_number>", responses={200: InFlight, **problems(404, 422)})
def disallow_number(path: AllowedPath) -> Response:
    """Take a number off the list"""
    return answer(InFlight(in_flight=dialer().control.disallow(path.phone_number)))
