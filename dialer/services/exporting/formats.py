"""Rows as bytes of a file, in fragments: what is made of a page doesn't depend on the pages before it."""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

import orjson

from dialer.domain.exports import ExportFormat
from dialer.domain.spreadsheets import harmless
from dialer.services.exporting import xlsx

DATA: Final = "data"
OTHER_DATA: Final = "other_data"
_DATA_COLUMN: Final = "data."

Record = Mapping[str, Any]
"""A row's values by column; `data`: by name."""


class Format(ABC):
    """Makes files of one format.

    Args:
        columns: the names of the values of a row, in order.
        data: which of a contact's data have a column of their own; the others are together in `other_data`.
        zone: in which times are told.
    """

    def __init__(self, columns: Sequence[str], data: Sequence[str], zone: tzinfo) -> None:
        self._columns = columns
        self._data = data
        self._zone = zone

    @property
    def header(self) -> list[str]:
        """The names of the columns of a table."""
        return [*self._columns, *(f"{_DATA_COLUMN}{name}" for name in self._data), OTHER_DATA]

    def cells(self, record: Record) -> list[Any]:
        """A row of a table."""
        data: dict[str, Any] = dict(record[DATA] or {})
        own = [data.pop(name, None) for name in self._data]
        return [*(record[name] for name in self._columns), *own, data or None]

    @abstractmethod
    def fragment(self, records: Iterable[Record]) -> bytes:
        """Some rows."""

    @abstractmethod
    def file(self, fragments: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        """The file that has these fragments, each with the number of its rows."""


class CsvFormat(Format):
    """Times as ISO 8601 with their offset. A text that a spreadsheet would run has an apostrophe before it."""

    def fragment(self, records: Iterable[Record]) -> bytes:
        out = io.StringIO(newline="")
        rows = csv.writer(out)
        for record in records:
            rows.writerow([self._text(cell) for cell in self.cells(record)])
        return out.getvalue().encode("utf-8", "replace")

    def file(self, fragments: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        out = io.StringIO(newline="")
        csv.writer(out).writerow(harmless(name) for name in self.header)
        yield out.getvalue().encode()
        yield from (content for _, content in fragments)

    def _text(self, cell: Any) -> Any:
        if cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)):
            return cell
        if isinstance(cell, datetime):
            return cell.astimezone(self._zone).isoformat(timespec="milliseconds")
        return harmless(_flat(cell)) if not isinstance(cell, bool) else str(cell).lower()


class XlsxFormat(Format):
    """Times as dates of a spreadsheet, texts as texts."""

    def fragment(self, records: Iterable[Record]) -> bytes:
        rows = []
        for record in records:
            cells = [cell if _is_plain(cell) else _flat(cell) for cell in self.cells(record)]
            rows.append(xlsx.row_xml(cells, self._zone))
        return "".join(rows).encode("utf-8", "replace")

    def file(self, fragments: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        return xlsx.workbook(self.header, fragments)


class NdjsonFormat(Format):
    """A JSON object a line, with `data` as an object."""

    def fragment(self, records: Iterable[Record]) -> bytes:
        names = (*self._columns, DATA)
        lines = []
        for record in records:
            told = {name: self._told(record[name]) for name in names}
            lines.append(orjson.dumps(told | {DATA: told[DATA] or {}}, default=str, option=orjson.OPT_APPEND_NEWLINE))
        return b"".join(lines)

    def file(self, fragments: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        yield from (content for _, content in fragments)

    def _told(self, value: Any) -> Any:
        is_time = isinstance(value, datetime)
        return value.astimezone(self._zone).isoformat(timespec="milliseconds") if is_time else value


def format_of(kind: ExportFormat, columns: Sequence[str], data: Sequence[str], zone: tzinfo) -> Format:
    """The one that makes files of this kind."""
    made: dict[ExportFormat, type[Format]] = {
        ExportFormat.CSV: CsvFormat,
        ExportFormat.XLSX: XlsxFormat,
        ExportFormat.NDJSON: NdjsonFormat,
    }
    return made[kind](columns, data, zone)


def _is_plain(cell: Any) -> bool:
    return cell is None or isinstance(cell, str | int | float | datetime)


def _flat(cell: Any) -> str:
    """A value as one text: lists with semicolons between their items, other structures as JSON."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, list | tuple):
        return ";".join(map(str, cell))
    return orjson.dumps(cell).decode() if isinstance(cell, dict) else str(cell)
