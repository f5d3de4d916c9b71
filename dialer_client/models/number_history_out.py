from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.call_page import CallPage
    from ..models.dnc_out import DncOut
    from ..models.number_history_out_campaigns import NumberHistoryOutCampaigns


T = TypeVar("T", bound="NumberHistoryOut")


@_attrs_define
class NumberHistoryOut:
    """All that is known about a number, across campaigns.

    Attributes:
        phone_number (str):
        zones (list[str]):
        regions (list[str]):
        dialed_at (list[datetime.datetime]): The dials that count for caps.
        dnc (list[DncOut]):
        campaigns (NumberHistoryOutCampaigns): Names of the calls' campaigns.
        calls (CallPage):
    """

    phone_number: str
    zones: list[str]
    regions: list[str]
    dialed_at: list[datetime.datetime]
    dnc: list[DncOut]
    campaigns: NumberHistoryOutCampaigns
    calls: CallPage

    def to_dict(self) -> dict[str, Any]:
        phone_number = self.phone_number

        zones = self.zones

        regions = self.regions

        dialed_at = []
        for dialed_at_item_data in self.dialed_at:
            dialed_at_item = dialed_at_item_data.isoformat()
            dialed_at.append(dialed_at_item)

        dnc = []
        for dnc_item_data in self.dnc:
            dnc_item = dnc_item_data.to_dict()
            dnc.append(dnc_item)

        campaigns = self.campaigns.to_dict()

        calls = self.calls.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
                "zones": zones,
                "regions": regions,
                "dialed_at": dialed_at,
                "dnc": dnc,
                "campaigns": campaigns,
                "calls": calls,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_page import CallPage  # noqa: PLC0415
        from ..models.dnc_out import DncOut  # noqa: PLC0415
        from ..models.number_history_out_campaigns import NumberHistoryOutCampaigns  # noqa: PLC0415

        d = dict(src_dict)
        phone_number = d.pop("phone_number")

        zones = cast(list[str], d.pop("zones"))

        regions = cast(list[str], d.pop("regions"))

        dialed_at = []
        _dialed_at = d.pop("dialed_at")
        for dialed_at_item_data in _dialed_at:
            dialed_at_item = datetime.datetime.fromisoformat(dialed_at_item_data)

            dialed_at.append(dialed_at_item)

        dnc = []
        _dnc = d.pop("dnc")
        for dnc_item_data in _dnc:
            dnc_item = DncOut.from_dict(dnc_item_data)

            dnc.append(dnc_item)

        campaigns = NumberHistoryOutCampaigns.from_dict(d.pop("campaigns"))

        calls = CallPage.from_dict(d.pop("calls"))

        number_history_out = cls(
            phone_number=phone_number,
            zones=zones,
            regions=regions,
            dialed_at=dialed_at,
            dnc=dnc,
            campaigns=campaigns,
            calls=calls,
        )

        return number_history_out
