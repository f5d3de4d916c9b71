import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
import websocket

from dialer.simulator.ledger import Ledger, read_ledger
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import RunningSimulator, running_simulator
from tests.support.world import WAIT_SECONDS

Event = dict[str, Any]


class Listener:
    """One WebSocket and everything that came over it."""

    def __init__(self, url: str) -> None:
        self.socket = websocket.create_connection(url, timeout=10)
        self.socket.settimeout(None)
        self.events: list[Event] = []
        self.is_closed = threading.Event()
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while data := self.socket.recv():
                with self._arrived:
                    self.events.append(orjson.loads(data))
                    self._arrived.notify_all()
        except (websocket.WebSocketException, OSError):
            return
        finally:
            self.is_closed.set()

    def wait_for(self, kind: str, channel: str | None = None, count: int = 1) -> Event:
        """The count-th event of that kind (for that channel)."""

        def found() -> list[Event]:
            return [e for e in self.of(channel) if e["type"] == kind]

        with self._arrived:
            assert self._arrived.wait_for(lambda: len(found()) >= count, 10), (kind, channel, self.events)
        return found()[count - 1]

    def of(self, channel: str | None) -> list[Event]:
        return [e for e in list(self.events) if channel is None or channel_of(e) == channel]

    def story(self, channel: str) -> list[str]:
        """The channel's events in short: the type, with state, dialstatus, causes."""
        return [_short(event) for event in self.of(channel)]

    def close(self) -> None:
        if not self.is_closed.is_set():
            self.socket.close()
        self._thread.join(WAIT_SECONDS)


def channel_of(event: Event) -> str | None:
    if "playback" in event:
        return str(event["playback"]["target_uri"]).removeprefix("channel:")
    channel = event.get("channel") or event.get("peer")
    return channel["id"] if channel else None


def _short(event: Event) -> str:
    kind = event["type"]
    if kind == "Dial":
        return f"Dial {event['dialstatus']}".strip()
    if kind == "ChannelStateChange":
        return f"{kind} {event['channel']['state']}"
    if kind in ("ChannelHangupRequest", "ChannelDestroyed"):
        return " ".join(str(part) for part in (kind, event.get("cause"), event.get("tech_cause")) if part is not None)
    if kind == "ChannelVarset":
        return f"{kind} {event['variable']}"
    return f"{kind} {event['playback']['state']}" if "playback" in event else str(kind)


class Pbx:
    """A running simulator with a client that speaks to it."""

    def __init__(self, running: RunningSimulator, stack: ExitStack) -> None:
        self.running = running
        self._stack = stack
        self.http = stack.enter_context(requests.Session())
        self.http.auth = ("dialer", "secret")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request, `path` below /ari."""
        return self.http.request(method, f"{self.running.url}/ari{path}", timeout=10, **options)

    def listen(self, app: str = "dialer", *, with_varset: bool = False) -> Listener:
        listener = Listener(self.running.events_url(app))
        self._stack.callback(listener.close)
        if not with_varset:
            self.call("PUT", f"/applications/{app}/eventFilter", json={"disallowed": [{"type": "ChannelVarset"}]})
        return listener

    def originate(self, number: str, channel: str | None = None, **more: Any) -> str:
        """Dial; returns the channel's id. The answer must be 200."""
        channel = channel or str(uuid.uuid4())
        response = self.post(channel, number, **more)
        assert response.status_code == 200, response.text
        return channel

    def post(self, channel: str, number: str, **more: Any) -> requests.Response:
        body = {
            "endpoint": f"PJSIP/{number}@trunk",
            "app": "dialer",
            "appArgs": "call,7",
            "callerId": '"Acme" <12025550100>',
            "timeout": 1,
            **more,
        }
        return self.call(
            "POST", f"/channels/{channel}", json={key: value for key, value in body.items() if value is not None}
        )

    def faults(self, **wanted: Any) -> None:
        self.http.post(f"{self.running.url}/simulator/faults", json=wanted, timeout=10).raise_for_status()

    def clear_faults(self) -> None:
        self.http.delete(f"{self.running.url}/simulator/faults", timeout=10).raise_for_status()

    @property
    def ledger(self) -> Ledger:
        path = self.running.settings.ledger
        assert path is not None
        return read_ledger(path)

    def eventually(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < until, "the condition never held"
            time.sleep(0.01)


@pytest.fixture
def start_pbx(tmp_path: Path) -> Iterator[Callable[..., Pbx]]:
    """Starts a simulator with the settings it is given; all on one ledger."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Pbx:
            wanted: dict[str, Any] = {
                "port": 0,
                "password": "secret",
                "ledger": tmp_path / "ledger.jsonl",
                "ring_ms": 40,
                "talk_ms": 60,
                "playback_ms": 30,
                "ivr_ms": 60,
                "time_scale": 5,
            }
            running = stack.enter_context(running_simulator(SimulatorSettings.model_validate(wanted | settings)))
            return Pbx(running, stack)

        yield start


@pytest.fixture
def pbx(start_pbx: Callable[..., Pbx]) -> Pbx:
    return start_pbx()
