"""The caller ids that trunks own."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, nothing
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.caller_ids import (
    CallerIdDecided,
    CallerIdIn,
    CallerIdOut,
    CallerIdPage,
    CallerIdPatch,
    CallerIdPath,
    CallerIdQuery,
)
from api.schemas.telephony import TrunkPath
from dialer.db.caller_ids import CallerIdRecord

caller_ids: Final[APIBlueprint] = blueprint("caller_ids", "/v1/trunks/<int:trunk_id>/caller-ids")


@caller_ids.post("", responses={201: CallerIdOut, **problems(400, 404, 409, 415, 422)})
def add(path: TrunkPath, body: CallerIdIn) -> Response:
    """Say that a trunk owns a number: it is pinned to that trunk

    As soon as a trunk has one, its calls show these and its own caller id only.
    """
    added = dialer().caller_ids.add(
        path.trunk_id, body.phone_number, label=body.label, enabled=body.enabled, within=keep(_created)
    )
    return _created(added)


@caller_ids.get("", responses={200: CallerIdPage, **problems(404, 422)})
def listed(path: TrunkPath, query: CallerIdQuery) -> Response:
    """List a trunk's caller ids"""
    found = dialer().caller_ids.listed(path.trunk_id, query.page(), **query.filter())
    return answer(CallerIdPage.model_validate(found))


@caller_ids.get("/<int:caller_id_id>", responses={200: CallerIdOut, **problems(404)})
def get(path: CallerIdPath) -> Response:
    """Read a caller id"""
    found = dialer().caller_ids.get(path.trunk_id, path.caller_id_id)
    return answer(CallerIdOut.model_validate(found), revision=found.revision)


@caller_ids.patch("/<int:caller_id_id>", responses={200: CallerIdDecided, **problems(400, 404, 412, 415, 422, 428)})
def edit(path: CallerIdPath, body: CallerIdPatch) -> Response:
    """Edit a caller id: one that is disabled is shown by no call sent after the answer"""
    decided = dialer().caller_ids.edit(path.trunk_id, path.caller_id_id, body.changes(), of=revisions())
    shown = CallerIdOut.model_validate(decided.value)
    return answer(CallerIdDecided(**shown.model_dump(), in_flight=decided.in_flight), revision=decided.value.revision)


@caller_ids.delete("/<int:caller_id_id>", responses={204: None, **problems(404)})
def remove(path: CallerIdPath) -> Response:
    """Take a number from a trunk. Calls that showed it still say so"""
    dialer().caller_ids.remove(path.trunk_id, path.caller_id_id)
    return nothing()


def _created(added: CallerIdRecord) -> Response:
    shown = CallerIdOut.model_validate(added)
    return created(shown, "caller_ids.get", revision=added.revision, trunk_id=added.trunk_id, caller_id_id=added.id)
