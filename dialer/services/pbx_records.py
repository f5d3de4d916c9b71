"""How calls ended by Asterisk's own records (CEL, CDR), for those whose events nobody heard."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import SQLAlchemyError

from dialer.db import pbx_records
from dialer.errors import DatabaseError
from dialer.services.ending import HangupReport

log = logging.getLogger(__name__)

FOUND_IN_RECORDS: Final = "found in the PBX's records"

# CDR has no cause. Its "NO ANSWER" is also that of numbers that reject or don't exist: CEL is more exact.
_CAUSES: Final = MappingProxyType({"ANSWERED": 16, "BUSY": 17, "NO ANSWER": 19, "CONGESTION": 34, "FAILED": 3})


@dataclass(frozen=True, slots=True)
class RecordedEnd:
    """The end of a call's channel. Times are by the PBX's clock; `answered_at` is None where it was never up."""

    channel: str
    answered_at: datetime | None
    ended_at: datetime
    hangup: HangupReport


_Query = Callable[[Connection, str, Sequence[UUID]], Sequence[RowMapping]]
_Read = Callable[[RowMapping], RecordedEnd | None]


class PbxRecords:
    """Asks the database that the PBXs write to.

    Args:
        engine: None: they write to none, and nothing is known of any call.
        cel_table, cdr_table: names, with their schema if need be.
    """

    def __init__(self, engine: Engine | None, cel_table: str, cdr_table: str) -> None:
        self._engine = engine
        self._tables: tuple[tuple[str, _Query, _Read], ...] = (
            (cel_table, pbx_records.channel_ends, _from_cel),
            (cdr_table, pbx_records.detail_records, _from_cdr),
        )
        self._channels = {cel_table: "channame", cdr_table: "channel"}

    @property
    def exist(self) -> bool:
        """Whether there is anybody to ask."""
        return self._engine is not None

    def ends_of(self, call_ids: Sequence[UUID]) -> Mapping[UUID, RecordedEnd]:
        """The ends that were written down. A database that can't be asked knows of none: it may another time."""
        found: dict[UUID, RecordedEnd] = {}
        if self._engine is None or not call_ids:
            return found
        for table, query, read in self._tables:
            missing = [call_id for call_id in call_ids if call_id not in found]
            if not (table and missing):
                continue
            try:
                with self._engine.connect() as connection:
                    rows = query(connection, table, missing)
            except SQLAlchemyError as error:
                log.warning("the PBX's records in %s can't be read: %s", table, error)
                continue
            ends = {UUID(row["uniqueid"]): read(row) for row in rows}
            found.update((call_id, end) for call_id, end in ends.items() if end is not None)
        return found

    def call_ids_since(self, first: UUID) -> set[UUID]:
        """Calls of which the PBXs have written anything down, of those whose id is later than `first`.

        Raises:
            DatabaseError: a table can't be read.
        """
        found: set[UUID] = set()
        if self._engine is None:
            return found
        for table, channel in self._channels.items():
            if not table:
                continue
            try:
                with self._engine.connect() as connection:
                    found.update(pbx_records.call_ids_since(connection, table, channel, first))
            except SQLAlchemyError as error:
                raise DatabaseError(
                    f"The PBX's records in the table {table} can't be read: {str(error).partition(chr(10))[0]} "
                    "Correct DIALER_PBX_RECORDS_URL, DIALER_PBX_CEL_TABLE and DIALER_PBX_CDR_TABLE; empty is none."
                ) from error
        return found


def _from_cel(row: RowMapping) -> RecordedEnd | None:
    try:
        extra = orjson.loads(row["extra"] or "{}")
        cause = int(extra["hangupcause"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None  # not as Asterisk writes it
    report = HangupReport(cause, dialstatus=str(extra.get("dialstatus") or "") or None)
    return RecordedEnd(row["channel"], row["answered_at"], row["ended_at"], report)


def _from_cdr(row: RowMapping) -> RecordedEnd | None:
    disposition = row["disposition"]
    if disposition not in _CAUSES:
        return None
    answered_at = row["answered_at"] if disposition == "ANSWERED" else None
    return RecordedEnd(row["channel"], answered_at, row["ended_at"], HangupReport(_CAUSES[disposition]))
