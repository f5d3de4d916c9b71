from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.next_number import NextNumber
from ..types import UNSET, Unset

T = TypeVar("T", bound="RetryRule")


@_attrs_define
class RetryRule:
    """Try again after `delay_seconds`, times `backoff` for each further attempt, at most `max_delay_seconds`.

    Attributes:
        delay_seconds (int):
        backoff (float | Unset):  Default: 1.0.
        max_delay_seconds (int | Unset):  Default: 604800.
        number (NextNumber | Unset): What a retry rule says about the number that was called.
    """

    delay_seconds: int
    backoff: float | Unset = 1.0
    max_delay_seconds: int | Unset = 604800
    number: NextNumber | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        delay_seconds = self.delay_seconds

        backoff = self.backoff

        max_delay_seconds = self.max_delay_seconds

        number: str | Unset = UNSET
        if not isinstance(self.number, Unset):
            number = self.number.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "delay_seconds": delay_seconds,
            }
        )
        if backoff is not UNSET:
            field_dict["backoff"] = backoff
        if max_delay_seconds is not UNSET:
            field_dict["max_delay_seconds"] = max_delay_seconds
        if number is not UNSET:
            field_dict["number"] = number

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        delay_seconds = d.pop("delay_seconds")

        backoff = d.pop("backoff", UNSET)

        max_delay_seconds = d.pop("max_delay_seconds", UNSET)

        _number = d.pop("number", UNSET)
        number: NextNumber | Unset
        if isinstance(_number, Unset):
            number = UNSET
        else:
            number = NextNumber(_number)

        retry_rule = cls(
            delay_seconds=delay_seconds,
            backoff=backoff,
            max_delay_seconds=max_delay_seconds,
            number=number,
        )

        return retry_rule
