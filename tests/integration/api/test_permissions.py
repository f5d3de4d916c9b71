"""Every route x every role x no token x expired x revoked x other scope."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from flask_jwt_extended import create_access_token, create_refresh_token
from sqlalchemy import text
from werkzeug.routing import Rule as UrlRule

from api.app import create_app
from api.auth import PERMISSIONS, Access, Rule, endpoints
from api.openapi import blueprint
from api.routes import BLUEPRINTS
from dialer.bootstrap import Dialer
from dialer.errors import ConfigurationError
from dialer.services.api_keys import Scope
from dialer.services.users import Role
from tests.integration.api.conftest import Api

LEVELS = {Role.VIEWER: Access.VIEWER, Role.MANAGER: Access.MANAGER, Role.ADMIN: Access.ADMIN}
VALUES = {"call_id": "00000000-0000-0000-0000-000000000001", "phone_number": "+4930901820"}

Route = tuple[str, str, Rule]


def routes(client: Api) -> list[Route]:
    """Method, path and rule of every route; ids that don't exist."""
    found = []
    for rule in client.flask.application.url_map.iter_rules():
        values = {name: VALUES.get(name, 999) for name in rule.arguments}
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        found += [(method, _path(rule, values), PERMISSIONS[rule.endpoint]) for method in methods]
    return found


