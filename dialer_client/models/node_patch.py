from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NodePatch")


@_attrs_define
class NodePatch:
    """
    Attributes:
        name (str | Unset):
        ari_url (str | Unset):
        ari_username (str | Unset):
        events_port (int | None | Unset):
        enabled (bool | Unset):
    """

    name: str | Unset = UNSET
    ari_url: str | Unset = UNSET
    ari_username: str | Unset = UNSET
    events_port: int | None | Unset = UNSET
    enabled: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        ari_url = self.ari_url

        ari_username = self.ari_username

        events_port: int | None | Unset
        if isinstance(self.events_port, Unset):
            events_port = UNSET
        else:
            events_port = self.events_port

        enabled = self.enabled

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if ari_url is not UNSET:
            field_dict["ari_url"] = ari_url
        if ari_username is not UNSET:
            field_dict["ari_username"] = ari_username
        if events_port is not UNSET:
            field_dict["events_port"] = events_port
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        ari_url = d.pop("ari_url", UNSET)

        ari_username = d.pop("ari_username", UNSET)

        def _parse_events_port(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        events_port = _parse_events_port(d.pop("events_port", UNSET))

        enabled = d.pop("enabled", UNSET)

        node_patch = cls(
            name=name,
            ari_url=ari_url,
            ari_username=ari_username,
            events_port=events_port,
            enabled=enabled,
        )

        return node_patch
