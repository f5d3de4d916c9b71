"""Trunks."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, moment
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.telephony import (
    TrunkDecided,
    TrunkIn,
    TrunkOut,
    TrunkPaceOut,
    TrunkPage,
    TrunkPatch,
    TrunkPath,
    TrunkQuery,
)
from dialer.db.telephony import TrunkRecord

trunks: Final[APIBlueprint] = blueprint("trunks", "/v1/trunks")


@trunks.post("", responses={201: TrunkOut, **problems(400, 409, 415, 422)})
def create(body: TrunkIn) -> Response:
    """Add a trunk"""
    return _created(dialer().telephony.create_trunk(body.model_dump(), within=keep(_created)))


@trunks.get("", responses={200: TrunkPage, **problems(422)})
def listed(query: TrunkQuery) -> Response:
    """List trunks"""
    return answer(TrunkPage.model_validate(dialer().telephony.trunks(query.page(), **query.filter())))


@trunks.get("/<int:trunk_id>", responses={200: TrunkOut, **problems(404)})
def get(path: TrunkPath) -> Response:
    """Read a trunk"""
    trunk = dialer().telephony.trunk(path.trunk_id)
    return answer(TrunkOut.model_validate(trunk), revision=trunk.revision)


@trunks.get("/<int:trunk_id>/pace", responses={200: TrunkPaceOut, **problems(404)})
def pace(path: TrunkPath) -> Response:
    """How fast a trunk goes now: one that is in trouble slows down by itself, and recovers"""
    return moment(TrunkPaceOut.model_validate(dialer().paces.trunk(path.trunk_id)))


@trunks.patch("/<int:trunk_id>", responses={200: TrunkDecided, **problems(400, 404, 409, 412, 415, 422, 428)})
def edit(path: TrunkPath, body: TrunkPatch) -> Response:
    """Edit a trunk"""
    decided = dialer().telephony.edit_trunk(path.trunk_id, body.changes(), of=revisions())
    trunk = TrunkOut.model_validate(decided.value)
    return answer(TrunkDecided(**trunk.model_dump(), in_flight=decided.in_flight), revision=decided.value.revision)


def _created(trunk: TrunkRecord) -> Response:
    shown = TrunkOut.model_validate(trunk)
    return created(shown, "trunks.get", revision=trunk.revision, trunk_id=trunk.id)
