from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.hold_in import HoldIn
    from ..models.rates_in import RatesIn


T = TypeVar("T", bound="ForecastIn")


@_attrs_define
class ForecastIn:
    """What to go by. `{}`: by what was seen so far.

    Attributes:
        rates (list[RatesIn] | Unset): For the first, the second, … attempt; the last for all more.
        hold_seconds (HoldIn | Unset): From dialing to hang-up, in seconds. What isn't named is taken as seen.
        horizon_days (int | Unset): How far to look. Default: 30.
    """

    rates: list[RatesIn] | Unset = UNSET
    hold_seconds: HoldIn | Unset = UNSET
    horizon_days: int | Unset = 30

    def to_dict(self) -> dict[str, Any]:
        rates: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.rates, Unset):
            rates = []
            for rates_item_data in self.rates:
                rates_item = rates_item_data.to_dict()
                rates.append(rates_item)

        hold_seconds: dict[str, Any] | Unset = UNSET
        if not isinstance(self.hold_seconds, Unset):
            hold_seconds = self.hold_seconds.to_dict()

        horizon_days = self.horizon_days

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if rates is not UNSET:
            field_dict["rates"] = rates
        if hold_seconds is not UNSET:
            field_dict["hold_seconds"] = hold_seconds
        if horizon_days is not UNSET:
            field_dict["horizon_days"] = horizon_days

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.hold_in import HoldIn  # noqa: PLC0415
        from ..models.rates_in import RatesIn  # noqa: PLC0415

        d = dict(src_dict)
        _rates = d.pop("rates", UNSET)
        rates: list[RatesIn] | Unset = UNSET
        if _rates is not UNSET:
            rates = []
            for rates_item_data in _rates:
                rates_item = RatesIn.from_dict(rates_item_data)

                rates.append(rates_item)

        _hold_seconds = d.pop("hold_seconds", UNSET)
        hold_seconds: HoldIn | Unset
        if isinstance(_hold_seconds, Unset):
            hold_seconds = UNSET
        else:
            hold_seconds = HoldIn.from_dict(_hold_seconds)

        horizon_days = d.pop("horizon_days", UNSET)

        forecast_in = cls(
            rates=rates,
            hold_seconds=hold_seconds,
            horizon_days=horizon_days,
        )

        return forecast_in
