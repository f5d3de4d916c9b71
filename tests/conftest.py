"""Servers and databases for every kind of test. Unit tests ask for none of them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg2
import pytest
from psycopg2 import sql
from redis import Redis
from sqlalchemy import make_url

from dialer.db.migrate import upgrade
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.redis import EmbeddedRedis
from tests.support.databases import copy_of, empty

# How long an example takes says something of the machine, and nothing of the code.
hypothesis.settings.register_profile("dialer", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
# Each mutant is shown a few examples only, always the same (`make mutation`).
hypothesis.settings.register_profile(
    "mutation",
    hypothesis.settings.get_profile("dialer"),
    max_examples=10,
    derandomize=True,
    # That a mutant is noticed is enough; how simply it could have been seen, it takes seconds to find out.
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
)
hypothesis.settings.load_profile("dialer")


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A short folder that other users can pass through, as PostgreSQL's must where root starts it."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_url(server_folder: Path) -> Iterator[str]:
    """A PostgreSQL server of this test run, or the one of DIALER_TEST_DATABASE_URL, whose role may create databases."""
    if given := os.environ.get("DIALER_TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
        return
    server = EmbeddedPostgres(server_folder / "postgres", durable=False)
    yield server.start()
    server.destroy()


@pytest.fixture(scope="session")
def redis_url(server_folder: Path) -> Iterator[str]:
    """A Redis server of this test run, or the one of DIALER_TEST_REDIS_URL, whose database is flushed."""
    if given := os.environ.get("DIALER_TEST_REDIS_URL"):
        yield given
        return
    server = EmbeddedRedis(server_folder / "redis")
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a database at the newest migration, to copy."""
    name = f"dialer_template_{uuid4().hex[:12]}"
    _administer(postgres_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    upgrade(_url_of(postgres_url, name))
    yield name
    _drop(postgres_url, name)


@pytest.fixture(scope="session")
def _shared_database(postgres_url: str, migrated_template: str) -> Iterator[str]:
    with copy_of(migrated_template, postgres_url) as url:
        yield url


@pytest.fixture
def database(_shared_database: str) -> str:
    """The URL of a database as the migrations leave it: emptied, which takes far less time than a fresh one."""
    empty(_shared_database)
    return _shared_database


@pytest.fixture
def own_database(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a database that nobody has used before: plans depend on what was deleted."""
    with copy_of(migrated_template, postgres_url) as url:
        yield url


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """The URL of a fresh database without tables."""
    name = f"dialer_empty_{uuid4().hex[:12]}"
    _administer(postgres_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield _url_of(postgres_url, name)
    _drop(postgres_url, name)


@pytest.fixture
def redis_client(redis_url: str) -> Iterator["Redis"]:
    """A client of an empty Redis."""
    with Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushdb()
        yield client
        client.flushdb()


def _url_of(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


def _administer(server_url: str, statement: sql.Composable) -> None:
    dsn = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _drop(server_url: str, database: str) -> None:
    # By force: a test that failed may not have closed its connections.
    _administer(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
