"""Sending to an address that somebody has given: signed, never to ourselves, and never followed elsewhere."""

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

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
    """POST once, to an address that has been looked at, and to no other: a redirect is an answer like any."""
    parts = check_url(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        address = addresses(host, port, private_allowed=private_allowed)[0]
        timeout = urllib3.Timeout(connect=TIMEOUT_SECONDS, read=TIMEOUT_SECONDS)
        pool = (
            urllib3.HTTPSConnectionPool(address, port, server_hostname=host, assert_hostname=host, timeout=timeout)
            if secure
            else urllib3.HTTPConnectionPool(address, port, timeout=timeout)
        )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = {**headers, "Host": parts.netloc, "Connection": "close"}
        with pool:
            answer = pool.urlopen(
                "POST", target, body=body, headers=named, redirect=False, retries=False, preload_content=False
            )
            answer.close()
    except AddressRefused as error:
        return Sent(None, error.detail)
    except (HTTPError, OSError) as error:
        return Sent(None, f"{type(error).__name__}: {error}"[:500])
    return Sent(answer.status, None if 200 <= answer.status < 300 else f"answered {answer.status}")
