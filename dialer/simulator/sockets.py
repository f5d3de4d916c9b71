"""The WebSocket under /ari/events."""

import asyncio
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from dialer.simulator.applications import Applications, KeptSession, Session
from dialer.simulator.faults import SocketFault
from dialer.simulator.http import EXCHANGE, HEADERS
from dialer.simulator.parameters import AriRefusal

SESSIONS = web.AppKey("sessions", set[Session])


async def events_socket(request: web.Request) -> web.StreamResponse:
    """GET /events: one socket for one or more applications; it takes them from whoever had them."""
    names = [name for name in request.query.get("app", "").split(",") if name]
    if not names:
        raise AriRefusal(400, "HTTP request is missing param: [app]")
    socket = web.WebSocketResponse(autoping=False, max_msg_size=65536)
    if not socket.can_prepare(request):
        return web.Response(status=426, text="Upgrade Required", headers=HEADERS)
    await socket.prepare(request)
    transport = request.transport
    assert transport is not None  # it was there for the handshake
    session = Session(socket, transport.abort)
    applications = request.app[EXCHANGE].applications
    writer = asyncio.create_task(session.write_forever())
    request.app[SESSIONS].add(session)
    applications.connect(names, session)
    try:
        async for message in socket:
            if message.type is WSMsgType.PING and not session.is_silent:
                await socket.pong(message.data)
    except ConnectionResetError:
        return socket
    finally:
        applications.disconnect(session)
        request.app[SESSIONS].discard(session)
        writer.cancel()
        with suppress(asyncio.CancelledError, ConnectionResetError):
            await writer
    return socket


async def break_socket(applications: Applications, fault: SocketFault) -> None:
    """Do to the application's socket what the fault says. Without a socket nothing happens."""
    application = applications.get(fault.app)
    session = application.session if application is not None else None
    if isinstance(session, KeptSession):
        session = session.open
    if session is None:
        return
    if fault.how == "silent":
        session.is_silent = True
        applications.disconnect(session)
    elif fault.how == "reset":
        applications.disconnect(session)
        session.abort()
    else:
        applications.disconnect(session)
        await session.socket.close(code=WSCloseCode.GOING_AWAY)


async def close_all(app: web.Application) -> None:
    """Close every socket: the PBX is going down."""
    sessions: set[Session] = app[SESSIONS]
    for session in tuple(sessions):
        await session.socket.close(code=WSCloseCode.GOING_AWAY)
