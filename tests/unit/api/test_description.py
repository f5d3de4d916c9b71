"""The OpenAPI description that comes from the code."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from api.app import create_app
from api.auth import PERMISSIONS, Access
from api.schemas.webhook_events import EVENTS
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.services.webhooks import Event


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


def test_no_two_bodies_or_lists_of_values_have_one_name() -> None:
    """The description would have only one of them, for both."""
    kinds = (*_below(BaseModel), *_below(Enum))
    names = Counter(kind.__name__ for kind in kinds if kind.__module__.startswith(("api.", "dialer.domain.")))
    assert [name for name, count in names.items() if count > 1] == []


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    below: type[Any]
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def test_every_route_is_described_under_its_own_name(description: dict[str, Any]) -> None:
    named = [operation["operationId"] for operation in operations(description)]
    served = [name.replace(".", "_", 1) for name in PERMISSIONS if "." in name]
    assert sorted(named) == sorted(served)


def test_every_operation_has_a_summary_and_its_errors_are_problems(description: dict[str, Any]) -> None:
    for operation in operations(description):
        assert operation["summary"], operation["operationId"]
        for status, response in operation["responses"].items():
            if status != "414" and int(status) >= 400 and operation["operationId"] != "health_ready":
                name = response["$ref"].rpartition("/")[2]
                shared = description["components"]["responses"][name]
                assert list(shared["content"]) == ["application/problem+json"], (operation["operationId"], status)


def test_what_needs_a_token_says_so(description: dict[str, Any]) -> None:
    access = {name.replace(".", "_", 1): rule.access for name, rule in PERMISSIONS.items()}
    for operation in operations(description):
        needs_token = access[operation["operationId"]] is not Access.PUBLIC
        assert bool(operation.get("security")) == needs_token, operation["operationId"]


def test_what_webhooks_send_is_described(description: dict[str, Any]) -> None:
    sent = description["webhooks"]
    assert set(sent) == {*Event, "test"}
    for event, path in sent.items():
        content = path["post"]["requestBody"]["content"]["application/json"]
        example = EVENTS[event].model_validate(content["example"])
        assert example.model_dump(mode="json")["event"] == event
        name = content["schema"]["$ref"].rpartition("/")[2]
        assert description["components"]["schemas"][name]["additionalProperties"] is False


def test_no_operation_has_a_default_answer_and_no_body_is_open(description: dict[str, Any]) -> None:
    for operation in operations(description):
        assert "default" not in operation["responses"], operation["operationId"]
    for name, schema in description["components"]["schemas"].items():
        if schema.get("type") == "object" and name != "Problem":
            assert schema.get("additionalProperties") is False, name


def test_what_is_made_leads_to_what_can_be_done_with_it(description: dict[str, Any]) -> None:
    known = {operation["operationId"] for operation in operations(description)}
    for operation in operations(description):
        links = [link for response in operation["responses"].values() for link in response.get("links", {}).values()]
        assert {link["operationId"] for link in links} <= known
        if operation["operationId"].endswith(("_create", "_upload")):
            assert links, operation["operationId"]


def test_what_may_be_asked_for_again_has_a_tag_and_may_be_unchanged(description: dict[str, Any]) -> None:
    for url, path in description["paths"].items():
        for method, operation in path.items():
            is_json = "application/json" in operation["responses"].get("200", {}).get("content", {})
            parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
            conditional = method == "get" and url.startswith("/v1/") and is_json
            assert ("304" in operation["responses"], "If-None-Match" in parameters) == (conditional, conditional), url
            if conditional:
                assert "ETag" in operation["responses"]["200"]["headers"], url


def test_whoever_may_name_many_columns_is_told_that_a_url_can_be_too_long(description: dict[str, Any]) -> None:
    told = {operation["operationId"] for operation in operations(description) if "414" in operation["responses"]}
    assert told == {"call_lists_upload", "call_lists_dry_run", "dnc_uploads_create"}
