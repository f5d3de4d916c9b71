from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="DncOut")


@_attrs_define
class DncOut:
    """
    Attributes:
        id (int):
        phone_number (str):
        campaign_id (int | None):
        reason (None | str):
        source (str):
        expires_at (datetime.datetime | None):
        upload_id (int | None): The upload that it came with.
        created_by (str):
        created_at (datetime.datetime):
    """

    id: int
    phone_number: str
    campaign_id: int | None
    reason: None | str
    source: str
    expires_at: datetime.datetime | None
    upload_id: int | None
    created_by: str
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        phone_number = self.phone_number

        campaign_id: int | None
        campaign_id = self.campaign_id

        reason: None | str
        reason = self.reason

        source = self.source

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        upload_id: int | None
        upload_id = self.upload_id

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "phone_number": phone_number,
                "campaign_id": campaign_id,
                "reason": reason,
                "source": source,
                "expires_at": expires_at,
                "upload_id": upload_id,
                "created_by": created_by,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        phone_number = d.pop("phone_number")

        def _parse_campaign_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        source = d.pop("source")

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        def _parse_upload_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        upload_id = _parse_upload_id(d.pop("upload_id"))

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        dnc_out = cls(
            id=id,
            phone_number=phone_number,
            campaign_id=campaign_id,
            reason=reason,
            source=source,
            expires_at=expires_at,
            upload_id=upload_id,
            created_by=created_by,
            created_at=created_at,
        )

        return dnc_out
