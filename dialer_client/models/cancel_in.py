from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CancelIn")


@_attrs_define
class CancelIn:
    """
    Attributes:
        hang_up (bool | Unset): Also end a call that was answered; one that rings is ended in any case. Default: False.
    """

    hang_up: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        hang_up = self.hang_up

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if hang_up is not UNSET:
            field_dict["hang_up"] = hang_up

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        hang_up = d.pop("hang_up", UNSET)

        cancel_in = cls(
            hang_up=hang_up,
        )

        return cancel_in
