"""The page for those who come from an API of single calls names routes, fields and codes that are there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "from-single-calls.md").read_text("utf-8")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "openapi.json").read_text("utf-8"))
    return found


def test_its_routes_are_there(description: dict[str, Any]) -> None:
    served = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, operations in description["paths"].items()
        for method in operations
    }
    named = {
        (method, re.sub(r"\{\w+\}", "{}", path)) for method, path in re.findall(r"`([A-Z]+) (/[\w/{}-]+)[^`]*`", PAGE)
    }
    assert len(named) >= 20
    assert named - served <= {("GET", "/metrics")}


def test_its_fields_are_those_of_a_call(description: dict[str, Any]) -> None:
    table = PAGE.partition("## Fields of a call")[2].partition("\n## ")[0]
    named = {name for row in re.findall(r"^\| [^|]+ \| ([^|]+) \|", table, re.MULTILINE) for name in _names(row)}
    schemas = description["components"]["schemas"]
    known = {*schemas["CallIn"]["properties"], *schemas["CallOut"]["properties"]}
    assert len(named) >= 13
    assert named - known - {"continue"} == set()


def test_its_codes_are_listed() -> None:
    errors = (DOCS / "errors.md").read_text("utf-8")
    table = PAGE.partition("## Errors")[2].partition("\n## ")[0]
    for status, code in re.findall(r"(\d{3}) `(\w+)`", table):
        assert f"| `{code}` | {status} |" in errors


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)
