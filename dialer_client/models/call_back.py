from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CallBack")


@_attrs_define
class CallBack:
    """Call again later, also if all attempts are used up; then say so, if there is a sound, and hang up.

    Attributes:
        type_ (Literal['call_back'] | Unset):  Default: 'call_back'.
        after_minutes (int | Unset):  Default: 60.
        sound (None | str | Unset):
    """

    type_: Literal["call_back"] | Unset = "call_back"
    after_minutes: int | Unset = 60
    sound: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        after_minutes = self.after_minutes

        sound: None | str | Unset
        if isinstance(self.sound, Unset):
            sound = UNSET
        else:
            sound = self.sound

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if after_minutes is not UNSET:
            field_dict["after_minutes"] = after_minutes
        if sound is not UNSET:
            field_dict["sound"] = sound

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = cast(Literal["call_back"] | Unset, d.pop("type", UNSET))
        if type_ != "call_back" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'call_back', got '{type_}'")

        after_minutes = d.pop("after_minutes", UNSET)

        def _parse_sound(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sound = _parse_sound(d.pop("sound", UNSET))

        call_back = cls(
            type_=type_,
            after_minutes=after_minutes,
            sound=sound,
        )

        return call_back
