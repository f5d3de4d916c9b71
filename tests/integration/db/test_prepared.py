"""Prepared statements, and connections that are not asked each time whether they live."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from dialer.db import engine as engines
from dialer.db import prepared as preparing
from dialer.db.engine import create_engine
from dialer.db.prepared import prepared

IDS = prepared("""
    SELECT given.id, given.at, :name || '%' AS name, CAST(:name AS text) = 'a' AS is_a
    FROM unnest(CAST(:id AS uuid[]), CAST(:at AS timestamptz[])) AS given(id, at) ORDER BY id
""")
DIVIDE = prepared("SELECT 100 / CAST(:by AS integer)")


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, pool_size=1)
    yield engine
    engine.dispose()


def names(engine: Engine) -> list[str]:
    """What the server has prepared on the connection."""
    with engine.begin() as tx:
        return list(tx.scalars(text("SELECT name FROM pg_prepared_statements WHERE name LIKE 'dialer%' ORDER BY name")))


def test_a_statement_is_prepared_once_and_executed_with_whatever_comes(engine: Engine) -> None:
    ids = sorted(uuid4() for _ in range(3))
    for given in (ids, [], ids[:1]):
        with engine.begin() as tx:
            rows = tx.execute(IDS, {"id": given, "at": [None for _ in given], "name": "a'b"}).all()
        assert [row.id for row in rows] == given
        assert all((row.at, row.name, row.is_a) == (None, "a'b%", False) for row in rows)
        assert all(isinstance(row.id, UUID) for row in rows)
    assert names(engine) == ["dialer_1"]


def test_what_is_old_is_planned_anew(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MAX_AGE_SECONDS", 0.0)
    for _ in range(3):
        with engine.begin() as tx:
            assert tx.scalar(DIVIDE, {"by": 5}) == 20
    assert names(engine) == ["dialer_3"]


def test_a_statement_that_failed_at_first_works_later(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="division by zero"), engine.begin() as tx:
        tx.execute(DIVIDE, {"by": 0})
    for _ in range(2):
        with engine.begin() as tx:
            assert tx.scalar(DIVIDE, {"by": 4}) == 25


def test_a_rollback_leaves_it_prepared(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(DIVIDE, {"by": 1}) == 100
        connection.rollback()
        assert connection.scalar(DIVIDE, {"by": 2}) == 50


def kill(engine: Engine, postgres_url: str) -> None:
    """End the server's side of the engine's connection."""
    with engine.begin() as tx:
        pid = tx.scalar(text("SELECT pg_backend_pid()"))
    other = create_engine(postgres_url)
    with other.begin() as tx:
        assert tx.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    other.dispose()


def test_a_connection_that_died_while_idle_is_replaced(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "TRUSTED_SECONDS", 0.0)
    with engine.begin() as tx:
        tx.execute(DIVIDE, {"by": 1})
    kill(engine, postgres_url)
    with engine.begin() as tx:
        assert tx.scalar(DIVIDE, {"by": 2}) == 50
    assert names(engine) == ["dialer_1"]


def test_the_loss_of_a_connection_in_use_is_told_once(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "TRUSTED_SECONDS", 3600.0)
    kill(engine, postgres_url)
    with pytest.raises(DBAPIError), engine.begin() as tx:
        tx.execute(DIVIDE, {"by": 1})
    with engine.begin() as tx:
        assert tx.scalar(DIVIDE, {"by": 2}) == 50
