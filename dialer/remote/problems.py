"""What went wrong with a request, as one sentence and an exit code that scripts can go by."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Final

import click
import httpx

from dialer_client.errors import Problem


class Exit(IntEnum):
    """How a command ends. 2 is click's own: the command line can't be understood."""

    FAILED = 1
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    REFUSED = 5
    LATER = 6


_STATUSES: Final = {401: Exit.NOT_ALLOWED, 403: Exit.NOT_ALLOWED, 404: Exit.NOT_FOUND, 429: Exit.LATER, 503: Exit.LATER}


class RemoteError(click.ClickException):
    """What a command could not do; a problem document is what `--json` shows of it."""

    def __init__(self, message: str, exit_code: Exit, body: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click reads it so
        self.body = body or {"code": exit_code.name.lower(), "detail": message}


class RemoteErrorAsJson(RemoteError):
    """The same, told as JSON on stderr."""

    def show(self, file: Any = None) -> None:
        click.echo(json.dumps(self.body), file=file, err=True)


@contextmanager
def told(url: str, *, as_json: bool) -> Iterator[None]:
    """Turn what an API answers or doesn't into an error for a person, or with `as_json` for a program.

    Raises:
        RemoteError: anything but a success.
    """
    try:
        yield
    except RemoteError as error:
        raise _as(error, as_json=as_json) from None
    except Problem as problem:
        exit_code = _STATUSES.get(problem.status, Exit.REFUSED if problem.status < 500 else Exit.FAILED)
        raise _as(RemoteError(sentence(problem), exit_code, problem.body), as_json=as_json) from problem
    except httpx.TransportError as error:
        message = f"No answer from {url}: {str(error) or type(error).__name__}."
        raise _as(RemoteError(message, Exit.LATER), as_json=as_json) from error


def sentence(problem: Problem) -> str:
    """What the API said, with the fields that are wrong."""
    detail = problem.detail
    if problem.errors:
        detail = "; ".join(f"{error['field']}: {error['message']}" for error in problem.errors)
    if problem.code == "unreadable":
        return f"{detail}: that is no dialer's API."
    return detail


def _as(error: RemoteError, *, as_json: bool) -> RemoteError:
    return RemoteErrorAsJson(error.message, Exit(error.exit_code), error.body) if as_json else error
