from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from dialer.db.engine import create_engine


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """Of a database with all tables and no rows."""
    engine = create_engine(database, pool_size=10)
    yield engine
    engine.dispose()
