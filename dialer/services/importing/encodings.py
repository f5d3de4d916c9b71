"""Which bytes are which letters. A file's encoding is told, or found by a rule that can't be wrong unseen."""

import codecs
import unicodedata
from enum import StrEnum
from typing import BinaryIO, Final

from dialer.errors import InvalidInput

BOM: Final = codecs.BOM_UTF8
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SIGNS: Final = frozenset("€‚„…‘’“”•–—™¡§«»¿ªº°´·")
_HINT: Final = "Say which encoding it is with `encoding`, or save it as CSV UTF-8."


class Encoding(StrEnum):
    """Encodings that an upload may say its file has."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    LATIN_1 = "iso-8859-1"
    """Taken for windows-1252, as everywhere on the web: the two differ in control characters only."""
    LATIN_2 = "iso-8859-2"
    LATIN_9 = "iso-8859-15"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1253 = "windows-1253"
    WINDOWS_1254 = "windows-1254"
    WINDOWS_1257 = "windows-1257"


class Decoder:
    """Makes lines of bytes lines of text, one after the other.

    Where nobody says what the encoding is, the first line with bytes above 127 decides: UTF-8 if it is that, else
    windows-1252, which is what Excel writes in Western Europe and America. From there on every line must agree: bytes
    that aren't UTF-8 in a file that is, that are in one that isn't, or that don't read as a Western language, end it.

    Attributes:
        encoding: what the file has been found to be so far.
    """

    def __init__(self, given: Encoding | None) -> None:
        codec = Encoding.WINDOWS_1252 if given is Encoding.LATIN_1 else given
        self._sure = codec is not None
        self.encoding: str = codec or Encoding.UTF_8
        self._decided_at = 0

    def decode(self, piece: bytes, line: int) -> str:
        """One line, whose number is `line`.

        Raises:
            InvalidInput: it can't be read.
        """
        if piece.isascii():
            return piece.decode()
        try:
            text = piece.decode(self.encoding)
        except UnicodeDecodeError as error:
            if self._sure or self._decided_at:
                raise self._wrong(piece, line, error) from error
            self.encoding = Encoding.WINDOWS_1252
            text = _western(piece, line, error)
        else:
            if self._decided_at and self.encoding == Encoding.WINDOWS_1252:
                text = _western(piece, line, None)
                if _is_utf_8(piece):
                    message = f"Line {line} is UTF-8, but line {self._decided_at} is not: the file mixes encodings."
                    raise _unclear(f"{message} {_HINT}", line)
        self._decided_at = self._decided_at or line
        return text

    def _wrong(self, piece: bytes, line: int, error: UnicodeDecodeError) -> InvalidInput:
        where = f"Line {line}, byte {error.start + 1} (0x{piece[error.start]:02x})"
        if self._sure:
            return _unclear(f"{where} is not {self.encoding}, as `encoding` or the file's beginning says.", line)
        as_western = piece.decode(Encoding.WINDOWS_1252, "replace").strip()[:60]
        return _unclear(
            f"{where} is not UTF-8, but line {self._decided_at} is: the file mixes encodings. "
            f"As windows-1252 it would be {as_western!r}. {_HINT}",
            line,
        )


def _is_utf_8(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def _western(piece: bytes, line: int, error: UnicodeDecodeError | None) -> str:
    """A line as windows-1252, if it reads as a Western language: single accented letters, and a printer's signs."""
    text = piece.decode(Encoding.WINDOWS_1252, "replace")
    foreign = 0
    for at, char in enumerate(text):
        if char < "\x80" or char in _SIGNS:
            foreign = 0
            continue
        foreign += 1
        if char == "\ufffd" or not unicodedata.category(char).startswith("L") or foreign > 2:
            byte = error.start if error else at
            raise _unclear(
                f"Line {line}, byte {byte + 1} (0x{piece[byte]:02x}) is not UTF-8, and {text.strip()[:60]!r} doesn't "
                f"look like windows-1252 either. {_HINT}",
                line,
            )
    return text


def _unclear(detail: str, line: int) -> InvalidInput:
    return InvalidInput(detail, line=line, errors=[{"field": "encoding", "message": detail}])


def utf_16(head: bytes, given: Encoding | None) -> str | None:
    """The kind of UTF-16 that a file begins as, None if it is another encoding."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if given is Encoding.UTF_16:
        return "utf-16-le"
    if given is not None:
        return given.value if given in (Encoding.UTF_16_LE, Encoding.UTF_16_BE) else None
    # Two letters of ASCII: nothing else looks like that.
    if len(head) >= 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be"
    return None


class Utf16:
    """A stream of UTF-16 as one of UTF-8, a block at a time.

    Args:
        head: what has been read of `stream` already.
    """

    def __init__(self, head: bytes, stream: BinaryIO, encoding: str) -> None:
        self._head = head
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._lines = 1
        self._begun = False
        self._over = False

    def read(self, size: int) -> bytes:
        """Some bytes; none at the end.

        Raises:
            InvalidInput: it isn't UTF-16, or ends within a character.
        """
        while not self._over:
            block = self._head or self._stream.read(size)
            self._head, self._over = b"", not block
            try:
                text = self._decode.decode(block, final=self._over)
                if text and not self._begun:
                    self._begun, text = True, text.removeprefix("\ufeff")
                found = text.encode()
            except UnicodeError as error:
                raise InvalidInput(
                    f"After line {self._lines} something is not {self._encoding}: the file is damaged, or cut off.",
                    line=self._lines,
                ) from error
            self._lines += text.count("\n")
            if found:
                return found
        return b""
