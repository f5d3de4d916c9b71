from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Continue")


@_attrs_define
class Continue:
    """Go on in the dialplan, with the contact's data as channel variables: an IVR.

    Attributes:
        context (str):
        type_ (Literal['continue'] | Unset):  Default: 'continue'.
        extension (str | Unset):  Default: 's'.
        priority (int | Unset):  Default: 1.
    """

    context: str
    type_: Literal["continue"] | Unset = "continue"
    extension: str | Unset = "s"
    priority: int | Unset = 1

    def to_dict(self) -> dict[str, Any]:
        context = self.context

        type_ = self.type_

        extension = self.extension

        priority = self.priority

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "context": context,
            }
        )
        if type_ is not UNSET:
            field_dict["type"] = type_
        if extension is not UNSET:
            field_dict["extension"] = extension
        if priority is not UNSET:
            field_dict["priority"] = priority

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        context = d.pop("context")

        type_ = cast(Literal["continue"] | Unset, d.pop("type", UNSET))
        if type_ != "continue" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'continue', got '{type_}'")

        extension = d.pop("extension", UNSET)

        priority = d.pop("priority", UNSET)

        continue_ = cls(
            context=context,
            type_=type_,
            extension=extension,
            priority=priority,
        )

        return continue_
