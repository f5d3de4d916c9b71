from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.member import Member


T = TypeVar("T", bound="GroupIn")


@_attrs_define
class GroupIn:
    """Trunks that stand in for each other.

    Attributes:
        name (str):
        trunks (list[Member]):
    """

    name: str
    trunks: list[Member]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        trunks = []
        for trunks_item_data in self.trunks:
            trunks_item = trunks_item_data.to_dict()
            trunks.append(trunks_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "trunks": trunks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.member import Member  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        trunks = []
        _trunks = d.pop("trunks")
        for trunks_item_data in _trunks:
            trunks_item = Member.from_dict(trunks_item_data)

            trunks.append(trunks_item)

        group_in = cls(
            name=name,
            trunks=trunks,
        )

        return group_in
