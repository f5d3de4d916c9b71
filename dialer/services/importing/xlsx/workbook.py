"""A workbook's sheet as the rows of a list."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError  # nosec B405 # types; what parses is defusedxml

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from dialer.errors import InvalidInput
from dialer.services.importing.codes import RowCode
from dialer.services.importing.mapped import NOTHING, Mapped
from dialer.services.importing.mapping import Columns, read_header
from dialer.services.importing.reader import ROW_TEXT_CHARS, BadRow, Row
from dialer.services.importing.xlsx import styles
from dialer.services.importing.xlsx.archive import Archive, damaged
from dialer.services.importing.xlsx.cells import CellProblem, CellTexts
from dialer.services.importing.xlsx.sheet import MAX_ROW_CHARS, SheetRow, SheetRows
from dialer.services.importing.xlsx.strings import SharedStrings
from dialer.services.importing.xlsx.xml import parse

_DELIMITER: Final = ","
_BOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"

Cells = list[str | CellProblem]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and where it is in the archive."""

    name: str
    part: str
    hidden: bool


class WorkbookReader:
    """Reads one sheet of a workbook, a row at a time. Formulas count by the values that they were saved with; macros
    and everything else in the file are never looked at.

    Args:
        file: the workbook, on disk.
        sheet: its name; None: the first that isn't hidden.
        mapped: which columns the caller has said are what.

    Raises:
        InvalidInput: it can't be read, there is no such sheet, or its header has no phone column or two of another
            field. Where another sheet can help, `extra["sheets"]` are all. Iterating raises it too.

    Attributes:
        sheets: the names of all.
    """

    def __init__(self, file: IO[bytes], sheet: str | None = None, mapped: Mapped = NOTHING) -> None:
        self._archive = Archive(file)
        sheets, epoch = _sheets(self._archive)
        self.sheets: Sequence[str] = [found.name for found in sheets]
        self._strings = SharedStrings(self._archive)
        self._texts = CellTexts(self._strings, styles.dates(self._archive), epoch)
        try:
            self._sheet = _choose(sheets, sheet)
            self._rows = self._read()
            self._columns = self._read_header(mapped)
        except InvalidInput as error:
            error.extra["sheets"] = self.sheets
            raise

    @property
    def columns(self) -> Columns:
        return self._columns

    def __iter__(self) -> Iterator[Row | BadRow]:
        width = len(self._columns.header)
        used = {*self._columns.fields.values(), *self._columns.variables.values()}
        for number, cells in self._rows:
            if cells is None:
                reason = f"The row has more than {MAX_ROW_CHARS} characters"
                yield BadRow(number, RowCode.TOO_LONG, reason, "")
                continue
            if len(cells) > width:
                reason = f"The row has {len(cells)} cells, the header {width}"
                yield BadRow(number, RowCode.TOO_MANY_CELLS, reason, _text(cells))
                continue
            wrong = next(((at, c) for at, c in enumerate(cells) if isinstance(c, CellProblem) and at in used), None)
            if wrong is not None:
                at, problem = wrong
                yield BadRow(
                    number, problem.code, f"{get_column_letter(at + 1)}{number} {problem.reason}", _text(cells)
                )
                continue
            yield Row(number, [cell if isinstance(cell, str) else "" for cell in cells])

    def _read_header(self, mapped: Mapped) -> Columns:
        number, header = next(self._rows, (0, None))
        if header is None:
            raise InvalidInput(f"The sheet {self._sheet.name!r} is empty.")
        names = [cell if isinstance(cell, str) else "" for cell in header]
        found = read_header(names, _DELIMITER, line=number, mapped=mapped)
        return replace(found, format="xlsx", sheet=self._sheet.name)

    def _read(self) -> Iterator[tuple[int, Cells | None]]:
        """Rows with any value, by number; None for the cells of one that is too long."""
        with self._archive.part(self._sheet.part) as blocks:
            for row in parse(blocks, SheetRows()):
                if row.too_long:
                    yield row.number, None
                elif cells := self._cells(row):
                    yield row.number, cells
        self._strings.close()

    def _cells(self, row: SheetRow) -> Cells:
        """The row's cells up to the last one that isn't blank."""
        found = {at: self._texts.text(cell) for at, cell in row.cells.items()}
        filled = [at for at, text in found.items() if not isinstance(text, str) or text.strip()]
        return [found.get(at, "") for at in range(max(filled) + 1)] if filled else []


def _text(cells: Cells) -> str:
    return _DELIMITER.join(cell if isinstance(cell, str) else "" for cell in cells)[:ROW_TEXT_CHARS]


def _choose(sheets: list[Sheet], wanted: str | None) -> Sheet:
    names = ", ".join(repr(sheet.name[:40]) for sheet in sheets[:20])
    if wanted is not None:
        for sheet in sheets:
            if sheet.name.casefold() == wanted.casefold():
                return sheet
        message = f"the workbook has no sheet {wanted!r}; it has {names}"
        raise InvalidInput(f"{message[0].upper()}{message[1:]}.", errors=[{"field": "sheet", "message": message}])
    found = next((sheet for sheet in sheets if not sheet.hidden), None)
    if found is None:
        raise InvalidInput("All sheets of the workbook are hidden. Say which one it is with `sheet`.")
    return found


def _tree(archive: Archive, part: str) -> Element:
    found: Element = fromstring(archive.small(part), forbid_dtd=True)
    return found


def _sheets(archive: Archive) -> tuple[list[Sheet], datetime]:
    try:
        book, relations = _tree(archive, _BOOK), _tree(archive, _RELATIONS)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise damaged(error) from error
    targets: Mapping[str, str] = {
        node.get("Id", ""): posixpath.normpath(posixpath.join("/xl", node.get("Target", ""))).lstrip("/")
        for node in relations
        if node.get("Type", "").endswith("/worksheet")
    }
    sheets, epoch = [], WINDOWS_EPOCH
    for node in book.iter():
        name = node.tag.rpartition("}")[2]
        if name == "sheet":
            reference = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
            if reference in targets:
                hidden = node.get("state", "visible") != "visible"
                sheets.append(Sheet(node.get("name", ""), targets[reference], hidden))
        elif name == "workbookPr" and node.get("date1904") in ("1", "true"):
            epoch = MAC_EPOCH
    if not sheets:
        raise InvalidInput("The workbook has no sheet with cells.")
    return sheets, epoch
