"""Who sends a request, and whether that one may: one table says it for every route."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import ExpiredSignatureError, PyJWTError

from api.context import dialer, identity
from dialer.config import Settings
from dialer.errors import AuthenticationError, ConfigurationError, PermissionDenied, TokenInvalid
from dialer.services.api_keys import START, Scope
from dialer.services.auth import Grant
from dialer.services.users import Role


class Access(IntEnum):
    """What a route asks for; each level includes the ones before it."""

    PUBLIC = 0
    VIEWER = 1
    MANAGER = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route.

    Attributes:
        access: what the user's role must suffice for, also where a key of theirs is sent.
        scope: what a key must be for. None: no key will do, somebody must be logged in.
        any_key: every key will do.
    """

    access: Access
    scope: Scope | None = None
    any_key: bool = False


_ROLES: Final = MappingProxyType({Role.VIEWER: Access.VIEWER, Role.MANAGER: Access.MANAGER, Role.ADMIN: Access.ADMIN})

PERMISSIONS: Final = MappingProxyType(
    {
        "auth.log_in": Rule(Access.PUBLIC),
        "auth.refresh": Rule(Access.PUBLIC),
        "auth.log_out": Rule(Access.VIEWER),
        "auth.log_out_everywhere": Rule(Access.VIEWER),
        "auth.change_password": Rule(Access.VIEWER),
        "auth.me": Rule(Access.VIEWER, any_key=True),
        "campaigns.create": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.listed": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "campaigns.get": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "campaigns.edit": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.clone": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.results": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "campaigns.start": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.pause": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.resume": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.cancel": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "campaigns.stats": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "events.stream": Rule(Access.VIEWER, Scope.CALLS_READ),
        "campaigns.explain": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "campaigns.forecast": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "call_lists.upload": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "call_lists.dry_run": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "call_lists.listed": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "call_lists.get": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "call_lists.edit": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "call_lists.withdraw": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "call_lists.refusals": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "call_lists.repairs": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "requeues.create": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "requeues.listed": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "requeues.get": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "contacts.add": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "contacts.listed": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "contacts.put": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "contacts.edit": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "contacts.cancel": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "contacts.ask_callback": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "contacts.cancel_callback": Rule(Access.MANAGER, Scope.CONTACTS_WRITE),
        "contacts.get": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "contacts.explain": Rule(Access.VIEWER, Scope.CONTACTS_READ),
        "calls.create": Rule(Access.MANAGER, Scope.CALLS_WRITE),
        "trial_calls.create": Rule(Access.MANAGER, Scope.CALLS_WRITE),
        "calls.listed": Rule(Access.VIEWER, Scope.CALLS_READ),
        "calls.get": Rule(Access.VIEWER, Scope.CALLS_READ),
        "calls.hang_up": Rule(Access.MANAGER, Scope.CALLS_WRITE),
        "dnc.add": Rule(Access.MANAGER, Scope.DNC_WRITE),
        "dnc.listed": Rule(Access.VIEWER, Scope.DNC_READ),
        "dnc.get": Rule(Access.VIEWER, Scope.DNC_READ),
        "dnc.remove": Rule(Access.MANAGER, Scope.DNC_WRITE),
        "dnc_uploads.create": Rule(Access.MANAGER, Scope.DNC_WRITE),
        "dnc_uploads.listed": Rule(Access.VIEWER, Scope.DNC_READ),
        "dnc_uploads.get": Rule(Access.VIEWER, Scope.DNC_READ),
        "dnc_uploads.refusals": Rule(Access.VIEWER, Scope.DNC_READ),
        "numbers.history": Rule(Access.VIEWER, Scope.CALLS_READ),
        "numbers.rules": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "nodes.create": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "nodes.listed": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "nodes.get": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "nodes.state": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "nodes.edit": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "caller_ids.add": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "caller_ids.listed": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "caller_ids.get": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "caller_ids.edit": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "caller_ids.remove": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "sounds.upload": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "sounds.listed": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "sounds.get": Rule(Access.VIEWER, Scope.CAMPAIGNS_READ),
        "sounds.check": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "sounds.remove": Rule(Access.MANAGER, Scope.CAMPAIGNS_WRITE),
        "sounds_for_pbxs.media": Rule(Access.PUBLIC),
        "trunk_groups.create": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "trunk_groups.listed": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "trunk_groups.get": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "trunk_groups.state": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "trunk_groups.edit": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "trunk_groups.remove": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "trunks.create": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "trunks.listed": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "trunks.get": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "trunks.pace": Rule(Access.VIEWER, Scope.TELEPHONY_READ),
        "trunks.edit": Rule(Access.ADMIN, Scope.TELEPHONY_WRITE),
        "control.stop_status": Rule(Access.VIEWER, Scope.CONTROL_READ),
        "control.stop": Rule(Access.MANAGER, Scope.CONTROL_WRITE),
        "control.lift": Rule(Access.ADMIN, Scope.CONTROL_WRITE),
        "control.allow_list": Rule(Access.VIEWER, Scope.CONTROL_READ),
        "control.set_allow_list": Rule(Access.MANAGER, Scope.CONTROL_WRITE),
        "control.allowed_numbers": Rule(Access.VIEWER, Scope.CONTROL_READ),
        "control.allow_number": Rule(Access.MANAGER, Scope.CONTROL_WRITE),
        "control.disallow_number": Rule(Access.MANAGER, Scope.CONTROL_WRITE),
        "exports.calls": Rule(Access.MANAGER, Scope.EXPORTS_READ),
        "exports.contacts": Rule(Access.MANAGER, Scope.EXPORTS_READ),
        "exports.begin_calls": Rule(Access.MANAGER, Scope.EXPORTS_WRITE),
        "exports.begin_contacts": Rule(Access.MANAGER, Scope.EXPORTS_WRITE),
        "exports.listed": Rule(Access.MANAGER, Scope.EXPORTS_READ),
        "exports.get": Rule(Access.MANAGER, Scope.EXPORTS_READ),
        "exports.file": Rule(Access.MANAGER, Scope.EXPORTS_READ),
        "exports.remove": Rule(Access.MANAGER, Scope.EXPORTS_WRITE),
        "health.alive": Rule(Access.PUBLIC),
        "health.ready": Rule(Access.PUBLIC),
        "webhooks.create": Rule(Access.ADMIN, Scope.WEBHOOKS_WRITE),
        "webhooks.listed": Rule(Access.MANAGER, Scope.WEBHOOKS_READ),
        "webhooks.get": Rule(Access.MANAGER, Scope.WEBHOOKS_READ),
        "webhooks.edit": Rule(Access.ADMIN, Scope.WEBHOOKS_WRITE),
        "webhooks.remove": Rule(Access.ADMIN, Scope.WEBHOOKS_WRITE),
        "webhooks.rotate": Rule(Access.ADMIN, Scope.WEBHOOKS_WRITE),
        "webhooks.test": Rule(Access.MANAGER, Scope.WEBHOOKS_WRITE),
        "webhooks.deliveries": Rule(Access.MANAGER, Scope.WEBHOOKS_READ),
        "webhooks.replay": Rule(Access.MANAGER, Scope.WEBHOOKS_WRITE),
        "users.create": Rule(Access.ADMIN),
        "users.listed": Rule(Access.ADMIN),
        "users.get": Rule(Access.ADMIN),
        "users.edit": Rule(Access.ADMIN),
        "users.set_password": Rule(Access.ADMIN),
        "api_keys.create": Rule(Access.VIEWER),
        "api_keys.listed": Rule(Access.VIEWER),
        "api_keys.get": Rule(Access.VIEWER),
        "api_keys.rotate": Rule(Access.VIEWER),
        "api_keys.revoke": Rule(Access.VIEWER),
        "console_page": Rule(Access.PUBLIC),
        "console_file": Rule(Access.PUBLIC),
        "docs_page": Rule(Access.PUBLIC),
        "docs_script": Rule(Access.PUBLIC),
        "openapi_description": Rule(Access.PUBLIC),
        "prometheus_metrics": Rule(Access.PUBLIC),
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
        PermissionDenied: the role doesn't suffice, or the key isn't for this.
    """
    if request.endpoint is None:
        return
    rule = PERMISSIONS[request.endpoint]
    if rule.access is Access.PUBLIC:
        return
    if "identity" not in g:
        if "claims" not in g:
            raise g.get("token_error") or AuthenticationError("Log in first: the request has no bearer token.")
        g.identity = dialer().auth.identify(_session_id(g.claims))
    who = identity()
    if _ROLES[Role(who.role)] < rule.access:
        raise PermissionDenied(f"A {who.role} may not do this.", needed=rule.access.name.lower())
    if who.key_id is not None and not rule.any_key and (rule.scope is None or rule.scope not in who.scopes):
        raise PermissionDenied("The API key may not do this.", needed=rule.scope)


def has_expired() -> bool:
    """Whether the log-in's token, with which the request was made, is good no more. A key has no such time."""
    return "claims" in g and dialer().clock.now().timestamp() >= g.claims["exp"]


def authorize_again() -> None:
    """Ask anew whether the user may make this request, for an answer that goes on for long.

    Raises:
        AuthenticationError: the session is over, the user disabled, the key revoked or expired.
        PermissionDenied: the role doesn't suffice any more.
    """
    for kept in ("identity", "claims"):
        g.pop(kept, None)
    _read_token()
    authorize()


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
    """Look at the token first of all, so that the rate limits know whom they count. A log-in's is only checked for its
    signature here, without the database."""
    header = request.headers.get("Authorization")
    if header is None:
        return
    try:
        if (key := header.removeprefix("Bearer ").strip()).startswith(START):
            g.identity = dialer().api_keys.identify(key)
        else:
            found = verify_jwt_in_request()
            if found is not None:  # as it is for OPTIONS, which needs no token
                g.claims = found[1]
    except (JWTExtendedException, PyJWTError) as error:
        g.token_error = _token_invalid(error)
    except TokenInvalid as error:
        g.token_error = error


def _token_invalid(error: Exception) -> TokenInvalid:
    if isinstance(error, ExpiredSignatureError):
        return TokenInvalid("The token has expired.")
    return TokenInvalid("The token is not valid.")


def _session_id(claims: dict[str, Any]) -> UUID:
    try:
        return UUID(claims["sid"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenInvalid("The token is not one of ours.") from error
