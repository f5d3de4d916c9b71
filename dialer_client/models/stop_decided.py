from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="StopDecided")


@_attrs_define
class StopDecided:
    """
    Attributes:
        stopped (bool):
        at (datetime.datetime | None):
        by (None | str):
        reason (None | str):
        in_flight (int): Calls that were dialed before the stop and are not over.
    """

    stopped: bool
    at: datetime.datetime | None
    by: None | str
    reason: None | str
    in_flight: int

    def to_dict(self) -> dict[str, Any]:
        stopped = self.stopped

        at: None | str
        if isinstance(self.at, datetime.datetime):
            at = self.at.isoformat()
        else:
            at = self.at

        by: None | str
        by = self.by

        reason: None | str
        reason = self.reason

        in_flight = self.in_flight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "stopped": stopped,
                "at": at,
                "by": by,
                "reason": reason,
                "in_flight": in_flight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        stopped = d.pop("stopped")

        def _parse_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                at_type_0 = datetime.datetime.fromisoformat(data)

                return at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        at = _parse_at(d.pop("at"))

        def _parse_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        by = _parse_by(d.pop("by"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        in_flight = d.pop("in_flight")

        stop_decided = cls(
            stopped=stopped,
            at=at,
            by=by,
            reason=reason,
            in_flight=in_flight,
        )

        return stop_decided
