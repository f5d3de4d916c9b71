"""What a handler needs from the request it serves."""

import hashlib
from typing import Any

from flask import Response, current_app, g, url_for
from pydantic import BaseModel

from dialer.bootstrap import Dialer
from dialer.db.users import Identity
from dialer.errors import AuthenticationError

EXTENSION = "dialer"


def etag(revision: str, body: bytes) -> str:
    """The tag of a representation: what edits go by, then what caches go by."""
    return f"{revision}.{hashlib.sha256(body).hexdigest()[:16]}"


def dialer() -> Dialer:
    """The services of this process."""
    found: Dialer = current_app.extensions[EXTENSION]
    return found


def identity() -> Identity:
    """Who sent the request.

    Raises:
        AuthenticationError: nobody is logged in.
    """
    found: Identity | None = g.get("identity")
    if found is None:
        raise AuthenticationError("Log in first.")
    return found


def answer(
    model: BaseModel, status: int = 200, *, location: str | None = None, revision: str | None = None
) -> Response:
    """A model as JSON. `revision`: of what can be edited, to be named by an edit (see `api.conditional`)."""
    response = Response(model.model_dump_json(), status, mimetype="application/json")
    if location is not None:
        response.headers["Location"] = location
    if revision is not None:
        response.set_etag(etag(revision, response.get_data()))
    return response


def moment(model: BaseModel) -> Response:
    """What is so at its `as_of`. The tag leaves that out: it is the same as long as nothing else changes, and weak."""
    response = answer(model)
    response.set_etag(etag("-", model.model_dump_json(exclude={"as_of"}).encode()), weak=True)
    return response


def created(
    model: BaseModel, endpoint: str, *, status: int = 201, revision: str | None = None, **values: Any
) -> Response:
    """A model, and where it is to be found from now on."""
    return answer(model, status, location=url_for(endpoint, **values), revision=revision)


def nothing() -> Response:
    """Done, and nothing to say."""
    return Response(status=204)
