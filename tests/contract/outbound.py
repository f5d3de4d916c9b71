"""A listener that Asterisk connects to."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
from aiohttp import WSMsgType, web


@dataclass
class Heard:
    """What came: the protocol and the user of each connection, and the types of all events."""

    protocols: list[str] = field(default_factory=list)
    users: list[tuple[str, str]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)


@contextmanager
def listening(port: int) -> Iterator[Heard]:
    """Serve until the block ends; then connections are closed and new ones refused."""
    heard = Heard()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        credentials = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        user, _, password = credentials.partition(":")
        heard.users.append((user, password))
        heard.protocols.append(request.headers.get("Sec-WebSocket-Protocol", ""))
        websocket = web.WebSocketResponse(protocols=("ari",))
        await websocket.prepare(request)
        async for message in websocket:
            if message.type == WSMsgType.TEXT:
                heard.types.append(orjson.loads(message.data)["type"])
        return websocket

    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.2)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield heard
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
