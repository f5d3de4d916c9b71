"""HTTP connections to a PBX that know whether anything was written to them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ClosedPoolError, EmptyPoolError, HTTPError
from urllib3.response import BaseHTTPResponse, HTTPResponse
from urllib3.util import parse_url

from dialer import failpoints
from dialer.ari.errors import NeverSent, TooLate
from dialer.clock import Clock, SystemClock
from dialer.failpoints import Step

# Asterisk closes a connection that is idle for 15 s (session_keep_alive). A request written into that moment would be
# one whose fate nobody knows.
MAX_IDLE_SECONDS: Final = 10.0

_current = threading.local()


@contextmanager
def send_before(moment: float | None) -> Iterator[None]:
    """Write no request in this thread after `moment`, on the monotonic clock of the session's `Clock`."""
    _current.send_before = moment
    try:
        yield
    finally:
        _current.send_before = None


class _Connection(HTTPConnection):
    clock: Clock = SystemClock()
    _used_at = 0.0
    _is_spoiled = False
    _has_begun = False

    def putrequest(self, *args: Any, **options: Any) -> None:
        self._has_begun = False
        super().putrequest(*args, **options)

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            raise NeverSent(f"No connection to {self.host}:{self.port}: {error}") from error
        self._used_at = self.clock.monotonic()
        self._is_spoiled = False

    @property
    def is_connected(self) -> bool:
        """Whether the pool may use this connection again."""
        if self._is_spoiled or self.clock.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            return False
        return super().is_connected

    def send(self, data: Any) -> None:
        # Connecting takes its time, so it is done first: what is checked below is the moment of writing.
        if self.sock is None:
            self.connect()
        if not self._has_begun:
            limit = getattr(_current, "send_before", None)
            if limit is not None and self.clock.monotonic() >= limit:
                raise TooLate("Too late to send")
            self._has_begun = True
        super().send(data)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        if getattr(_current, "send_before", None) is not None:  # an originate
            failpoints.reach(Step.POST_WRITTEN)
        response = super().getresponse()
        self._used_at = self.clock.monotonic()
        # After one 409 Asterisk answers 409 to every later failure on the same connection, true or not.
        self._is_spoiled = response.status == 409
        return response


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection
    pool_timeout_seconds = 1.0

    def urlopen(self, *args: Any, **options: Any) -> BaseHTTPResponse:
        options["pool_timeout"] = self.pool_timeout_seconds
        try:
            return super().urlopen(*args, **options)
        except EmptyPoolError as error:
            raise NeverSent(f"All connections to {self.host}:{self.port} are busy") from error
        except ClosedPoolError as error:
            raise NeverSent(f"The connections to {self.host}:{self.port} are closed") from error


class _TlsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


@dataclass(frozen=True, slots=True)
class Answer:
    """What a PBX has answered, whatever it is."""

    status: int
    content: bytes
    headers: Mapping[str, str]


class Connections:
    """Kept connections to one PBX, to be shared by threads: no retries, no redirects, no proxies, no cookies.

    Straight on urllib3's pool: what `requests` adds to it costs as much again, and half of it is of no use here
    (docs/adr/0015-hot-path.md).

    Args:
        root: `http://host:8088/ari`, or https: then the certificate has to be by the CA in `ca_file`, or without one
            by those that everybody trusts.
        headers: of every request.
        pool_size: connections at most.
        timeouts: seconds to connect, also to wait for a free connection; and to wait for an answer.
    """

    def __init__(
        self,
        root: str,
        headers: Mapping[str, str],
        *,
        pool_size: int,
        timeouts: tuple[float, float],
        ca_file: Path | None,
        clock: Clock,
    ) -> None:
        self._root = root
        self._headers = dict(headers)
        self._with_body = self._headers | {"Content-Type": "application/json"}
        self._connect_timeout, self._read_timeout = timeouts
        self._pool: HTTPConnectionPool | None = None
        try:
            self._path, self._pool = _pool(root, pool_size, self._connect_timeout, ca_file, clock)
        except (ValueError, HTTPError) as error:
            self._wrong = str(error)

    def close(self) -> None:
        """Close those that nobody uses; the others, when they are given back."""
        if self._pool is not None:
            self._pool.close()

    def request(
        self, method: str, path: str, body: bytes | None = None, *, read_timeout: float | None = None
    ) -> Answer:
        """Ask once.

        Raises:
            NeverSent: nothing was written.
            HTTPError: no answer, or none that is HTTP. Whether it was written is open.
        """
        if self._pool is None:
            raise NeverSent(f"{self._root} can't be asked: {self._wrong}")
        answer = self._pool.urlopen(
            method,
            self._path + path,
            body,
            self._headers if body is None else self._with_body,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=self._connect_timeout, read=read_timeout or self._read_timeout),
        )
        return Answer(answer.status, answer.data, answer.headers)


def _pool(
    root: str, size: int, timeout_seconds: float, ca_file: Path | None, clock: Clock
) -> tuple[str, HTTPConnectionPool]:
    url = parse_url(root)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("not the address of a PBX")
    kept: dict[str, Any] = {"maxsize": size, "block": True}
    pool: HTTPConnectionPool
    if url.scheme == "http":
        plain = type("_ClockedConnection", (_Connection,), {"clock": clock})
        timed = type("_TimedPool", (_Pool,), {"ConnectionCls": plain, "pool_timeout_seconds": timeout_seconds})
        pool = timed(url.host, url.port or 80, **kept)
    else:
        tls = type("_ClockedTlsConnection", (_TlsConnection,), {"clock": clock})
        timed = type("_TimedTlsPool", (_TlsPool,), {"ConnectionCls": tls, "pool_timeout_seconds": timeout_seconds})
        trusted = DEFAULT_CA_BUNDLE_PATH if ca_file is None else str(ca_file)
        pool = timed(url.host, url.port or 443, cert_reqs="CERT_REQUIRED", ca_certs=trusted, **kept)
    return url.path or "", pool
