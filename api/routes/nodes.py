"""PBX nodes."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.telephony import NodeDecided, NodeIn, NodeOut, NodePage, NodePatch, NodePath, NodeQuery, NodeStateOut
from dialer.db.telephony import NodeRecord

nodes: Final[APIBlueprint] = blueprint("nodes", "/v1/nodes")


@nodes.post("", responses={201: NodeOut, **problems(400, 409, 415, 422)})
def create(body: NodeIn) -> Response:
    """Add a node. Its ARI password is in the settings, never here"""
    return _created(dialer().telephony.create_node(body.model_dump(), within=keep(_created)))


@nodes.get("", responses={200: NodePage, **problems(422)})
def listed(query: NodeQuery) -> Response:
    """List nodes"""
    return answer(NodePage.model_validate(dialer().telephony.nodes(query.page(), **query.filter())))


@nodes.get("/<int:node_id>", responses={200: NodeOut, **problems(404)})
def get(path: NodePath) -> Response:
    """Read a node, with its listener's lease and last echo"""
    node = dialer().telephony.node(path.node_id)
    return answer(NodeOut.model_validate(node), revision=node.revision)


@nodes.get("/<int:node_id>/state", responses={200: NodeStateOut, **problems(404)})
def state(path: NodePath) -> Response:
    """Whether calls go out through a node now: one that only fails is left alone for a while"""
    return answer(NodeStateOut.model_validate(dialer().paces.node(path.node_id)))


@nodes.patch("/<int:node_id>", responses={200: NodeDecided, **problems(400, 404, 409, 412, 415, 422, 428)})
def edit(path: NodePath, body: NodePatch) -> Response:
    """Edit a node"""
    decided = dialer().telephony.edit_node(path.node_id, body.changes(), of=revisions())
    node = NodeOut.model_validate(decided.value)
    return answer(NodeDecided(**node.model_dump(), in_flight=decided.in_flight), revision=decided.value.revision)


def _created(node: NodeRecord) -> Response:
    shown = NodeOut.model_validate(node)
    return created(shown, "nodes.get", revision=node.revision, node_id=node.id)
