"""Alembic's entry: run the migrations against the database that dialer.db.migrate names."""

from alembic import context

from dialer.db.engine import create_engine
from dialer.db.tables import Base

# Two processes that start at once must not migrate at once.
_MIGRATION_LOCK = 7_301_001


def run() -> None:
    engine = create_engine(context.config.attributes["url"], application_name="dialer-migrate")
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
        with context.begin_transaction():
            connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
