from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.period import Period
from ..types import UNSET, Unset

T = TypeVar("T", bound="AbandonmentFigure")


@_attrs_define
class AbandonmentFigure:
    """At most `percent` of the people who answer wait longer than `seconds`, or in vain, for one of ours.

    Attributes:
        zone: in which a day or a month is reckoned.
        silence_hours: so long an abandoned number is left alone.

        Attributes:
            percent (float):
            seconds (int):
            period (Period): What a rule measures its rate over.
            source (str):
            zone (str | Unset):  Default: 'UTC'.
            silence_hours (int | None | Unset):
    """

    percent: float
    seconds: int
    period: Period
    source: str
    zone: str | Unset = "UTC"
    silence_hours: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        percent = self.percent

        seconds = self.seconds

        period = self.period.value

        source = self.source

        zone = self.zone

        silence_hours: int | None | Unset
        if isinstance(self.silence_hours, Unset):
            silence_hours = UNSET
        else:
            silence_hours = self.silence_hours

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "percent": percent,
                "seconds": seconds,
                "period": period,
                "source": source,
            }
        )
        if zone is not UNSET:
            field_dict["zone"] = zone
        if silence_hours is not UNSET:
            field_dict["silence_hours"] = silence_hours

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        percent = d.pop("percent")

        seconds = d.pop("seconds")

        period = Period(d.pop("period"))

        source = d.pop("source")

        zone = d.pop("zone", UNSET)

        def _parse_silence_hours(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        silence_hours = _parse_silence_hours(d.pop("silence_hours", UNSET))

        abandonment_figure = cls(
            percent=percent,
            seconds=seconds,
            period=period,
            source=source,
            zone=zone,
            silence_hours=silence_hours,
        )

        return abandonment_figure
