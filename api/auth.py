"""Who sends a request, and whether that one may: one table says it for every route."""

from collections.abc import Iterable
from datetime import timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from flask import Flask, g, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
    get_jwt,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import ExpiredSignatureError, PyJWTError

from api.context import dialer, identity
from dialer.config import Settings
from dialer.errors import AuthenticationError, ConfigurationError, PermissionDenied, TokenInvalid
from dialer.services.auth import Grant
from dialer.services.users import Role


class Access(IntEnum):
    """What a route asks for; each level includes the ones before it."""

    PUBLIC = 0
    VIEWER = 1
    MANAGER = 2
    ADMIN = 3


_ROLES: Final = MappingProxyType({Role.VIEWER: Access.VIEWER, Role.MANAGER: Access.MANAGER, Role.ADMIN: Access.ADMIN})

PERMISSIONS: Final = MappingProxyType(
    {
        "auth.log_in": Access.PUBLIC,
        "auth.refresh": Access.PUBLIC,
        "auth.log_out": Access.VIEWER,
        "auth.log_out_everywhere": Access.VIEWER,
        "auth.me": Access.VIEWER,
        "campaigns.create": Access.MANAGER,
        "campaigns.listed": Access.VIEWER,
        "campaigns.get": Access.VIEWER,
        "campaigns.edit": Access.MANAGER,
        "campaigns.start": Access.MANAGER,
        "campaigns.pause": Access.MANAGER,
        "campaigns.resume": Access.MANAGER,
        "campaigns.cancel": Access.MANAGER,
        "campaigns.stats": Access.VIEWER,
        "call_lists.upload": Access.MANAGER,
        "call_lists.listed": Access.VIEWER,
        "call_lists.get": Access.VIEWER,
        "call_lists.refusals": Access.VIEWER,
        "contacts.add": Access.MANAGER,
        "contacts.listed": Access.VIEWER,
        "contacts.get": Access.VIEWER,
        "calls.create": Access.MANAGER,
        "calls.listed": Access.VIEWER,
        "calls.get": Access.VIEWER,
        "calls.hang_up": Access.MANAGER,
        "dnc.add": Access.MANAGER,
        "dnc.listed": Access.VIEWER,
        "dnc.remove": Access.MANAGER,
        "nodes.create": Access.ADMIN,
        "nodes.listed": Access.VIEWER,
        "nodes.get": Access.VIEWER,
        "nodes.edit": Access.ADMIN,
        "trunks.create": Access.ADMIN,
        "trunks.listed": Access.VIEWER,
        "trunks.get": Access.VIEWER,
        "trunks.edit": Access.ADMIN,
        "control.stop_status": Access.VIEWER,
        "control.stop": Access.MANAGER,
        "control.lift": Access.ADMIN,
        "control.allow_list": Access.VIEWER,
        "control.set_allow_list": Access.MANAGER,
        "control.allowed_numbers": Access.VIEWER,
        "control.allow_number": Access.MANAGER,
        "control.disallow_number": Access.MANAGER,
        "health.alive": Access.PUBLIC,
        "health.ready": Access.PUBLIC,
        "openapi_description": Access.PUBLIC,
        "prometheus_metrics": Access.PUBLIC,
    }
)
"""By endpoint. A route that isn't here can't be served: see `check_complete`."""


def install(app: Flask, settings: Settings) -> None:
    """Configure tokens, and read the request's token before anything else happens."""
    if settings.jwt_secret is None:
        raise ConfigurationError("DIALER_JWT_SECRET is not set")
    app.config.update(
        JWT_SECRET_KEY=settings.jwt_secret.get_secret_value(),
        JWT_ALGORITHM="HS256",
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=settings.access_token_minutes),
    )
    JWTManager(app)
    app.before_request(_read_token)


def check_complete(app: Flask) -> None:
    """Refuse to serve a route of which nobody has said who may use it.

    Raises:
        ConfigurationError: names the routes.
    """
    unknown = endpoints(app) - PERMISSIONS.keys()
    if unknown:
        raise ConfigurationError(f"api.auth.PERMISSIONS lacks {', '.join(sorted(unknown))}")


def endpoints(app: Flask) -> set[str]:
    """The names of all routes."""
    rules: Iterable[Any] = app.url_map.iter_rules()
    return {rule.endpoint for rule in rules}


def authorize() -> None:
    """Refuse a request whose user may not make it.

    Raises:
        AuthenticationError: no token, or not a good one.
        PermissionDenied: the role doesn't suffice.
    """
    if request.endpoint is None:
        return
    needed = PERMISSIONS[request.endpoint]
    if needed is Access.PUBLIC:
        return
    if "claims" not in g:
        raise g.get("token_error") or AuthenticationError("Log in first: the request has no bearer token.")
    g.identity = dialer().auth.identify(_session_id(g.claims))
    if _ROLES[Role(identity().role)] < needed:
        raise PermissionDenied(f"A {identity().role} may not do this.", needed=needed.name.lower())


def access_token(grant: Grant) -> str:
    """A token for requests, good for some minutes, and only as long as its session is."""
    token: str = create_access_token(identity=str(grant.user_id), additional_claims={"sid": str(grant.session_id)})
    return token


def refresh_token(grant: Grant) -> str:
    """A token that can be exchanged once for two new ones."""
    token: str = create_refresh_token(
        identity=str(grant.user_id),
        expires_delta=grant.expires_at - dialer().clock.now(),
        additional_claims={"sid": str(grant.session_id), "jti": grant.refresh_jti},
    )
    return token


def read_refresh_token(token: str) -> tuple[UUID, str]:
    """The session of a refresh token, and the token's id.

    Raises:
        TokenInvalid: malformed, forged, expired, or not a refresh token.
    """
    try:
        claims = decode_token(token)
    except (JWTExtendedException, PyJWTError) as error:
        raise _token_invalid(error) from error
    if claims.get("type") != "refresh":
        raise TokenInvalid("That is not a refresh token.")
    return _session_id(claims), str(claims["jti"])


def _read_token() -> None:
    """Check the token's signature, without the database, so that the rate limits know whom they count."""
    if "Authorization" not in request.headers:
        return
    try:
        verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError) as error:
        g.token_error = _token_invalid(error)
    else:
        g.claims = get_jwt()


def _token_invalid(error: Exception) -> TokenInvalid:
    if isinstance(error, ExpiredSignatureError):
        return TokenInvalid("The token has expired.")
    return TokenInvalid("The token is not valid.")


def _session_id(claims: dict[str, Any]) -> UUID:
    try:
        return UUID(claims["sid"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenInvalid("The token is not one of ours.") from error
