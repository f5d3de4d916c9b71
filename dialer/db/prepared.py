"""Statements that run many times a second: PostgreSQL parses and plans them once a connection, not once an execution,
and they go to it through psycopg2 itself.

For a long statement on a few rows parsing and planning are most of what it costs the server; and what SQLAlchemy does
around one statement costs the process several times what psycopg2 does (docs/adr/0015-hot-path.md). The connection,
its transaction and its errors stay SQLAlchemy's; all other statements are sent as they are. There must be no pooler in
between that gives transactions connections.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_KEY: Final = "dialer_prepared"
_PARAMETER: Final = re.compile(r"(?<![:\w]):(\w+)")
_NOTHING: Final[Mapping[str, Any]] = {}

MAX_AGE_SECONDS: Final = 60.0
"""Then it is planned anew: a plan that was good for a table of ten rows may be bad for one of a million."""


@dataclass(slots=True)
class _Session:
    """What a connection has prepared: name and age by statement. A name is never used twice."""

    statements: dict[str, tuple[str, float]] = field(default_factory=dict)
    names: int = 0


class Prepared:
    """A statement that is worth preparing; `str()` of it is its SQL.

    Args:
        sql: with parameters as `:name`. Their types must be plain from it.
    """

    __slots__ = ("_arguments", "_body", "_sql")

    def __init__(self, sql: str) -> None:
        self._sql = sql
        names = list(dict.fromkeys(_PARAMETER.findall(sql)))
        numbers = {name: f"${number}" for number, name in enumerate(names, start=1)}
        # To psycopg2 `%` begins a parameter.
        self._body = _PARAMETER.sub(lambda found: numbers[found[1]], sql).replace("%", "%%")
        self._arguments = f"({', '.join(f'%({name})s' for name in names)})" if names else ""

    def __str__(self) -> str:
        return self._sql

    def rows(self, tx: Connection, parameters: Mapping[str, Any] = _NOTHING) -> list[Mapping[str, Any]]:
        """All rows.

        Raises:
            DBAPIError: as for any other statement on `tx`.
        """
        with self._execute(tx, parameters) as cursor:
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def values(self, tx: Connection, parameters: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """The first column of all rows. Raises what `rows` does."""
        with self._execute(tx, parameters) as cursor:
            return [row[0] for row in cursor.fetchall()]

    def run(self, tx: Connection, parameters: Mapping[str, Any] = _NOTHING) -> int:
        """Returns how many rows were changed. Raises what `rows` does."""
        with self._execute(tx, parameters) as cursor:
            changed: int = cursor.rowcount
            return changed

    def _execute(self, tx: Connection, parameters: Mapping[str, Any]) -> Any:
        if not tx.in_transaction():
            tx.begin()
        connection = tx.connection
        session: _Session = connection.info.setdefault(_KEY, _Session())
        cursor = connection.cursor()
        name, at = session.statements.get(self._sql, ("", 0.0))
        try:
            if name and time.monotonic() - at < MAX_AGE_SECONDS:
                cursor.execute(f"EXECUTE {name}{self._arguments}", parameters)
                return cursor
            session.statements.pop(self._sql, None)
            session.names += 1
            forget = f"DEALLOCATE {name}; " if name else ""
            name = f"dialer_{session.names}"
            cursor.execute(f"{forget}PREPARE {name} AS {self._body}; EXECUTE {name}{self._arguments}", parameters)
        except psycopg2.Error as error:
            raise self._told(tx, error, parameters) from error
        # Only now is it known that the server has it.
        session.statements[self._sql] = (name, time.monotonic())
        return cursor

    def _told(self, tx: Connection, error: psycopg2.Error, parameters: Mapping[str, Any]) -> BaseException:
        """The error as SQLAlchemy would raise it; a lost connection is given up, and those beside it."""
        is_lost = tx.dialect.is_disconnect(error, tx.connection.dbapi_connection, None)  # type: ignore[arg-type]
        told = DBAPIError.instance(
            self._sql, dict(parameters), error, psycopg2.Error, connection_invalidated=is_lost, dialect=tx.dialect
        )
        if is_lost:
            tx.invalidate(error)
            tx.engine.dispose()
        return told
