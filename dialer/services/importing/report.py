"""The reports of a list as CSV: rows that did not become contacts, and numbers that had to be repaired."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, Engine

from dialer.db.imports import Refusal, Repairs
from dialer.domain.spreadsheets import harmless

_PAGE: Final = 1000
_PIECES: Final = 5


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
            writer.writerow((refusal.line, refusal.code, harmless(refusal.reason), harmless(refusal.row)))
        yield out.getvalue().encode()
        if len(page) < _PAGE:
            return
        line = page[-1].line
        out.seek(0)
        out.truncate()


def repairs_csv(
    engine: Engine, after: Callable[[Connection, int, int], Sequence[tuple[int, Sequence[Repairs]]]]
) -> Iterator[bytes]:
    """The report, some pieces of the list at a time: line, repair, cell, phone_number. Memory doesn't grow with it.

    Args:
        after: gives the repairs of pieces that come after one, at most so many pieces.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("line", "repair", "cell", "phone_number"))
    n = -1
    while True:
        with engine.connect() as connection:
            pieces = after(connection, n, _PIECES)
        for _, repairs in pieces:
            writer.writerows((r.line, r.repair, harmless(r.cell), r.phone_number) for r in repairs)
        yield out.getvalue().encode()
        if len(pieces) < _PIECES:
            return
        n = pieces[-1][0]
        out.seek(0)
        out.truncate()
