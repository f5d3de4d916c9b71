"""Bring a database to the schema of this version, and check that the two match."""

import logging
from io import StringIO
from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

import migrations
from dialer.clock import Clock, SystemClock
from dialer.db.engine import create_engine
from dialer.db.tables import Base

log = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 120.0
_RETRY_SECONDS: Final = 1.0


def alembic_config(url: str) -> Config:
    """Alembic, told of our migrations and of a database."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = url
    return config


def upgrade(url: str, clock: Clock | None = None) -> None:
    """Apply all migrations that `url` has not had yet. Harmless if there are none, and at a later version's schema.

    A table's lock that is not to be had at once is tried for again: waiting for it, a migration would hold up everybody
    who comes after it.

    Raises:
        DBAPIError: a migration fails, or a lock was not to be had for two minutes.
    """
    clock = clock or SystemClock()
    give_up = clock.monotonic() + _PATIENCE_SECONDS
    while not is_current(url):
        try:
            command.upgrade(alembic_config(url), "head")
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable) or clock.monotonic() > give_up:
                raise
            log.warning("a table is in use; the migration tries again")
            clock.sleep(_RETRY_SECONDS)


def sql_of(revision: str) -> str:
    """What a migration does, as the SQL that PostgreSQL is given."""
    buffer = StringIO()
    config = alembic_config("")
    config.output_buffer = buffer
    before = ScriptDirectory.from_config(config).get_revision(revision).down_revision
    command.upgrade(config, f"{before or 'base'}:{revision}", sql=True)
    return buffer.getvalue()


def revision(url: str, message: str) -> None:
    """Write a new migration from the difference between the tables and the database (for developers)."""
    command.revision(alembic_config(url), message, autogenerate=True)


def is_current(url: str) -> bool:
    """Whether the database has had all of this version's migrations.

    One that is at a migration which this version doesn't know belongs to a later one: migrations only add, so this
    version goes on working until it is replaced.
    """
    engine = create_engine(url)
    with engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    engine.dispose()
    known = [script.revision for script in ScriptDirectory.from_config(alembic_config(url)).walk_revisions()]
    return bool(current) and (known[0] in current or current.isdisjoint(known))


def differences(url: str) -> list[str]:
    """How the migrated database differs from the tables in the code; empty if it does not."""
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = [str(difference) for difference in compare_metadata(context, Base.metadata)]
    engine.dispose()
    return found
