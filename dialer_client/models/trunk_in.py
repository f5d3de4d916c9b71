from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="TrunkIn")


@_attrs_define
class TrunkIn:
    """A way out of a node, with the pace its carrier allows.

    Attributes:
        name (str):
        node_id (int):
        endpoint (str): Like PJSIP/{number}@carrier; {digits} is without the plus.
        cps (float): Calls per second.
        channels (int): Channels at once.
        caller_id (None | str | Unset):
        enabled (bool | Unset):  Default: True.
    """

    name: str
    node_id: int
    endpoint: str
    cps: float
    channels: int
    caller_id: None | str | Unset = UNSET
    enabled: bool | Unset = True

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        node_id = self.node_id

        endpoint = self.endpoint

        cps = self.cps

        channels = self.channels

        caller_id: None | str | Unset
        if isinstance(self.caller_id, Unset):
            caller_id = UNSET
        else:
            caller_id = self.caller_id

        enabled = self.enabled

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "node_id": node_id,
                "endpoint": endpoint,
                "cps": cps,
                "channels": channels,
            }
        )
        if caller_id is not UNSET:
            field_dict["caller_id"] = caller_id
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        node_id = d.pop("node_id")

        endpoint = d.pop("endpoint")

        cps = d.pop("cps")

        channels = d.pop("channels")

        def _parse_caller_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        caller_id = _parse_caller_id(d.pop("caller_id", UNSET))

        enabled = d.pop("enabled", UNSET)

        trunk_in = cls(
            name=name,
            node_id=node_id,
            endpoint=endpoint,
            cps=cps,
            channels=channels,
            caller_id=caller_id,
            enabled=enabled,
        )

        return trunk_in
