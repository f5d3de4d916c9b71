"""ARI's JSON: the channel object and the events, field by field as Asterisk writes them."""

from typing import Any

import orjson

from dialer.clock import Clock
from dialer.simulator.fates import CAUSE_TEXT

ASTERISK_ID = "02:00:00:00:00:01"
QOS_VARIABLES = ("RTPAUDIOQOS", "RTPAUDIOQOSJITTER", "RTPAUDIOQOSLOSS", "RTPAUDIOQOSRTT", "RTPAUDIOQOSMES")

Event = dict[str, Any]


class Timestamps:
    """The wall clock in Asterisk's spelling: milliseconds, and a zone without a colon."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> str:
        """`2026-01-31T12:00:00.000+0000`."""
        return self._clock.now().isoformat(timespec="milliseconds")[:23] + "+0000"


def dial(peer: orjson.Fragment, at: str, dialstatus: str, dialstring: str) -> Event:
    """The progress of an outgoing call. An empty dialstatus is its beginning."""
    return {
        "type": "Dial",
        "timestamp": at,
        "dialstatus": dialstatus,
        "forward": "",
        "dialstring": dialstring,
        "peer": peer,
    }


def state_change(channel: orjson.Fragment, at: str) -> Event:
    """ChannelStateChange; the new state is in the channel object."""
    return {"type": "ChannelStateChange", "timestamp": at, "channel": channel}


def stasis_start(channel: orjson.Fragment, at: str, args: tuple[str, ...]) -> Event:
    """The application has the channel."""
    return {"type": "StasisStart", "timestamp": at, "args": args, "channel": channel}


def stasis_end(channel: orjson.Fragment, at: str) -> Event:
    """The application has it no longer."""
    return {"type": "StasisEnd", "timestamp": at, "channel": channel}


def dialplan(channel: orjson.Fragment, at: str, app: str, data: str) -> Event:
    """The channel runs a dialplan application."""
    return {
        "type": "ChannelDialplan",
        "timestamp": at,
        "dialplan_app": app,
        "dialplan_app_data": data,
        "channel": channel,
    }


def varset(channel: orjson.Fragment, at: str, variable: str, value: str) -> Event:
    """A channel variable was set."""
    return {"variable": variable, "value": value, "type": "ChannelVarset", "timestamp": at, "channel": channel}


def hangup_request(
    channel: orjson.Fragment, at: str, *, cause: int | None, tech_cause: int | None = None, soft: bool = False
) -> Event:
    """Somebody wants the channel gone. With `soft`, cause is a flag of Asterisk's and no Q.850 cause."""
    event: Event = {} if cause is None else {"cause": cause}
    if tech_cause is not None:
        event["tech_cause"] = tech_cause
    if soft:
        event["soft"] = True
    event.update(type="ChannelHangupRequest", timestamp=at, channel=channel)
    return event


def destroyed(channel: orjson.Fragment, at: str, cause: int, tech_cause: int | None) -> Event:
    """The channel is gone. tech_cause is the last SIP status, where there is one."""
    event: Event = {
        "type": "ChannelDestroyed",
        "timestamp": at,
        "cause": cause,
        "cause_txt": CAUSE_TEXT.get(cause, "Unknown"),
    }
    if tech_cause is not None:
        event["tech_cause"] = tech_cause
    event["channel"] = channel
    return event


def playback(kind: str, at: str, body: dict[str, Any]) -> Event:
    """PlaybackStarted or PlaybackFinished."""
    return {"type": kind, "timestamp": at, "playback": body}


def user_event(name: str, at: str, variables: dict[str, Any]) -> Event:
    """A ChannelUserevent that belongs to no channel."""
    return {
        "type": "ChannelUserevent",
        "timestamp": at,
        "eventname": name,
        "userevent": {**variables, "eventname": name},
    }


def application_replaced(at: str) -> Event:
    """Another socket has taken the application."""
    return {"type": "ApplicationReplaced", "timestamp": at}


def application_registered(at: str) -> Event:
    """Our connection to the application's listener is there."""
    return {"type": "ApplicationRegistered", "timestamp": at}


def encode(event: Event, application: str) -> bytes:
    """The event as it goes to that application's socket."""
    return orjson.dumps({**event, "asterisk_id": ASTERISK_ID, "application": application})
