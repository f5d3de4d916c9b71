"""Files that come in, and reports that go out."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Response, request
from flask_openapi3.models import RawModel
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from api.context import dialer

REPORT: Final[dict[str, Any]] = {
    "description": "line, code, reason, row",
    "content": {"text/csv": {"schema": {"type": "string"}}},
}
"""The response of a report of refused rows."""

_RAW: Final = frozenset({"text/csv", "text/plain", "application/csv", "application/octet-stream"})
_MEGABYTE: Final = 1024 * 1024


class Upload(RawModel):
    """A file: the body itself, or the part `file` of a form."""

    mimetypes = ["text/csv", "multipart/form-data"]  # noqa: RUF012


def uploaded() -> FileStorage:
    """The file that was sent, to be read once.

    Raises:
        BadRequest: a form without it.
        UnsupportedMediaType: neither CSV nor a form.
    """
    request.max_content_length = dialer().settings.max_upload_mb * _MEGABYTE
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise BadRequest("The form has no part named file.")
        return file
    if request.mimetype not in _RAW:
        raise UnsupportedMediaType("Send the file as text/csv, or in a form as multipart/form-data.")
    return FileStorage(stream=request.stream)


def download(content: Iterator[bytes], name: str) -> Response:
    """CSV, a piece at a time, to be saved under that name."""
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
