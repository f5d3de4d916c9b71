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


def _of(connection: Connection, statement: str, table: str, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    parameters = {"ids": [str(call_id) for call_id in ids], "tombs": _TOMBS}
    return connection.execute(text(statement.format(table=table)), parameters).mappings().all()
