"""A sheet's rows, one after the other."""

import re
from dataclasses import dataclass
from typing import Final
from xml.sax.xmlreader import AttributesImpl  # nosec B406 # a type; what parses is defusedxml

from dialer.errors import InvalidInput
from dialer.services.importing.xlsx.cells import RawCell
from dialer.services.importing.xlsx.strings import MAX_CELL_CHARS
from dialer.services.importing.xlsx.xml import Handler

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
"""Both are Excel's."""
MAX_ROW_CHARS: Final = 64 * 1024
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row's number, from 1, and its cells by column, from 0.

    `too_long`: it has too much text, of which some is left out.
    """

    number: int
    cells: dict[int, RawCell]
    too_long: bool


class SheetRows(Handler[SheetRow]):
    """Finds the rows that have cells."""

    def __init__(self) -> None:
        super().__init__()
        self._row = 0
        self._cells: dict[int, RawCell] = {}
        self._column = -1
        self._chars = 0
        self._kind, self._style, self._is_formula = "n", 0, False
        self._value: list[str] | None = None
        self._cell_chars = 0
        self._reading = False
        self._aside = False

    def begin(self, name: str, attributes: "AttributesImpl[str]") -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._reading = not self._aside
            if self._reading and self._value is None:
                self._value = []
        elif name == "f":
            self._is_formula = True
        elif name == "rPh":
            self._aside = True
        elif name == "row":
            given = attributes.get("r")
            self._row = _whole(given, MAX_ROWS, "row") if given is not None else self._row + 1
            if self._row > MAX_ROWS:
                raise InvalidInput(f"The sheet has more than {MAX_ROWS:,} rows.")
            self._cells, self._column, self._chars = {}, -1, 0

    def text(self, content: str) -> None:
        if not self._reading or self._value is None:
            return
        self._cell_chars += len(content)
        if self._cell_chars > MAX_CELL_CHARS:
            told = f"Row {self._row} has a cell with more than {MAX_CELL_CHARS:,} characters."
            raise InvalidInput(told, line=self._row)
        self._value.append(content)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reading = False
        elif name == "rPh":
            self._aside = False
        elif name == "c":
            self._end_cell()
        elif name == "row" and self._cells:
            self.found.append(SheetRow(self._row, self._cells, self._chars > MAX_ROW_CHARS))
            self._cells = {}

    def _begin_cell(self, attributes: "AttributesImpl[str]") -> None:
        given = attributes.get("r")
        self._column = self._column + 1 if given is None else _column(given)
        if self._column >= MAX_COLUMNS:
            raise InvalidInput(f"Row {self._row} has more than {MAX_COLUMNS:,} columns.", line=self._row)
        self._kind = str(attributes.get("t", "n"))
        style = attributes.get("s")
        self._style = 0 if style is None else _whole(style, 1_000_000, "style")
        self._is_formula, self._value, self._cell_chars = False, None, 0

    def _end_cell(self) -> None:
        value = None if self._value is None else "".join(self._value)
        if value is None and not self._is_formula:
            return
        self._chars += self._cell_chars
        if self._chars <= MAX_ROW_CHARS:
            self._cells[self._column] = RawCell(self._kind, self._style, value, self._is_formula)


def _column(reference: str) -> int:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise InvalidInput(f"The workbook is damaged: {reference[:20]!r} is no cell.")
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _whole(text: str, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) > most:
        raise InvalidInput(f"The workbook is damaged: {text[:20]!r} is no number of a {what}.")
    return int(text)
