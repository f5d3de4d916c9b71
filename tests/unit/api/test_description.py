"""The OpenAPI description that comes from the code."""

import json
import re
from typing import Any

import pytest
from pydantic import SecretStr

from api.app import create_app
from api.auth import PERMISSIONS, Access
from dialer.bootstrap import Dialer
from dialer.config import Settings


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """Made without any server: nothing is connected before it is used."""
    settings = Settings(
        _env_file=None,
        database_url="postgresql://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1/0",
        jwt_secret=SecretStr("x" * 40),
    )
    found: dict[str, Any] = create_app(Dialer(settings)).api_doc
    return found


def operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in description["paths"].values() for operation in path.values()]


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")


def test_all_references_lead_somewhere(description: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(description)))
    assert named <= description["components"]["schemas"].keys()


def test_every_route_is_described_under_its_own_name(description: dict[str, Any]) -> None:
    named = [operation["operationId"] for operation in operations(description)]
    served = [name.replace(".", "_", 1) for name in PERMISSIONS if "." in name]
    assert sorted(named) == sorted(served)


def test_every_operation_has_a_summary_and_its_errors_are_problems(description: dict[str, Any]) -> None:
    for operation in operations(description):
        assert operation["summary"], operation["operationId"]
        for status, response in operation["responses"].items():
            if int(status) >= 400 and operation["operationId"] != "health_ready":
                name = response["$ref"].rpartition("/")[2]
                shared = description["components"]["responses"][name]
                assert list(shared["content"]) == ["application/problem+json"], (operation["operationId"], status)


def test_what_needs_a_token_says_so(description: dict[str, Any]) -> None:
    access = {name.replace(".", "_", 1): rule.access for name, rule in PERMISSIONS.items()}
    for operation in operations(description):
        needs_token = access[operation["operationId"]] is not Access.PUBLIC
        assert bool(operation.get("security")) == needs_token, operation["operationId"]
