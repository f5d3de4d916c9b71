"""Prepared statements, and connections that are not asked each time whether they live."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, DBAPIError, InternalError

from dialer.db import engine as engines
from dialer.db import prepared as preparing
from dialer.db.engine import create_engine
from dialer.db.prepared import Prepared

IDS = Prepared("""
    SELECT given.id, given.at, :name || '%' AS name, CAST(:name AS text) = 'a' AS is_a
    FROM unnest(CAST(:id AS uuid[]), CAST(:at AS timestamptz[])) AS given(id, at) ORDER BY id
""")
DIVIDE = Prepared("SELECT 100 / CAST(:by AS integer)")


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
            rows = IDS.rows(tx, {"id": given, "at": [None for _ in given], "name": "a'b"})
        assert rows == [{"id": id_, "at": None, "name": "a'b%", "is_a": False} for id_ in given]
        assert all(isinstance(row["id"], UUID) for row in rows)
    assert names(engine) == ["dialer_1"]


def test_what_is_old_is_planned_anew(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MAX_AGE_SECONDS", 0.0)
    for _ in range(3):
        with engine.begin() as tx:
            assert DIVIDE.values(tx, {"by": 5}) == [20]
    assert names(engine) == ["dialer_3"]


def test_a_statement_that_failed_at_first_works_later(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="division by zero"), engine.begin() as tx:
        DIVIDE.run(tx, {"by": 0})
    for _ in range(2):
        with engine.begin() as tx:
            assert DIVIDE.values(tx, {"by": 4}) == [25]


def test_a_rollback_leaves_it_prepared(engine: Engine) -> None:
    with engine.connect() as connection:
        assert DIVIDE.values(connection, {"by": 1}) == [100]
        connection.rollback()
        assert DIVIDE.values(connection, {"by": 2}) == [50]


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
        DIVIDE.run(tx, {"by": 1})
    kill(engine, postgres_url)
    with engine.begin() as tx:
        assert DIVIDE.values(tx, {"by": 2}) == [50]
    assert names(engine) == ["dialer_1"]


def test_the_loss_of_a_connection_in_use_is_told_once(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "TRUSTED_SECONDS", 3600.0)
    kill(engine, postgres_url)
    with pytest.raises(DBAPIError), engine.begin() as tx:
        DIVIDE.run(tx, {"by": 1})
    with engine.begin() as tx:
        assert DIVIDE.values(tx, {"by": 2}) == [50]


def test_it_tells_how_many_rows_it_has_changed(engine: Engine) -> None:
    change = Prepared("UPDATE numbers SET n = n + CAST(:by AS integer) WHERE n % 2 = 0")
    with engine.begin() as tx:
        tx.execute(text("CREATE TEMPORARY TABLE numbers ON COMMIT DROP AS SELECT n FROM generate_series(1, 5) AS n"))
        assert change.run(tx, {"by": 1}) == 2
        assert change.run(tx, {"by": 1}) == 0


def test_without_a_transaction_it_begins_one_as_any_statement_does(engine: Engine) -> None:
    with engine.connect() as connection:
        DIVIDE.run(connection, {"by": 1})
        assert connection.in_transaction()
        connection.rollback()
        assert not connection.in_transaction()


def test_errors_are_those_of_the_database_and_leave_the_transaction_to_be_undone(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(DataError, match="division by zero"):
            DIVIDE.run(connection, {"by": 0})
        with pytest.raises(InternalError, match="transaction is aborted"):
            DIVIDE.run(connection, {"by": 1})
        connection.rollback()
        assert DIVIDE.values(connection, {"by": 1}) == [100]


def test_plans_are_made_for_any_parameters(engine: Engine) -> None:
    with engine.begin() as tx:
        DIVIDE.run(tx, {"by": 1})
        plans = tx.execute(text("SELECT generic_plans, custom_plans FROM pg_prepared_statements")).all()
    assert [tuple(plan) for plan in plans] == [(1, 0)]
