"""API keys: everybody's own; an administrator sees and ends those of all."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, created, dialer, identity
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.api_keys import (
    ApiKeyIn,
    ApiKeyIssued,
    ApiKeyOut,
    ApiKeyPage,
    ApiKeyPath,
    ApiKeyQuery,
    RotateIn,
)
from dialer.db.api_keys import ApiKeyRecord
from dialer.services.api_keys import IssuedKey
from dialer.services.users import Role

api_keys: Final[APIBlueprint] = blueprint("api_keys", "/v1/api-keys")


@api_keys.post("", responses={201: ApiKeyIssued, **problems(400, 409, 415, 422)})
def create(body: ApiKeyIn) -> Response:
    """Make a key for a program; the answer is the only place where it is shown"""
    issued = dialer().api_keys.create(identity().user_id, body.new(), within=keep(_without_secret))
    return _issued(issued, 201)


@api_keys.get("", responses={200: ApiKeyPage, **problems(422)})
def listed(query: ApiKeyQuery) -> Response:
    """List your keys, the newest first; as an administrator, everybody's"""
    return answer(ApiKeyPage.model_validate(dialer().api_keys.listed(query.page(), _whose(), **query.filter())))


@api_keys.get("/<int:key_id>", responses={200: ApiKeyOut, **problems(404)})
def get(path: ApiKeyPath) -> Response:
    """Read a key"""
    return answer(ApiKeyOut.model_validate(dialer().api_keys.get(path.key_id, _whose())))


@api_keys.post("/<int:key_id>/rotate", responses={200: ApiKeyIssued, **problems(400, 404, 415, 422)})
def rotate(path: ApiKeyPath, body: RotateIn) -> Response:
    """Give a key of yours a new secret; the one before may stay good for a while"""
    found = dialer().api_keys.rotate(path.key_id, identity().user_id, grace_seconds=body.grace_seconds)
    return _issued(found, 200)


@api_keys.delete("/<int:key_id>", responses={200: ApiKeyOut, **problems(404)})
def revoke(path: ApiKeyPath) -> Response:
    """End a key, for good and at once"""
    return answer(ApiKeyOut.model_validate(dialer().api_keys.revoke(path.key_id, _whose())))


def _whose() -> int | None:
    return None if identity().role == Role.ADMIN else identity().user_id


def _issued(issued: IssuedKey, status: int) -> Response:
    shown = ApiKeyIssued.of(issued)
    response = created(shown, "api_keys.get", status=status, key_id=issued.record.id)
    response.headers["Cache-Control"] = "no-store"
    return response


def _without_secret(record: ApiKeyRecord) -> Response:
    return _issued(IssuedKey(record, ""), 201)
