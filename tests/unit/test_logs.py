"""What a line of the log has, and what it hasn't."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from dialer.config import Settings
from dialer.logs import configure, is_json, mask_numbers

CALL = "01890a5d-ac96-774b-bcce-b302099a8057"
NUMBER = "+4930901820"


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str], **values: Any) -> str:
    configure(settings(**values))
    logging.getLogger("dialer.tests").info("call %s: dialing %s", CALL, NUMBER)
    return capsys.readouterr().err


def test_a_line_about_a_call_has_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    line = json.loads(written(capsys, log_json=True))
    assert line["call_id"] == CALL
    assert line["level"] == "info"
    assert line["logger"] == "dialer.tests"
    assert line["timestamp"].endswith("Z")


def test_numbers_are_masked_unless_that_is_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert NUMBER not in written(capsys)
    assert "+49***20" in written(capsys)
    assert NUMBER in written(capsys, log_numbers=True)


def test_a_traceback_has_no_numbers_either(capsys: pytest.CaptureFixture[str]) -> None:
    configure(settings(log_json=True))
    try:
        raise ValueError(f"no route to {NUMBER}")
    except ValueError:
        logging.getLogger("dialer.tests").exception("it failed")
    line = capsys.readouterr().err
    assert "no route to" in line
    assert NUMBER not in line


def test_what_is_bound_to_a_thread_is_in_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure(settings(log_json=True))
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        logging.getLogger("dialer.tests").warning("slow")
    assert json.loads(capsys.readouterr().err)["request_id"] == "r1"


def test_structlogs_own_loggers_write_the_same_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure(settings(log_json=True))
    structlog.get_logger("dialer.tests").info("contacts_added", added=3)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["added"], line["level"]) == ("contacts_added", 3, "info")


@pytest.mark.parametrize(
    ("environment", "log_json", "expected"),
    [
        ("production", None, True),
        ("development", None, False),
        ("production", False, False),
        ("development", True, True),
    ],
)
def test_the_log_is_json_in_production_unless_the_setting_says_otherwise(
    environment: str, log_json: bool | None, expected: bool
) -> None:
    assert is_json(settings(environment=environment, log_json=log_json)) is expected


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("PJSIP/+4930901820@carrier", "PJSIP/+49***20@carrier"),
        ("PJSIP/4930901820@carrier", "PJSIP/49***20@carrier"),
        ("endpoint=PJSIP%2F%2B4930901820", "endpoint=PJSIP%2F%2B49***20"),
        (f"call {CALL} after 12345678 ms", f"call {CALL} after 12345678 ms"),
    ],
)
def test_numbers_are_found_as_the_pbx_writes_them(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked
