from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Member")


@_attrs_define
class Member:
    """A trunk of a group.

    Attributes:
        trunk_id (int):
        weight (int | Unset): Its part of the calls, beside those of the others. Default: 1.
    """

    trunk_id: int
    weight: int | Unset = 1

    def to_dict(self) -> dict[str, Any]:
        trunk_id = self.trunk_id

        weight = self.weight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trunk_id": trunk_id,
            }
        )
        if weight is not UNSET:
            field_dict["weight"] = weight

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trunk_id = d.pop("trunk_id")

        weight = d.pop("weight", UNSET)

        member = cls(
            trunk_id=trunk_id,
            weight=weight,
        )

        return member
