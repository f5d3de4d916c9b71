from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="AllowListDecided")


@_attrs_define
class AllowListDecided:
    """
    Attributes:
        only (bool): Whether only numbers on the list may be dialed.
        in_flight (int): Calls that were dialed before the decision and are not over.
    """

    only: bool
    in_flight: int

    def to_dict(self) -> dict[str, Any]:
        only = self.only

        in_flight = self.in_flight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "only": only,
                "in_flight": in_flight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        only = d.pop("only")

        in_flight = d.pop("in_flight")

        allow_list_decided = cls(
            only=only,
            in_flight=in_flight,
        )

        return allow_list_decided
