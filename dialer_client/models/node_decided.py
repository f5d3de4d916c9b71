from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="NodeDecided")


@_attrs_define
class NodeDecided:
    """
    Attributes:
        id (int):
        name (str):
        ari_url (str):
        ari_username (str):
        events_port (int | None):
        enabled (bool):
        version (None | str):
        is_simulator (bool | None):
        startup_at (datetime.datetime | None):
        listener_id (None | str):
        listener_epoch (int):
        listener_alive (bool):
        lease_until (datetime.datetime | None):
        gap_free_since (datetime.datetime | None):
        echo_at (datetime.datetime | None):
        created_at (datetime.datetime):
        in_flight (int): Calls through the node that were dialed before the edit and are not over.
    """

    id: int
    name: str
    ari_url: str
    ari_username: str
    events_port: int | None
    enabled: bool
    version: None | str
    is_simulator: bool | None
    startup_at: datetime.datetime | None
    listener_id: None | str
    listener_epoch: int
    listener_alive: bool
    lease_until: datetime.datetime | None
    gap_free_since: datetime.datetime | None
    echo_at: datetime.datetime | None
    created_at: datetime.datetime
    in_flight: int

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        ari_url = self.ari_url

        ari_username = self.ari_username

        events_port: int | None
        events_port = self.events_port

        enabled = self.enabled

        version: None | str
        version = self.version

        is_simulator: bool | None
        is_simulator = self.is_simulator

        startup_at: None | str
        if isinstance(self.startup_at, datetime.datetime):
            startup_at = self.startup_at.isoformat()
        else:
            startup_at = self.startup_at

        listener_id: None | str
        listener_id = self.listener_id

        listener_epoch = self.listener_epoch

        listener_alive = self.listener_alive

        lease_until: None | str
        if isinstance(self.lease_until, datetime.datetime):
            lease_until = self.lease_until.isoformat()
        else:
            lease_until = self.lease_until

        gap_free_since: None | str
        if isinstance(self.gap_free_since, datetime.datetime):
            gap_free_since = self.gap_free_since.isoformat()
        else:
            gap_free_since = self.gap_free_since

        echo_at: None | str
        if isinstance(self.echo_at, datetime.datetime):
            echo_at = self.echo_at.isoformat()
        else:
            echo_at = self.echo_at

        created_at = self.created_at.isoformat()

        in_flight = self.in_flight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "ari_url": ari_url,
                "ari_username": ari_username,
                "events_port": events_port,
                "enabled": enabled,
                "version": version,
                "is_simulator": is_simulator,
                "startup_at": startup_at,
                "listener_id": listener_id,
                "listener_epoch": listener_epoch,
                "listener_alive": listener_alive,
                "lease_until": lease_until,
                "gap_free_since": gap_free_since,
                "echo_at": echo_at,
                "created_at": created_at,
                "in_flight": in_flight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        ari_url = d.pop("ari_url")

        ari_username = d.pop("ari_username")

        def _parse_events_port(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        events_port = _parse_events_port(d.pop("events_port"))

        enabled = d.pop("enabled")

        def _parse_version(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        version = _parse_version(d.pop("version"))

        def _parse_is_simulator(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_simulator = _parse_is_simulator(d.pop("is_simulator"))

        def _parse_startup_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                startup_at_type_0 = datetime.datetime.fromisoformat(data)

                return startup_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        startup_at = _parse_startup_at(d.pop("startup_at"))

        def _parse_listener_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        listener_id = _parse_listener_id(d.pop("listener_id"))

        listener_epoch = d.pop("listener_epoch")

        listener_alive = d.pop("listener_alive")

        def _parse_lease_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                lease_until_type_0 = datetime.datetime.fromisoformat(data)

                return lease_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        lease_until = _parse_lease_until(d.pop("lease_until"))

        def _parse_gap_free_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                gap_free_since_type_0 = datetime.datetime.fromisoformat(data)

                return gap_free_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        gap_free_since = _parse_gap_free_since(d.pop("gap_free_since"))

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

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        in_flight = d.pop("in_flight")

        node_decided = cls(
            id=id,
            name=name,
            ari_url=ari_url,
            ari_username=ari_username,
            events_port=events_port,
            enabled=enabled,
            version=version,
            is_simulator=is_simulator,
            startup_at=startup_at,
            listener_id=listener_id,
            listener_epoch=listener_epoch,
            listener_alive=listener_alive,
            lease_until=lease_until,
            gap_free_since=gap_free_since,
            echo_at=echo_at,
            created_at=created_at,
            in_flight=in_flight,
        )

        return node_decided
