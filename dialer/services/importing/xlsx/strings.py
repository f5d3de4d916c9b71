"""The texts that the cells of a workbook share, on disk: there may be more of them than fit into memory."""

import os
import tempfile
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from xml.sax.xmlreader import AttributesImpl  # nosec B406 # a type; what parses is defusedxml

from openpyxl.utils.escape import unescape

from dialer.errors import InvalidInput
from dialer.services.importing.xlsx.archive import Archive
from dialer.services.importing.xlsx.xml import Handler, parse

PART: Final = "xl/sharedStrings.xml"
MAX_BYTES: Final = 1024 * 1024 * 1024
MAX_STRINGS: Final = 20_000_000
MAX_CELL_CHARS: Final = 64 * 1024


class SharedStrings:
    """Texts by number. Some bytes of memory for each, whatever its length."""

    def __init__(self, archive: Archive) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._ends = array("Q", [0])
        self.get = lru_cache(maxsize=4096)(self._get)
        if archive.has(PART):
            with archive.part(PART, most=MAX_BYTES) as blocks:
                self._store(parse(blocks, _Strings()))

    def _store(self, texts: Iterator[str]) -> None:
        for text in texts:
            raw = text.encode("utf-8", "surrogatepass")
            self._file.write(raw)
            self._ends.append(self._ends[-1] + len(raw))
            if len(self._ends) > MAX_STRINGS:
                raise InvalidInput(f"The workbook has more than {MAX_STRINGS:,} texts. Save it as CSV.")
        self._file.flush()

    def _get(self, n: int) -> str | None:
        """The text with a number, None if there is none."""
        if not 0 <= n < len(self._ends) - 1:
            return None
        start, end = self._ends[n], self._ends[n + 1]
        return os.pread(self._file.fileno(), end - start, start).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()


class _Strings(Handler[str]):
    """Each `si`: its `t`, or those of its runs; not what says how it is pronounced."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._chars = 0
        self._open = False
        self._aside = False

    def begin(self, name: str, attributes: "AttributesImpl[str]") -> None:
        if name == "si":
            self._parts, self._chars = [], 0
        elif name == "rPh":
            self._aside = True
        elif name == "t":
            self._open = not self._aside

    def text(self, content: str) -> None:
        if self._open:
            self._chars += len(content)
            if self._chars > MAX_CELL_CHARS:
                raise InvalidInput(f"The workbook has a cell with more than {MAX_CELL_CHARS:,} characters.")
            self._parts.append(content)

    def end(self, name: str) -> None:
        if name == "t":
            self._open = False
        elif name == "rPh":
            self._aside = False
        elif name == "si":
            self.found.append(unescape("".join(self._parts)))
