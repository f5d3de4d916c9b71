"""Bodies and queries."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.schemas.auth import LogIn
from api.schemas.calls import CallIn, CallQuery
from api.schemas.campaigns import CampaignIn, CampaignPatch
from api.schemas.common import Moment, PageQuery, Schema
from api.schemas.telephony import TrunkIn
from dialer.domain.actions import Continue, Play

CAMPAIGN: dict[str, Any] = {"name": "spring", "trunk_id": 1, "answer_action": {"type": "play", "sound": "hello"}}


def subclasses(kind: type[BaseModel]) -> list[type[BaseModel]]:
    return [kind, *(deeper for direct in kind.__subclasses__() for deeper in subclasses(direct))]


@pytest.mark.parametrize("schema", subclasses(Schema))
def test_every_schema_is_closed(schema: type[BaseModel]) -> None:
    assert schema.model_config["extra"] == "forbid"
    assert schema.model_json_schema().get("additionalProperties") is False


def test_a_campaign_has_defaults_but_no_default_action() -> None:
    new = CampaignIn.model_validate(CAMPAIGN).new()
    assert (new.timeout_seconds, new.max_attempts, new.answer_action) == (30, 3, Play(sound="hello"))
    with pytest.raises(ValidationError, match="answer_action"):
        CampaignIn.model_validate({"name": "spring", "trunk_id": 1})


def test_a_patch_tells_what_was_left_out_from_what_is_null() -> None:
    assert CampaignPatch.model_validate({}).changes() == {}
    assert CampaignPatch.model_validate({"caller_id": None}).changes() == {"caller_id": None}
    with pytest.raises(ValidationError):
        CampaignPatch.model_validate({"max_attempts": None})


@pytest.mark.parametrize("name", ["", "   ", "a\tb", "a\x00b", "a\x85b", "\ud800", "x" * 201])
def test_a_name_is_one_line_of_text(name: str) -> None:
    with pytest.raises(ValidationError):
        CampaignIn.model_validate(CAMPAIGN | {"name": name})


@pytest.mark.parametrize("cps", [0, -1, float("nan"), float("inf"), 10_001])
def test_a_pace_is_a_positive_number(cps: float) -> None:
    with pytest.raises(ValidationError):
        CampaignIn.model_validate(CAMPAIGN | {"cps": cps})


def test_a_call_has_one_action_however_it_is_given() -> None:
    short = CallIn.model_validate({"phone_number": "+4930901820", "context": "ivr", "priority": 3})
    assert short.action() == Continue(context="ivr", extension="s", priority=3)
    for wrong in ({}, {"context": "ivr", "answer_action": {"type": "hangup"}}, {"context": "a b"}, {"priority": 1}):
        with pytest.raises(ValidationError):
            CallIn.model_validate({"phone_number": "+4930901820"} | wrong)


@pytest.mark.parametrize("name", ["1A", "A B", "A(1)", "A${B}", "", "A" * 81, "A-B"])
def test_a_variable_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValidationError):
        CallIn.model_validate({"phone_number": "+4930901820", "context": "ivr", "variables": {name: "x"}})


def test_a_call_filter_takes_e164_only() -> None:
    assert CallQuery.model_validate({"phone_number": "+4930901820"}).wanted().phone_number == "+4930901820"
    with pytest.raises(ValidationError):
        CallQuery.model_validate({"phone_number": "030 901820"})


@pytest.mark.parametrize("limit", [0, 501, "x"])
def test_a_page_has_bounds(limit: object) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"limit": limit})


def test_a_trunk_must_tell_its_pace() -> None:
    with pytest.raises(ValidationError, match="cps"):
        TrunkIn.model_validate({"name": "t", "node_id": 1, "endpoint": "PJSIP/{number}@t", "channels": 1})


@pytest.mark.parametrize("password", ["", "x" * 1025, "\ud800"])
def test_a_password_that_can_not_be_hashed_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        LogIn.model_validate({"username": "alice", "password": password})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00+00:00"),
        # An offset that PostgreSQL doesn't take.
        ("7147-05-10T20:14:32.05+20:05", "7147-05-10T00:09:32.050000+00:00"),
    ],
)
def test_a_moment_is_kept_in_utc(given: str, taken: str) -> None:
    assert TypeAdapter(Moment).validate_python(given).isoformat() == taken


@pytest.mark.parametrize("given", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-07-01T12:00:00"])
def test_a_moment_is_one_that_there_is(given: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(given)
