"""Rows of a list on their way: packed into pieces that one transaction each stores, and another imports."""

import csv
import io
import zlib
from collections.abc import Sequence
from typing import Final

import orjson

from dialer.services.importing.reader import ROW_TEXT_CHARS, Row

MAX_ROWS: Final = 2000
MAX_CHARS: Final = 1_000_000
"""Of the cells of one piece: what bounds the memory of those who pack and unpack it."""

_WORTHWHILE_BYTES: Final = 4096


def pack(rows: Sequence[Row]) -> bytes:
    """Rows as bytes, compressed where it pays."""
    plain = orjson.dumps([[row.line, *row.cells] for row in rows])
    if len(plain) < _WORTHWHILE_BYTES:
        return plain
    small = zlib.compress(plain, 1)
    return small if len(small) < len(plain) else plain


def unpack(stored: bytes) -> list[Row]:
    """The reverse of `pack`."""
    plain = stored if stored[:1] == b"[" else zlib.decompress(stored)
    return [Row(line, cells) for line, *cells in orjson.loads(plain)]


def row_text(cells: Sequence[str], delimiter: str) -> str:
    """A row as it may have been in the file, for the report of refused rows; cut where it is long."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()[:ROW_TEXT_CHARS]
