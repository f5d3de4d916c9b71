from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.call_state import CallState
from ..models.disposition import Disposition
from ..models.export_format import ExportFormat
from ..types import UNSET, Unset

T = TypeVar("T", bound="CallExport")


@_attrs_define
class CallExport:
    """Which calls, and how.

    Attributes:
        format_ (ExportFormat | Unset):
        time_zone (str | Unset): IANA name; times are told in it. Default: 'UTC'.
        campaign_id (int | None | Unset): Empty: of all campaigns, and single calls.
        call_list_id (int | None | Unset):
        state (CallState | None | Unset):
        disposition (Disposition | None | Unset):
        trunk_id (int | None | Unset):
        created_from (datetime.datetime | None | Unset): Queued at this moment or later.
        created_before (datetime.datetime | None | Unset): Queued before this moment.
    """

    format_: ExportFormat | Unset = UNSET
    time_zone: str | Unset = "UTC"
    campaign_id: int | None | Unset = UNSET
    call_list_id: int | None | Unset = UNSET
    state: CallState | None | Unset = UNSET
    disposition: Disposition | None | Unset = UNSET
    trunk_id: int | None | Unset = UNSET
    created_from: datetime.datetime | None | Unset = UNSET
    created_before: datetime.datetime | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_.value

        time_zone = self.time_zone

        campaign_id: int | None | Unset
        if isinstance(self.campaign_id, Unset):
            campaign_id = UNSET
        else:
            campaign_id = self.campaign_id

        call_list_id: int | None | Unset
        if isinstance(self.call_list_id, Unset):
            call_list_id = UNSET
        else:
            call_list_id = self.call_list_id

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        elif isinstance(self.state, CallState):
            state = self.state.value
        else:
            state = self.state

        disposition: None | str | Unset
        if isinstance(self.disposition, Unset):
            disposition = UNSET
        elif isinstance(self.disposition, Disposition):
            disposition = self.disposition.value
        else:
            disposition = self.disposition

        trunk_id: int | None | Unset
        if isinstance(self.trunk_id, Unset):
            trunk_id = UNSET
        else:
            trunk_id = self.trunk_id

        created_from: None | str | Unset
        if isinstance(self.created_from, Unset):
            created_from = UNSET
        elif isinstance(self.created_from, datetime.datetime):
            created_from = self.created_from.isoformat()
        else:
            created_from = self.created_from

        created_before: None | str | Unset
        if isinstance(self.created_before, Unset):
            created_before = UNSET
        elif isinstance(self.created_before, datetime.datetime):
            created_before = self.created_before.isoformat()
        else:
            created_before = self.created_before

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if format_ is not UNSET:
            field_dict["format"] = format_
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if campaign_id is not UNSET:
            field_dict["campaign_id"] = campaign_id
        if call_list_id is not UNSET:
            field_dict["call_list_id"] = call_list_id
        if state is not UNSET:
            field_dict["state"] = state
        if disposition is not UNSET:
            field_dict["disposition"] = disposition
        if trunk_id is not UNSET:
            field_dict["trunk_id"] = trunk_id
        if created_from is not UNSET:
            field_dict["created_from"] = created_from
        if created_before is not UNSET:
            field_dict["created_before"] = created_before

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _format_ = d.pop("format", UNSET)
        format_: ExportFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = ExportFormat(_format_)

        time_zone = d.pop("time_zone", UNSET)

        def _parse_campaign_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id", UNSET))

        def _parse_call_list_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        call_list_id = _parse_call_list_id(d.pop("call_list_id", UNSET))

        def _parse_state(data: object) -> CallState | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_0 = CallState(data)

                return state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallState | None | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_disposition(data: object) -> Disposition | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disposition_type_0 = Disposition(data)

                return disposition_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Disposition | None | Unset, data)

        disposition = _parse_disposition(d.pop("disposition", UNSET))

        def _parse_trunk_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        trunk_id = _parse_trunk_id(d.pop("trunk_id", UNSET))

        def _parse_created_from(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_from_type_0 = datetime.datetime.fromisoformat(data)

                return created_from_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        created_from = _parse_created_from(d.pop("created_from", UNSET))

        def _parse_created_before(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_before_type_0 = datetime.datetime.fromisoformat(data)

                return created_before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        created_before = _parse_created_before(d.pop("created_before", UNSET))

        call_export = cls(
            format_=format_,
            time_zone=time_zone,
            campaign_id=campaign_id,
            call_list_id=call_list_id,
            state=state,
            disposition=disposition,
            trunk_id=trunk_id,
            created_from=created_from,
            created_before=created_before,
        )

        return call_export
