"""Idempotency-Key: a creating request that is sent again gets the answer that it had before."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from flask import Flask, Response, g, request
from sqlalchemy import Connection

from api.context import dialer, identity
from dialer.db.idempotency import KeptAnswer
from dialer.errors import InvalidInput
from dialer.services.idempotency import Once, Within, nothing_more

T = TypeVar("T")

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"

CREATING: Final = frozenset(
    {
        "api_keys.create",
        "call_lists.upload",
        "caller_ids.add",
        "calls.create",
        "campaigns.clone",
        "campaigns.create",
        "contacts.add",
        "contacts.ask_callback",
        "control.allow_number",
        "dnc.add",
        "dnc_uploads.create",
        "exports.begin_calls",
        "exports.begin_contacts",
        "nodes.create",
        "requeues.create",
        "sounds.upload",
        "trial_calls.create",
        "trunk_groups.create",
        "trunks.create",
        "users.create",
        "webhooks.create",
    }
)
"""The endpoints that take a key."""

STREAMED: Final = frozenset({"call_lists.upload", "dnc_uploads.create", "sounds.upload"})
"""Those whose body is too long to be compared: their length and Content-Digest are."""

_KEY: Final = re.compile(r"^[\x21-\x7e]{1,255}$")
_KEPT_HEADERS: Final = ("Content-Type", "Location", "ETag", "Cache-Control")


def install(app: Flask) -> None:
    """Let every creating route take a key. To be called when all routes are there."""
    for endpoint in CREATING:
        view: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = _once(view)


def keep(shown: Callable[[T], Response]) -> Within[T]:
    """What a service is to do in its transaction: keep the answer that `shown` makes, if the request has a key."""
    once: Once | None = g.get("once")
    if once is None:
        return nothing_more

    def within(tx: Connection, made: T) -> None:
        once.keep(tx, _kept(shown(made)))
        g.kept = True

    return within


def _once(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def carried_out_once(**values: Any) -> Any:
        key = request.headers.get(HEADER)
        return view(**values) if key is None else _carry_out(key, view, values)

    return carried_out_once


def _carry_out(key: str, view: Callable[..., Any], values: Mapping[str, Any]) -> Response:
    if not _KEY.match(key):
        message = "must be 1 to 255 visible ASCII characters"
        raise InvalidInput(f"{HEADER} {message}.", errors=[{"field": HEADER, "message": message}])
    begun = dialer().idempotency.begin(f"user:{identity().user_id}", key, _fingerprint())
    if isinstance(begun, KeptAnswer):
        return Response(begun.body, begun.status, headers={**begun.headers, REPLAYED: "true"})
    g.once, g.kept = begun, False
    is_made = False
    try:
        response: Response = view(**values)
        is_made = response.status_code < 400
        if is_made and not g.kept:
            dialer().idempotency.finish(begun, _kept(response))
    finally:
        if not is_made:
            dialer().idempotency.forget(begun)
    return response


def _fingerprint() -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n{request.mimetype}\n".encode())
    if request.endpoint in STREAMED:
        digest.update(f"{request.content_length}\n{request.headers.get('Content-Digest', '')}".encode())
    else:
        digest.update(request.get_data(cache=True))
    return digest.digest()


def _kept(response: Response) -> KeptAnswer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return KeptAnswer(response.status_code, headers, response.get_data())
