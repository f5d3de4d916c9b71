from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="AllowedOut")


@_attrs_define
class AllowedOut:
    """
    Attributes:
        phone_number (str):
        added_by (str):
        created_at (datetime.datetime):
    """

    phone_number: str
    added_by: str
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        phone_number = self.phone_number

        added_by = self.added_by

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
                "added_by": added_by,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        phone_number = d.pop("phone_number")

        added_by = d.pop("added_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        allowed_out = cls(
            phone_number=phone_number,
            added_by=added_by,
            created_at=created_at,
        )

        return allowed_out
