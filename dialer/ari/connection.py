"""One HTTP connection to a PBX that knows whether anything was written to it.

Straight on a socket, its answers read by httptools: what a general client adds to a request costs several times the
request itself, and it doesn't say what was written (docs/adr/0015-hot-path.md).
"""

import select
import socket
import ssl
from dataclasses import dataclass
from typing import Final

import httptools

from dialer import failpoints
from dialer.ari.errors import NeverSent, TooLate
from dialer.clock import Clock
from dialer.failpoints import Step

# Asterisk closes a connection that is idle for 15 s (session_keep_alive). A request written into that moment would be
# one whose fate nobody knows.
MAX_IDLE_SECONDS: Final = 10.0
_READ_BYTES: Final = 65_536


class NoAnswer(Exception):
    """No answer, or none that is HTTP. Whether the request was written is open."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a PBX has answered, whatever it is."""

    status: int
    content: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def header(self, name: str) -> str:
        """The header's value; empty without one."""
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == wanted), "")


class _Reading:
    """Puts an answer together from what the parser tells of it."""

    def __init__(self) -> None:
        self.is_whole = False
        self.is_last = False
        self.status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._content: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def answer(self) -> Answer:
        return Answer(self.status, b"".join(self._content), tuple(self._headers))

    def ends_with_connection(self) -> bool:
        """Whether the end of the connection is the end of this answer, for want of another sign (RFC 9112, 6.3)."""
        names = {name.lower() for name, _ in self._headers}
        return bool(self.status) and not names & {b"content-length", b"transfer-encoding"}

    # What the parser calls.

    def on_message_begin(self) -> None:
        # A second answer to one request: whose is the next?
        self.is_last = self.is_last or self.is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        if not self.is_whole:
            self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        if not self.is_whole:
            self._content.append(body)

    def on_message_complete(self) -> None:
        if self.status < 200:  # not the answer yet
            self.status = 0
            self._headers.clear()
        elif not self.is_whole:
            self.is_whole = True
            self.is_last = not self._parser.should_keep_alive()


class Connection:
    """For one thread at a time. It connects when it is first used, and anew whenever that is safer.

    Args:
        host: a name or an address, without brackets.
        timeout_seconds: to connect.
        tls: how the PBX has to prove itself; None: in clear.
    """

    def __init__(
        self, host: str, port: int, *, timeout_seconds: float, tls: ssl.SSLContext | None, clock: Clock
    ) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout_seconds
        self._tls = tls
        self._clock = clock
        self._socket: socket.socket | None = None
        self._used_at = 0.0

    def ask(self, request: bytes, *, read_timeout: float, not_after: float | None = None) -> Answer:
        """Write a request, once, and read its answer.

        Args:
            read_timeout: seconds to wait for all of the answer.
            not_after: on the clock's `monotonic()`; past it nothing is written.

        Raises:
            NeverSent: nothing was written: no connection, or too late.
            NoAnswer: it may have been written, and there is no answer.
        """
        # Connecting takes its time, so it is done first: what is checked after it is the moment of writing.
        connected = self._connected()
        if not_after is not None and self._clock.monotonic() >= not_after:
            raise TooLate("Too late to send")
        is_reusable = False
        try:
            connected.settimeout(read_timeout)
            connected.sendall(request)
            if not_after is not None:  # an originate
                failpoints.reach(Step.POST_WRITTEN)
            reading = self._read(connected, read_timeout)
            # After one 409 Asterisk answers 409 to every later failure on the same connection, true or not.
            is_reusable = not reading.is_last and reading.status != 409
            self._used_at = self._clock.monotonic()
            return reading.answer()
        except (OSError, httptools.HttpParserError) as error:
            raise NoAnswer(str(error) or type(error).__name__) from error
        finally:
            if not is_reusable:
                self.close()

    def close(self) -> None:
        """Disconnect; the next request connects anew."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is not None:
            if self._clock.monotonic() - self._used_at <= MAX_IDLE_SECONDS and not _has_something_to_say(self._socket):
                return self._socket
            self.close()
        self._socket = self._connect()
        self._used_at = self._clock.monotonic()
        return self._socket

    def _connect(self) -> socket.socket:
        plain = None
        try:
            plain = socket.create_connection((self._host, self._port), self._timeout)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plain if self._tls is None else self._tls.wrap_socket(plain, server_hostname=self._host)
        except (OSError, ValueError) as error:
            if plain is not None:
                plain.close()
            raise NeverSent(f"No connection to {self._host}:{self._port}: {error}") from error

    def _read(self, connected: socket.socket, timeout_seconds: float) -> _Reading:
        reading = _Reading()
        until = self._clock.monotonic() + timeout_seconds
        while True:
            data = connected.recv(_READ_BYTES)
            if data:
                reading.feed(data)
            elif reading.ends_with_connection():
                reading.is_whole = reading.is_last = True
            else:
                raise ConnectionError("closed by the PBX before its answer")
            if reading.is_whole:
                return reading
            left = until - self._clock.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            connected.settimeout(left)


def _has_something_to_say(connected: socket.socket) -> bool:
    """Whether an idle connection has been closed by the other side, or talks without having been asked."""
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))
