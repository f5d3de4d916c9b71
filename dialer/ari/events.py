"""The events that the dialer listens to, typed. All others are None here, and kept away by the event filter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from dialer.ari.client import ECHO_EVENT, TOMB_ARGS, TOMB_PREFIX
from dialer.errors import AriError


class MalformedEvent(AriError):
    """A message that is no event, or lacks what its type should have."""

    code = "ari_malformed_event"


@dataclass(frozen=True, slots=True)
class ChannelSnapshot:
    """A channel as it was when the event was made. `state` is ARI's word, such as `Ringing`."""

    id: str
    name: str
    state: str

    @property
    def is_tomb(self) -> bool:
        """A placeholder of ours: it occupies an id, and nobody is called."""
        return self.name.startswith(TOMB_PREFIX)


@dataclass(frozen=True, slots=True)
class StasisStart:
    """The channel is ours to command: it was answered, or created for us."""

    channel: ChannelSnapshot
    args: tuple[str, ...]

    @property
    def is_tomb(self) -> bool:
        """It was created to occupy an id."""
        return self.channel.is_tomb or self.args[:1] == (TOMB_ARGS,)


@dataclass(frozen=True, slots=True)
class ChannelStateChange:
    """The channel rings, or is up."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class Dial:
    """How dialing gets on. Not the outcome: a rejected call has the dialstatus NOANSWER.

    Attributes:
        caller: the channel for which the dialplan dials; None for a channel that was originated.
    """

    peer: ChannelSnapshot
    dialstatus: str
    caller: ChannelSnapshot | None = None


@dataclass(frozen=True, slots=True)
class ChannelDestroyed:
    """The channel is gone. `tech_cause` is the last SIP status, from releases that tell it."""

    channel: ChannelSnapshot
    cause: int
    tech_cause: int | None


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """A sound is over; `failed` if it could not be played to its end."""

    playback_id: str
    channel_id: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Echo:
    """The probe that we sent ourselves has come back."""

    token: str


@dataclass(frozen=True, slots=True)
class Reported:
    """The dialplan says something of a call: its `result`, the `digit` of a menu, the `status` of AMD(), that somebody
    has come to speak to the callee (`served`, by whom)."""

    channel: ChannelSnapshot
    what: str
    value: str


@dataclass(frozen=True, slots=True)
class ApplicationReplaced:
    """Another socket has taken our application: this one hears no more."""


REPORTS: Final[MappingProxyType[str, str]] = MappingProxyType(
    {"dialer_result": "result", "dialer_digit": "digit", "dialer_amd": "status", "dialer_served": "served"}
)
"""User events of deploy/asterisk/extensions.conf, and which of their fields counts."""
MAX_REPORT: Final = 200

Event = (
    StasisStart
    | ChannelStateChange
    | Dial
    | ChannelDestroyed
    | PlaybackFinished
    | Echo
    | Reported
    | ApplicationReplaced
)


def _snapshot(body: dict[str, Any]) -> ChannelSnapshot:
    return ChannelSnapshot(body["id"], body["name"], body["state"])


def _playback_finished(body: dict[str, Any]) -> PlaybackFinished:
    playback = body["playback"]
    return PlaybackFinished(playback["id"], playback["target_uri"].partition(":")[2], playback["state"] == "failed")


def _user_event(body: dict[str, Any]) -> Echo | Reported | None:
    name = body["eventname"]
    if name == ECHO_EVENT:
        return Echo(str(body["userevent"]["token"]))
    what = REPORTS.get(name)
    # A report without a channel is nobody's.
    if what is None or "channel" not in body:
        return None
    return Reported(_snapshot(body["channel"]), what, str(body["userevent"].get(what, ""))[:MAX_REPORT])


def _dial(body: dict[str, Any]) -> Dial:
    caller = body.get("caller")
    return Dial(_snapshot(body["peer"]), body["dialstatus"], None if caller is None else _snapshot(caller))


def _destroyed(body: dict[str, Any]) -> ChannelDestroyed:
    tech_cause = body.get("tech_cause")
    return ChannelDestroyed(
        _snapshot(body["channel"]), int(body["cause"]), None if tech_cause is None else int(tech_cause)
    )


_READERS: Final[MappingProxyType[str, Callable[[dict[str, Any]], Event | None]]] = MappingProxyType(
    {
        "StasisStart": lambda body: StasisStart(_snapshot(body["channel"]), tuple(body["args"])),
        "ChannelStateChange": lambda body: ChannelStateChange(_snapshot(body["channel"])),
        "Dial": _dial,
        "ChannelDestroyed": _destroyed,
        "PlaybackFinished": _playback_finished,
        "ChannelUserevent": _user_event,
        "ApplicationReplaced": lambda body: ApplicationReplaced(),
    }
)

EVENT_TYPES: Final = tuple(_READERS)
"""What the event filter lets through."""


def told_at(data: bytes) -> datetime | None:
    """When the event was made, by the PBX's clock; None if it can't be read."""
    try:
        return datetime.fromisoformat(orjson.loads(data)["timestamp"])
    except (KeyError, TypeError, ValueError):
        return None


def parse(data: bytes | str) -> Event | None:
    """Read one message of the WebSocket; None for a type that the dialer does not use.

    Raises:
        MalformedEvent: it can't be read.
    """
    try:
        body = orjson.loads(data)
        reader = _READERS.get(body["type"])
        return reader(body) if reader is not None else None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedEvent(f"{error!r} in {data[:200]!r}") from error
