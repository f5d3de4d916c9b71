"""Two campaigns of an empty dialer, and the import of their lists."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from dialer.db.engine import create_engine
from dialer.services.importing import chunks
from dialer.services.importing.service import CallListImport
from tests.integration.services.importing.lists import another_process


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO pbx_nodes (name, ari_url, ari_username) VALUES ('n', 'http://127.0.0.1:1', 'u')"))
        tx.execute(text("INSERT INTO trunks (name, node_id, endpoint, cps, channels) VALUES ('t', 1, 'x', 1, 1)"))
        for name in ("one", "two"):
            tx.execute(
                text(
                    "INSERT INTO campaigns (name, trunk_id, timeout_seconds, max_attempts, default_region,"
                    " calling_window, retry_policy, answer_action, created_by)"
                    " VALUES (:name, 1, 30, 3, 'GB', '{}', '{}', '{}', 'somebody')"
                ),
                {"name": name},
            )
    yield engine
    engine.dispose()


@pytest.fixture
def lists(engine: Engine) -> CallListImport:
    return another_process(engine)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_ROWS", 10)
