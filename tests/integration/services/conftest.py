from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from dialer.db import barrier
from dialer.services import claiming
from tests.support.world import World, settings_for, simulated_pbx


@pytest.fixture
def changes() -> dict[str, Any]:
    """Settings that a module's tests need otherwise."""
    return {}


@pytest.fixture
def lateness_seconds() -> float:
    """How late a call may be sent. Longer than in earnest: these tests are not about a busy machine."""
    return 10.0


@pytest.fixture
def _patience(lateness_seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "LATENESS_SECONDS", lateness_seconds)
    monkeypatch.setattr(barrier, "CLAIM_WAITS_MS", 10_000)
    monkeypatch.setattr(barrier, "CLAIM_ASLEEP_MS", 0)


@pytest.fixture
def world(
    database: str, redis_url: str, redis_client: redis.Redis, changes: dict[str, Any], _patience: None
) -> Iterator[World]:
    """Without a PBX that answers."""
    world = World(settings_for(database, redis_url, **changes))
    yield world
    world.close()


@pytest.fixture
def dialing(
    database: str,
    redis_url: str,
    redis_client: redis.Redis,
    changes: dict[str, Any],
    _patience: None,
    tmp_path: Path,
) -> Iterator[World]:
    """With a simulated PBX, on which calls ring for a minute unless a test ends them."""
    ledger = tmp_path / "ledger.jsonl"
    with simulated_pbx(ledger) as simulator:
        world = World(settings_for(database, redis_url, **changes), simulator.url, ledger)
        yield world
        world.close()
