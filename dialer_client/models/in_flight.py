from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="InFlight")


@_attrs_define
class InFlight:
    """
    Attributes:
        in_flight (int): Calls to the number that were dialed before and are not over.
    """

    in_flight: int

    def to_dict(self) -> dict[str, Any]:
        in_flight = self.in_flight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "in_flight": in_flight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        in_flight = d.pop("in_flight")

        in_flight = cls(
            in_flight=in_flight,
        )

        return in_flight
