"""A reader of server-sent events, as the standard has them."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

SECONDS = 60


@dataclass(frozen=True)
class Event:
    name: str
    data: Any
    id: str | None


def events(lines: Iterator[str]) -> Iterator[Event]:
    """The events in these lines; the last one's only if it is whole."""
    name, data, event_id = "message", "", None
    for line in lines:
        if not line:
            if data:
                yield Event(name, json.loads(data), event_id)
            name, data, event_id = "message", "", None
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data += value
        elif field == "id":
            event_id = value


class Follower(threading.Thread):
    """Follows a stream in a thread of its own; comes again with its Last-Event-ID whenever the stream breaks off."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(daemon=True)
        self._url, self._token = url, token
        self._leave = threading.Event()
        self.events: list[Event] = []
        self.statuses: list[int] = []
        self.last_id: str | None = None

    def run(self) -> None:
        while not self._leave.is_set():
            try:
                self._follow()
            except requests.RequestException:
                self.statuses.append(0)
            self._leave.wait(0.2)

    def _follow(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        with requests.get(self._url, headers=headers, stream=True, timeout=SECONDS) as answer:
            self.statuses.append(answer.status_code)
            if answer.status_code != 200:
                return
            for event in events(answer.iter_lines(chunk_size=None, decode_unicode=True)):
                self.events.append(event)
                self.last_id = event.id or self.last_id
                if self._leave.is_set():
                    return

    def leave(self) -> None:
        self._leave.set()

    def named(self, name: str) -> list[Any]:
        """The data of the events of that name, so far."""
        return [event.data for event in list(self.events) if event.name == name]
