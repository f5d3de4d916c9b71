"""A CSV file as rows: Python's csv module, with the file's own line numbers and a bound on every row."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Protocol

from dialer.errors import InvalidInput
from dialer.services.importing.codes import RowCode
from dialer.services.importing.lines import Text
from dialer.services.importing.mapped import NOTHING, Mapped
from dialer.services.importing.mapping import Columns, read_header

MAX_RECORD_CHARS: Final = 64 * 1024
DELIMITERS: Final = (",", ";", "\t")
ROW_TEXT_CHARS: Final = 500

_SEP: Final = re.compile(r'"?sep=([,;|\t])"?[,;\s]*', re.IGNORECASE)
"""A first line for Excel alone, which says what divides the columns."""


class Row(NamedTuple):
    """A row's cells, and the number of the line on which it begins (the first line of the file is 1)."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be read."""

    line: int
    code: RowCode
    reason: str
    text: str


class ListReader(Protocol):
    """A file's rows, whatever kind of file it is. The header is read when it is made, the rows once.

    Rows without any value are skipped and don't count. A row with fewer cells than the header has blanks for the rest.

    Attributes:
        sheets: of a workbook, the names of all.
        columns: what the header was understood as.
    """

    sheets: Sequence[str]

    @property
    def columns(self) -> Columns: ...

    def __iter__(self) -> Iterator[Row | BadRow]: ...


class CsvReader:
    """Reads lines of text as CSV. A quote that is never closed costs its own line only.

    Args:
        text: read once.
        mapped: which columns the caller has said are what.

    Raises:
        InvalidInput: the file is empty, not CSV, or its header has no phone column or two of another field. Iterating
            raises it too, for bytes that are no letters of the file's encoding.
    """

    def __init__(self, text: Text, mapped: Mapped = NOTHING) -> None:
        self.sheets: Sequence[str] = ()
        self._text_file = text
        self._mapped = mapped
        self._source = iter(text)
        self._pushed_back: deque[str | None] = deque()
        self._fed: list[str] = []
        self._fed_chars = 0
        self._line = 0
        self._columns = self._read_header()

    @property
    def columns(self) -> Columns:
        return replace(self._columns, encoding=self._text_file.encoding)

    def __iter__(self) -> Iterator[Row | BadRow]:
        width = len(self._columns.header)
        for record in self._records(self._columns.delimiter):
            if isinstance(record, BadRow):
                yield record
                continue
            line, cells = record
            if not any(cells) or not any(cell.strip() for cell in cells):
                continue
            if len(cells) > width:
                if any(cell.strip() for cell in cells[width:]):
                    reason = f"The row has {len(cells)} cells, the header {width}"
                    yield BadRow(line, RowCode.TOO_MANY_CELLS, reason, self._text())
                    continue
                del cells[width:]
            yield Row(line, cells)

    def _read_header(self) -> Columns:
        first = self._first_line()
        told = _SEP.fullmatch(first)
        if told:
            self._line += 1
            first = self._first_line()
        line = self._line + 1
        self._pushed_back.append(first)
        best: tuple[str, list[str], int] | None = None
        problem = ""
        for delimiter in told.groups() if told else DELIMITERS:
            record = next(self._records(delimiter))
            read = len(self._fed)
            if isinstance(record, BadRow):
                problem = problem or record.reason
                self._pushed_back.appendleft(first)
            elif best is None or len(record[1]) > len(best[1]):
                # With equally many cells the first stands: a header of one cell is comma-separated.
                best = (delimiter, record[1], read)
            self._push_back(self._fed)
            self._line = line - 1
        if best is None or (problem and len(best[1]) == 1):
            raise InvalidInput(f"Line {line}, the header: {problem}.", line=line)
        delimiter, cells, read = best
        for _ in range(read):
            self._pushed_back.popleft()
        self._line += read
        return read_header(cells, delimiter, line=line, mapped=self._mapped)

    def _first_line(self) -> str:
        for line in self._source:
            if line is None:
                raise InvalidInput(f"Line {self._line + 1} is too long to be a header.", line=self._line + 1)
            if line.strip(" \t\r\n,;"):
                return line
            self._line += 1
        raise InvalidInput("The file is empty: it has blank lines only.")

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]] | BadRow]:
        while True:
            records = csv.reader(self._feed(), delimiter=delimiter, strict=True)
            try:
                for cells in records:
                    line, self._line = self._line + 1, self._line + len(self._fed)
                    yield line, cells
                    self._fed.clear()
                    self._fed_chars = 0
                return
            except (csv.Error, _TooLong) as error:
                bad = self._refuse_first_line(error)
            yield bad

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._pushed_back.popleft() if self._pushed_back else next(self._source, "")
            if line == "":
                return
            if line is None or self._fed_chars + len(line) > MAX_RECORD_CHARS:
                if self._fed:
                    self._pushed_back.appendleft(line)
                raise _TooLong
            self._fed.append(line)
            self._fed_chars += len(line)
            yield line

    def _refuse_first_line(self, error: Exception) -> BadRow:
        self._line += 1
        if not self._fed:
            return BadRow(self._line, RowCode.TOO_LONG, f"The line is longer than {MAX_RECORD_CHARS} bytes", "")
        first, *others = self._fed
        self._push_back(others)
        if isinstance(error, _TooLong):
            reason = f"A quote is opened and not closed within {MAX_RECORD_CHARS} characters"
        elif str(error) == "unexpected end of data":
            reason = "A quote is opened and never closed"
        else:
            reason = f"The quoting is wrong: {error}"
        return BadRow(self._line, RowCode.BAD_QUOTING, reason, first[:ROW_TEXT_CHARS].rstrip("\r\n"))

    def _push_back(self, lines: list[str]) -> None:
        self._pushed_back.extendleft(reversed(lines))
        self._fed_chars = 0
        self._fed = []

    def _text(self) -> str:
        return "".join(self._fed)[:ROW_TEXT_CHARS].rstrip("\r\n")


class _TooLong(Exception):
    """A record went on for too long."""
