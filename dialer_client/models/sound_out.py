from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SoundOut")


@_attrs_define
class SoundOut:
    """A sound that was uploaded. It never changes.

    Attributes:
        id (int):
        name (str):
        milliseconds (int): How long it is.
        created_by (str):
        created_at (datetime.datetime):
        sound (str): What an answer action calls it.
    """

    id: int
    name: str
    milliseconds: int
    created_by: str
    created_at: datetime.datetime
    sound: str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        milliseconds = self.milliseconds

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        sound = self.sound

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "milliseconds": milliseconds,
                "created_by": created_by,
                "created_at": created_at,
                "sound": sound,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        milliseconds = d.pop("milliseconds")

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        sound = d.pop("sound")

        sound_out = cls(
            id=id,
            name=name,
            milliseconds=milliseconds,
            created_by=created_by,
            created_at=created_at,
            sound=sound,
        )

        return sound_out
