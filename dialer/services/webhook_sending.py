"""Sending to an address that somebody has given: signed, never to ourselves, and never followed elsewhere."""

import hashlib
import hmac
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from dialer.errors import InvalidInput

TIMEOUT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Sent:
    """How a try went: the answer's status, or why there is none."""

    status: int | None
    error: str | None

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class AddressRefused(InvalidInput):
    """An address that is not to be sent to: it is not public."""


def signature(secrets: Sequence[str], timestamp: int, body: bytes) -> str:
    """`t=…,v1=…`: HMAC-SHA256 over timestamp, dot and body; one `v1` for each secret that is good."""
    signed = f"{timestamp}.".encode() + body
    parts = [f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets]
    return ",".join([f"t={timestamp}", *parts])


def check_url(url: str) -> SplitResult:
    """Whether this can be the URL of a webhook.

    Raises:
        InvalidInput: it isn't http or https, or it carries a user name or a password.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.username or parts.password or parts.fragment:
        message = "must be like https://crm.example/hooks, without user name or password"
        raise InvalidInput(f"The URL {message}.", errors=[{"field": "url", "message": message}])
    return parts


def addresses(host: str, port: int, *, private_allowed: bool) -> list[str]:
    """What `host` resolves to, if all of it may be sent to.

    Raises:
        AddressRefused: one of the addresses is private, link-local, loopback, or otherwise not public.
        OSError: the name can't be resolved.
    """
    found = list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    if not private_allowed:
        for address in found:
            if not _is_public(address):
                raise AddressRefused(f"{host} is {address}, which is not a public address.")
    return found


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            ip = inner
        elif ip in ipaddress.ip_network("64:ff9b::/96"):
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast


def send(url: str, body: bytes, headers: Mapping[str, str], *, private_allowed: bool) -> Sent:
    """POST once, to an address that has been looked at, and to no other: a redirect is an answer like any.

    It is over in TIMEOUT_SECONDS, also where the other side sends a byte of its answer now and then.
    """
    parts = check_url(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        with _connected(addresses(host, port, private_allowed=private_allowed), port) as raw, _cut_off(raw, deadline):
            connection = HTTPConnection(host, port)
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
            named = {**headers, "Host": parts.netloc, "Connection": "close"}
            with closing(connection):
                connection.request("POST", target, body, named)
                status = connection.getresponse().status
    except AddressRefused as error:
        return Sent(None, error.detail)
    except (HTTPException, OSError) as error:
        return _late(deadline) or Sent(None, f"{type(error).__name__}: {error}"[:500])
    # What was cut off can look like an answer.
    return _late(deadline) or Sent(status, None if 200 <= status < 300 else f"answered {status}")


def _late(deadline: float) -> Sent | None:
    over = time.monotonic() >= deadline
    return Sent(None, f"no answer within {TIMEOUT_SECONDS:g} seconds") if over else None


@contextmanager
def _connected(found: Sequence[str], port: int) -> Iterator[socket.socket]:
    """A connection to the first of the addresses that takes one."""
    for address in found[:-1]:
        with suppress(OSError):
            connection = socket.create_connection((address, port), TIMEOUT_SECONDS / len(found))
            break
    else:
        connection = socket.create_connection((found[-1], port), TIMEOUT_SECONDS / len(found))
    with connection:
        connection.settimeout(TIMEOUT_SECONDS)
        yield connection


@contextmanager
def _cut_off(connection: socket.socket, deadline: float) -> Iterator[None]:
    """End a connection at `deadline`. A socket's own timeout begins anew with each byte."""
    twin = connection.dup()  # TLS takes the first one over, and it is the connection that is to end
    timer = Timer(max(0.0, deadline - time.monotonic()), _shut_down, (twin,))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        twin.close()


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)
