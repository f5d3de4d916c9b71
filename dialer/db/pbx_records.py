"""What Asterisk itself has written down of calls: the tables of cel_pgsql.conf and cdr_pgsql.conf. Only read."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

# A tomb is written down under the id that it occupies; that says nothing of the call.
_TOMBS: Final = "Local/tomb@%"

_CEL: Final = """
    SELECT uniqueid, min(channame) AS channel,
           min(eventtime) FILTER (WHERE eventtype = 'ANSWER') AS answered_at,
           max(eventtime) FILTER (WHERE eventtype = 'HANGUP') AS ended_at,
           max(extra) FILTER (WHERE eventtype = 'HANGUP') AS extra
    FROM {table}
    WHERE uniqueid = ANY(CAST(:ids AS text[])) AND channame NOT LIKE :tombs
    GROUP BY uniqueid HAVING bool_or(eventtype = 'HANGUP')
"""

_CDR: Final = """
    SELECT uniqueid, channel, disposition, calldate + make_interval(secs => duration - billsec) AS answered_at,
           calldate + make_interval(secs => duration) AS ended_at
    FROM {table} WHERE uniqueid = ANY(CAST(:ids AS text[])) AND channel NOT LIKE :tombs
"""


def channel_ends(connection: Connection, table: str, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Of those whose channel has ended: uniqueid, channel, answered_at, ended_at, and HANGUP's `extra` (JSON)."""
    return _of(connection, _CEL, table, ids)


def detail_records(connection: Connection, table: str, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Asterisk's one row for each call that has ended: uniqueid, channel, disposition, and two times."""
    return _of(connection, _CDR, table, ids)


# An id of ours begins with its time; ids that Asterisk gives are two numbers with a dot.
_SINCE: Final = """
    SELECT DISTINCT uniqueid FROM {table}
    WHERE uniqueid COLLATE "C" > :first AND uniqueid ~ :ours AND {channel} NOT LIKE :tombs
"""
_OURS: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$"


def call_ids_since(connection: Connection, table: str, channel: str, first: UUID) -> list[UUID]:
    """Of our calls that the PBX has something of, those whose id is later than `first`.

    Args:
        channel: the column with the channel's name.
    """
    statement = text(_SINCE.format(table=table, channel=channel))
    parameters = {"first": str(first), "ours": _OURS, "tombs": _TOMBS}
    return [UUID(found) for found in connection.scalars(statement, parameters)]


def _of(connection: Connection, statement: str, table: str, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    parameters = {"ids": [str(call_id) for call_id in ids], "tombs": _TOMBS}
    return connection.execute(text(statement.format(table=table)), parameters).mappings().all()
