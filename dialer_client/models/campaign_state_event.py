from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.campaign_state_changed import CampaignStateChanged


T = TypeVar("T", bound="CampaignStateEvent")


@_attrs_define
class CampaignStateEvent:
    """
    Attributes:
        id (UUID): Of the event: the same at every try, and in `Dialer-Event-Id`.
        occurred_at (datetime.datetime):
        event (Literal['campaign.state']):
        data (CampaignStateChanged): A campaign in another state.
    """

    id: UUID
    occurred_at: datetime.datetime
    event: Literal["campaign.state"]
    data: CampaignStateChanged

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        occurred_at = self.occurred_at.isoformat()

        event = self.event

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "occurred_at": occurred_at,
                "event": event,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.campaign_state_changed import CampaignStateChanged  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        occurred_at = datetime.datetime.fromisoformat(d.pop("occurred_at"))

        event = cast(Literal["campaign.state"], d.pop("event"))
        if event != "campaign.state":
            raise ValueError(f"event must match const 'campaign.state', got '{event}'")

        data = CampaignStateChanged.from_dict(d.pop("data"))

        campaign_state_event = cls(
            id=id,
            occurred_at=occurred_at,
            event=event,
            data=data,
        )

        return campaign_state_event
