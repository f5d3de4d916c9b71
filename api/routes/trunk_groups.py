"""Trunk groups."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, nothing
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.trunk_groups import (
    GroupIn,
    GroupOut,
    GroupPage,
    GroupPatch,
    GroupPath,
    GroupQuery,
    GroupStateOut,
)
from dialer.db.trunk_groups import GroupRecord

trunk_groups: Final[APIBlueprint] = blueprint("trunk_groups", "/v1/trunk-groups")


@trunk_groups.post("", responses={201: GroupOut, **problems(400, 409, 415, 422)})
def create(body: GroupIn) -> Response:
    """Add a trunk group, over which campaigns and calls go by weight, and around trunks that are down"""
    return _created(dialer().trunk_groups.create(body.name, body.weights(), within=keep(_created)))


@trunk_groups.get("", responses={200: GroupPage, **problems(422)})
def listed(query: GroupQuery) -> Response:
    """List trunk groups"""
    return answer(GroupPage.model_validate(dialer().trunk_groups.listed(query.page(), **query.filter())))


@trunk_groups.get("/<int:trunk_group_id>", responses={200: GroupOut, **problems(404)})
def get(path: GroupPath) -> Response:
    """Read a trunk group"""
    group = dialer().trunk_groups.get(path.trunk_group_id)
    return answer(GroupOut.model_validate(group), revision=group.revision)


@trunk_groups.get("/<int:trunk_group_id>/state", responses={200: GroupStateOut, **problems(404)})
def state(path: GroupPath) -> Response:
    """Which trunks of a group are used now, and why the others are not"""
    return answer(GroupStateOut.model_validate(dialer().trunk_states.group(path.trunk_group_id)))


@trunk_groups.patch("/<int:trunk_group_id>", responses={200: GroupOut, **problems(400, 404, 409, 412, 415, 422, 428)})
def edit(path: GroupPath, body: GroupPatch) -> Response:
    """Edit a trunk group: `trunks` replaces all of them. Calls that are queued follow within seconds"""
    group = dialer().trunk_groups.edit(path.trunk_group_id, name=body.name, weights=body.weights(), of=revisions())
    return answer(GroupOut.model_validate(group), revision=group.revision)


@trunk_groups.delete("/<int:trunk_group_id>", responses={204: None, **problems(404, 409)})
def remove(path: GroupPath) -> Response:
    """Remove a trunk group that no campaign names"""
    dialer().trunk_groups.remove(path.trunk_group_id)
    return nothing()


def _created(group: GroupRecord) -> Response:
    shown = GroupOut.model_validate(group)
    return created(shown, "trunk_groups.get", revision=group.revision, trunk_group_id=group.id)
