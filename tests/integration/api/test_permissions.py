"""Every route x every role x no token."""

from collections.abc import Callable, Mapping

import pytest
from werkzeug.routing import Rule

from api.app import create_app
from api.auth import PERMISSIONS, Access, endpoints
from api.openapi import blueprint
from api.routes import BLUEPRINTS
from dialer.bootstrap import Dialer
from dialer.errors import ConfigurationError
from dialer.services.users import Role
from tests.integration.api.conftest import Api

LEVELS = {Role.VIEWER: Access.VIEWER, Role.MANAGER: Access.MANAGER, Role.ADMIN: Access.ADMIN}
VALUES = {"call_id": "00000000-0000-0000-0000-000000000001", "phone_number": "+4930901820"}


def routes(client: Api) -> list[tuple[str, str, Access]]:
    """Method, path and access of every route; ids that don't exist."""
    found = []
    for rule in client.flask.application.url_map.iter_rules():
        values = {name: VALUES.get(name, 999) for name in rule.arguments}
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        found += [(method, _path(rule, values), PERMISSIONS[rule.endpoint]) for method in methods]
    return found


def _path(rule: Rule, values: Mapping[str, object]) -> str:
    path = rule.rule
    for name, value in values.items():
        for converter in ("", "int:", "uuid:"):
            path = path.replace(f"<{converter}{name}>", str(value))
    return path


def test_the_table_and_the_routes_are_the_same(client: Api) -> None:
    assert endpoints(client.flask.application) == PERMISSIONS.keys()


def test_without_a_token_only_public_routes_answer(client: Api) -> None:
    for method, path, access in routes(client):
        answer = client.open(path, method=method, json={})
        if access is Access.PUBLIC:
            assert answer.status_code in (200, 422), (method, path, answer.text)
        else:
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(client: Api, as_role: Callable[[Role], Api], role: Role) -> None:
    user = as_role(role)
    for method, path, access in routes(client):
        headers = (as_role(role) if path.startswith("/v1/auth/logout") else user).headers
        answer = client.open(path, method=method, json={}, headers=headers)
        allowed = LEVELS[role] >= access
        assert (answer.status_code != 403) == allowed, (method, path, answer.text)
        assert answer.status_code < 500, (method, path, answer.text)
        if not allowed:
            assert answer.json["code"] == "permission_denied"


def test_viewers_may_only_read(client: Api) -> None:
    writing = [r for r in routes(client) if r[0] != "GET" and r[2] is Access.VIEWER]
    assert {path for _, path, _ in writing} == {"/v1/auth/logout", "/v1/auth/logout-everywhere"}


def test_a_route_that_the_table_lacks_can_not_be_served(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = blueprint("forgotten", "/v1/forgotten")
    forgotten.add_url_rule("", "get", lambda: "")
    monkeypatch.setattr("api.app.BLUEPRINTS", (*BLUEPRINTS, forgotten))
    with pytest.raises(ConfigurationError, match=r"forgotten\.get"):
        create_app(dialer)
