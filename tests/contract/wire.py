"""The wire itself: raw events as they came, and a raw request where the product's client would know better."""

import threading
import time
from collections.abc import Callable
from typing import Any

import orjson
import websocket

Event = dict[str, Any]

PATIENCE_SECONDS = 15.0


def eventually(condition: Callable[[], object], message: str = "") -> None:
    """Wait until it holds."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, message or "the condition never held"
        time.sleep(0.02)


class Listener:
    """One WebSocket and everything that came over it."""

    def __init__(self, base_url: str, app: str, username: str, password: str, *, with_varset: bool = False) -> None:
        url = f"{base_url.replace('http', 'ws', 1)}/ari/events?app={app}&api_key={username}:{password}"
        self.socket = websocket.create_connection(url, timeout=10, suppress_origin=True)
        # Not in the thread: whoever closes at once may close the socket while the thread sets this.
        self.socket.settimeout(None)
        self.is_closed = threading.Event()
        self._with_varset = with_varset
        self._events: list[Event] = []
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while data := self.socket.recv():
                event = orjson.loads(data)
                if event["type"] == "ChannelVarset" and not self._with_varset:
                    continue
                with self._arrived:
                    self._events.append(event)
                    self._arrived.notify_all()
        except (websocket.WebSocketException, OSError):
            return
        finally:
            self.is_closed.set()

    def wait_for(self, kind: str, about: object = None, count: int = 1) -> Event:
        """The count-th event of that kind (about that channel)."""

        def found() -> list[Event]:
            return [event for event in self.of(about) if event["type"] == kind]

        with self._arrived:
            has_come = self._arrived.wait_for(lambda: len(found()) >= count, PATIENCE_SECONDS)
            assert has_come, f"no {kind} of {about}: {[short(event) for event in self._events]}"
        return found()[count - 1]

    def wait_until_it_rings(self, about: object) -> None:
        """Until both events of a 180 are there, whichever comes first."""
        self.wait_for("ChannelStateChange", about)
        self.wait_for("Dial", about, count=2)

    def of(self, about: object = None) -> list[Event]:
        """The events (about that channel)."""
        events = list(self._events)
        return [event for event in events if about is None or channel_of(event) == str(about)]

    def story(self, about: object) -> tuple[str, ...]:
        """The channel's events in short."""
        return ordered(short(event) for event in self.of(about))

    def close(self) -> None:
        if not self.is_closed.is_set():
            self.socket.close()
        self._thread.join(10)


def channel_of(event: Event) -> str | None:
    """The id of the channel that an event is about."""
    if "playback" in event:
        return str(event["playback"]["target_uri"]).removeprefix("channel:")
    channel = event.get("channel") or event.get("peer")
    return str(channel["id"]) if channel else None


def short(event: Event) -> str:
    """An event in a few words: its type, with dialstatus, state or causes."""
    kind = str(event["type"])
    if kind == "Dial":
        return f"Dial {event['dialstatus']}".strip()
    if kind == "ChannelStateChange":
        return f"{kind} {event['channel']['state']}"
    if kind in ("ChannelHangupRequest", "ChannelDestroyed"):
        parts = (kind, event.get("cause"), event.get("tech_cause"), "soft" if event.get("soft") else None)
        return " ".join(str(part) for part in parts if part is not None)
    if kind == "ChannelVarset":
        return f"{kind} {event['variable']}"
    return f"{kind} {event['playback']['state']}" if "playback" in event else kind


def ordered(story: Any) -> tuple[str, ...]:
    """A story with its ringing in one order: Asterisk sends the two events of a 180 now this way, now that."""
    steps = list(story)
    for index, step in enumerate(steps[:-1]):
        if step == "Dial RINGING" and steps[index + 1] == "ChannelStateChange Ringing":
            steps[index], steps[index + 1] = steps[index + 1], steps[index]
    return tuple(steps)


def shape(value: Any) -> Any:
    """What there is in an event, without what it says: names and types."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__
