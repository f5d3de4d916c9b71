"""Bring a database to the schema of this version, and check that the two match."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from dialer.db.engine import create_engine
from dialer.db.tables import Base


def alembic_config(url: str) -> Config:
    """Alembic, told of our migrations and of a database."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Apply all migrations that `url` has not had yet. Harmless if there are none."""
    command.upgrade(alembic_config(url), "head")


def revision(url: str, message: str) -> None:
    """Write a new migration from the difference between the tables and the database (for developers)."""
    command.revision(alembic_config(url), message, autogenerate=True)


def is_current(url: str) -> bool:
    """Whether the database is at this version's newest migration."""
    engine = create_engine(url)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    engine.dispose()
    return set(current) == set(ScriptDirectory.from_config(alembic_config(url)).get_heads())


def differences(url: str) -> list[str]:
    """How the migrated database differs from the tables in the code; empty if it does not."""
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = [str(difference) for difference in compare_metadata(context, Base.metadata)]
    engine.dispose()
    return found
