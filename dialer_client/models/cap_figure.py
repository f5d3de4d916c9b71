from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CapFigure")


@_attrs_define
class CapFigure:
    """
    Attributes:
        calls (int):
        period_hours (int):
        source (str):
        unless_consent (bool | Unset):  Default: False.
    """

    calls: int
    period_hours: int
    source: str
    unless_consent: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        calls = self.calls

        period_hours = self.period_hours

        source = self.source

        unless_consent = self.unless_consent

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "calls": calls,
                "period_hours": period_hours,
                "source": source,
            }
        )
        if unless_consent is not UNSET:
            field_dict["unless_consent"] = unless_consent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        calls = d.pop("calls")

        period_hours = d.pop("period_hours")

        source = d.pop("source")

        unless_consent = d.pop("unless_consent", UNSET)

        cap_figure = cls(
            calls=calls,
            period_hours=period_hours,
            source=source,
            unless_consent=unless_consent,
        )

        return cap_figure
