from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.rate_out import RateOut


T = TypeVar("T", bound="PeopleOut")


@_attrs_define
class PeopleOut:
    """The people of a campaign, and who waited for them in vain.

    Attributes:
        people (int):
        calls (int): Calls that may be under way now: fewer than people near a ceiling.
        opens_at (datetime.datetime | None): At a ceiling: when the first call is allowed again.
        rates (list[RateOut]):
    """

    people: int
    calls: int
    opens_at: datetime.datetime | None
    rates: list[RateOut]

    def to_dict(self) -> dict[str, Any]:
        people = self.people

        calls = self.calls

        opens_at: None | str
        if isinstance(self.opens_at, datetime.datetime):
            opens_at = self.opens_at.isoformat()
        else:
            opens_at = self.opens_at

        rates = []
        for rates_item_data in self.rates:
            rates_item = rates_item_data.to_dict()
            rates.append(rates_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "people": people,
                "calls": calls,
                "opens_at": opens_at,
                "rates": rates,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rate_out import RateOut  # noqa: PLC0415

        d = dict(src_dict)
        people = d.pop("people")

        calls = d.pop("calls")

        def _parse_opens_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                opens_at_type_0 = datetime.datetime.fromisoformat(data)

                return opens_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        opens_at = _parse_opens_at(d.pop("opens_at"))

        rates = []
        _rates = d.pop("rates")
        for rates_item_data in _rates:
            rates_item = RateOut.from_dict(rates_item_data)

            rates.append(rates_item)

        people_out = cls(
            people=people,
            calls=calls,
            opens_at=opens_at,
            rates=rates,
        )

        return people_out
