"""Clients of an API that see to their tokens themselves."""

import ipaddress
import os
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from dialer.clock import Clock
from dialer.remote.logins import Login, Logins
from dialer.remote.problems import Exit, RemoteError
from dialer_client import AuthenticatedClient, Client
from dialer_client.api.auth import auth_log_in, auth_refresh
from dialer_client.errors import Problem
from dialer_client.models.log_in import LogIn
from dialer_client.models.refresh import Refresh
from dialer_client.models.tokens import Tokens

TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
_EARLY_SECONDS: Final = 30.0
"""A token is renewed so long before it expires: a request may be on its way for a while."""

_AGAIN_SECONDS: Final = 300.0


def connect(url: str | None) -> AuthenticatedClient:
    """A client of the API at `url`, or of the one that was logged in to last; DIALER_API_KEY goes before a log-in.

    Raises:
        RemoteError: there is neither a key nor a log-in.
    """
    if key := os.environ.get("DIALER_API_KEY"):
        if url is None:
            raise RemoteError("DIALER_API_KEY is for which API? Set DIALER_API_URL too.", Exit.NOT_ALLOWED)
        return client_of(url, _Bearer(key))
    login = Logins.of_this_user().find(url)
    if login is None:
        to = f" to {url}" if url else ""
        raise RemoteError(f"You are not logged in{to}: `dialer login {url or 'URL'}`.", Exit.NOT_ALLOWED)
    return kept(login)


def kept(login: Login) -> AuthenticatedClient:
    """A client with a log-in that is kept."""
    return client_of(login.url, _KeptLogin(Logins.of_this_user(), login))


def as_user(url: str, username: str, password: str, clock: Clock) -> AuthenticatedClient:
    """A client that logs in by itself whenever that is needed, for programs that have made their own user."""
    return client_of(url, _Password(url, LogIn(username, password), clock))


def log_in(url: str, username: str, password: str) -> Login:
    """Open a session.

    Raises:
        Problem, httpx.TransportError: as `dialer_client` does.
    """
    tokens = auth_log_in.sync(client=_anonymous(url), body=LogIn(username, password))
    return Login(url, username, tokens.access_token, tokens.refresh_token, _expiry(tokens))


def client_of(url: str, auth: httpx.Auth | None) -> AuthenticatedClient:
    """A client with that way to say who it is."""
    client = AuthenticatedClient(base_url=url, token="")  # nosec B106 # `auth` has it
    return client.set_httpx_client(httpx.Client(base_url=url, auth=auth, timeout=TIMEOUT, trust_env=not is_near(url)))


def is_near(url: str) -> bool:
    """Whether it is this machine's own: no proxy knows the way there, and nobody is in between."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _anonymous(url: str) -> Client:
    client = Client(base_url=url)
    return client.set_httpx_client(httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=not is_near(url)))


def _expiry(tokens: Tokens) -> float:
    return time.time() + tokens.expires_in


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float


class _Bearer(httpx.Auth):
    """Always the same token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class _KeptLogin(httpx.Auth):
    """The tokens of the file, exchanged when they have grown old."""

    def __init__(self, logins: Logins, login: Login) -> None:
        self._logins = logins
        self._login = login

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if _is_old(self._login):
            self._login = self._renewed()
        request.headers["Authorization"] = f"Bearer {self._login.access_token}"
        answer = yield request
        if answer.status_code == 401:
            raise _over(self._login.url)

    def _renewed(self) -> Login:
        with self._logins.locked():
            found = self._logins.find(self._login.url) or self._login
            if not _is_old(found):  # another process was faster
                return found
            try:
                tokens = auth_refresh.sync(client=_anonymous(found.url), body=Refresh(found.refresh_token))
            except Problem as problem:
                if problem.status == 401:
                    raise _over(found.url) from problem
                raise
            return self._logins.renew(
                found,
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token,
                expires_at=_expiry(tokens),
            )


class _Password(httpx.Auth):
    """A log-in every few minutes."""

    def __init__(self, url: str, body: LogIn, clock: Clock) -> None:
        self._url = url
        self._body = body
        self._clock = clock
        self._token = _Token("", -1.0)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._clock.monotonic() > self._token.good_until:
            tokens = auth_log_in.sync(client=_anonymous(self._url), body=self._body)
            self._token = _Token(tokens.access_token, self._clock.monotonic() + _AGAIN_SECONDS)
        request.headers["Authorization"] = f"Bearer {self._token.value}"
        yield request


def _over(url: str) -> RemoteError:
    return RemoteError(f"Your log-in to {url} is over: `dialer login {url}` logs in again.", Exit.NOT_ALLOWED)


def _is_old(login: Login) -> bool:
    return time.time() > login.expires_at - _EARLY_SECONDS
