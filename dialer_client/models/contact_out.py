from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.contact_state import ContactState
from ..models.disposition import Disposition
from ..models.final_reason import FinalReason

T = TypeVar("T", bound="ContactOut")


@_attrs_define
class ContactOut:
    """
    Attributes:
        id (int):
        campaign_id (int):
        call_list_id (int | None):
        phone_number (str):
        zones (list[str]): Time zones that the number that comes next can be in.
        regions (list[str]): ISO 3166 codes, of the list and of the number.
        priority (int):
        external_id (None | str):
        name (None | str):
        state (ContactState): What may happen to a contact next.
        final_reason (FinalReason | None):
        next_attempt_at (datetime.datetime | None):
        callback_at (datetime.datetime | None): When the person wants to be called; null once that call was made.
        attempts (int):
        open_call_id (None | UUID):
        last_disposition (Disposition | None):
        consent_at (datetime.datetime | None):
        consent_source (None | str):
        created_at (datetime.datetime):
    """

    id: int
    campaign_id: int
    call_list_id: int | None
    phone_number: str
    zones: list[str]
    regions: list[str]
    priority: int
    external_id: None | str
    name: None | str
    state: ContactState
    final_reason: FinalReason | None
    next_attempt_at: datetime.datetime | None
    callback_at: datetime.datetime | None
    attempts: int
    open_call_id: None | UUID
    last_disposition: Disposition | None
    consent_at: datetime.datetime | None
    consent_source: None | str
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        campaign_id = self.campaign_id

        call_list_id: int | None
        call_list_id = self.call_list_id

        phone_number = self.phone_number

        zones = self.zones

        regions = self.regions

        priority = self.priority

        external_id: None | str
        external_id = self.external_id

        name: None | str
        name = self.name

        state = self.state.value

        final_reason: None | str
        if isinstance(self.final_reason, FinalReason):
            final_reason = self.final_reason.value
        else:
            final_reason = self.final_reason

        next_attempt_at: None | str
        if isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        callback_at: None | str
        if isinstance(self.callback_at, datetime.datetime):
            callback_at = self.callback_at.isoformat()
        else:
            callback_at = self.callback_at

        attempts = self.attempts

        open_call_id: None | str
        if isinstance(self.open_call_id, UUID):
            open_call_id = str(self.open_call_id)
        else:
            open_call_id = self.open_call_id

        last_disposition: None | str
        if isinstance(self.last_disposition, Disposition):
            last_disposition = self.last_disposition.value
        else:
            last_disposition = self.last_disposition

        consent_at: None | str
        if isinstance(self.consent_at, datetime.datetime):
            consent_at = self.consent_at.isoformat()
        else:
            consent_at = self.consent_at

        consent_source: None | str
        consent_source = self.consent_source

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "campaign_id": campaign_id,
                "call_list_id": call_list_id,
                "phone_number": phone_number,
                "zones": zones,
                "regions": regions,
                "priority": priority,
                "external_id": external_id,
                "name": name,
                "state": state,
                "final_reason": final_reason,
                "next_attempt_at": next_attempt_at,
                "callback_at": callback_at,
                "attempts": attempts,
                "open_call_id": open_call_id,
                "last_disposition": last_disposition,
                "consent_at": consent_at,
                "consent_source": consent_source,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        campaign_id = d.pop("campaign_id")

        def _parse_call_list_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        call_list_id = _parse_call_list_id(d.pop("call_list_id"))

        phone_number = d.pop("phone_number")

        zones = cast(list[str], d.pop("zones"))

        regions = cast(list[str], d.pop("regions"))

        priority = d.pop("priority")

        def _parse_external_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_id = _parse_external_id(d.pop("external_id"))

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        state = ContactState(d.pop("state"))

        def _parse_final_reason(data: object) -> FinalReason | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                final_reason_type_0 = FinalReason(data)

                return final_reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FinalReason | None, data)

        final_reason = _parse_final_reason(d.pop("final_reason"))

        def _parse_next_attempt_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_attempt_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("next_attempt_at"))

        def _parse_callback_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                callback_at_type_0 = datetime.datetime.fromisoformat(data)

                return callback_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        callback_at = _parse_callback_at(d.pop("callback_at"))

        attempts = d.pop("attempts")

        def _parse_open_call_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                open_call_id_type_0 = UUID(data)

                return open_call_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        open_call_id = _parse_open_call_id(d.pop("open_call_id"))

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

        def _parse_consent_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                consent_at_type_0 = datetime.datetime.fromisoformat(data)

                return consent_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        consent_at = _parse_consent_at(d.pop("consent_at"))

        def _parse_consent_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        consent_source = _parse_consent_source(d.pop("consent_source"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        contact_out = cls(
            id=id,
            campaign_id=campaign_id,
            call_list_id=call_list_id,
            phone_number=phone_number,
            zones=zones,
            regions=regions,
            priority=priority,
            external_id=external_id,
            name=name,
            state=state,
            final_reason=final_reason,
            next_attempt_at=next_attempt_at,
            callback_at=callback_at,
            attempts=attempts,
            open_call_id=open_call_id,
            last_disposition=last_disposition,
            consent_at=consent_at,
            consent_source=consent_source,
            created_at=created_at,
        )

        return contact_out
