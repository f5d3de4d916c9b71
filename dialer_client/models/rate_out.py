from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RateOut")


@_attrs_define
class RateOut:
    """People who answered and those of them who were abandoned, over the present period of a rule.

    Attributes:
        profile (None | str): Whose rule it is; empty: of all calls of the campaign.
        source (str):
        begins (datetime.datetime):
        ends (datetime.datetime):
        answered (int):
        abandoned (int):
        percent (float):
        ceiling (float | None): In percent; empty: it is only measured.
    """

    profile: None | str
    source: str
    begins: datetime.datetime
    ends: datetime.datetime
    answered: int
    abandoned: int
    percent: float
    ceiling: float | None

    def to_dict(self) -> dict[str, Any]:
        profile: None | str
        profile = self.profile

        source = self.source

        begins = self.begins.isoformat()

        ends = self.ends.isoformat()

        answered = self.answered

        abandoned = self.abandoned

        percent = self.percent

        ceiling: float | None
        ceiling = self.ceiling

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "profile": profile,
                "source": source,
                "begins": begins,
                "ends": ends,
                "answered": answered,
                "abandoned": abandoned,
                "percent": percent,
                "ceiling": ceiling,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_profile(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        profile = _parse_profile(d.pop("profile"))

        source = d.pop("source")

        begins = datetime.datetime.fromisoformat(d.pop("begins"))

        ends = datetime.datetime.fromisoformat(d.pop("ends"))

        answered = d.pop("answered")

        abandoned = d.pop("abandoned")

        percent = d.pop("percent")

        def _parse_ceiling(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        ceiling = _parse_ceiling(d.pop("ceiling"))

        rate_out = cls(
            profile=profile,
            source=source,
            begins=begins,
            ends=ends,
            answered=answered,
            abandoned=abandoned,
            percent=percent,
            ceiling=ceiling,
        )

        return rate_out
