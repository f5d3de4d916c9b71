from collections.abc import Iterator

import pytest
import redis

from dialer.limits.limiter import Limiter
from tests.support.redis_server import BINARIES, RedisServer


@pytest.fixture(scope="session", params=list(BINARIES))
def shared_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    binary = BINARIES[request.param]
    if not binary:
        pytest.skip(f"no redis-server: {request.param}")
    server = RedisServer(binary, tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: RedisServer) -> RedisServer:
    """One whose data are gone."""
    with shared_server.client() as client:
        client.flushall()
    return shared_server


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    with server.client() as client:
        yield client


@pytest.fixture
def limiter(client: redis.Redis) -> Limiter:
    """One that may give places away at once."""
    limiter = Limiter(client)
    limiter.rebuild([])
    open_at_once(client)
    return limiter


def open_at_once(client: redis.Redis) -> None:
    """Spare the wait of one window after a rebuild."""
    client.hset("limits:rebuilt", "floor", 0)