def refusals(client: Api, token: str) -> list[tuple[Route, int, str]]:
    """What every route that isn't public answers to a token: the status and the error's code."""
    found = []
    for method, path, rule in routes(client):
        answer = client.open(path, method=method, json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code < 500, (method, path, answer.text)
        if rule.access is not Access.PUBLIC:
            code = answer.json["code"] if answer.status_code >= 400 else ""
            found.append(((method, path, rule), answer.status_code, code))
    return found


def _path(rule: UrlRule, values: Mapping[str, object]) -> str:
    path = rule.rule
    for name, value in values.items():
        for converter in ("", "int:", "uuid:"):
            path = path.replace(f"<{converter}{name}>", str(value))
    return path


def test_the_table_and_the_routes_are_the_same(client: Api) -> None:
    assert endpoints(client.flask.application) == PERMISSIONS.keys()


def test_without_a_token_only_public_routes_answer(client: Api) -> None:
    for method, path, rule in routes(client):
        answer = client.open(path, method=method, json={})
        if rule.access is Access.PUBLIC:
            assert answer.status_code in (200, 404, 422), (method, path, answer.text)
        else:
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(client: Api, as_role: Callable[[Role], Api], role: Role) -> None:
    user = as_role(role)
    for method, path, rule in routes(client):
        headers = (as_role(role) if path.startswith("/v1/auth/logout") else user).headers
        answer = client.open(path, method=method, json={}, headers=headers)
        allowed = LEVELS[role] >= rule.access
        assert (answer.status_code != 403) == allowed, (method, path, answer.text)
        assert answer.status_code < 500, (method, path, answer.text)
        if not allowed:
            assert answer.json["code"] == "permission_denied"


def token_of(user: Api) -> str:
    return user.headers["Authorization"].removeprefix("Bearer ")


def issued_token(client: Api, user: Api, **more: Any) -> str:
    """A token for the session of `user`, as the API makes them, but for `more`."""
    claims = jwt.decode(token_of(user), options={"verify_signature": False})
    with client.flask.application.app_context():
        token: str = create_access_token(claims["sub"], additional_claims={"sid": claims["sid"]}, **more)
    return token


def expired(client: Api, dialer: Dialer, user: Api) -> str:
    return issued_token(client, user, expires_delta=timedelta(seconds=-1))


def logged_out(client: Api, dialer: Dialer, user: Api) -> str:
    user.post("/v1/auth/logout")
    return token_of(user)


def logged_out_everywhere(client: Api, dialer: Dialer, user: Api) -> str:
    user.post("/v1/auth/logout-everywhere")
    return token_of(user)


def of_a_disabled_user(client: Api, dialer: Dialer, user: Api) -> str:
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE users SET disabled_at = clock_timestamp()"))
    return token_of(user)


def a_refresh_token(client: Api, dialer: Dialer, user: Api) -> str:
    """Good for its exchange, and for nothing else."""
    claims = jwt.decode(token_of(user), options={"verify_signature": False})
    with client.flask.application.app_context():
        token: str = create_refresh_token(claims["sub"], additional_claims={"sid": claims["sid"]})
    return token


def of_no_session(client: Api, dialer: Dialer, user: Api) -> str:
    claims = jwt.decode(token_of(user), options={"verify_signature": False})
    with client.flask.application.app_context():
        token: str = create_access_token(claims["sub"], additional_claims={"sid": str(uuid4())})
    return token


def signed_by_somebody_else(client: Api, dialer: Dialer, user: Api) -> str:
    claims = jwt.decode(token_of(user), options={"verify_signature": False})
    return jwt.encode(claims, "y" * 40, algorithm="HS256")


def not_signed(client: Api, dialer: Dialer, user: Api) -> str:
    return jwt.encode(jwt.decode(token_of(user), options={"verify_signature": False}), None, algorithm="none")


def revoked_key(client: Api, dialer: Dialer, user: Api) -> str:
    issued = key(user, *Scope)
    assert user.delete(f"/v1/api-keys/{issued['id']}").status_code == 200
    return str(issued["key"])


def rotated_key(client: Api, dialer: Dialer, user: Api) -> str:
    issued = key(user, *Scope)
    assert user.post(f"/v1/api-keys/{issued['id']}/rotate", {}).status_code == 200
    return str(issued["key"])


def expired_key(client: Api, dialer: Dialer, user: Api) -> str:
    issued = key(user, *Scope)
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE api_keys SET expires_at = clock_timestamp()"))
    return str(issued["key"])


def forged_key(client: Api, dialer: Dialer, user: Api) -> str:
    return str(key(user, *Scope)["prefix"]) + "_" + "x" * 43


def key_of_a_disabled_user(client: Api, dialer: Dialer, user: Api) -> str:
    issued = key(user, *Scope)
    of_a_disabled_user(client, dialer, user)
    return str(issued["key"])


BAD_TOKENS = [
    *(expired, logged_out, logged_out_everywhere, of_a_disabled_user),
    *(a_refresh_token, of_no_session, signed_by_somebody_else, not_signed),
    *(revoked_key, rotated_key, expired_key, forged_key, key_of_a_disabled_user),
]


def key(api: Api, *scopes: Scope) -> dict[str, Any]:
    answer = api.post("/v1/api-keys", {"name": "crm", "scopes": list(scopes)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("bad", BAD_TOKENS)
def test_no_route_takes_a_token_that_is_not_good(
    client: Api, dialer: Dialer, as_role: Callable[[Role], Api], role: Role, bad: Callable[[Api, Dialer, Api], str]
) -> None:
    """Of whatever role it was, and also where it would otherwise not suffice."""
    for route, status, code in refusals(client, bad(client, dialer, as_role(role))):
        assert (status, code) == (401, "token_invalid"), route


def test_a_token_of_ours_that_is_good_is_taken(client: Api, as_role: Callable[[Role], Api]) -> None:
    """So that those above are refused for what is wrong with them."""
    token = issued_token(client, as_role(Role.ADMIN))
    answer = client.get("/v1/campaigns", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text


def test_a_key_may_do_what_it_is_for_and_nothing_else(client: Api, admin: Api) -> None:
    for scope in Scope:
        for route, status, _ in refusals(client, key(admin, scope)["key"]):
            rule = route[2]
            assert (status != 403) == (rule.any_key or rule.scope is scope), (scope, route)


@pytest.mark.parametrize("role", list(Role))
def test_a_key_with_every_scope_but_that_of_the_route_may_not_use_it(
    client: Api, as_role: Callable[[Role], Api], role: Role
) -> None:
    user = as_role(role)
    others = {scope: key(user, *(set(Scope) - {scope}))["key"] for scope in Scope}
    walked = 0
    for method, path, rule in routes(client):
        if rule.scope is not None:
            headers = {"Authorization": f"Bearer {others[rule.scope]}"}
            answer = client.open(path, method=method, json={}, headers=headers)
            assert (answer.status_code, answer.json["code"]) == (403, "permission_denied"), (method, path)
            walked += 1
    assert walked >= 100


@pytest.mark.parametrize("role", list(Role))
def test_a_key_may_do_no_more_than_its_user(client: Api, as_role: Callable[[Role], Api], role: Role) -> None:
    for route, status, _ in refusals(client, key(as_role(role), *Scope)["key"]):
        rule = route[2]
        takes_keys = rule.any_key or rule.scope is not None
        assert (status != 403) == (takes_keys and LEVELS[role] >= rule.access), route


def is_reading(method: str, path: str) -> bool:
    """A forecast is asked for with a body, and changes nothing."""
    return method == "GET" or path.endswith("/forecast")


def test_reading_needs_no_writing_scope_and_writing_no_reading_one(client: Api) -> None:
    for method, path, rule in routes(client):
        if rule.scope is not None:
            assert rule.scope.endswith(":read") == is_reading(method, path), (method, path)


def test_viewers_may_only_read_and_see_to_their_own_account(client: Api) -> None:
    own = [(method, path) for method, path, rule in routes(client) if rule.access is Access.VIEWER]
    writing = {path for method, path in own if not is_reading(method, path)}
    assert {path.removeprefix("/v1/").partition("/")[0] for path in writing} == {"auth", "api-keys"}


def test_a_route_that_the_table_lacks_can_not_be_served(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = blueprint("forgotten", "/v1/forgotten")
    forgotten.add_url_rule("", "get", lambda: "")
    monkeypatch.setattr("api.app.BLUEPRINTS", (*BLUEPRINTS, forgotten))
    with pytest.raises(ConfigurationError, match=r"forgotten\.get"):
        create_app(dialer)
