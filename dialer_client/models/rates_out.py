from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.rates_out_by_attempt_item import RatesOutByAttemptItem
    from ..models.rates_out_hold_seconds import RatesOutHoldSeconds


T = TypeVar("T", bound="RatesOut")


@_attrs_define
class RatesOut:
    """What the forecast went by.

    Attributes:
        by_attempt (list[RatesOutByAttemptItem]): The last holds for all further attempts.
        hold_seconds (RatesOutHoldSeconds):
        calls_seen (int): From how many calls the rates come.
    """

    by_attempt: list[RatesOutByAttemptItem]
    hold_seconds: RatesOutHoldSeconds
    calls_seen: int

    def to_dict(self) -> dict[str, Any]:
        by_attempt = []
        for by_attempt_item_data in self.by_attempt:
            by_attempt_item = by_attempt_item_data.to_dict()
            by_attempt.append(by_attempt_item)

        hold_seconds = self.hold_seconds.to_dict()

        calls_seen = self.calls_seen

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "by_attempt": by_attempt,
                "hold_seconds": hold_seconds,
                "calls_seen": calls_seen,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rates_out_by_attempt_item import RatesOutByAttemptItem  # noqa: PLC0415
        from ..models.rates_out_hold_seconds import RatesOutHoldSeconds  # noqa: PLC0415

        d = dict(src_dict)
        by_attempt = []
        _by_attempt = d.pop("by_attempt")
        for by_attempt_item_data in _by_attempt:
            by_attempt_item = RatesOutByAttemptItem.from_dict(by_attempt_item_data)

            by_attempt.append(by_attempt_item)

        hold_seconds = RatesOutHoldSeconds.from_dict(d.pop("hold_seconds"))

        calls_seen = d.pop("calls_seen")

        rates_out = cls(
            by_attempt=by_attempt,
            hold_seconds=hold_seconds,
            calls_seen=calls_seen,
        )

        return rates_out
