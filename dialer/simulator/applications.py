"""Stasis applications: who listens, to which channels, and which events they care for."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType, web

from dialer.simulator import events


class Session:
    """One WebSocket. Events are queued here and written by the socket's own task.

    Args:
        abort: breaks the connection without a word.
    """

    def __init__(self, socket: web.WebSocketResponse | ClientWebSocketResponse, abort: Callable[[], None]) -> None:
        self.socket = socket
        self.abort = abort
        self.is_silent = False
        self._outbox: list[bytes] = []
        self._wake = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Queue one encoded event. Never blocks."""
        self._outbox.append(data)
        self._wake.set()

    async def write_forever(self) -> None:
        """Write what is queued until cancelled. A silent session swallows it, as a dead network would."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._outbox = self._outbox, []
            for data in batch:
                if not self.is_silent:
                    await self.socket.send_frame(data, WSMsgType.TEXT)


class KeptSession:
    """Where events go that the PBX itself delivers. It lasts; what comes while no socket is open waits."""

    def __init__(self) -> None:
        self.open: Session | None = None
        self._waiting: list[bytes] = []

    def put(self, data: bytes) -> None:
        """Queue one encoded event. Never blocks."""
        if self.open is not None:
            self.open.put(data)
        else:
            self._waiting.append(data)

    def flush(self, opened: Session) -> None:
        """From now on events go there, after those that have waited."""
        self.open = opened
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            opened.put(data)


class Application:
    """One Stasis application. It outlives its socket while it is subscribed to channels."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.session: Session | KeptSession | None = None
        self.channels: Counter[str] = Counter()
        self.allowed: tuple[dict[str, Any], ...] = ()
        self.disallowed: tuple[dict[str, Any], ...] = ()
        self._wanted: dict[str, bool] = {}

    def set_filter(self, body: dict[str, Any]) -> bool:
        """Take an event filter. An empty one allows everything; a key that is absent is left alone.

        Returns:
            False if the filter can't be understood; then nothing has changed.
        """
        lists = {key: body[key] for key in ("allowed", "disallowed") if key in body}
        for rows in lists.values():
            if not isinstance(rows, list) or not all(isinstance(row, dict) and "type" in row for row in rows):
                return False
        if not body:
            lists = {"allowed": [], "disallowed": []}
        self.allowed = tuple(lists.get("allowed", self.allowed))
        self.disallowed = tuple(lists.get("disallowed", self.disallowed))
        self._wanted.clear()
        return True

    def unsubscribe(self, channel_id: str, *, completely: bool = False) -> bool:
        """Drop one subscription to the channel, or all of them. True if none is left."""
        self.channels[channel_id] -= 1
        if completely or self.channels[channel_id] <= 0:
            del self.channels[channel_id]
            return True
        return False

    def wants(self, kind: str) -> bool:
        """Somebody listens and the filter lets this type of event through."""
        if self.session is None:
            return False
        wanted = self._wanted.get(kind)
        if wanted is None:
            wanted = all(row["type"] != kind for row in self.disallowed) and (
                not self.allowed or any(row["type"] == kind for row in self.allowed)
            )
            self._wanted[kind] = wanted
        return wanted

    def send(self, event: events.Event) -> None:
        """Deliver the event, or drop it if nobody listens or wants it."""
        if self.session is not None and self.wants(event["type"]):
            self.session.put(events.encode(event, self.name))

    def as_json(self) -> dict[str, Any]:
        """The Application object of ARI."""
        return {
            "name": self.name,
            "channel_ids": list(self.channels),
            "bridge_ids": [],
            "endpoint_ids": [],
            "device_names": [],
            "events_allowed": self.allowed,
            "events_disallowed": self.disallowed,
        }


class Applications:
    """Every registered application."""

    def __init__(self, timestamps: events.Timestamps) -> None:
        self._timestamps = timestamps
        self._by_name: dict[str, Application] = {}

    def get(self, name: str) -> Application | None:
        """The registered application of that name; its socket may be gone."""
        return self._by_name.get(name)

    def all(self) -> list[Application]:
        """Every registered application."""
        return list(self._by_name.values())

    def active(self, name: str) -> Application | None:
        """The application, if somebody listens."""
        application = self._by_name.get(name)
        return application if application is not None and application.session is not None else None

    def connect(self, names: list[str], session: Session | KeptSession) -> None:
        """Give the applications to this socket. A socket that had one of them is told that it is replaced."""
        for name in names:
            application = self._by_name.setdefault(name, Application(name))
            old = application.session
            if old is not None and old is not session:
                notice = events.application_replaced(self._timestamps.now())
                old.put(events.encode(notice, name))
            application.session = session

    def disconnect(self, session: Session) -> None:
        """The socket is gone. Applications with live channels stay, inactive; the others end."""
        for application in self.all():
            if application.session is session:
                application.session = None
                if not application.channels:
                    del self._by_name[application.name]
