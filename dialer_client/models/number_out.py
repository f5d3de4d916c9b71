from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="NumberOut")


@_attrs_define
class NumberOut:
    """One of a contact's numbers.

    Attributes:
        phone_number (str):
        zones (list[str]):
        regions (list[str]):
        next_ (bool): Whether it is the one that is called next.
        closed_by (None | str): Why it isn't called any more: a disposition, or a code of the gate.
    """

    phone_number: str
    zones: list[str]
    regions: list[str]
    next_: bool
    closed_by: None | str

    def to_dict(self) -> dict[str, Any]:
        phone_number = self.phone_number

        zones = self.zones

        regions = self.regions

        next_ = self.next_

        closed_by: None | str
        closed_by = self.closed_by

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
                "zones": zones,
                "regions": regions,
                "next": next_,
                "closed_by": closed_by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        phone_number = d.pop("phone_number")

        zones = cast(list[str], d.pop("zones"))

        regions = cast(list[str], d.pop("regions"))

        next_ = d.pop("next")

        def _parse_closed_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        closed_by = _parse_closed_by(d.pop("closed_by"))

        number_out = cls(
            phone_number=phone_number,
            zones=zones,
            regions=regions,
            next_=next_,
            closed_by=closed_by,
        )

        return number_out
