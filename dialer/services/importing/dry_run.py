"""How the first rows of a file would be understood. Nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Final

from sqlalchemy import Connection, Engine

from dialer.config import Settings
from dialer.db import contact_import, dnc
from dialer.errors import InvalidInput
from dialer.services.importing import chunks
from dialer.services.importing.codes import RowCode
from dialer.services.importing.contacts import already, forbidden, judge
from dialer.services.importing.mapping import Columns
from dialer.services.importing.opening import Reading, open_list
from dialer.services.importing.reader import BadRow, Row
from dialer.services.importing.receiving import NO_ROWS, region_of_list
from dialer.services.importing.rows import Candidate, CandidateNumber, Repaired, RowRefusal, RowRules

MAX_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row as it would be understood.

    Attributes:
        line: where it begins in the file, from 1.
        row: as it is in the file, cut where it is long.
        code, reason: why it would be refused; None if it would become a contact.
        numbers: in the order in which they would be tried, with where their owner may be.
        repaired: numbers that a spreadsheet had changed.
    """

    line: int
    row: str
    code: str | None
    reason: str | None
    numbers: Sequence[CandidateNumber] = ()
    name: str | None = None
    priority: int | None = None
    external_id: str | None = None
    consent_at: datetime | None = None
    consent_source: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    repaired: Sequence[Repaired] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """A file's beginning.

    Attributes:
        region: of national numbers; None: there is none.
        is_all: whether the file has no more rows than are shown.
        sheets: of a workbook, the names of all.
    """

    columns: Columns
    region: str | None
    rows: Sequence[RowShown]
    is_all: bool
    sheets: Sequence[str]


class DryRuns:
    """Reads the beginnings of files by the rules of an import: it is the same code."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._allowed = settings.special_numbers_allowed

    def read(
        self,
        campaign_id: int,
        stream: BinaryIO,
        *,
        default_region: str | None = None,
        reading: Reading | None = None,
        rows: int = 20,
    ) -> DryRun:
        """Read the header and so many rows. What comes after them is not read.

        Args:
            default_region, reading: as of an upload.
            rows: at most MAX_ROWS.

        Raises:
            NotFound, Conflict, InvalidInput: as an upload of the file would.
        """
        region = region_of_list(self._engine, campaign_id, default_region)
        reader = open_list(stream, reading)
        found = list(islice(reader, rows + 1))
        if not found:
            raise InvalidInput(NO_ROWS)
        shown = found[:rows]
        columns = reader.columns
        given = [(row.line, columns.contact(row.cells)) for row in shown if isinstance(row, Row)]
        refused, candidates = judge(RowRules(region, self._allowed), given, place="line")
        by_line = dict(candidates.values())
        with self._engine.connect() as connection:
            refused |= _in_the_way(connection, campaign_id, by_line)
        rows_shown = [
            _bad(row) if isinstance(row, BadRow) else _shown(row, columns, refused.get(row.line), by_line.get(row.line))
            for row in shown
        ]
        return DryRun(columns, region, rows_shown, len(found) <= rows, reader.sheets)


def _in_the_way(connection: Connection, campaign_id: int, by_line: Mapping[int, Candidate]) -> dict[int, RowRefusal]:
    """The refusals of rows that are good, but whose numbers are forbidden or in the campaign already."""
    numbers = {n for candidate in by_line.values() for n in (candidate.phone_number, *_further(candidate))}
    dead = dnc.forbidden(connection, campaign_id, numbers)
    known = contact_import.existing(connection, campaign_id, [c.phone_number for c in by_line.values()])
    refused = {}
    for line, candidate in by_line.items():
        number = candidate.phone_number
        if dead.issuperset((number, *_further(candidate))):
            refused[line] = RowRefusal(RowCode.DNC, forbidden(number))
        elif number in known:
            refused[line] = RowRefusal(RowCode.DUPLICATE, already(number, known[number], None))
    return refused


def _further(candidate: Candidate) -> list[str]:
    return [number.phone_number for number in candidate.numbers]


def _bad(row: BadRow) -> RowShown:
    return RowShown(row.line, row.text, row.code, row.reason)


def _shown(row: Row, columns: Columns, refusal: RowRefusal | None, candidate: Candidate | None) -> RowShown:
    text = chunks.row_text(row.cells, columns.delimiter)
    code, reason = (refusal.code, refusal.reason) if refusal else (None, None)
    if candidate is None:
        return RowShown(row.line, text, code, reason)
    first = CandidateNumber(candidate.phone_number, candidate.zones, candidate.regions)
    return RowShown(
        row.line,
        text,
        code,
        reason,
        candidate.numbers or (first,),
        candidate.name,
        candidate.priority,
        candidate.external_id,
        candidate.consent_at,
        candidate.consent_source,
        candidate.data,
        candidate.repaired,
    )
