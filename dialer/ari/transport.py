"""HTTP connections to a PBX that know whether anything was written to them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import EmptyPoolError, HTTPError
from urllib3.response import BaseHTTPResponse, HTTPResponse

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


class _TlsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def __init__(self, pool_size: int, pool_timeout_seconds: float, clock: Clock) -> None:
        self._made_for = (pool_timeout_seconds, clock)
        super().__init__(pool_connections=1, pool_maxsize=pool_size, max_retries=0, pool_block=True)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        pool_timeout, clock = self._made_for
        plain = type("_ClockedConnection", (_Connection,), {"clock": clock})
        tls = type("_ClockedTlsConnection", (_TlsConnection,), {"clock": clock})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("_TimedPool", (_Pool,), {"ConnectionCls": plain, "pool_timeout_seconds": pool_timeout}),
            "https": type("_TimedTlsPool", (_TlsPool,), {"ConnectionCls": tls, "pool_timeout_seconds": pool_timeout}),
        }


def new_session(*, pool_size: int, pool_timeout_seconds: float, ca_file: Path | None, clock: Clock) -> requests.Session:
    """A session for one PBX, to be shared by threads: no retries, no proxies from the environment, no cookies.

    Certificates have to be by the CA in `ca_file`, or without one by those that everybody trusts.

    Its requests raise `NeverSent` where nothing was written; any error of `requests` itself leaves that open.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = True if ca_file is None else str(ca_file)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_size, pool_timeout_seconds, clock)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
