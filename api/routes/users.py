"""Users of the API."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, nothing
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.users import PasswordIn, UserIn, UserOut, UserPage, UserPatch, UserPath, UserQuery
from dialer.db.users import UserRecord

users: Final[APIBlueprint] = blueprint("users", "/v1/users")


@users.post("", responses={201: UserOut, **problems(400, 409, 415, 422)})
def create(body: UserIn) -> Response:
    """Add a user"""
    return _created(dialer().users.create(body.username, body.password, body.role, within=keep(_created)))


@users.get("", responses={200: UserPage, **problems(422)})
def listed(query: UserQuery) -> Response:
    """List users, the oldest first"""
    return answer(UserPage.model_validate(dialer().users.listed(query.page(), **query.filter())))


@users.get("/<int:user_id>", responses={200: UserOut, **problems(404)})
def get(path: UserPath) -> Response:
    """Read a user"""
    user = dialer().users.get(path.user_id)
    return answer(UserOut.model_validate(user), revision=user.revision)


@users.patch("/<int:user_id>", responses={200: UserOut, **problems(400, 404, 409, 412, 415, 422, 428)})
def edit(path: UserPath, body: UserPatch) -> Response:
    """Give a user another role, or disable or enable them. One administrator must remain"""
    user = dialer().users.edit(path.user_id, **body.changes(), of=revisions())
    return answer(UserOut.model_validate(user), revision=user.revision)


@users.post("/<int:user_id>/password", responses={204: None, **problems(400, 404, 415, 422)})
def set_password(path: UserPath, body: PasswordIn) -> Response:
    """Give a user a new password; they are logged out everywhere"""
    dialer().users.set_password(path.user_id, body.password)
    return nothing()


def _created(user: UserRecord) -> Response:
    return created(UserOut.model_validate(user), "users.get", revision=user.revision, user_id=user.id)
