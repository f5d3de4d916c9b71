from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.member import Member


T = TypeVar("T", bound="GroupOut")


@_attrs_define
class GroupOut:
    """Trunks that stand in for each other.

    Attributes:
        id (int):
        name (str):
        trunks (list[Member]):
        created_at (datetime.datetime):
    """

    id: int
    name: str
    trunks: list[Member]
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        trunks = []
        for trunks_item_data in self.trunks:
            trunks_item = trunks_item_data.to_dict()
            trunks.append(trunks_item)

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "trunks": trunks,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.member import Member  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        trunks = []
        _trunks = d.pop("trunks")
        for trunks_item_data in _trunks:
            trunks_item = Member.from_dict(trunks_item_data)

            trunks.append(trunks_item)

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        group_out = cls(
            id=id,
            name=name,
            trunks=trunks,
            created_at=created_at,
        )

        return group_out
