from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.trunk_state import TrunkState

T = TypeVar("T", bound="StandingOut")


@_attrs_define
class StandingOut:
    """A trunk that calls may go over, and how it is now.

    Attributes:
        trunk_id (int):
        name (str):
        node_id (int):
        weight (int):
        state (TrunkState): Why nothing goes out through a trunk, the gravest reason first; or that something does.
    """

    trunk_id: int
    name: str
    node_id: int
    weight: int
    state: TrunkState

    def to_dict(self) -> dict[str, Any]:
        trunk_id = self.trunk_id

        name = self.name

        node_id = self.node_id

        weight = self.weight

        state = self.state.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trunk_id": trunk_id,
                "name": name,
                "node_id": node_id,
                "weight": weight,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trunk_id = d.pop("trunk_id")

        name = d.pop("name")

        node_id = d.pop("node_id")

        weight = d.pop("weight")

        state = TrunkState(d.pop("state"))

        standing_out = cls(
            trunk_id=trunk_id,
            name=name,
            node_id=node_id,
            weight=weight,
            state=state,
        )

        return standing_out
