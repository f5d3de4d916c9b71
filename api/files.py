"""Files that come in, and reports that go out."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Response, request
from flask_openapi3.models import RawModel
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from api.context import dialer
from api.uploads import take_place

REPORT: Final[dict[str, Any]] = {
    "description": "line, code, reason, row",
    "content": {"text/csv": {"schema": {"type": "string"}}},
}
"""The response of a report of refused rows."""

REPAIRS: Final[dict[str, Any]] = {
    "description": "line, repair, cell, phone_number",
    "content": {
        "text/csv": {
            "schema": {"type": "string"},
            "example": "line,repair,cell,phone_number\n3,decimals,442079460123.0,+442079460123\n",
        }
    },
}
"""The response of a report of repaired numbers."""

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES: Final = (
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/csv",
    "application/vnd.ms-excel",  # what browsers on Windows call a CSV file
    XLSX,
    "application/octet-stream",
)
AUDIO: Final = ("audio/", "video/", "application/ogg", "application/octet-stream")
"""Kinds of file, by how their media types begin."""

_MEGABYTE: Final = 1024 * 1024


EXPORT: Final[dict[str, Any]] = {
    "description": "The file",
    "content": {
        "text/csv": {
            "schema": {"type": "string"},
            "example": "id,phone_number,data.Plan,other_data\n1,+4930901820,gold,\n",
        },
        XLSX: {"schema": {"type": "string", "format": "binary"}, "example": "PK...."},
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": '{"id":1,"phone_number":"+4930901820","data":{"Plan":"gold"}}\n',
        },
    },
}
"""The response of an export."""


class Table(RawModel):
    """A table: CSV or a workbook, as the body itself or as the part `file` of a form."""

    mimetypes = ["text/csv", XLSX, "multipart/form-data"]  # noqa: RUF012


def uploaded(kinds: tuple[str, ...] = TABLES, *, megabytes: int | None = None) -> FileStorage:
    """The file that was sent, to be read once.

    Args:
        megabytes: what is longer is refused; None: than call lists may be.

    Raises:
        RateLimited: so many files are being uploaded that there is no thread for one more.
        BadRequest: a form without it.
        UnsupportedMediaType: neither of these kinds nor a form.
    """
    take_place()
    request.max_content_length = (megabytes or dialer().settings.max_upload_mb) * _MEGABYTE
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise BadRequest("The form has no part named file.")
        return file
    if not request.mimetype.startswith(kinds):
        raise UnsupportedMediaType(f"Send the file as {kinds[0]}…, or in a form as multipart/form-data.")
    return FileStorage(stream=request.stream)


def download(content: Iterator[bytes], name: str, media_type: str = "text/csv") -> Response:
    """A file, a piece at a time, to be saved under that name."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
