"""Log in, refresh, log out."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.auth import access_token, read_refresh_token, refresh_token
from api.context import answer, dialer, identity, nothing
from api.openapi import blueprint, problems
from api.schemas.auth import LogIn, Me, Refresh, Tokens
from api.schemas.users import PasswordChange
from dialer.services.auth import Grant

auth: Final[APIBlueprint] = blueprint("auth", "/v1/auth", public=True)
_BEARER: Final = [{"bearer": list[str]()}]


@auth.post("/login", responses={200: Tokens, **problems(400, 401, 415, 422)})
def log_in(body: LogIn) -> Response:
    """Log in

    Repeated failures lock the account for a while (429 with Retry-After).
    """
    return _tokens(dialer().auth.log_in(body.username, body.password))


@auth.post("/refresh", responses={200: Tokens, **problems(400, 401, 415, 422)})
def refresh(body: Refresh) -> Response:
    """Exchange a refresh token for the next pair

    A refresh token that was exchanged before ends its session: somebody has copied it.
    """
    return _tokens(dialer().auth.refresh(*read_refresh_token(body.refresh_token)))


@auth.post("/logout", responses={204: None, **problems(401, 403)}, security=_BEARER)
def log_out() -> Response:
    """Log out: all tokens of this log-in are worth nothing from now on"""
    dialer().auth.log_out(identity())
    return nothing()


@auth.post("/logout-everywhere", responses={204: None, **problems(401, 403)}, security=_BEARER)
def log_out_everywhere() -> Response:
    """Log out everywhere: all tokens of this user are worth nothing from now on"""
    dialer().auth.log_out_everywhere(identity().user_id)
    return nothing()


@auth.post("/password", responses={204: None, **problems(400, 401, 403, 415, 422)}, security=_BEARER)
def change_password(body: PasswordChange) -> Response:
    """Change your own password; all your other log-ins end"""
    who = identity()
    dialer().auth.check_password(who.username, body.current_password)
    dialer().users.set_password(who.user_id, body.new_password, keep_session=who.session_id)
    return nothing()


@auth.get("/me", responses={200: Me, **problems(401, 403)}, security=_BEARER)
def me() -> Response:
    """Who am I?"""
    who = identity()
    return answer(Me.of(who))


def _tokens(grant: Grant) -> Response:
    minutes = dialer().settings.access_token_minutes
    response = answer(
        Tokens(
            access_token=access_token(grant),
            expires_in=minutes * 60,
            refresh_token=refresh_token(grant),
            session_expires_at=grant.expires_at,
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response
