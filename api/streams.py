"""Server-sent events: how a live stream is written to its reader, and when it ends."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import orjson
from flask import Flask, Response, current_app, request, stream_with_context
from prometheus_client import Gauge

from api import auth
from api.context import dialer
from api.schemas.calls import CallOut
from api.schemas.campaigns import StatsOut
from dialer.bootstrap import Dialer
from dialer.db.call_records import CallRecord
from dialer.errors import AuthenticationError, PermissionDenied
from dialer.services.stats import CampaignStats
from dialer.services.streaming.feed import Beginning, Cursor
from dialer.services.streaming.hub import Hub, Over, Reader

log = logging.getLogger(__name__)

EXTENSION: Final = "streams"
LAST_EVENT_ID: Final = "Last-Event-ID"
KIND: Final = "text/event-stream"

RETRY_MS: Final = 3000
HEARTBEAT_SECONDS: Final = 15.0
"""A comment after so long without an event: proxies cut what is silent, and we learn of readers who have gone."""
ASK_AGAIN_SECONDS: Final = 10.0
"""How often it is asked whether the reader still may."""
OTHERS_THREADS: Final = 16
_TAKE_SECONDS: Final = 1.0

OPEN: Final = Gauge("dialer_api_streams", "Live streams that are open.", multiprocess_mode="livesum")


class Streams:
    """The live streams of this process."""

    def __init__(self, dialer: Dialer) -> None:
        self._wanted = dialer.settings.streams_per_process
        self.hub = Hub(dialer.feed, dialer.clock, encode, self._wanted)
        self.is_serving: Callable[[], bool] = lambda: True

    def serve_with(self, threads: int, is_serving: Callable[[], bool]) -> None:
        """Told by the server: how many requests it serves at once, and how to learn that it is to end."""
        self.hub.capacity = min(self._wanted, max(threads - OTHERS_THREADS, threads // 2))
        self.is_serving = is_serving


def install(app: Flask, dialer: Dialer) -> None:
    """Give `app` its streams. Nothing is read before somebody joins."""
    app.extensions[EXTENSION] = Streams(dialer)


def encode(what: CallRecord | CampaignStats, cursor: Cursor | None) -> bytes:
    """An event as it is sent."""
    if isinstance(what, CallRecord):
        return event("call", CallOut.model_validate(what).model_dump_json(), cursor)
    return event("stats", StatsOut.model_validate(what).model_dump_json(), cursor)


def event(name: str, data: str, cursor: Cursor | None = None) -> bytes:
    """One event; `data` is one line. Only what has a cursor moves the reader's Last-Event-ID."""
    known = f"id: {cursor}\n" if cursor else ""
    return f"{known}event: {name}\ndata: {data}\n\n".encode()


def respond(campaign_id: int) -> Response:
    """The stream of a campaign, from the event on that the request names.

    Raises:
        InvalidInput: Last-Event-ID is not one of ours.
        NotFound: no such campaign.
        TooManyStreams: this process serves as many as it may.
    """
    streams: Streams = current_app.extensions[EXTENSION]
    beginning = dialer().feed.begin(campaign_id, request.headers.get(LAST_EVENT_ID))
    reader = streams.hub.join(campaign_id, beginning, _cutter(request.environ.get("gunicorn.socket")))
    OPEN.inc()

    def leave() -> None:
        OPEN.dec()
        streams.hub.leave(reader)

    first = f"retry: {RETRY_MS}\n".encode() + _opened(campaign_id, beginning)
    response = Response(stream_with_context(_written(streams, reader, first)), mimetype=KIND)
    response.call_on_close(leave)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would keep events until it has a page of them
    return response


def _opened(campaign_id: int, beginning: Beginning) -> bytes:
    data = orjson.dumps({"campaign_id": campaign_id, "resumed": beginning.resumed}).decode()
    return event("open", data, beginning.cursor)


def _written(streams: Streams, reader: Reader, first: bytes) -> Iterator[bytes]:
    """What is sent, until the reader goes or we end it."""
    clock = dialer().clock
    asked_at = sent_at = clock.monotonic()
    yield first
    while True:
        now = clock.monotonic()
        chunk = reader.take(_TAKE_SECONDS)
        if chunk is None and now - sent_at >= HEARTBEAT_SECONDS:
            chunk = b":\n\n"
        if chunk is not None:
            reader.sending_since = sent_at = now
            yield chunk
            reader.sending_since = None
        over = reader.over or _over(streams, now - asked_at >= ASK_AGAIN_SECONDS)
        if over is not None:
            yield event("end", orjson.dumps({"reason": over}).decode())
            return
        if now - asked_at >= ASK_AGAIN_SECONDS:
            asked_at = now


def _over(streams: Streams, ask_again: bool) -> Over | None:
    if not streams.is_serving():
        return Over.SHUTTING_DOWN
    if auth.has_expired():
        return Over.TOKEN_EXPIRED
    if ask_again:
        try:
            auth.authorize_again()
        except (AuthenticationError, PermissionDenied):
            return Over.NOT_ALLOWED
    return None


def _cutter(connection: Any) -> Callable[[], None]:
    """What ends a connection whose thread waits for its reader."""

    def cut() -> None:
        if isinstance(connection, socket.socket):
            with suppress(OSError):  # it has ended already
                connection.shutdown(socket.SHUT_RDWR)

    return cut
