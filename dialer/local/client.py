"""The dialer's API as the demo uses it: like any other program."""

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from dialer.clock import Clock
from dialer.errors import DialerError

_TIMEOUT_SECONDS = 30.0
_REFRESH_SECONDS = 300.0


class ApiProblem(DialerError):
    """The API said no; the detail is its problem document."""

    code = "api_problem"


class ApiClient:
    """A logged-in user."""

    def __init__(self, url: str, username: str, password: str, clock: Clock) -> None:
        self._url = url
        self._credentials = {"username": username, "password": password}
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._logged_in_at = -_REFRESH_SECONDS

    def get(self, path: str) -> Any:
        """GET a resource.

        Raises:
            ApiProblem: any answer but a 2xx.
        """
        return self._ask("GET", path)

    def text(self, path: str) -> str:
        """GET something that isn't JSON. Raises as `get`."""
        return str(self._ask("GET", path, as_text=True))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST a JSON body. Raises as `get`."""
        return self._ask("POST", path, json=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT a JSON body. Raises as `get`."""
        return self._ask("PUT", path, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """PATCH with a JSON body, whoever has edited it meanwhile. Raises as `get`."""
        return self._ask("PATCH", path, json=body, headers={"If-Match": "*"})

    def delete(self, path: str) -> Any:
        """DELETE a resource. Raises as `get`."""
        return self._ask("DELETE", path)

    def upload(self, path: str, lines: Iterable[bytes]) -> Any:
        """POST a CSV file, streamed. Raises as `get`."""
        return self._ask("POST", path, data=iter(lines), headers={"Content-Type": "text/csv"})

    def _ask(self, method: str, path: str, **arguments: Any) -> Any:
        if self._clock.monotonic() - self._logged_in_at > _REFRESH_SECONDS:
            self._log_in()
        return self._send(method, path, **arguments)

    def _log_in(self) -> None:
        self._session.headers.pop("Authorization", None)
        tokens = self._send("POST", "/v1/auth/login", json=self._credentials)
        self._session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        self._logged_in_at = self._clock.monotonic()

    def _send(self, method: str, path: str, *, as_text: bool = False, **arguments: Any) -> Any:
        answer = self._session.request(method, self._url + path, timeout=_TIMEOUT_SECONDS, **arguments)
        if not answer.ok:
            raise ApiProblem(f"{method} {path}: {answer.status_code} {answer.text}")
        if as_text:
            return answer.text
        return answer.json() if answer.content else None
