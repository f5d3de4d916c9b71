"""What a handler needs from the request it serves."""

from typing import Any

from flask import Response, current_app, g, url_for
from pydantic import BaseModel

from dialer.bootstrap import Dialer
from dialer.db.users import Identity
from dialer.errors import AuthenticationError

EXTENSION = "dialer"


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


def answer(model: BaseModel, status: int = 200, *, location: str | None = None) -> Response:
    """A model as JSON."""
    response = Response(model.model_dump_json(), status, mimetype="application/json")
    if location is not None:
        response.headers["Location"] = location
    return response


def created(model: BaseModel, endpoint: str, *, status: int = 201, **values: Any) -> Response:
    """A model, and where it is to be found from now on."""
    return answer(model, status, location=url_for(endpoint, **values))


def nothing() -> Response:
    """Done, and nothing to say."""
    return Response(status=204)
