"""The connection to PostgreSQL."""

import time
from typing import Any, Final

import psycopg2
import psycopg2.extras
import sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

_SESSION = (
    "-c timezone=UTC "
    "-c synchronous_commit=on "  # a claim that is not on disk can be dialed twice
    "-c lock_timeout=5s "
    # What is prepared (dialer.db.prepared) is planned once: its rows are few, whatever its parameters are.
    "-c plan_cache_mode=force_generic_plan "
)
# A server that is gone without a word, or cut off, is noticed in some 20 s, not in two hours.
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 20_000}

TRUSTED_SECONDS: Final = 1.0
"""A connection that was in use so lately is taken for alive: to ask it costs each transaction a round trip."""
_USED_AT: Final = "dialer_used_at"


def create_engine(
    url: str, *, pool_size: int = 5, application_name: str = "dialer", idle_in_transaction_seconds: float = 30.0
) -> Engine:
    """An engine for `url`. Nothing is connected until it is first used.

    Every transaction is READ COMMITTED and commits synchronously, whatever the server's defaults are.

    Args:
        idle_in_transaction_seconds: PostgreSQL undoes a transaction in which it is asked nothing for so long, and with
            it the locks of a process that is asleep.
    """
    psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]
    session = f"{_SESSION}-c idle_in_transaction_session_timeout={idle_in_transaction_seconds * 1000:.0f}"
    engine = sqlalchemy.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        pool_use_lifo=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": session, "application_name": application_name, "connect_timeout": 5, **_ALIVE},
    )
    _ask_if_idle(engine)
    return engine


def _ask_if_idle(engine: Engine) -> None:
    """Replace connections that have died while nobody used them."""

    def note_use(connection: Any, record: Any) -> None:
        record.info[_USED_AT] = time.monotonic()

    def ask(connection: Any, record: Any, proxy: Any) -> None:
        if time.monotonic() - record.info[_USED_AT] < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg2.Error as error:
            raise InvalidatePoolError(str(error)) from error

    event.listen(engine, "connect", note_use)
    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", ask)
