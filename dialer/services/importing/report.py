"""The report of the rows that did not become contacts, as CSV."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Engine

from dialer.db import imports

_PAGE: Final = 1000
# A spreadsheet takes a cell that begins like this for a formula, and runs it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def refusals_csv(engine: Engine, call_list_id: int) -> Iterator[bytes]:
    """The report, a page at a time: line, code, reason, row. Memory doesn't grow with it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("line", "code", "reason", "row"))
    line = 0
    while True:
        with engine.connect() as connection:
            page = imports.refusals_after(connection, call_list_id, line, _PAGE)
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
