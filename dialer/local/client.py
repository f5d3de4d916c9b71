"""The API by its paths, for programs that look into answers as they are: the demo, benchmarks and tests.

The connection is that of `dialer.remote`; operations with types are in `dialer_client`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import httpx

from dialer.clock import Clock
from dialer.remote.connection import as_user
from dialer_client.errors import Problem

NO_SUCCESS: Final = (Problem, httpx.TransportError)
"""What every method raises: the API said no, or there was no answer."""

_BLOCK_BYTES: Final = 64 * 1024


class ApiClient:
    """A logged-in user."""

    def __init__(self, url: str, username: str, password: str, clock: Clock) -> None:
        self._http = as_user(url, username, password, clock).get_httpx_client()

    def get(self, path: str) -> Any:
        """GET a resource."""
        return self._ask("GET", path)

    def text(self, path: str) -> str:
        """GET something that isn't JSON."""
        return self._answer("GET", path).text

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST a JSON body, or none."""
        return self._ask("POST", path, json=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT a JSON body."""
        return self._ask("PUT", path, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """PATCH with a JSON body, whoever has edited it meanwhile."""
        return self._ask("PATCH", path, json=body, headers={"If-Match": "*"})

    def delete(self, path: str) -> Any:
        """DELETE a resource."""
        return self._ask("DELETE", path)

    def upload(self, path: str, lines: Iterable[bytes]) -> Any:
        """POST a CSV file, streamed."""
        return self._ask("POST", path, content=_blocks(lines), headers={"Content-Type": "text/csv"})

    def _ask(self, method: str, path: str, **arguments: Any) -> Any:
        answer = self._answer(method, path, **arguments)
        return answer.json() if answer.content else None

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        answer = self._http.request(method, path, **arguments)
        if not answer.is_success:
            raise Problem(answer)
        return answer


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as whole blocks, which is how a file is sent: each piece of a streamed body costs both ends a frame."""
    block = bytearray()
    for line in lines:
        block += line
        if len(block) >= _BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)
