"""The originates, read off the wire by a proxy: when the dialer wrote them, whatever became of them behind it."""

import re
import threading
import time
from dataclasses import replace
from typing import Final

from dialer.simulator.ledger import Post

_ORIGINATE: Final = re.compile(rb"POST /ari/channels/([0-9a-f-]{36})[? ]")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NUMBER: Final = re.compile(rb'"endpoint": ?"\w+/(\+?\d+)')
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_END: Final = b"\r\n\r\n"


class Posts:
    """All that went by. `Post.at` is when the dialer had written it, `answered_at` when the answer was passed on."""

    def __init__(self) -> None:
        self._posts: list[Post] = []
        self._lock = threading.Lock()

    def read(self) -> tuple[Post, ...]:
        with self._lock:
            return tuple(self._posts)

    def connection(self) -> "Exchange":
        """For a new connection."""
        return Exchange(self)

    def begin(self, channel: str, number: str) -> int:
        with self._lock:
            self._posts.append(Post(time.time(), channel, number))
            return len(self._posts) - 1

    def end(self, index: int, status: int) -> None:
        with self._lock:
            self._posts[index] = replace(self._posts[index], status=status, answered_at=time.time())


class Exchange:
    """One connection's requests and answers: HTTP/1.1 without pipelining, as `requests` speaks it."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts
        self._asked = b""
        self._open: int | None = None
        self._is_websocket = False

    def written(self, data: bytes) -> None:
        """The dialer wrote this."""
        if self._is_websocket:
            return
        self._asked += data
        head, end, body = self._asked.partition(_END)
        if not end:
            return
        length = _LENGTH.search(head)
        if len(body) < (int(length[1]) if length else 0):
            return
        self._asked = b""
        self._is_websocket = b"upgrade: websocket" in head.lower()
        if (originate := _ORIGINATE.match(head)) is not None:
            number = _NUMBER.search(body)
            self._open = self._posts.begin(originate[1].decode(), number[1].decode() if number else "")

    def answered(self, data: bytes) -> None:
        """The PBX wrote this, and it was passed on."""
        if self._open is not None and (status := _STATUS.match(data)) is not None:
            self._posts.end(self._open, int(status[1]))
            self._open = None
