from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.support.world import World, settings_for, simulated_pbx


@pytest.fixture
def changes() -> dict[str, Any]:
    """Settings that a module's tests need otherwise."""
    return {}


@pytest.fixture
def world(emptied_database: str, redis_url: str, redis_client: redis.Redis, changes: dict[str, Any]) -> Iterator[World]:
    """Without a PBX that answers."""
    world = World(settings_for(emptied_database, redis_url, **changes))
    yield world
    world.close()


@pytest.fixture
def dialing(
    emptied_database: str, redis_url: str, redis_client: redis.Redis, changes: dict[str, Any], tmp_path: Path
) -> Iterator[World]:
    """With a simulated PBX, on which calls ring for a minute unless a test ends them."""
    ledger = tmp_path / "ledger.jsonl"
    with simulated_pbx(ledger) as simulator:
        world = World(settings_for(emptied_database, redis_url, **changes), simulator.url, ledger)
        yield world
        world.close()
