from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.breaker_state import BreakerState

T = TypeVar("T", bound="TrunkPaceOut")


@_attrs_define
class TrunkPaceOut:
    """How fast a trunk goes at `as_of`.

    Attributes:
        trunk_id (int):
        cps (float): As it is allowed.
        share (float): What is left of it while calls end in congestion or by the trunk's fault, up to 1.
        cps_now (float):
        channels (int):
        channels_used (int):
        breaker_open (bool): It only fails, and is left alone for a while.
        breaker (BreakerState): Of a trunk or a node that may only fail.
        node_breaker (BreakerState): Of a trunk or a node that may only fail.
        as_of (datetime.datetime):
    """

    trunk_id: int
    cps: float
    share: float
    cps_now: float
    channels: int
    channels_used: int
    breaker_open: bool
    breaker: BreakerState
    node_breaker: BreakerState
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        trunk_id = self.trunk_id

        cps = self.cps

        share = self.share

        cps_now = self.cps_now

        channels = self.channels

        channels_used = self.channels_used

        breaker_open = self.breaker_open

        breaker = self.breaker.value

        node_breaker = self.node_breaker.value

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trunk_id": trunk_id,
                "cps": cps,
                "share": share,
                "cps_now": cps_now,
                "channels": channels,
                "channels_used": channels_used,
                "breaker_open": breaker_open,
                "breaker": breaker,
                "node_breaker": node_breaker,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trunk_id = d.pop("trunk_id")

        cps = d.pop("cps")

        share = d.pop("share")

        cps_now = d.pop("cps_now")

        channels = d.pop("channels")

        channels_used = d.pop("channels_used")

        breaker_open = d.pop("breaker_open")

        breaker = BreakerState(d.pop("breaker"))

        node_breaker = BreakerState(d.pop("node_breaker"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        trunk_pace_out = cls(
            trunk_id=trunk_id,
            cps=cps,
            share=share,
            cps_now=cps_now,
            channels=channels,
            channels_used=channels_used,
            breaker_open=breaker_open,
            breaker=breaker,
            node_breaker=node_breaker,
            as_of=as_of,
        )

        return trunk_pace_out
