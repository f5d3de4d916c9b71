from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="AllowListIn")


@_attrs_define
class AllowListIn:
    """
    Attributes:
        only (bool): Whether only numbers on the list may be dialed.
    """

    only: bool

    def to_dict(self) -> dict[str, Any]:
        only = self.only

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "only": only,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        only = d.pop("only")

        allow_list_in = cls(
            only=only,
        )

        return allow_list_in
