from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.repair import Repair

T = TypeVar("T", bound="RepairOut")


@_attrs_define
class RepairOut:
    """A number that a spreadsheet had changed.

    Attributes:
        cell (str):
        repairs (list[Repair]):
        phone_number (str):
    """

    cell: str
    repairs: list[Repair]
    phone_number: str

    def to_dict(self) -> dict[str, Any]:
        cell = self.cell

        repairs = []
        for repairs_item_data in self.repairs:
            repairs_item = repairs_item_data.value
            repairs.append(repairs_item)

        phone_number = self.phone_number

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cell": cell,
                "repairs": repairs,
                "phone_number": phone_number,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cell = d.pop("cell")

        repairs = []
        _repairs = d.pop("repairs")
        for repairs_item_data in _repairs:
            repairs_item = Repair(repairs_item_data)

            repairs.append(repairs_item)

        phone_number = d.pop("phone_number")

        repair_out = cls(
            cell=cell,
            repairs=repairs,
            phone_number=phone_number,
        )

        return repair_out
