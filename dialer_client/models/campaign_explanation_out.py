from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.reason_out import ReasonOut


T = TypeVar("T", bound="CampaignExplanationOut")


@_attrs_define
class CampaignExplanationOut:
    """All contacts, by what keeps them from being dialed; the counts add up to `contacts`.

    Attributes:
        campaign_id (int):
        contacts (int):
        groups (list[ReasonOut]):
        as_of (datetime.datetime):
    """

    campaign_id: int
    contacts: int
    groups: list[ReasonOut]
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        campaign_id = self.campaign_id

        contacts = self.contacts

        groups = []
        for groups_item_data in self.groups:
            groups_item = groups_item_data.to_dict()
            groups.append(groups_item)

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "campaign_id": campaign_id,
                "contacts": contacts,
                "groups": groups,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reason_out import ReasonOut  # noqa: PLC0415

        d = dict(src_dict)
        campaign_id = d.pop("campaign_id")

        contacts = d.pop("contacts")

        groups = []
        _groups = d.pop("groups")
        for groups_item_data in _groups:
            groups_item = ReasonOut.from_dict(groups_item_data)

            groups.append(groups_item)

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        campaign_explanation_out = cls(
            campaign_id=campaign_id,
            contacts=contacts,
            groups=groups,
            as_of=as_of,
        )

        return campaign_explanation_out
