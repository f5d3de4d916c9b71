"""The typed client is made of the description, and known to be another one's."""

import json
from pathlib import Path
from typing import Any

import pytest

from api import client

THING = {"$ref": "#/components/schemas/Thing"}
MADE = {"description": "made", "content": {"application/json": {"schema": THING, "example": {"name": 7}}}}


def description() -> dict[str, Any]:
    """A small API with everything that the generator doesn't read."""
    forms = {"multipart/form-data": {"schema": {"type": "object", "properties": {"file": {"type": "string"}}}}}
    post = {
        "operationId": "things_create",
        "tags": ["things"],
        "requestBody": {"content": {"application/json": {"schema": THING, "example": {"name": 7}}, **forms}},
        "responses": {"201": MADE, "409": {"description": "there is one"}},
    }
    upload = {
        "operationId": "lists_upload",
        "tags": ["lists"],
        "requestBody": {
            "required": False,
            "content": {**forms, "text/csv": {"schema": {"type": "string"}}, "application/zip": {}},
        },
        "responses": {"202": {"description": "taken"}, "413": {"description": "too much"}},
    }
    report = {
        "operationId": "lists_report",
        "tags": ["lists"],
        "responses": {"200": {"description": "rows", "content": {"text/csv": {"schema": {"type": "string"}}}}},
    }
    rule = {"type": "object", "properties": {"times": {"type": "integer", "default": 3}}}
    optional = {"anyOf": [{"$ref": "#/components/schemas/Rule"}], "default": {"times": 3}}
    thing = {"type": "object", "properties": {"name": {"type": "string"}, "rule": optional}, "required": ["name"]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1.2"},
        "paths": {"/v1/things": {"post": post}, "/v1/lists": {"post": upload, "get": report}},
        "components": {"schemas": {"Thing": thing, "Rule": rule}},
    }


def test_the_generator_reads_successes_and_one_body_without_examples() -> None:
    spec = description()
    before = json.dumps(spec)
    paths = client._readable(spec)["paths"]
    post, upload, report = paths["/v1/things"]["post"], paths["/v1/lists"]["post"], paths["/v1/lists"]["get"]
    assert post["responses"] == {"201": {"description": "made", "content": {"application/json": {"schema": THING}}}}
    assert post["requestBody"] == {"required": True, "content": {"application/json": {"schema": THING}}}
    # What a file is the API sees by its content, and that it need not be sent is not the generator's to change.
    octets = {"schema": {"type": "string", "format": "binary"}}
    assert upload["requestBody"] == {"required": False, "content": {"text/csv": octets}}
    assert list(upload["responses"]) == ["202"]
    assert report["responses"]["200"]["content"] == {"text/csv": octets}
    assert "requestBody" not in report
    assert json.dumps(spec) == before


def test_defaults_that_are_objects_are_left_to_the_api() -> None:
    schemas = client._readable(description())["components"]["schemas"]
    assert schemas["Thing"]["properties"]["rule"] == {"anyOf": [{"$ref": "#/components/schemas/Rule"}]}
    assert schemas["Rule"]["properties"]["times"]["default"] == 3


def test_a_client_is_written_in_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    spec = description()
    assert not client.is_current(spec)
    client.FOLDER.mkdir()
    (client.FOLDER / "of_before.py").touch()
    client.write(spec)
    assert not (client.FOLDER / "of_before.py").exists()
    assert "def sync(" in (client.FOLDER / "api" / "things" / "things_create.py").read_text("utf-8")
    assert (client.FOLDER / "errors.py").is_file()
    assert client.is_current(spec)


@pytest.mark.parametrize("name", ["models/more.py", "models/thing.py"])
def test_a_client_that_somebody_has_changed_is_known(tmp_path: Path, name: str) -> None:
    made, kept = tmp_path / "made", tmp_path / "kept"
    for folder in (made, kept):
        (folder / "models").mkdir(parents=True)
        (folder / "models" / "thing.py").touch()
    # What Python leaves there when it is imported is nobody's.
    (kept / "models" / "__pycache__").mkdir()
    assert client._same(made, kept)
    (kept / name).write_text("# by hand\n", encoding="utf-8")
    assert not client._same(made, kept)
