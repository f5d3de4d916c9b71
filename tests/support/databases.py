"""Databases of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, inspect, make_url, text


@contextmanager
def copy_of(template: str, server_url: str) -> Iterator[str]:
    """The URL of a copy of a database, which is dropped in the end."""
    name = f"dialer_copy_{uuid4().hex[:12]}"
    administrator = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with administrator.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        administrator.dispose()


def empty(url: str) -> None:
    """Take all rows out, save those that the migrations put in; ids begin anew.

    A superuser deletes past all triggers: that takes a hundredth of the time of a TRUNCATE of so many small tables.
    """
    engine = create_engine(url)
    names = [f'"{name}"' for name in inspect(engine).get_table_names() if name != "alembic_version"]
    with engine.begin() as tx:
        # What a test that failed has left open must not stop the next one.
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        tx.execute(text(f"{others} AND pid <> pg_backend_pid()"))
        if tx.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            tx.execute(text("SET LOCAL session_replication_role = replica"))
            tx.execute(text("; ".join(f"DELETE FROM {name}" for name in names)))
            tx.execute(text("SET LOCAL session_replication_role = origin"))
            tx.execute(text("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"))
        else:
            tx.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        tx.execute(text("INSERT INTO control (id) VALUES (1)"))
        tx.execute(text("INSERT INTO zone_sets (zones) VALUES ('{}')"))
    engine.dispose()
