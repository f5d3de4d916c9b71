"""The description's examples, links and files."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from api.description import LINKS
from api.docs import FILES, FOLDER, description


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return description()


def media(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in spec["paths"].values():
        for operation in path.values():
            bodies = [operation["requestBody"]] if "requestBody" in operation else []
            answers = [response for response in operation["responses"].values() if "$ref" not in response]
            for part in [*bodies, *answers, *spec["components"]["responses"].values()]:
                found += [(operation["operationId"], medium) for medium in part.get("content", {}).values()]
    return found


def test_every_body_and_every_answer_has_an_example_that_fits(spec: dict[str, Any]) -> None:
    for name, medium in media(spec):
        schema = {**medium["schema"], "components": spec["components"]}
        wrong = [error.message for error in Draft202012Validator(schema).iter_errors(medium["example"])]
        assert wrong == [], (name, medium["example"])


def test_every_error_is_named_and_none_stands_for_all(spec: dict[str, Any]) -> None:
    for path in spec["paths"].values():
        for operation in path.values():
            assert all(code.isdigit() for code in operation["responses"]), operation["operationId"]


def test_schemas_are_closed_but_the_one_of_errors_which_have_members_of_their_own(spec: dict[str, Any]) -> None:
    for name, schema in spec["components"]["schemas"].items():
        if schema.get("type") == "object" and name != "Problem":
            assert schema.get("additionalProperties") is not True, name
            assert "additionalProperties" in schema, name


def test_links_lead_to_operations_that_have_those_parameters(spec: dict[str, Any]) -> None:
    by_name = {operation["operationId"]: operation for path in spec["paths"].values() for operation in path.values()}
    for source, links in LINKS.items():
        assert source in by_name
        for target, parameters in links.items():
            assert parameters.keys() <= {parameter["name"] for parameter in by_name[target]["parameters"]}, target


@pytest.mark.parametrize("name", FILES)
def test_the_committed_files_are_what_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == FILES[name](), "run `python -m api.docs`"
