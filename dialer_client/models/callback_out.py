from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="CallbackOut")


@_attrs_define
class CallbackOut:
    """A callback, and what the gate says about it now.

    Attributes:
        contact_id (int):
        at (datetime.datetime):
        phone_number (str):
        note (None | str):
        opens_at (datetime.datetime | None): When the gate lets it through if nothing changes but the time; null if that
            won't do.
        moved_by (None | str): The gate's code, if that isn't the time that was asked for.
        reason (None | str):
    """

    contact_id: int
    at: datetime.datetime
    phone_number: str
    note: None | str
    opens_at: datetime.datetime | None
    moved_by: None | str
    reason: None | str

    def to_dict(self) -> dict[str, Any]:
        contact_id = self.contact_id

        at = self.at.isoformat()

        phone_number = self.phone_number

        note: None | str
        note = self.note

        opens_at: None | str
        if isinstance(self.opens_at, datetime.datetime):
            opens_at = self.opens_at.isoformat()
        else:
            opens_at = self.opens_at

        moved_by: None | str
        moved_by = self.moved_by

        reason: None | str
        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contact_id": contact_id,
                "at": at,
                "phone_number": phone_number,
                "note": note,
                "opens_at": opens_at,
                "moved_by": moved_by,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contact_id = d.pop("contact_id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        phone_number = d.pop("phone_number")

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        def _parse_opens_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                opens_at_type_0 = datetime.datetime.fromisoformat(data)

                return opens_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        opens_at = _parse_opens_at(d.pop("opens_at"))

        def _parse_moved_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        moved_by = _parse_moved_by(d.pop("moved_by"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        callback_out = cls(
            contact_id=contact_id,
            at=at,
            phone_number=phone_number,
            note=note,
            opens_at=opens_at,
            moved_by=moved_by,
            reason=reason,
        )

        return callback_out
