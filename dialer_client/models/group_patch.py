from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.member import Member


T = TypeVar("T", bound="GroupPatch")


@_attrs_define
class GroupPatch:
    """
    Attributes:
        name (str | Unset):
        trunks (list[Member] | Unset):
    """

    name: str | Unset = UNSET
    trunks: list[Member] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        trunks: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.trunks, Unset):
            trunks = []
            for trunks_item_data in self.trunks:
                trunks_item = trunks_item_data.to_dict()
                trunks.append(trunks_item)

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if trunks is not UNSET:
            field_dict["trunks"] = trunks

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.member import Member  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        _trunks = d.pop("trunks", UNSET)
        trunks: list[Member] | Unset = UNSET
        if _trunks is not UNSET:
            trunks = []
            for trunks_item_data in _trunks:
                trunks_item = Member.from_dict(trunks_item_data)

                trunks.append(trunks_item)

        group_patch = cls(
            name=name,
            trunks=trunks,
        )

        return group_patch
