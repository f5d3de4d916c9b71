"""The report of the rows that did not become contacts, as CSV."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, Engine

from dialer.db.imports import Refusal

_PAGE: Final = 1000
# A spreadsheet takes a cell that begins like this for a formula, and runs it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def refusals_csv(engine: Engine, after: Callable[[Connection, int, int], Sequence[Refusal]]) -> Iterator[bytes]:
    """The report, a page at a time: line, code, reason, row. Memory doesn't grow with it.

    Args:
        after: gives the refusals that come after a line, at most so many.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("line", "code", "reason", "row"))
    line = 0
    while True:
        with engine.connect() as connection:
            page = after(connection, line, _PAGE)
        for refusal in page:
            writer.writerow((refusal.line, refusal.code, _harmless(refusal.reason), _harmless(refusal.row)))
        yield out.getvalue().encode()
        if len(page) < _PAGE:
            return
        line = page[-1].line
        out.seek(0)
        out.truncate()


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text
