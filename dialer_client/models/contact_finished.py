from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.disposition import Disposition
from ..models.final_reason import FinalReason

if TYPE_CHECKING:
    from ..models.contact_finished_data import ContactFinishedData


T = TypeVar("T", bound="ContactFinished")


@_attrs_define
class ContactFinished:
    """A contact that is done: nobody calls it any more.

    Attributes:
        contact_id (int):
        campaign_id (int):
        call_list_id (int | None):
        external_id (None | str):
        phone_number (str):
        name (None | str):
        final_reason (FinalReason): Why a contact is done.
        last_disposition (Disposition | None):
        attempts (int):
        data (ContactFinishedData):
    """

    contact_id: int
    campaign_id: int
    call_list_id: int | None
    external_id: None | str
    phone_number: str
    name: None | str
    final_reason: FinalReason
    last_disposition: Disposition | None
    attempts: int
    data: ContactFinishedData

    def to_dict(self) -> dict[str, Any]:
        contact_id = self.contact_id

        campaign_id = self.campaign_id

        call_list_id: int | None
        call_list_id = self.call_list_id

        external_id: None | str
        external_id = self.external_id

        phone_number = self.phone_number

        name: None | str
        name = self.name

        final_reason = self.final_reason.value

        last_disposition: None | str
        if isinstance(self.last_disposition, Disposition):
            last_disposition = self.last_disposition.value
        else:
            last_disposition = self.last_disposition

        attempts = self.attempts

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contact_id": contact_id,
                "campaign_id": campaign_id,
                "call_list_id": call_list_id,
                "external_id": external_id,
                "phone_number": phone_number,
                "name": name,
                "final_reason": final_reason,
                "last_disposition": last_disposition,
                "attempts": attempts,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contact_finished_data import ContactFinishedData  # noqa: PLC0415

        d = dict(src_dict)
        contact_id = d.pop("contact_id")

        campaign_id = d.pop("campaign_id")

        def _parse_call_list_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        call_list_id = _parse_call_list_id(d.pop("call_list_id"))

        def _parse_external_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_id = _parse_external_id(d.pop("external_id"))

        phone_number = d.pop("phone_number")

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        final_reason = FinalReason(d.pop("final_reason"))

        def _parse_last_disposition(data: object) -> Disposition | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_disposition_type_0 = Disposition(data)

                return last_disposition_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Disposition | None, data)

        last_disposition = _parse_last_disposition(d.pop("last_disposition"))

        attempts = d.pop("attempts")

        data = ContactFinishedData.from_dict(d.pop("data"))

        contact_finished = cls(
            contact_id=contact_id,
            campaign_id=campaign_id,
            call_list_id=call_list_id,
            external_id=external_id,
            phone_number=phone_number,
            name=name,
            final_reason=final_reason,
            last_disposition=last_disposition,
            attempts=attempts,
            data=data,
        )

        return contact_finished
