from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from dialer.db.engine import create_engine
from tests.support.databases import copy_of, empty


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """Of a fresh database with all tables."""
    engine = create_engine(database, pool_size=10)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _shared_database(postgres_url: str, migrated_template: str) -> Iterator[str]:
    with copy_of(migrated_template, postgres_url) as url:
        yield url


@pytest.fixture
def emptied_database(_shared_database: str) -> str:
    """The URL of a database as the migrations leave it: emptied, which takes less time than a fresh one."""
    empty(_shared_database)
    return _shared_database
