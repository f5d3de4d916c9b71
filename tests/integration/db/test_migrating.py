"""Migrations on a database that is in use, and versions of the code that follow one another."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg2.errors import LockNotAvailable
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from dialer.clock import SystemClock
from dialer.db import migrate
from dialer.db.engine import create_engine
from tests.support import next_version
from tests.support.databases import copy_of


@pytest.fixture
def database(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated database of the test's own: it will not be as it was."""
    with copy_of(migrated_template, postgres_url) as url:
        yield url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = create_engine(database)
    yield made
    made.dispose()


class Hurried(SystemClock):
    """A clock on which a wait lasts as long as we say."""

    def __init__(self, *, passes: float) -> None:
        self._passes = passes
        self.waited = threading.Event()
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += self._passes
        self.waited.set()
        threading.Event().wait(0.05)


def _newest() -> str:
    head = ScriptDirectory.from_config(migrate.alembic_config("")).get_current_head()
    assert head is not None
    return head


def test_empty_database_is_not_current_and_a_migrated_one_is(empty_database: str, database: str) -> None:
    assert not migrate.is_current(empty_database)
    assert migrate.is_current(database)


def test_database_of_an_earlier_version_is_not_current(database: str, engine: Engine) -> None:
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0021'"))
    assert not migrate.is_current(database)


def test_this_version_goes_on_with_the_schema_of_a_later_one(database: str, engine: Engine) -> None:
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = 'next'"))
    assert migrate.is_current(database)
    migrate.upgrade(database)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "next"


def test_the_next_version_migrates_and_this_one_does_not_mind(database: str, engine: Engine, tmp_path: Path) -> None:
    done = next_version.upgrade(next_version.make(tmp_path, _newest()), database)
    assert done.returncode == 0, done.stderr
    assert migrate.is_current(database)
    with engine.connect() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_calls_survey'::regclass"
        assert connection.scalar(text(valid))
        checked = "SELECT convalidated FROM pg_constraint WHERE conname = 'ck_calls_survey'"
        assert connection.scalar(text(checked))


def test_what_a_cut_short_migration_left_under_an_index_name_is_made_again(
    database: str, engine: Engine, tmp_path: Path
) -> None:
    with engine.begin() as tx:
        tx.execute(text("CREATE INDEX ix_calls_survey ON calls (digit)"))
    done = next_version.upgrade(next_version.make(tmp_path, _newest()), database)
    assert done.returncode == 0, done.stderr
    with engine.connect() as connection:
        definition = connection.scalar(text("SELECT pg_get_indexdef('ix_calls_survey'::regclass)"))
    assert str(definition).endswith("(survey, id)")


def test_a_migration_gives_a_table_that_is_in_use_back_and_tries_again(
    database: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_back(database)
    clock = Hurried(passes=1.0)
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM pbx_nodes"))
        migration = threading.Thread(target=migrate.upgrade, args=(database, clock))
        migration.start()
        assert clock.waited.wait(60)
        with engine.connect() as other:  # nobody waits in line behind the migration for longer than its own time-out
            other.execute(text("SELECT count(*) FROM pbx_nodes"))
    migration.join(60)
    assert migrate.is_current(database)


def test_a_migration_gives_up_where_the_table_is_never_free(database: str, engine: Engine) -> None:
    _take_back(database)
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM pbx_nodes"))
        with pytest.raises(OperationalError) as given_up:
            migrate.upgrade(database, Hurried(passes=200.0))
        assert isinstance(given_up.value.orig, LockNotAvailable)
    assert not migrate.is_current(database)


def test_two_that_migrate_at_once_take_turns(empty_database: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: next_version.upgrade({}, empty_database), range(2)))
    assert [done.returncode for done in both] == [0, 0], [done.stderr for done in both]
    assert migrate.is_current(empty_database)


def _take_back(database: str) -> None:
    """To before the migration that adds a column to the nodes."""
    command.downgrade(migrate.alembic_config(database), "0013")
