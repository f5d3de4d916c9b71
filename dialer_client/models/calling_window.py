from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CallingWindow")


@_attrs_define
class CallingWindow:
    """From `start` up to, not including, `end`, on ISO weekdays `days` (1 = Monday).

    Attributes:
        start (str | Unset):  Default: '09:00'.
        end (str | Unset):  Default: '20:00'.
        days (list[int] | Unset):
    """

    start: str | Unset = "09:00"
    end: str | Unset = "20:00"
    days: list[int] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        start = self.start

        end = self.end

        days: list[int] | Unset = UNSET
        if not isinstance(self.days, Unset):
            days = self.days

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if start is not UNSET:
            field_dict["start"] = start
        if end is not UNSET:
            field_dict["end"] = end
        if days is not UNSET:
            field_dict["days"] = days

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        start = d.pop("start", UNSET)

        end = d.pop("end", UNSET)

        days = cast(list[int], d.pop("days", UNSET))

        calling_window = cls(
            start=start,
            end=end,
            days=days,
        )

        return calling_window
