"""How many requests anybody may send. Redis counts for all processes; without it, each process counts by itself,
so that an outage locks nobody out."""

import logging
import math
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded, RequestLimit
from flask_limiter.util import get_remote_address
from flask_openapi3.openapi import OpenAPI
from redis import RedisError

from api.context import dialer
from api.errors import problem
from dialer.config import Settings
from dialer.errors import ConfigurationError, RateLimited

log = logging.getLogger(__name__)

UNLIMITED: Final = frozenset(
    {
        "health.alive",
        "health.ready",
        "prometheus_metrics",
        "control.stop_status",
        "control.stop",
        "sounds_for_pbxs.media",
    }
)
"""Probes; the emergency stop, which must work when all else is too much; PBXs that fetch sounds for calls."""

_REDIS_SECONDS: Final = 0.5


def install(app: OpenAPI, settings: Settings) -> None:
    """Limit all routes by user or address, and log-ins by address. To be called when all routes are there."""
    if settings.redis_url is None:
        raise ConfigurationError("DIALER_REDIS_URL is not set")
    limiter = Limiter(
        key_func=_caller,
        application_limits=[
            ApplicationLimit(
                f"{settings.rate_limit_requests} per {settings.rate_limit_window} seconds",
                exempt_when=lambda: request.endpoint in UNLIMITED,
            )
        ],
        strategy="moving-window",
        storage_uri=settings.cache_redis_url or settings.redis_url,
        storage_options={"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS},  # type: ignore[dict-item]
        in_memory_fallback_enabled=True,
        key_prefix="api",
    )
    limiter.init_app(app)

    def exceeded(error: RateLimitExceeded) -> Response:
        limit = limiter.current_limit
        window = _window(limit) if limit else None
        extra = {"retry_after_seconds": max(1, window.seconds) if window else settings.rate_limit_window}
        detail = f"More than {error.description} are not allowed."
        return problem(RateLimited.status, RateLimited.code, RateLimited.title, detail, extra=extra)

    def tell(response: Response) -> Response:
        limit = limiter.current_limit
        window = _window(limit) if limit else None
        if limit is not None and window is not None:
            rule = limit.limit
            response.headers["RateLimit-Policy"] = f"{rule.amount};w={rule.get_expiry()}"
            response.headers["RateLimit-Limit"] = str(rule.amount)
            response.headers["RateLimit-Remaining"] = str(window.remaining)
            refused = response.headers.get("Retry-After") if response.status_code == 429 else None
            response.headers["RateLimit-Reset"] = refused or str(window.seconds)
        return response

    app.after_request(tell)
    app.register_error_handler(RateLimitExceeded, exceeded)
    by_address = limiter.limit(settings.login_rate_limit, key_func=get_remote_address)
    log_in: Any = app.view_functions["auth.log_in"]
    app.view_functions["auth.log_in"] = by_address(log_in)


@dataclass(frozen=True, slots=True)
class _Window:
    """How many requests are left, and how many seconds until the oldest leaves the window, and one more is allowed."""

    remaining: int
    seconds: int


def _window(limit: RequestLimit) -> _Window | None:
    """None where Redis doesn't say so in time: the request has been answered, and that must not fail for a header."""
    try:
        remaining, reset_at = limit.remaining, limit.reset_at
    except RedisError as error:
        log.warning("no RateLimit headers: %s", error)
        return None
    left = math.ceil(reset_at - dialer().clock.now().timestamp())
    return _Window(max(0, remaining), min(max(0, left), limit.limit.get_expiry()))


def _caller() -> str:
    """The key or the user where the token is one of ours, else the address."""
    if "identity" in g:
        return f"key:{g.identity.key_id}"
    claims = g.get("claims")
    return f"user:{claims['sub']}" if claims else f"address:{get_remote_address()}"
