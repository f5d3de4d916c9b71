"""An uploaded file as physical lines of text, a block at a time."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from dialer.errors import InvalidInput

BLOCK_BYTES: Final = 64 * 1024
MAX_LINE_BYTES: Final = 64 * 1024

_BOM: Final = b"\xef\xbb\xbf"
_SIGNATURES: Final = (
    (b"PK\x03\x04", "an Excel workbook or another zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)
_AS_CSV: Final = "Save it as CSV in UTF-8 and upload that."


def read_lines(stream: BinaryIO) -> Iterator[str | None]:
    """The lines of a UTF-8 file, with their ends; None stands for a line that is too long to be looked at.

    A line ends with `\\n`, `\\r\\n` or `\\r`. Memory is bounded by the block, whatever the file holds.

    Raises:
        InvalidInput: the file is empty, not text, or not UTF-8 (with the first such line's number).
    """
    block = stream.read(BLOCK_BYTES)
    if not block:
        raise InvalidInput("The file is empty.")
    while len(block) < 4 and (more := stream.read(BLOCK_BYTES)):
        block += more
    _check_signature(block)
    block = block.removeprefix(_BOM)
    line, rest, skipping = 0, b"", False
    while block:
        if b"\0" in block:
            raise _binary(line + len((rest + block[: block.index(b"\0") + 1]).splitlines()))
        pieces = (rest + block).splitlines(keepends=True)
        block = stream.read(BLOCK_BYTES)
        rest = pieces.pop() if block and not pieces[-1].endswith(b"\n") else b""
        for piece in pieces:
            line += 1
            if skipping or len(piece) > MAX_LINE_BYTES:
                skipping = False
                yield None
                continue
            yield _decoded(piece, line)
        if len(rest) > MAX_LINE_BYTES:
            skipping, rest = True, rest[-1:]


def _decoded(piece: bytes, line: int) -> str:
    try:
        return piece.decode()
    except UnicodeDecodeError as error:
        bad = piece[error.start]
        raise InvalidInput(
            f"Line {line}, byte {error.start + 1} (0x{bad:02x}) is not UTF-8. {_AS_CSV}", line=line
        ) from error


def _check_signature(head: bytes) -> None:
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise InvalidInput(f"The file is {what}, not CSV. {_AS_CSV}")
    if b"\0" in head[:4]:
        raise InvalidInput(f"The file is not CSV: it looks like UTF-16 text or binary data. {_AS_CSV}", line=1)


def _binary(line: int) -> InvalidInput:
    return InvalidInput(
        f"Line {line} holds a NUL byte: the file is binary data or UTF-16, not CSV. {_AS_CSV}", line=line
    )
