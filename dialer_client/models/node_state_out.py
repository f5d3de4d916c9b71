from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.breaker_state import BreakerState

T = TypeVar("T", bound="NodeStateOut")


@_attrs_define
class NodeStateOut:
    """Whether calls go out through a node at `as_of`.

    Attributes:
        node_id (int):
        enabled (bool):
        listener_alive (bool):
        echo_at (datetime.datetime | None):
        breaker (BreakerState): Of a trunk or a node that may only fail.
        as_of (datetime.datetime):
    """

    node_id: int
    enabled: bool
    listener_alive: bool
    echo_at: datetime.datetime | None
    breaker: BreakerState
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        node_id = self.node_id

        enabled = self.enabled

        listener_alive = self.listener_alive

        echo_at: None | str
        if isinstance(self.echo_at, datetime.datetime):
            echo_at = self.echo_at.isoformat()
        else:
            echo_at = self.echo_at

        breaker = self.breaker.value

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "node_id": node_id,
                "enabled": enabled,
                "listener_alive": listener_alive,
                "echo_at": echo_at,
                "breaker": breaker,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        node_id = d.pop("node_id")

        enabled = d.pop("enabled")

        listener_alive = d.pop("listener_alive")

        def _parse_echo_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                echo_at_type_0 = datetime.datetime.fromisoformat(data)

                return echo_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        echo_at = _parse_echo_at(d.pop("echo_at"))

        breaker = BreakerState(d.pop("breaker"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        node_state_out = cls(
            node_id=node_id,
            enabled=enabled,
            listener_alive=listener_alive,
            echo_at=echo_at,
            breaker=breaker,
            as_of=as_of,
        )

        return node_state_out
