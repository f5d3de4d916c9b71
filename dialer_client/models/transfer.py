from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Transfer")


@_attrs_define
class Transfer:
    """Put the callee through to an agent's endpoint, or into a queue: one of the two.

    Attributes:
        type_ (Literal['transfer'] | Unset):  Default: 'transfer'.
        extension (None | str | Unset): An endpoint of the PBX, dialed as PJSIP/….
        queue (None | str | Unset): A queue of queues.conf.
    """

    type_: Literal["transfer"] | Unset = "transfer"
    extension: None | str | Unset = UNSET
    queue: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        extension: None | str | Unset
        if isinstance(self.extension, Unset):
            extension = UNSET
        else:
            extension = self.extension

        queue: None | str | Unset
        if isinstance(self.queue, Unset):
            queue = UNSET
        else:
            queue = self.queue

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if extension is not UNSET:
            field_dict["extension"] = extension
        if queue is not UNSET:
            field_dict["queue"] = queue

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = cast(Literal["transfer"] | Unset, d.pop("type", UNSET))
        if type_ != "transfer" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'transfer', got '{type_}'")

        def _parse_extension(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        extension = _parse_extension(d.pop("extension", UNSET))

        def _parse_queue(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        queue = _parse_queue(d.pop("queue", UNSET))

        transfer = cls(
            type_=type_,
            extension=extension,
            queue=queue,
        )

        return transfer
