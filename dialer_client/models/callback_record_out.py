from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="CallbackRecordOut")


@_attrs_define
class CallbackRecordOut:
    """What was asked for a contact.

    Attributes:
        id (int):
        at (datetime.datetime):
        phone_number (str):
        note (None | str):
        created_by (str):
        created_at (datetime.datetime):
        cancelled_at (datetime.datetime | None):
        cancelled_by (None | str):
    """

    id: int
    at: datetime.datetime
    phone_number: str
    note: None | str
    created_by: str
    created_at: datetime.datetime
    cancelled_at: datetime.datetime | None
    cancelled_by: None | str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        phone_number = self.phone_number

        note: None | str
        note = self.note

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        cancelled_at: None | str
        if isinstance(self.cancelled_at, datetime.datetime):
            cancelled_at = self.cancelled_at.isoformat()
        else:
            cancelled_at = self.cancelled_at

        cancelled_by: None | str
        cancelled_by = self.cancelled_by

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "at": at,
                "phone_number": phone_number,
                "note": note,
                "created_by": created_by,
                "created_at": created_at,
                "cancelled_at": cancelled_at,
                "cancelled_by": cancelled_by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        phone_number = d.pop("phone_number")

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_cancelled_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cancelled_at_type_0 = datetime.datetime.fromisoformat(data)

                return cancelled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        cancelled_at = _parse_cancelled_at(d.pop("cancelled_at"))

        def _parse_cancelled_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cancelled_by = _parse_cancelled_by(d.pop("cancelled_by"))

        callback_record_out = cls(
            id=id,
            at=at,
            phone_number=phone_number,
            note=note,
            created_by=created_by,
            created_at=created_at,
            cancelled_at=cancelled_at,
            cancelled_by=cancelled_by,
        )

        return callback_record_out
