"""What a cell of a workbook says, as the text that somebody would have typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from dialer.services.importing.codes import RowCode
from dialer.services.importing.xlsx.strings import SharedStrings

_EXACT_BELOW: Final = 1e15
"""Spreadsheets keep fifteen digits."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that says nothing that could be used."""

    code: RowCode
    reason: str


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as it is stored: its type (`n`, `s`, `str`, `inlineStr`, `b`, `d`, `e`), style, and `v` or inline text."""

    kind: str
    style: int
    value: str | None
    is_formula: bool


class CellTexts:
    """Makes text of cells.

    Args:
        dates: of each style, whether it shows a date.
        epoch: the workbook's day 0.
    """

    def __init__(self, strings: SharedStrings, dates: Sequence[bool], epoch: datetime) -> None:
        self._strings = strings
        self._dates = dates
        self._epoch = epoch

    def text(self, cell: RawCell) -> str | CellProblem:
        """A cell's text. A formula's is the value that it had when the workbook was saved."""
        value = cell.value
        if value is None:
            if cell.is_formula and cell.kind not in ("str", "inlineStr"):
                reason = "holds a formula without its value. Open the workbook in a spreadsheet program and save it"
                return CellProblem(RowCode.NO_VALUE, reason)
            return ""
        if cell.kind == "e":
            return CellProblem(RowCode.CELL_ERROR, f"holds the error {value[:20]}")
        if cell.kind == "s":
            found = self._strings.get(int(value)) if value.isascii() and value.strip().isdigit() else None
            return found if found is not None else CellProblem(RowCode.CELL_ERROR, "refers to a text that isn't there")
        if cell.kind in ("str", "inlineStr"):
            return unescape(value)
        if cell.kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        return value if cell.kind == "d" else self._number(value.strip(), cell.style)

    def _number(self, value: str, style: int) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        if style < len(self._dates) and self._dates[style]:
            return self._date(number) or number_text(value, number)
        return number_text(value, number)

    def _date(self, number: float) -> str | None:
        try:
            moment = from_excel(number, self._epoch)
        except (OverflowError, ValueError):
            return None
        if isinstance(moment, datetime):
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(timespec="seconds")
        if isinstance(moment, time):
            return moment.isoformat(timespec="seconds")
        return str(moment) if isinstance(moment, timedelta) else None


def number_text(value: str, number: float) -> str:
    """A number as its digits where it is whole and all of them are known; else as a spreadsheet shows it."""
    if abs(number) < _EXACT_BELOW:
        return str(int(number)) if number.is_integer() else repr(number)
    return f"{number:.14E}" if number == number and abs(number) != float("inf") else value
