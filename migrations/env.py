"""Alembic's entry: run the migrations against the database that dialer.db.migrate names, or print their SQL."""

from alembic import context
from sqlalchemy import Connection

from dialer.clock import SystemClock
from dialer.db.engine import create_engine
from dialer.db.tables import Base
from migrations.online import LOCK_TIMEOUT

# Two processes that start at once must not migrate at once.
_MIGRATION_LOCK = 7_301_001
_LOOK_SECONDS = 0.2


def run() -> None:
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = create_engine(context.config.attributes["url"], application_name="dialer-migrate")
    try:
        with engine.connect() as connection:
            _migrate(connection)
    finally:
        engine.dispose()  # gives the lock back


def _migrate(connection: Connection) -> None:
    _take_turn(connection)
    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.commit()
    # One transaction each: an index can then be made CONCURRENTLY in between (migrations.online).
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def _take_turn(connection: Connection) -> None:
    """Be the only one who migrates. Asks again instead of waiting inside a statement, which would keep an index that
    the other one makes CONCURRENTLY waiting for us."""
    clock = SystemClock()
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_MIGRATION_LOCK})").scalar():
        connection.commit()
        clock.sleep(_LOOK_SECONDS)


run()
