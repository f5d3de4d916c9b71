from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="CallerIdOut")


@_attrs_define
class CallerIdOut:
    """A number that calls over the trunk may show, and no other trunk's.

    Attributes:
        id (int):
        trunk_id (int):
        phone_number (str):
        label (None | str):
        enabled (bool):
        created_at (datetime.datetime):
    """

    id: int
    trunk_id: int
    phone_number: str
    label: None | str
    enabled: bool
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        trunk_id = self.trunk_id

        phone_number = self.phone_number

        label: None | str
        label = self.label

        enabled = self.enabled

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "trunk_id": trunk_id,
                "phone_number": phone_number,
                "label": label,
                "enabled": enabled,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        trunk_id = d.pop("trunk_id")

        phone_number = d.pop("phone_number")

        def _parse_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        label = _parse_label(d.pop("label"))

        enabled = d.pop("enabled")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        caller_id_out = cls(
            id=id,
            trunk_id=trunk_id,
            phone_number=phone_number,
            label=label,
            enabled=enabled,
            created_at=created_at,
        )

        return caller_id_out
