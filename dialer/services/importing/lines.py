"""An uploaded file as physical lines of text, a block at a time."""

from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

from dialer.errors import InvalidInput
from dialer.services.importing.encodings import BOM, Decoder, Encoding, Utf16, utf_16

BLOCK_BYTES: Final = 64 * 1024
MAX_LINE_BYTES: Final = 64 * 1024

_AS_CSV: Final = "Save it as CSV in UTF-8, or as an Excel workbook (.xlsx), and upload that."


class Blocks(Protocol):
    """What can be read a block at a time."""

    def read(self, size: int, /) -> bytes: ...


class Text:
    """The lines of a text file, with their ends; None stands for a line that is too long to be looked at.

    A line ends with `\\n`, `\\r\\n` or `\\r`. Memory is bounded by the block, whatever the file holds.

    Args:
        head: the file's first bytes, at least four where it has so many.
        encoding: None: as the file says, or as it is found (see `encodings.Decoder`).

    Raises:
        InvalidInput: while reading, for a file that is empty or not text in that encoding.
    """

    def __init__(self, head: bytes, stream: BinaryIO, encoding: Encoding | None) -> None:
        self._head = head
        self._stream: Blocks = stream
        self._utf_16 = utf_16(head, encoding)
        if self._utf_16 is not None:
            self._head, self._stream = b"", Utf16(head, stream, self._utf_16)
            encoding = Encoding.UTF_8
        elif head.startswith(BOM):
            encoding = Encoding.UTF_8
        self._decoder = Decoder(encoding)

    @property
    def encoding(self) -> str:
        """What it has been found to be so far."""
        return self._utf_16 or self._decoder.encoding

    def __iter__(self) -> Iterator[str | None]:
        block = self._head or self._stream.read(BLOCK_BYTES)
        block = block.removeprefix(BOM) or self._stream.read(BLOCK_BYTES)
        if not block:
            raise InvalidInput("The file is empty.")
        line, rest, skipping = 0, b"", False
        while block:
            if b"\0" in block:
                raise _binary(line + len((rest + block[: block.index(b"\0") + 1]).splitlines()))
            pieces = (rest + block).splitlines(keepends=True)
            block = self._stream.read(BLOCK_BYTES)
            rest = pieces.pop() if block and not pieces[-1].endswith(b"\n") else b""
            for piece in pieces:
                line += 1
                if skipping or len(piece) > MAX_LINE_BYTES:
                    skipping = False
                    yield None
                    continue
                yield self._decoder.decode(piece, line)
            if len(rest) > MAX_LINE_BYTES:
                skipping, rest = True, rest[-1:]


def _binary(line: int) -> InvalidInput:
    return InvalidInput(f"Line {line} holds a NUL byte: the file is binary data, not text. {_AS_CSV}", line=line)
