"""XML-RPC through a Unix socket, which the standard library has only for TCP."""

import http.client
import socket
import xmlrpc.client  # nosec B411 # with our own supervisord, by a socket of ours
from pathlib import Path
from typing import Any


class UnixTransport(xmlrpc.client.Transport):
    """A transport for `xmlrpc.client.ServerProxy`; the host in its URL is of no account."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        # Takes the user name and password out of the URL and into a header.
        _, self._extra_headers, _ = self.get_host_info(host)
        return _UnixConnection(self._path)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
