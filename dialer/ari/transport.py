"""Kept connections to one PBX, shared by threads."""

import queue
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from dialer.ari.connection import Answer, Connection
from dialer.ari.errors import NeverSent
from dialer.clock import Clock

_PORTS: Final = {"http": 80, "https": 443}


class Connections:
    """No retries, no redirects, no proxies, no cookies.

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
        self._connect_timeout, self._read_timeout = timeouts
        self._is_closed = False
        # Last in, first out: few connections are busy, the others may go idle.
        self._free: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._wrong: str | None = None
        try:
            self._path, host, port, tls = _parts(root, ca_file)
        except (ValueError, OSError) as error:
            self._wrong = str(error)
            return
        self._head = "".join(
            f"{name}: {value}\r\n" for name, value in {"Host": urlsplit(root).netloc, **headers}.items()
        )
        for _ in range(pool_size):
            self._free.put(Connection(host, port, timeout_seconds=self._connect_timeout, tls=tls, clock=clock))

    def close(self) -> None:
        """Close those that nobody uses; the others, when they are given back."""
        self._is_closed = True
        while True:
            try:
                self._free.get_nowait().close()
            except queue.Empty:
                return

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        read_timeout: float | None = None,
        not_after: float | None = None,
    ) -> Answer:
        """Ask once.

        Args:
            not_after: on the clock's `monotonic()`; past it nothing is written.

        Raises:
            NeverSent: nothing was written.
            NoAnswer: no answer, or none that is HTTP. Whether it was written is open.
        """
        request = self._request(method, path, body)
        connection = self._take()
        try:
            return connection.ask(request, read_timeout=read_timeout or self._read_timeout, not_after=not_after)
        finally:
            self._give_back(connection)

    def _request(self, method: str, path: str, body: bytes | None) -> bytes:
        if self._wrong is not None:
            raise NeverSent(f"{self._root} can't be asked: {self._wrong}")
        if not path.isascii() or not path.isprintable() or " " in path:
            raise NeverSent(f"{path!r} is no path of a URL")
        head = f"{method} {self._path}{path} HTTP/1.1\r\n{self._head}"
        if body is None:
            return f"{head}\r\n".encode()
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def _take(self) -> Connection:
        if self._is_closed:
            raise NeverSent(f"The connections to {self._root} are closed")
        try:
            return self._free.get(timeout=self._connect_timeout)
        except queue.Empty:
            raise NeverSent(f"All connections to {self._root} are busy") from None

    def _give_back(self, connection: Connection) -> None:
        if self._is_closed:
            connection.close()
        self._free.put(connection)


def _parts(root: str, ca_file: Path | None) -> tuple[str, str, int, ssl.SSLContext | None]:
    url = urlsplit(root)
    if url.scheme not in _PORTS or not url.hostname:
        raise ValueError("not the address of a PBX")
    tls = None
    if url.scheme == "https":
        tls = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH if ca_file is None else str(ca_file))
    return url.path, url.hostname, url.port or _PORTS[url.scheme], tls
