from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.event import Event

T = TypeVar("T", bound="WebhookIssued")


@_attrs_define
class WebhookIssued:
    """
    Attributes:
        id (int):
        url (str):
        events (list[Event]):
        campaign_id (int | None):
        enabled (bool):
        previous_until (datetime.datetime | None): Until when it is signed with the secret before, too.
        created_by (str):
        created_at (datetime.datetime):
        secret (None | str): Shown this once; null in an answer that is repeated.
    """

    id: int
    url: str
    events: list[Event]
    campaign_id: int | None
    enabled: bool
    previous_until: datetime.datetime | None
    created_by: str
    created_at: datetime.datetime
    secret: None | str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        url = self.url

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.value
            events.append(events_item)

        campaign_id: int | None
        campaign_id = self.campaign_id

        enabled = self.enabled

        previous_until: None | str
        if isinstance(self.previous_until, datetime.datetime):
            previous_until = self.previous_until.isoformat()
        else:
            previous_until = self.previous_until

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        secret: None | str
        secret = self.secret

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "url": url,
                "events": events,
                "campaign_id": campaign_id,
                "enabled": enabled,
                "previous_until": previous_until,
                "created_by": created_by,
                "created_at": created_at,
                "secret": secret,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        url = d.pop("url")

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = Event(events_item_data)

            events.append(events_item)

        def _parse_campaign_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id"))

        enabled = d.pop("enabled")

        def _parse_previous_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                previous_until_type_0 = datetime.datetime.fromisoformat(data)

                return previous_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        previous_until = _parse_previous_until(d.pop("previous_until"))

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_secret(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        secret = _parse_secret(d.pop("secret"))

        webhook_issued = cls(
            id=id,
            url=url,
            events=events,
            campaign_id=campaign_id,
            enabled=enabled,
            previous_until=previous_until,
            created_by=created_by,
            created_at=created_at,
            secret=secret,
        )

        return webhook_issued
