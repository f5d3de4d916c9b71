"""The other way round: the PBX connects to the listener, and keeps its events while nobody is there."""

import asyncio
import base64
import hmac
import logging
import queue
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from aiohttp import WSMsgType, web

from dialer.ari.errors import NeverSent
from dialer.ari.socket import PONG_SECONDS, Inbox, Lost, Received
from dialer.clock import Clock

MAX_MESSAGE_BYTES: Final = 262_144
"""Asterisk's events are of a few kilobytes."""
_PROTOCOL: Final = "ari"
_START_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 1.0

log = logging.getLogger(__name__)

T = TypeVar("T")


class Connection:
    """One connection that the PBX has made. All it said, and then a `Lost`, is or will be in `inbox`."""

    def __init__(self, server: "EventServer", socket: web.WebSocketResponse) -> None:
        self.inbox: Inbox = queue.SimpleQueue()
        self._server = server
        self._socket = socket

    def close(self) -> None:
        """Disconnect. The PBX will connect anew."""
        self._server.run(self.hang_up())

    async def hang_up(self) -> None:
        """The same, in the server's own thread."""
        await self._socket.close()

    async def read(self, clock: Clock) -> None:
        """Enqueue what comes until the connection is lost. Asterisk drops a slow reader."""
        reason = "closed by the PBX"
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self.inbox.put(Received(message.data, clock.monotonic()))
                elif message.type is WSMsgType.ERROR:
                    reason = f"broken: {message.data}"
        except OSError as error:
            reason = str(error)
        finally:
            self.inbox.put(Lost(reason))


class EventServer:
    """Takes the connections of one PBX, from `start` until `close`. Only who leads the node may have one.

    Args:
        username: with `password`, what websocket_client.conf of that PBX says. Nobody else is let in.
    """

    def __init__(self, host: str, port: int, username: str, password: str, clock: Clock) -> None:
        self.address = f"{host}:{port}"
        self._host = host
        self._port = port
        self._expected = base64.b64encode(f"{username}:{password}".encode())
        self._clock = clock
        self._connections: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._newest: Connection | None = None
        self._runner: web.AppRunner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen, if that isn't done yet.

        Raises:
            NeverSent: the address can't be listened at, for instance because somebody else does.
        """
        if self._loop is not None:
            return
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ari-server", daemon=True)
        self._thread.start()
        try:
            self.run(self._start())
        except OSError as error:
            self.close()
            raise NeverSent(f"The PBX can't be listened for at {self.address}: {error}") from error

    def accept(self, timeout_seconds: float) -> Connection:
        """The oldest connection that was not accepted yet. One that is lost already still has what came over it.

        Raises:
            NeverSent: the PBX has not connected in time.
        """
        try:
            return self._connections.get(timeout=timeout_seconds)
        except queue.Empty:
            raise NeverSent(f"The PBX has not connected to {self.address}") from None

    def close(self) -> None:
        """Close all connections, and listen no more. May be called again, and `start` after it."""
        if self._loop is None or self._thread is None:
            return
        if self._runner is not None:
            self.run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()
        self._loop = self._thread = self._runner = None

    def run(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Have the server's thread do it; None where there is none any more."""
        if self._loop is None:
            work.close()
            return None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_SECONDS)
        app.on_shutdown.append(self._hang_up)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def _hang_up(self, app: web.Application) -> None:
        if self._newest is not None:
            await self._newest.hang_up()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if not self._is_known(request):
            log.error("%s tried to connect as the PBX with another user or password", request.remote)
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="dialer"'})
        socket = web.WebSocketResponse(
            protocols=(_PROTOCOL,),
            timeout=_CLOSE_SECONDS,
            # A ping after so long a silence; its pong has half as long.
            heartbeat=2 * PONG_SECONDS,
            compress=False,
            decode_text=False,
            max_msg_size=MAX_MESSAGE_BYTES,
        )
        offered = [name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        if not socket.can_prepare(request) or _PROTOCOL not in offered:
            return web.Response(status=400, text=f"A WebSocket with the protocol {_PROTOCOL} is wanted here.\n")
        await socket.prepare(request)
        connection, before = Connection(self, socket), self._newest
        self._newest = connection
        self._connections.put(connection)
        await asyncio.gather(connection.read(self._clock), *([before.hang_up()] if before is not None else []))
        return socket

    def _is_known(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "basic" and hmac.compare_digest(given.strip().encode(), self._expected)
