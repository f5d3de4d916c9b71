"""What is wrong with a value, in plain words."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from api.schemas.common import E164
from dialer.wording import in_flight, message


class Season(StrEnum):
    SPRING = "spring"
    AUTUMN = "autumn"


class Play(BaseModel):
    type: Literal["play"]


class HangUp(BaseModel):
    type: Literal["hangup"]


class Values(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=2, max_length=3)] = "abc"
    whole: Annotated[int, Field(ge=1, le=100)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    on: bool = True
    season: Season = Season.SPRING
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    phone: E164 = "+12125550100"
    action: Annotated[Play | HangUp, Field(discriminator="type")] = HangUp(type="hangup")


class Needs(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"nmae": "x"}, "there is no such field: is it misspelt?"),
        ({"name": 5}, "must be text"),
        ({"name": "x"}, "must have at least 2 characters"),
        ({"name": "long"}, "must have at most 3 characters"),
        ({"whole": "x"}, "must be a whole number"),
        ({"whole": 1.5}, "must be a whole number"),
        ({"whole": 0}, "must be at least 1"),
        ({"whole": 101}, "must be at most 100"),
        ({"share": 0}, "must be more than 0"),
        ({"share": 1}, "must be less than 1"),
        ({"share": "x"}, "must be a number"),
        ({"on": "perhaps"}, "must be true or false"),
        ({"season": "winter"}, "must be 'spring' or 'autumn'"),
        ({"items": 1}, "must be a list"),
        ({"items": []}, "must have at least 1 items"),
        ({"items": [1, 2, 3]}, "must have at most 2 items"),
        ({"phone": "2125550100"}, "must be a number in E.164: + and the country code, such as +12125550100"),
        ({"action": {}}, "type is required"),
        ({"action": {"type": "plai"}}, "type must be one of 'play', 'hangup', not 'plai'"),
    ],
)
def test_a_field_that_is_wrong_is_told_in_plain_words(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Values.model_validate(given)
    assert [message(item) for item in caught.value.errors()] == [says]


def test_a_field_that_is_missing_is_required() -> None:
    with pytest.raises(ValidationError) as caught:
        Needs.model_validate({})
    assert message(caught.value.errors()[0]) == "is required"


@pytest.mark.parametrize(("calls", "says"), [(0, "0 calls are"), (1, "1 call is"), (2, "2 calls are")])
def test_calls_in_flight_are_counted_in_words(calls: int, says: str) -> None:
    assert in_flight(calls) == f"{says} still in flight"
