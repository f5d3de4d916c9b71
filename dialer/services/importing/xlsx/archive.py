"""The zip file that a workbook is, on disk, and bounds on everything in it before any of it is unpacked."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from dialer.errors import InvalidInput

BLOCK_BYTES: Final = 64 * 1024
MAX_FILE_BYTES: Final = 256 * 1024 * 1024
MAX_PART_BYTES: Final = 2 * 1024 * 1024 * 1024
"""Of the sheet, unpacked: Excel's million rows with some twenty columns."""
MAX_SMALL_BYTES: Final = 1024 * 1024
MAX_RATIO: Final = 100
"""Sheets are packed to a tenth or less, those that repeat themselves to a fortieth."""

_MAX_PARTS: Final = 2000
_MAX_DIRECTORY_BYTES: Final = 1024 * 1024
_END: Final = struct.Struct("<4s4H2LH")
_ZIP64: Final = b"PK\x06\x07"
_RATIO_FROM: Final = 1024 * 1024


class Archive:
    """The parts of a workbook by name.

    Args:
        file: the whole file, on disk.

    Raises:
        InvalidInput: it isn't a workbook, is damaged, needs a password, or is made to fill memory or disk.
    """

    def __init__(self, file: IO[bytes]) -> None:
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
            raise damaged(error) from error
        self._parts = {info.filename.lstrip("/").lower(): info for info in self._zip.infolist()}
        if "xl/workbook.xml" not in self._parts:
            raise InvalidInput(self._what_else())

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name.lower() in self._parts

    def small(self, name: str) -> bytes:
        """A part that is small in every workbook."""
        with self.part(name, most=MAX_SMALL_BYTES) as blocks:
            return b"".join(blocks)

    @contextmanager
    def part(self, name: str, *, most: int = MAX_PART_BYTES) -> Iterator[Iterator[bytes]]:
        """A part's bytes, a block at a time.

        Raises:
            InvalidInput: it is missing, damaged, locked, or has more than `most` bytes; also while it is read.
        """
        info = self._parts.get(name.lower())
        if info is None:
            raise InvalidInput(f"The workbook is damaged: it has no part {name}.")
        if info.flag_bits & 0x1:
            raise InvalidInput("The workbook is locked with a password. Save it without one.")
        if info.file_size > most:
            raise InvalidInput(
                f"The workbook's part {name} has {info.file_size:,} bytes unpacked; {most:,} are allowed."
            )
        if info.file_size > _RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
            raise InvalidInput(
                f"The workbook's part {name} is {info.file_size // max(info.compress_size, 1)} times as large "
                f"unpacked; {MAX_RATIO} times is allowed. Save it as CSV."
            )
        try:
            with self._zip.open(info) as opened:
                yield _blocks(opened, info.file_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as error:
            raise damaged(error) from error

    def _what_else(self) -> str:
        if "xl/workbook.bin" in self._parts:
            return "The file is a binary Excel workbook (.xlsb). Save it as .xlsx or as CSV in UTF-8."
        if "content.xml" in self._parts:
            return "The file is an OpenDocument table (.ods). Save it as .xlsx or as CSV in UTF-8."
        return "The file is a zip file, not an Excel workbook. Unpack it, and upload what is in it."


def damaged(error: Exception) -> InvalidInput:
    """The workbook can't be read."""
    return InvalidInput(f"The workbook is damaged, or was cut off: {str(error)[:200] or type(error).__name__}.")


def _blocks(opened: IO[bytes], declared: int) -> Iterator[bytes]:
    # zipfile gives no more than was declared, and checks the sum at the end.
    read = 0
    while block := opened.read(BLOCK_BYTES):
        read += len(block)
        yield block
    if read < declared:
        raise zipfile.BadZipFile(f"{read} of {declared} bytes are there")


def _check_directory(file: IO[bytes]) -> None:
    """Look at the directory's size before `zipfile` reads all of it into memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise damaged(zipfile.BadZipFile("it has no end"))
    _, _, _, _, parts, directory_bytes, _, _ = _END.unpack_from(tail, at)
    if tail[max(0, at - 20) : at].startswith(_ZIP64) or parts > _MAX_PARTS or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise InvalidInput(f"The workbook has more than {_MAX_PARTS} parts. Save it anew, or as CSV.")
    file.seek(0)
