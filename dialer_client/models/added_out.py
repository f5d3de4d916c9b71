from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="AddedOut")


@_attrs_define
class AddedOut:
    """What became of one: a contact, or a code and a reason.

    Attributes:
        contact_id (int | None):
        code (None | str):
        reason (None | str):
    """

    contact_id: int | None
    code: None | str
    reason: None | str

    def to_dict(self) -> dict[str, Any]:
        contact_id: int | None
        contact_id = self.contact_id

        code: None | str
        code = self.code

        reason: None | str
        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contact_id": contact_id,
                "code": code,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_contact_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        contact_id = _parse_contact_id(d.pop("contact_id"))

        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        added_out = cls(
            contact_id=contact_id,
            code=code,
            reason=reason,
        )

        return added_out
