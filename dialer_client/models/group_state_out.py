from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.standing_out import StandingOut


T = TypeVar("T", bound="GroupStateOut")


@_attrs_define
class GroupStateOut:
    """How the trunks of a group are at `as_of`.

    Attributes:
        trunk_group_id (int):
        trunks (list[StandingOut]):
        as_of (datetime.datetime):
    """

    trunk_group_id: int
    trunks: list[StandingOut]
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        trunk_group_id = self.trunk_group_id

        trunks = []
        for trunks_item_data in self.trunks:
            trunks_item = trunks_item_data.to_dict()
            trunks.append(trunks_item)

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trunk_group_id": trunk_group_id,
                "trunks": trunks,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.standing_out import StandingOut  # noqa: PLC0415

        d = dict(src_dict)
        trunk_group_id = d.pop("trunk_group_id")

        trunks = []
        _trunks = d.pop("trunks")
        for trunks_item_data in _trunks:
            trunks_item = StandingOut.from_dict(trunks_item_data)

            trunks.append(trunks_item)

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        group_state_out = cls(
            trunk_group_id=trunk_group_id,
            trunks=trunks,
            as_of=as_of,
        )

        return group_state_out
