from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..models.opt_out_scope import OptOutScope
from ..types import UNSET, Unset

T = TypeVar("T", bound="OptOut")


@_attrs_define
class OptOut:
    """Put the number on the do-not-call list at once, then say so, if there is a sound, and hang up.

    Attributes:
        type_ (Literal['opt_out'] | Unset):  Default: 'opt_out'.
        scope (OptOutScope | Unset): Whose calls are not wanted any more. Default: OptOutScope.EVERYWHERE.
        sound (None | str | Unset):
    """

    type_: Literal["opt_out"] | Unset = "opt_out"
    scope: OptOutScope | Unset = OptOutScope.EVERYWHERE
    sound: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        scope: str | Unset = UNSET
        if not isinstance(self.scope, Unset):
            scope = self.scope.value

        sound: None | str | Unset
        if isinstance(self.sound, Unset):
            sound = UNSET
        else:
            sound = self.sound

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if scope is not UNSET:
            field_dict["scope"] = scope
        if sound is not UNSET:
            field_dict["sound"] = sound

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = cast(Literal["opt_out"] | Unset, d.pop("type", UNSET))
        if type_ != "opt_out" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'opt_out', got '{type_}'")

        _scope = d.pop("scope", UNSET)
        scope: OptOutScope | Unset
        if isinstance(_scope, Unset):
            scope = UNSET
        else:
            scope = OptOutScope(_scope)

        def _parse_sound(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sound = _parse_sound(d.pop("sound", UNSET))

        opt_out = cls(
            type_=type_,
            scope=scope,
            sound=sound,
        )

        return opt_out
