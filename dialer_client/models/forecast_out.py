from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.campaign_state import CampaignState

if TYPE_CHECKING:
    from ..models.forecast_out_done import ForecastOutDone
    from ..models.hour_out import HourOut
    from ..models.not_called import NotCalled
    from ..models.rates_out import RatesOut


T = TypeVar("T", bound="ForecastOut")


@_attrs_define
class ForecastOut:
    """When a campaign will end, as of `as_of`.

    Attributes:
        campaign_id (int):
        state (CampaignState):
        finish_at (datetime.datetime | None): When the last call is over to whoever may be called; empty: not before the
            horizon.
        earliest_at (datetime.datetime | None): The earliest of several runs.
        latest_at (datetime.datetime | None): The latest of several runs; empty: beyond the horizon.
        horizon (datetime.datetime):
        contacts (int): Contacts that are not done now.
        done (ForecastOutDone): What becomes of them.
        left (list[NotCalled]): Those who are not called, or not in time, and why.
        hours (list[HourOut]):
        rates (RatesOut): What the forecast went by.
        assumptions (list[str]):
        as_of (datetime.datetime):
    """

    campaign_id: int
    state: CampaignState
    finish_at: datetime.datetime | None
    earliest_at: datetime.datetime | None
    latest_at: datetime.datetime | None
    horizon: datetime.datetime
    contacts: int
    done: ForecastOutDone
    left: list[NotCalled]
    hours: list[HourOut]
    rates: RatesOut
    assumptions: list[str]
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        campaign_id = self.campaign_id

        state = self.state.value

        finish_at: None | str
        if isinstance(self.finish_at, datetime.datetime):
            finish_at = self.finish_at.isoformat()
        else:
            finish_at = self.finish_at

        earliest_at: None | str
        if isinstance(self.earliest_at, datetime.datetime):
            earliest_at = self.earliest_at.isoformat()
        else:
            earliest_at = self.earliest_at

        latest_at: None | str
        if isinstance(self.latest_at, datetime.datetime):
            latest_at = self.latest_at.isoformat()
        else:
            latest_at = self.latest_at

        horizon = self.horizon.isoformat()

        contacts = self.contacts

        done = self.done.to_dict()

        left = []
        for left_item_data in self.left:
            left_item = left_item_data.to_dict()
            left.append(left_item)

        hours = []
        for hours_item_data in self.hours:
            hours_item = hours_item_data.to_dict()
            hours.append(hours_item)

        rates = self.rates.to_dict()

        assumptions = self.assumptions

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "campaign_id": campaign_id,
                "state": state,
                "finish_at": finish_at,
                "earliest_at": earliest_at,
                "latest_at": latest_at,
                "horizon": horizon,
                "contacts": contacts,
                "done": done,
                "left": left,
                "hours": hours,
                "rates": rates,
                "assumptions": assumptions,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.forecast_out_done import ForecastOutDone  # noqa: PLC0415
        from ..models.hour_out import HourOut  # noqa: PLC0415
        from ..models.not_called import NotCalled  # noqa: PLC0415
        from ..models.rates_out import RatesOut  # noqa: PLC0415

        d = dict(src_dict)
        campaign_id = d.pop("campaign_id")

        state = CampaignState(d.pop("state"))

        def _parse_finish_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finish_at_type_0 = datetime.datetime.fromisoformat(data)

                return finish_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finish_at = _parse_finish_at(d.pop("finish_at"))

        def _parse_earliest_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                earliest_at_type_0 = datetime.datetime.fromisoformat(data)

                return earliest_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        earliest_at = _parse_earliest_at(d.pop("earliest_at"))

        def _parse_latest_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                latest_at_type_0 = datetime.datetime.fromisoformat(data)

                return latest_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        latest_at = _parse_latest_at(d.pop("latest_at"))

        horizon = datetime.datetime.fromisoformat(d.pop("horizon"))

        contacts = d.pop("contacts")

        done = ForecastOutDone.from_dict(d.pop("done"))

        left = []
        _left = d.pop("left")
        for left_item_data in _left:
            left_item = NotCalled.from_dict(left_item_data)

            left.append(left_item)

        hours = []
        _hours = d.pop("hours")
        for hours_item_data in _hours:
            hours_item = HourOut.from_dict(hours_item_data)

            hours.append(hours_item)

        rates = RatesOut.from_dict(d.pop("rates"))

        assumptions = cast(list[str], d.pop("assumptions"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        forecast_out = cls(
            campaign_id=campaign_id,
            state=state,
            finish_at=finish_at,
            earliest_at=earliest_at,
            latest_at=latest_at,
            horizon=horizon,
            contacts=contacts,
            done=done,
            left=left,
            hours=hours,
            rates=rates,
            assumptions=assumptions,
            as_of=as_of,
        )

        return forecast_out
