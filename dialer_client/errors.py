"""What the API answers where it doesn't do what it was asked."""

from typing import Any

import httpx


class Problem(Exception):
    """An answer that is no success.

    Attributes:
        status: of HTTP.
        code: of docs/errors.md, stable; `unreadable` where the answer isn't the API's own (a proxy's, say).
        detail: a sentence for a person.
        errors: the fields that are wrong, each with `field` and `message`.
        retry_after_seconds: how long to wait, where that is known.
        body: the problem document, whole.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.body = _read(response)
        self.code = str(self.body.get("code", "unreadable"))
        self.detail = str(self.body.get("detail") or f"{response.status_code} {response.reason_phrase}")
        self.errors: list[dict[str, str]] = list(self.body.get("errors", []))
        self.retry_after_seconds: int | None = self.body.get("retry_after_seconds")
        super().__init__(f"{response.request.method} {response.request.url.path}: {self.status} {self.detail}")


def _read(response: httpx.Response) -> dict[str, Any]:
    if "json" not in response.headers.get("Content-Type", ""):
        return {}
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


__all__ = ["Problem"]
