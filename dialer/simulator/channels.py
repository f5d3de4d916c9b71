"""The channels that live, their ids and their names."""

import asyncio
import re
import uuid
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from dialer.simulator.applications import Application
from dialer.simulator.fates import Fate

_CALLER_ID = re.compile(r'^\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^<"]*?))\s*<(?P<number>[^>]*)>\s*$')


def parse_caller_id(text: str) -> tuple[str, str]:
    """Split `"Name" <number>` into name and number. Digits alone are a number, anything else a name."""
    match = _CALLER_ID.match(text)
    if match:
        return match["quoted"] or match["bare"] or "", match["number"]
    return ("", text.strip()) if re.fullmatch(r"\s*[+\d]*\s*", text) else (text.strip(), "")


@dataclass(slots=True, eq=False)
class Channel:
    """One live channel. `app` is the Stasis application it belongs to, or shall enter when it is answered."""

    id: str
    name: str
    dialstring: str
    number: str
    caller_name: str
    caller_number: str
    context: str
    creationtime: str
    exten: str = "s"
    priority: int = 1
    dialplan_app: str = "AppDial2"
    dialplan_data: str = "(Outgoing Line)"
    state: str = "Down"
    app: str | None = None
    app_args: tuple[str, ...] = ()
    in_stasis: bool = False
    is_dialed: bool = False
    was_up: bool = False
    by_create: bool = False
    timeout_seconds: int = 30
    ring_seconds: float = 0.0
    fate: Fate | None = None
    timer: asyncio.Handle | None = None
    second_half: "Channel | None" = None
    subscribers: list[Application] = field(default_factory=list)
    _protocol_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _fragment: orjson.Fragment | None = None

    def changed(self) -> None:
        """Call this after a change that shows in the channel object."""
        self._fragment = None

    def fragment(self) -> orjson.Fragment:
        """The channel object, encoded; kept until the next change."""
        if self._fragment is None:
            self._fragment = orjson.Fragment(orjson.dumps(self.as_json()))
        return self._fragment

    def as_json(self) -> dict[str, Any]:
        """The Channel object of ARI."""
        body: dict[str, Any] = {"id": self.id, "name": self.name, "state": self.state}
        body["protocol_id"] = self._protocol_id
        body["caller"] = {"name": self.caller_name, "number": self.caller_number}
        body["connected"] = {"name": self.caller_name, "number": self.caller_number}
        body["accountcode"] = ""
        body["dialplan"] = {
            "context": self.context,
            "exten": self.exten,
            "priority": self.priority,
            "app_name": self.dialplan_app,
            "app_data": self.dialplan_data,
        }
        body["creationtime"] = self.creationtime
        body["language"] = "en"
        return body

    def stop_timer(self) -> None:
        """Nothing more happens to this channel by itself."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class ChannelStore:
    """The live channels by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Channel] = {}
        # Sorted, because Asterisk takes an id for taken when it is a prefix of a live one.
        self._sorted_ids: list[str] = []
        self._names = count()
        self._uniqueids = count()
        self.max_live = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, channel_id: str) -> Channel | None:
        """The live channel with exactly this id."""
        return self._by_id.get(channel_id)

    def all(self) -> list[Channel]:
        """Every live channel, oldest first."""
        return list(self._by_id.values())

    def is_taken(self, channel_id: str, *, also_beginnings: bool = True) -> bool:
        """The id is alive, or (since 20.15, 21.10 and 22.5) a longer one that begins with it."""
        key = channel_id.lower()
        if not also_beginnings:
            return channel_id in self._by_id
        at = bisect_left(self._sorted_ids, key)
        return at < len(self._sorted_ids) and self._sorted_ids[at].startswith(key)

    def add(self, channel: Channel) -> None:
        """From now on the channel lives."""
        self._by_id[channel.id] = channel
        insort(self._sorted_ids, channel.id.lower())
        self.max_live = max(self.max_live, len(self._by_id))

    def remove(self, channel: Channel) -> None:
        """From now on its id is free."""
        del self._by_id[channel.id]
        del self._sorted_ids[bisect_left(self._sorted_ids, channel.id.lower())]

    def new_uniqueid(self, epoch: int) -> str:
        """An id for a channel whose creator gave none."""
        return f"{epoch}.{next(self._uniqueids)}"

    def new_name(self, technology: str, resource: str) -> str:
        """A channel's name, numbered in hexadecimal. A Local channel has two halves: `;1` and `;2`."""
        name = f"{technology}/{resource}-{next(self._names):08x}"
        return f"{name};1" if technology == "Local" else name
