"""A TCP proxy that misbehaves on demand: it stands between the parts and PBX, Redis and PostgreSQL."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from tests.chaos.posts import Posts

Address = tuple[str, int] | str
"""Host and port, or the path of a UNIX socket."""

_CHUNK_BYTES = 65536
_LOOK_SECONDS = 0.01
_SLOW_BYTES = 512


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network is like.

    Attributes:
        latency_seconds: each way.
        holds_requests, holds_answers: nothing gets through that way, and nobody is told; it comes when this ends.
        slow: a trickle of some 50 kB/s each way.
    """

    latency_seconds: float = 0.0
    holds_requests: bool = False
    holds_answers: bool = False
    slow: bool = False


FAIR = Weather()


class Proxy:
    """Listens on a port of the loopback interface, in a thread of its own, from `with` to its end.

    Args:
        target: where each new connection goes.
        posts: who reads what goes by.
    """

    def __init__(self, target: Callable[[], Address], posts: Posts | None = None) -> None:
        self.weather = FAIR
        self._posts = posts
        self._target = target
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._in_loop(asyncio.start_server(self._serve, "127.0.0.1", self.port)).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
        self._in_loop(self._cancel_all()).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def reset(self) -> None:
        """Break every connection there is (RST to both ends)."""
        self._in_loop(self._reset()).result(10)

    def _in_loop(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _cancel_all(self) -> None:
        own = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not own]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _reset(self) -> None:
        for pair in list(self._pairs):
            for writer in pair:
                _break(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = self._target()
        try:
            if isinstance(target, str):
                far_reader, far_writer = await asyncio.open_unix_connection(target)
            else:
                far_reader, far_writer = await asyncio.open_connection(*target)
        except OSError:
            _break(writer)
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        exchange = self._posts.connection() if self._posts is not None else None
        try:
            with suppress(asyncio.CancelledError):  # by the end of the proxy
                await asyncio.gather(
                    self._pass(
                        reader,
                        far_writer,
                        lambda: self.weather.holds_requests,
                        come=exchange.written if exchange else None,
                    ),
                    self._pass(
                        far_reader,
                        writer,
                        lambda: self.weather.holds_answers,
                        gone=exchange.answered if exchange else None,
                    ),
                )
        finally:
            self._pairs.discard(pair)
            for end in pair:
                end.close()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        is_held: Callable[[], bool],
        *,
        come: Callable[[bytes], None] | None = None,
        gone: Callable[[bytes], None] | None = None,
    ) -> None:
        try:
            while data := await reader.read(_CHUNK_BYTES):
                if come is not None:
                    come(data)
                await asyncio.sleep(self.weather.latency_seconds)
                while is_held():
                    await asyncio.sleep(_LOOK_SECONDS)
                if self.weather.slow:
                    for start in range(0, len(data), _SLOW_BYTES):
                        writer.write(data[start : start + _SLOW_BYTES])
                        await asyncio.sleep(_LOOK_SECONDS)
                else:
                    writer.write(data)
                await writer.drain()
                if gone is not None:
                    gone(data)
            writer.write_eof()
        except OSError:
            # A reset is passed on: an end that is never told would wait for ever.
            _break(writer)


def _break(writer: asyncio.StreamWriter) -> None:
    """Close with a reset: what was under way is lost, and the other end is told."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.family != socket.AF_UNIX:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
