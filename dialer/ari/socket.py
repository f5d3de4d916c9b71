"""The WebSocket on which a PBX tells what happens."""

import base64
import queue
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

import websocket
from websocket import ABNF, WebSocket, WebSocketException, WebSocketTimeoutException

from dialer.ari.client import ari_root
from dialer.ari.errors import NeverSent
from dialer.clock import Clock

PING_SECONDS: Final = 2.0
PONG_SECONDS: Final = 4.0
"""How long a ping may stay unanswered. Then the connection is dead, whatever TCP believes."""
_READ_BYTES: Final = 65_536
_REST_SECONDS: Final = 0.02
"""Between one reading and the next: to be woken for each event costs more than to read it."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message, and when it came, on the clock's `monotonic()`."""

    data: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The socket is gone: no message follows, and events may have been missed from here on."""

    reason: str


Inbox = queue.SimpleQueue[Received | Lost]


def events_url(base_url: str, app: str) -> str:
    """The WebSocket's address on the PBX at `base_url`: ws, or wss where that is https."""
    parts = urlsplit(ari_root(base_url))
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, f"{parts.path}/events", urlencode({"app": app}), ""))


class EventSource(Protocol):
    """Whatever fills `inbox` with what a PBX tells. The last item is always a `Lost`, also after `close`."""

    @property
    def inbox(self) -> Inbox: ...

    def close(self) -> None:
        """Disconnect."""
        ...


class _Buffered(WebSocket):
    """Reads as much as has come at a time. The library reads each frame in three pieces, at two system calls each."""

    _ahead = b""
    _at = 0

    @property
    def has_more(self) -> bool:
        """Whether some of what has come is still to be handed out."""
        return self._at < len(self._ahead)

    def _recv(self, bufsize: int) -> bytes:
        if self._at == len(self._ahead):
            self._ahead, self._at = super()._recv(_READ_BYTES), 0  # type: ignore[no-untyped-call]
        piece = self._ahead[self._at : self._at + bufsize]
        self._at += len(piece)
        return piece


class EventSocket:
    """One connection. Its thread only puts what it reads into `inbox`: Asterisk drops a slow reader.

    The last item is always a `Lost`, also after `close`.
    """

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        app: str,
        inbox: Inbox,
        clock: Clock,
        *,
        timeout_seconds: float = 3.0,
        ca_file: Path | None = None,
    ) -> None:
        """Connect; from then on the application is registered, and belongs to this socket alone.

        Args:
            ca_file: a PEM file with the CA that an `https` PBX's certificate is by; None: one of the system's.

        Raises:
            NeverSent: no connection, or the PBX did not accept it.
        """
        self.inbox = inbox
        self._clock = clock
        self._url = events_url(base_url, app)
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        try:
            self._socket = cast(
                _Buffered,
                websocket.create_connection(
                    self._url,
                    class_=_Buffered,
                    timeout=timeout_seconds,
                    header={"Authorization": f"Basic {credentials}"},
                    http_no_proxy=["*"],
                    # A browser's header; Asterisk has to be told which ones to let in, and proxies refuse unknown ones.
                    suppress_origin=True,
                    sslopt={} if ca_file is None else {"ca_certs": str(ca_file)},
                    redirect_limit=0,
                    enable_multithread=True,
                    skip_utf8_validation=True,  # the JSON parser does it
                ),
            )
        except (OSError, WebSocketException, ValueError) as error:
            raise NeverSent(f"No WebSocket to {self._url}: {error}") from error
        self._socket.settimeout(PING_SECONDS / 2)
        self._reader = threading.Thread(target=self._read, name="ari-events", daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Disconnect, and wait until the reader has put its last item into the inbox."""
        self._socket.abort()  # type: ignore[no-untyped-call]
        self._reader.join(timeout=5.0)

    def _read(self) -> None:
        try:
            reason = self._read_until_lost()
        except (OSError, WebSocketException, ssl.SSLError) as error:
            reason = str(error) or type(error).__name__
        finally:
            self._socket.shutdown()  # type: ignore[no-untyped-call]
        self.inbox.put(Lost(reason))

    def _read_until_lost(self) -> str:
        pinged_at = self._clock.monotonic()
        is_answered = True
        while True:
            try:
                opcode, data = self._socket.recv_data(control_frame=True)
            except WebSocketTimeoutException:
                opcode, data = None, b""
            now = self._clock.monotonic()
            if opcode in (ABNF.OPCODE_TEXT, ABNF.OPCODE_BINARY):
                self.inbox.put(Received(data, now))
                if not self._socket.has_more:
                    self._clock.sleep(_REST_SECONDS)
            elif opcode == ABNF.OPCODE_CLOSE:
                return f"closed by the PBX ({data[2:].decode(errors='replace') or 'no reason given'})"
            elif opcode == ABNF.OPCODE_PONG:
                is_answered = True
            if not is_answered and now - pinged_at > PONG_SECONDS:
                return f"no pong for {PONG_SECONDS} s"
            if is_answered and now - pinged_at > PING_SECONDS:
                self._socket.ping()
                pinged_at, is_answered = now, False
