from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.contact_put_data import ContactPutData


T = TypeVar("T", bound="ContactPut")


@_attrs_define
class ContactPut:
    """A contact by its external id, which is in the path. What isn't given is blank, or the default.

    Attributes:
        phone_number (str):
        name (None | str | Unset):
        time_zone (None | str | Unset): Empty: found from the number.
        priority (int | Unset): -100 to 100; the higher, the sooner. Default: 0.
        region (None | str | Unset): ISO 3166 code of where the person is, like US-FL.
        consent_at (None | str | Unset): When the person consented to be called.
        consent_source (None | str | Unset): Where that is recorded.
        data (ContactPutData | Unset): Channel variables.
        numbers (list[str] | Unset): Further numbers, in the order in which they are tried.
    """

    phone_number: str
    name: None | str | Unset = UNSET
    time_zone: None | str | Unset = UNSET
    priority: int | Unset = 0
    region: None | str | Unset = UNSET
    consent_at: None | str | Unset = UNSET
    consent_source: None | str | Unset = UNSET
    data: ContactPutData | Unset = UNSET
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

        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

        consent_at: None | str | Unset
        if isinstance(self.consent_at, Unset):
            consent_at = UNSET
        else:
            consent_at = self.consent_at

        consent_source: None | str | Unset
        if isinstance(self.consent_source, Unset):
            consent_source = UNSET
        else:
            consent_source = self.consent_source

        data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = self.data.to_dict()

        numbers: list[str] | Unset = UNSET
        if not isinstance(self.numbers, Unset):
            numbers = self.numbers

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if priority is not UNSET:
            field_dict["priority"] = priority
        if region is not UNSET:
            field_dict["region"] = region
        if consent_at is not UNSET:
            field_dict["consent_at"] = consent_at
        if consent_source is not UNSET:
            field_dict["consent_source"] = consent_source
        if data is not UNSET:
            field_dict["data"] = data
        if numbers is not UNSET:
            field_dict["numbers"] = numbers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contact_put_data import ContactPutData  # noqa: PLC0415

        d = dict(src_dict)
        phone_number = d.pop("phone_number")

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

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        def _parse_consent_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        consent_at = _parse_consent_at(d.pop("consent_at", UNSET))

        def _parse_consent_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        consent_source = _parse_consent_source(d.pop("consent_source", UNSET))

        _data = d.pop("data", UNSET)
        data: ContactPutData | Unset
        if isinstance(_data, Unset):
            data = UNSET
        else:
            data = ContactPutData.from_dict(_data)

        numbers = cast(list[str], d.pop("numbers", UNSET))

        contact_put = cls(
            phone_number=phone_number,
            name=name,
            time_zone=time_zone,
            priority=priority,
            region=region,
            consent_at=consent_at,
            consent_source=consent_source,
            data=data,
            numbers=numbers,
        )

        return contact_put
