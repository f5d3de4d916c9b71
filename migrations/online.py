"""What migrations do to tables that are in use, so that nobody waits for it."""

from typing import Any, Final

from alembic import op

LOCK_TIMEOUT: Final = "1s"
"""Who waits for a table's lock holds up everybody behind him, claims among them: `dialer.db.migrate` gives up and
comes again."""


def create_index(name: str, table: str, columns: list[Any], **options: Any) -> None:
    """Make an index while the table is written to; takes the arguments of `op.create_index`.

    It commits what the migration has done so far, so it is best the only thing that its migration does. A try that was
    cut short leaves an index that is of no use: it is dropped first, and so the migration can be run again.
    """
    with op.get_context().autocommit_block():
        # It waits for older transactions, but nobody waits for it.
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def add_check(name: str, table: str, condition: str) -> None:
    """Add a CHECK that new rows must pass at once; the old ones are read without keeping anybody from the table.

    The name is the whole one, as in the database. Commits what the migration has done so far.
    """
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
