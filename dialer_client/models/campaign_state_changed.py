from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.campaign_state import CampaignState

T = TypeVar("T", bound="CampaignStateChanged")


@_attrs_define
class CampaignStateChanged:
    """A campaign in another state.

    Attributes:
        campaign_id (int):
        name (str):
        state (CampaignState):
        state_before (CampaignState):
    """

    campaign_id: int
    name: str
    state: CampaignState
    state_before: CampaignState

    def to_dict(self) -> dict[str, Any]:
        campaign_id = self.campaign_id

        name = self.name

        state = self.state.value

        state_before = self.state_before.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "campaign_id": campaign_id,
                "name": name,
                "state": state,
                "state_before": state_before,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaign_id = d.pop("campaign_id")

        name = d.pop("name")

        state = CampaignState(d.pop("state"))

        state_before = CampaignState(d.pop("state_before"))

        campaign_state_changed = cls(
            campaign_id=campaign_id,
            name=name,
            state=state,
            state_before=state_before,
        )

        return campaign_state_changed
