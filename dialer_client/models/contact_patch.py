from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.contact_patch_data import ContactPatchData


T = TypeVar("T", bound="ContactPatch")


@_attrs_define
class ContactPatch:
    """Fields to change. `data` and `numbers` are replaced as a whole.

    Attributes:
        phone_number (str | Unset):
        name (None | str | Unset):
        time_zone (None | str | Unset): Null: found from the number.
        priority (int | Unset): -100 to 100; the higher, the sooner.
        external_id (None | str | Unset):
        data (ContactPatchData | Unset): Channel variables.
        numbers (list[str] | Unset): Further numbers, in the order in which they are tried.
    """

    phone_number: str | Unset = UNSET
    name: None | str | Unset = UNSET
    time_zone: None | str | Unset = UNSET
    priority: int | Unset = UNSET
    external_id: None | str | Unset = UNSET
    data: ContactPatchData | Unset = UNSET
    numbers: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        phone_number = self.phone_number

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        time_zone: None | str | Unset
        if isinstance(self.time_zone, Unset):
            time_zone = UNSET
        else:
            time_zone = self.time_zone

        priority = self.priority

        external_id: None | str | Unset
        if isinstance(self.external_id, Unset):
            external_id = UNSET
        else:
            external_id = self.external_id

        data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = self.data.to_dict()

        numbers: list[str] | Unset = UNSET
        if not isinstance(self.numbers, Unset):
            numbers = self.numbers

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if phone_number is not UNSET:
            field_dict["phone_number"] = phone_number
        if name is not UNSET:
            field_dict["name"] = name
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if priority is not UNSET:
            field_dict["priority"] = priority
        if external_id is not UNSET:
            field_dict["external_id"] = external_id
        if data is not UNSET:
            field_dict["data"] = data
        if numbers is not UNSET:
            field_dict["numbers"] = numbers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contact_patch_data import ContactPatchData  # noqa: PLC0415

        d = dict(src_dict)
        phone_number = d.pop("phone_number", UNSET)

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_time_zone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        time_zone = _parse_time_zone(d.pop("time_zone", UNSET))

        priority = d.pop("priority", UNSET)

        def _parse_external_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_id = _parse_external_id(d.pop("external_id", UNSET))

        _data = d.pop("data", UNSET)
        data: ContactPatchData | Unset
        if isinstance(_data, Unset):
            data = UNSET
        else:
            data = ContactPatchData.from_dict(_data)

        numbers = cast(list[str], d.pop("numbers", UNSET))

        contact_patch = cls(
            phone_number=phone_number,
            name=name,
            time_zone=time_zone,
            priority=priority,
            external_id=external_id,
            data=data,
            numbers=numbers,
        )

        return contact_patch
