"""Every error as a problem document (RFC 9457) with a stable `code`."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NoReturn
from uuid import uuid4

import orjson
from flask import Flask, Response, request
from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from dialer import wording
from dialer.errors import DatabaseError, DialerError, InvalidInput

log = logging.getLogger(__name__)

TYPE: Final = "urn:dialer:problem:{code}"
RETRY_SECONDS: Final = 5

_DATABASE: Final = (OperationalError, InterfaceError, PoolTimeout)
_CODES: Final = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "payload_too_large",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid_input",
}


def install(app: Flask) -> None:
    """Let every error of `app` be answered by this module."""
    app.register_error_handler(DialerError, _dialer_error)
    app.register_error_handler(HTTPException, _http_error)
    for kind in _DATABASE:
        app.register_error_handler(kind, _database_error)
    app.register_error_handler(Exception, _unexpected)


def codes() -> dict[str, int]:
    """The codes of errors that come from HTTP itself, with their statuses."""
    others = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return {code: status.value for status, code in _CODES.items()} | {s.name.lower(): s.value for s in others}


def invalid(error: ValidationError) -> NoReturn:
    """A request that doesn't fit its schema, each field with what is wrong with it.

    Raises:
        InvalidInput: always.
    """
    errors = [
        {"field": _field(item["loc"]), "message": wording.message(item)} for item in error.errors(include_url=False)
    ]
    named = ", ".join(dict.fromkeys(item["field"] for item in errors))
    raise InvalidInput(f"The request is not valid: {named}.", errors=errors) from error


def problem(status: int, code: str, title: str, detail: str, *, extra: Mapping[str, Any] | None = None) -> Response:
    """A problem document. Of `extra`, `retry_after_seconds` becomes a header too."""
    body = {"type": TYPE.format(code=code), "title": title, "status": status, "detail": detail, "code": code}
    members = {name: value for name, value in (extra or {}).items() if name not in body}
    response = Response(orjson.dumps(body | members), status, mimetype="application/problem+json")
    if "retry_after_seconds" in members:
        response.headers["Retry-After"] = str(members["retry_after_seconds"])
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _dialer_error(error: DialerError) -> Response:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.path, error.detail, exc_info=error)
    return problem(error.status, error.code, error.title, error.detail, extra=error.extra)


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        return _outside(error.original_exception)
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return Response(error.get_body(), error.code or 500, headers=error.get_headers())
    status = HTTPStatus(error.code)
    code = _CODES.get(status, status.name.lower())
    response = problem(status.value, code, status.phrase, error.description or status.description or status.phrase)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _database_error(error: Exception) -> Response:
    log.error("%s %s: the database failed", request.method, request.path, exc_info=error)
    detail = "The database can't be asked now; nothing was changed unless an earlier answer said so. Try again."
    extra = {"retry_after_seconds": RETRY_SECONDS}
    return problem(DatabaseError.status, DatabaseError.code, DatabaseError.title, detail, extra=extra)


def _outside(error: Exception) -> Response:
    """What was raised beside the handlers, while an answer was being finished: Flask wraps that."""
    if isinstance(error, DialerError):
        return _dialer_error(error)
    return _database_error(error) if isinstance(error, _DATABASE) else _unexpected(error)


def _unexpected(error: Exception) -> Response:
    incident = str(uuid4())
    log.error("incident %s: %s %s", incident, request.method, request.path, exc_info=error)
    detail = f"Something went wrong that nobody foresaw. It is in the log as incident {incident}."
    return problem(DialerError.status, DialerError.code, DialerError.title, detail, extra={"incident": incident})


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"
