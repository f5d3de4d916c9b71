"""The connection that the PBX makes itself, to whoever listens to an application (`outbound_websocket` of ari.conf)."""

import asyncio
import logging
import socket as sockets
import struct
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

from dialer.simulator import events
from dialer.simulator.applications import KeptSession, Session
from dialer.simulator.exchange import Exchange
from dialer.simulator.settings import SimulatorSettings

_PROTOCOL: Final = "ari"
# As in deploy/asterisk/websocket_client.conf.
_CONNECT_SECONDS: Final = 2.0
_RECONNECT_SECONDS: Final = 0.5

log = logging.getLogger(__name__)


@asynccontextmanager
async def connecting(settings: SimulatorSettings, exchange: Exchange) -> AsyncIterator[None]:
    """Connect to `settings.events_to`, again and again, until the block ends. Without one do nothing."""
    if settings.events_to is None:
        yield
        return
    kept = KeptSession()
    # Once, and not with each connection: if another socket takes the application, Asterisk does not take it back.
    exchange.applications.connect([settings.events_app], kept)
    task = asyncio.create_task(_connect_for_ever(settings, settings.events_to, kept, exchange))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _connect_for_ever(settings: SimulatorSettings, url: str, kept: KeptSession, exchange: Exchange) -> None:
    login = b64encode(f"{settings.user}:{settings.password.get_secret_value()}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    async with ClientSession(headers=headers, timeout=ClientTimeout(sock_connect=_CONNECT_SECONDS)) as http:
        while True:
            try:
                await _serve(http, url, settings.events_app, kept, exchange)
            except (ClientError, OSError, TimeoutError) as error:
                log.debug("no connection to %s: %s", url, error)
            await asyncio.sleep(_RECONNECT_SECONDS)


async def _serve(http: ClientSession, url: str, app: str, kept: KeptSession, exchange: Exchange) -> None:
    timeout = ClientWSTimeout(ws_close=_RECONNECT_SECONDS)
    async with http.ws_connect(url, protocols=(_PROTOCOL,), timeout=timeout, autoping=False) as socket:
        if socket.protocol != _PROTOCOL:
            return
        session = Session(socket, partial(_abort, socket))
        writer = asyncio.create_task(session.write_forever())
        kept.flush(session)
        session.put(events.encode(events.application_registered(exchange.now()), app))
        try:
            # What it may say, requests over this connection, is not answered.
            async for message in socket:
                if message.type is WSMsgType.PING and not session.is_silent:
                    await socket.pong(message.data)
        finally:
            kept.open = None
            writer.cancel()
            with suppress(asyncio.CancelledError, ConnectionError, ClientError):
                await writer


def _abort(socket: ClientWebSocketResponse) -> None:
    raw: sockets.socket | None = socket.get_extra_info("socket")
    if raw is not None:
        # To be closed with a reset, and now.
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
        raw.shutdown(sockets.SHUT_RDWR)
