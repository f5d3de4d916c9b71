from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NumberCap")


@_attrs_define
class NumberCap:
    """At most `calls` dials of a number in any `period_hours`, from all campaigns together.

    Attributes:
        calls (int):
        period_hours (int):
    """

    calls: int
    period_hours: int

    def to_dict(self) -> dict[str, Any]:
        calls = self.calls

        period_hours = self.period_hours

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "calls": calls,
                "period_hours": period_hours,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        calls = d.pop("calls")

        period_hours = d.pop("period_hours")

        number_cap = cls(
            calls=calls,
            period_hours=period_hours,
        )

        return number_cap
