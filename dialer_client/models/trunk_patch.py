from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="TrunkPatch")


@_attrs_define
class TrunkPatch:
    """
    Attributes:
        name (str | Unset):
        endpoint (str | Unset): Like PJSIP/{number}@carrier; {digits} is without the plus.
        caller_id (None | str | Unset):
        cps (float | Unset): Calls per second.
        channels (int | Unset): Channels at once.
        enabled (bool | Unset):
    """

    name: str | Unset = UNSET
    endpoint: str | Unset = UNSET
    caller_id: None | str | Unset = UNSET
    cps: float | Unset = UNSET
    channels: int | Unset = UNSET
    enabled: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        endpoint = self.endpoint

        caller_id: None | str | Unset
        if isinstance(self.caller_id, Unset):
            caller_id = UNSET
        else:
            caller_id = self.caller_id

        cps = self.cps

        channels = self.channels

        enabled = self.enabled

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if endpoint is not UNSET:
            field_dict["endpoint"] = endpoint
        if caller_id is not UNSET:
            field_dict["caller_id"] = caller_id
        if cps is not UNSET:
            field_dict["cps"] = cps
        if channels is not UNSET:
            field_dict["channels"] = channels
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        endpoint = d.pop("endpoint", UNSET)

        def _parse_caller_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        caller_id = _parse_caller_id(d.pop("caller_id", UNSET))

        cps = d.pop("cps", UNSET)

        channels = d.pop("channels", UNSET)

        enabled = d.pop("enabled", UNSET)

        trunk_patch = cls(
            name=name,
            endpoint=endpoint,
            caller_id=caller_id,
            cps=cps,
            channels=channels,
            enabled=enabled,
        )

        return trunk_patch
