"""Trunks."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, created, dialer
from api.openapi import blueprint, problems
from api.schemas.telephony import TelephonyQuery, TrunkDecided, TrunkIn, TrunkOut, TrunkPage, TrunkPatch, TrunkPath

trunks: Final[APIBlueprint] = blueprint("trunks", "/v1/trunks")


@trunks.post("", responses={201: TrunkOut, **problems(400, 409, 415, 422)})
def create(body: TrunkIn) -> Response:
    """Add a trunk"""
    trunk = dialer().telephony.create_trunk(body.model_dump())
    return created(TrunkOut.model_validate(trunk), "trunks.get", trunk_id=trunk.id)


@trunks.get("", responses={200: TrunkPage, **problems(422)})
def listed(query: TelephonyQuery) -> Response:
    """List trunks"""
    return answer(TrunkPage.model_validate(dialer().telephony.trunks(query.page())))


@trunks.get("/<int:trunk_id>", responses={200: TrunkOut, **problems(404)})
def get(path: TrunkPath) -> Response:
    """Read a trunk"""
    return answer(TrunkOut.model_validate(dialer().telephony.trunk(path.trunk_id)))


@trunks.patch("/<int:trunk_id>", responses={200: TrunkDecided, **problems(400, 404, 409, 415, 422)})
def edit(path: TrunkPath, body: TrunkPatch) -> Response:
    """Edit a trunk"""
    decided = dialer().telephony.edit_trunk(path.trunk_id, body.changes())
    trunk = TrunkOut.model_validate(decided.value)
    return answer(TrunkDecided(**trunk.model_dump(), in_flight=decided.in_flight))
