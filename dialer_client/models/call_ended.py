from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.disposition import Disposition

if TYPE_CHECKING:
    from ..models.call_ended_data import CallEndedData


T = TypeVar("T", bound="CallEnded")


@_attrs_define
class CallEnded:
    """A call that has ended. A single call has no campaign and no contact.

    Attributes:
        call_id (UUID):
        campaign_id (int | None):
        contact_id (int | None):
        external_id (None | str): What your own system calls the contact.
        phone_number (str):
        attempt_number (int):
        max_attempts (int):
        disposition (Disposition):
        failure_reason (None | str):
        dialstatus (None | str):
        cause (int | None): Q.850.
        tech_cause (None | str): What the network said, like SIP 486.
        dialed_at (datetime.datetime | None):
        answered_at (datetime.datetime | None):
        ended_at (datetime.datetime | None):
        duration_seconds (float | None):
        data (CallEndedData): What came with the contact.
    """

    call_id: UUID
    campaign_id: int | None
    contact_id: int | None
    external_id: None | str
    phone_number: str
    attempt_number: int
    max_attempts: int
    disposition: Disposition
    failure_reason: None | str
    dialstatus: None | str
    cause: int | None
    tech_cause: None | str
    dialed_at: datetime.datetime | None
    answered_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    duration_seconds: float | None
    data: CallEndedData

    def to_dict(self) -> dict[str, Any]:
        call_id = str(self.call_id)

        campaign_id: int | None
        campaign_id = self.campaign_id

        contact_id: int | None
        contact_id = self.contact_id

        external_id: None | str
        external_id = self.external_id

        phone_number = self.phone_number

        attempt_number = self.attempt_number

        max_attempts = self.max_attempts

        disposition = self.disposition.value

        failure_reason: None | str
        failure_reason = self.failure_reason

        dialstatus: None | str
        dialstatus = self.dialstatus

        cause: int | None
        cause = self.cause

        tech_cause: None | str
        tech_cause = self.tech_cause

        dialed_at: None | str
        if isinstance(self.dialed_at, datetime.datetime):
            dialed_at = self.dialed_at.isoformat()
        else:
            dialed_at = self.dialed_at

        answered_at: None | str
        if isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        duration_seconds: float | None
        duration_seconds = self.duration_seconds

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "call_id": call_id,
                "campaign_id": campaign_id,
                "contact_id": contact_id,
                "external_id": external_id,
                "phone_number": phone_number,
                "attempt_number": attempt_number,
                "max_attempts": max_attempts,
                "disposition": disposition,
                "failure_reason": failure_reason,
                "dialstatus": dialstatus,
                "cause": cause,
                "tech_cause": tech_cause,
                "dialed_at": dialed_at,
                "answered_at": answered_at,
                "ended_at": ended_at,
                "duration_seconds": duration_seconds,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_ended_data import CallEndedData  # noqa: PLC0415

        d = dict(src_dict)
        call_id = UUID(d.pop("call_id"))

        def _parse_campaign_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id"))

        def _parse_contact_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        contact_id = _parse_contact_id(d.pop("contact_id"))

        def _parse_external_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_id = _parse_external_id(d.pop("external_id"))

        phone_number = d.pop("phone_number")

        attempt_number = d.pop("attempt_number")

        max_attempts = d.pop("max_attempts")

        disposition = Disposition(d.pop("disposition"))

        def _parse_failure_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        failure_reason = _parse_failure_reason(d.pop("failure_reason"))

        def _parse_dialstatus(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        dialstatus = _parse_dialstatus(d.pop("dialstatus"))

        def _parse_cause(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        cause = _parse_cause(d.pop("cause"))

        def _parse_tech_cause(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tech_cause = _parse_tech_cause(d.pop("tech_cause"))

        def _parse_dialed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                dialed_at_type_0 = datetime.datetime.fromisoformat(data)

                return dialed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        dialed_at = _parse_dialed_at(d.pop("dialed_at"))

        def _parse_answered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answered_at_type_0 = datetime.datetime.fromisoformat(data)

                return answered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        answered_at = _parse_answered_at(d.pop("answered_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        def _parse_duration_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration_seconds = _parse_duration_seconds(d.pop("duration_seconds"))

        data = CallEndedData.from_dict(d.pop("data"))

        call_ended = cls(
            call_id=call_id,
            campaign_id=campaign_id,
            contact_id=contact_id,
            external_id=external_id,
            phone_number=phone_number,
            attempt_number=attempt_number,
            max_attempts=max_attempts,
            disposition=disposition,
            failure_reason=failure_reason,
            dialstatus=dialstatus,
            cause=cause,
            tech_cause=tech_cause,
            dialed_at=dialed_at,
            answered_at=answered_at,
            ended_at=ended_at,
            duration_seconds=duration_seconds,
            data=data,
        )

        return call_ended
