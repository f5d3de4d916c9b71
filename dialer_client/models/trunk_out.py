from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="TrunkOut")


@_attrs_define
class TrunkOut:
    """
    Attributes:
        id (int):
        name (str):
        node_id (int):
        endpoint (str):
        caller_id (None | str):
        cps (float):
        channels (int):
        enabled (bool):
        created_at (datetime.datetime):
    """

    id: int
    name: str
    node_id: int
    endpoint: str
    caller_id: None | str
    cps: float
    channels: int
    enabled: bool
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        node_id = self.node_id

        endpoint = self.endpoint

        caller_id: None | str
        caller_id = self.caller_id

        cps = self.cps

        channels = self.channels

        enabled = self.enabled

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "node_id": node_id,
                "endpoint": endpoint,
                "caller_id": caller_id,
                "cps": cps,
                "channels": channels,
                "enabled": enabled,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        node_id = d.pop("node_id")

        endpoint = d.pop("endpoint")

        def _parse_caller_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        caller_id = _parse_caller_id(d.pop("caller_id"))

        cps = d.pop("cps")

        channels = d.pop("channels")

        enabled = d.pop("enabled")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        trunk_out = cls(
            id=id,
            name=name,
            node_id=node_id,
            endpoint=endpoint,
            caller_id=caller_id,
            cps=cps,
            channels=channels,
            enabled=enabled,
            created_at=created_at,
        )

        return trunk_out
