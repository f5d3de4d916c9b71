"""Statements that PostgreSQL parses and plans once a connection, not once an execution.

For a long statement on a few rows that is most of what it costs the server. Marked are those that run many times a
second; all others are sent as they are. (So there must be no pooler in between that gives transactions connections.)
"""

import re
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Engine, TextClause, event, text

_OPTION: Final = "dialer_prepared"
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")

MAX_AGE_SECONDS: Final = 60.0
"""Then it is planned anew: a plan that was good for a table of ten rows may be bad for one of a million."""


@dataclass(slots=True)
class _Session:
    """What a connection has prepared: name and age by statement. A name is never used twice."""

    statements: dict[str, tuple[str, float]] = field(default_factory=dict)
    pending: tuple[str, str] | None = None
    names: int = 0


def prepared(sql: str) -> TextClause:
    """Like `text`, for a statement that is worth preparing. The types of its parameters must be plain from it."""
    return text(sql).execution_options(**{_OPTION: True})


def prepare_on(engine: Engine) -> None:
    """Prepare what is marked on the engine's connections."""
    event.listen(engine, "before_cursor_execute", _before, retval=True)
    event.listen(engine, "after_cursor_execute", _after)


def _before(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> tuple[str, Any]:
    if context is None or not context.execution_options.get(_OPTION):
        return statement, parameters
    session = _session(connection)
    session.pending = None
    body, arguments = _taken_apart(statement)
    name, at = session.statements.get(statement, ("", 0.0))
    if name and time.monotonic() - at < MAX_AGE_SECONDS:
        return f"EXECUTE {name}{arguments}", parameters
    forget = f"DEALLOCATE {name}; " if name else ""
    session.statements.pop(statement, None)
    session.names += 1
    name = f"dialer_{session.names}"
    session.pending = (statement, name)
    return f"{forget}PREPARE {name} AS {body}; EXECUTE {name}{arguments}", parameters


def _after(connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    if context is None or not context.execution_options.get(_OPTION):
        return
    session = _session(connection)
    if session.pending is not None:
        # Only now is it known that the server has it.
        prepared_statement, name = session.pending
        session.statements[prepared_statement] = (name, time.monotonic())
        session.pending = None


def _session(connection: Connection) -> _Session:
    info = connection.connection.info
    if _OPTION not in info:
        info[_OPTION] = _Session()
    session: _Session = info[_OPTION]
    return session


@lru_cache(maxsize=256)
def _taken_apart(statement: str) -> tuple[str, str]:
    """The statement with numbered parameters, and the arguments to execute it with."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    numbers = {name: f"${number}" for number, name in enumerate(names, start=1)}
    arguments = f"({', '.join(f'%({name})s' for name in names)})" if names else ""
    return _PARAMETER.sub(lambda found: numbers[found[1]], statement), arguments
