"""If-None-Match and If-Match.

An ETag has two parts, `"<revision>.<digest>"`. The digest is of the whole answer: a GET that names the tag it has is
answered 304 while that is the same. The revision is of what can be edited: an edit must name it in If-Match, and what
the dialer itself writes (a node's last echo, say) doesn't make an edit fail.
"""

from typing import Final

from flask import Flask, Response, request

from api.context import etag
from dialer.errors import PreconditionRequired
from dialer.services.revisions import ANY, Revisions

_JSON: Final = "application/json"


def install(app: Flask) -> None:
    """Tag every JSON answer to a GET, and answer 304 where the caller has it already."""
    app.after_request(_tag)


def revisions() -> Revisions:
    """The revisions that the caller's edit is meant for, from If-Match; `*` is any.

    Raises:
        PreconditionRequired: there is no If-Match.
    """
    if "If-Match" not in request.headers:
        raise PreconditionRequired("Send If-Match with the ETag of what you have read, or * to edit it in any case.")
    given = request.if_match
    # Werkzeug has None for the empty tag, which no answer carries.
    return ANY if given.star_tag else frozenset(tag.partition(".")[0] for tag in given.as_set() if tag)


def _tag(response: Response) -> Response:
    if request.method not in ("GET", "HEAD") or not request.path.startswith("/v1/"):
        return response
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if response.status_code == 200 and response.mimetype == _JSON and not response.is_streamed:
        if "ETag" not in response.headers:
            response.set_etag(etag("-", response.get_data()))
        response.make_conditional(request)
    return response
