from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="NumberShownOut")


@_attrs_define
class NumberShownOut:
    """
    Attributes:
        phone_number (str):
        zones (list[str]): Time zones it can be in; none: the campaign's `default_time_zone`.
        regions (list[str]):
    """

    phone_number: str
    zones: list[str]
    regions: list[str]

    def to_dict(self) -> dict[str, Any]:
        phone_number = self.phone_number

        zones = self.zones

        regions = self.regions

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
                "zones": zones,
                "regions": regions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        phone_number = d.pop("phone_number")

        zones = cast(list[str], d.pop("zones"))

        regions = cast(list[str], d.pop("regions"))

        number_shown_out = cls(
            phone_number=phone_number,
            zones=zones,
            regions=regions,
        )

        return number_shown_out
