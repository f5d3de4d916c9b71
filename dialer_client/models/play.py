from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Play")


@_attrs_define
class Play:
    """Play a sound to its end, then hang up.

    Attributes:
        sound (str): A sound's name, as Asterisk knows it; or `upload:` and the id of one that was uploaded.
        type_ (Literal['play'] | Unset):  Default: 'play'.
    """

    sound: str
    type_: Literal["play"] | Unset = "play"

    def to_dict(self) -> dict[str, Any]:
        sound = self.sound

        type_ = self.type_

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sound": sound,
            }
        )
        if type_ is not UNSET:
            field_dict["type"] = type_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sound = d.pop("sound")

        type_ = cast(Literal["play"] | Unset, d.pop("type", UNSET))
        if type_ != "play" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'play', got '{type_}'")

        play = cls(
            sound=sound,
            type_=type_,
        )

        return play
