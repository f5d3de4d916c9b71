"""What all handlers share: the keys of the application's state, JSON answers, the guard in front of every request."""

import hmac
import weakref
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Middleware

from dialer.simulator.exchange import Exchange
from dialer.simulator.faults import Faults
from dialer.simulator.parameters import AriRefusal
from dialer.simulator.settings import SimulatorSettings

VERSION = "22.10.1-simulator"
HEADERS = {"Server": f"Asterisk/{VERSION}", "Cache-Control": "no-cache, no-store"}

EXCHANGE = web.AppKey("exchange", Exchange)
FAULTS = web.AppKey("faults", Faults)
# Connections on which an originate was once refused with 409: Asterisk's thread for them never forgets it.
STALE = web.AppKey("stale", weakref.WeakSet[Any])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SELF_TIMED: set[object] = set()


def self_timed(handler: Handler) -> Handler:
    """Mark a handler that stalls and delays itself, because it keeps a record of both sides of the wait."""
    _SELF_TIMED.add(handler)
    return handler


def answer(body: Any, status: int = 200, reason: str | None = None) -> web.Response:
    """A JSON answer with Asterisk's headers."""
    return web.Response(
        body=orjson.dumps(body), status=status, reason=reason, headers=HEADERS, content_type="application/json"
    )


def no_content() -> web.Response:
    """204."""
    return web.Response(status=204, headers=HEADERS)


def guard(settings: SimulatorSettings) -> Middleware:
    """Make the middleware that authenticates, applies the faults and words refusals as Asterisk does."""
    credentials = f"{settings.user}:{settings.password.get_secret_value()}"
    basic = b"Basic " + b64encode(credentials.encode())

    def is_known(request: web.Request) -> bool:
        header = request.headers.get("Authorization")
        if header is not None:
            return hmac.compare_digest(header.encode(), basic)
        return hmac.compare_digest(request.query.get("api_key", "").encode(), credentials.encode())

    async def refusable(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except AriRefusal as refusal:
            return answer(refusal.body, refusal.status, refusal.reason)
        except web.HTTPNotFound:
            return answer({"message": "Resource not found"}, 404)
        except web.HTTPMethodNotAllowed:
            return answer({"message": "Invalid method"}, 405)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_known(request):
            refused = answer({"message": "Authentication required"}, 401)
            refused.headers["WWW-Authenticate"] = 'Basic realm="Asterisk REST Interface"'
            return refused
        path = request.path
        if not path.startswith("/ari/") or path == "/ari/events":
            return await refusable(request, handler)
        if request.match_info.handler in _SELF_TIMED:
            return await refusable(request, handler)
        faults = request.app[FAULTS]
        await faults.stall()
        response = await refusable(request, handler)
        await faults.delay_answer()
        return response

    return middleware
