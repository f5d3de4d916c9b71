"""A copy of PostgreSQL's disk that is put back: it tells the history that is recorded, only less of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from dialer.db.migrate import upgrade
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.errors import LimitsUnavailable
from tests.support.world import World, settings_for


@pytest.fixture
def server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(server_folder / "copied", durable=False)
    yield made
    made.destroy()


def test_a_copy_put_back_is_noticed_before_anything_is_claimed(
    server: EmbeddedPostgres, redis_url: str, redis_client: redis.Redis
) -> None:
    url = server.start()
    upgrade(url)
    world = World(settings_for(url, redis_url, ari_password=SecretStr("x")))
    lead(world)
    world.queued(3)
    assert len(world.claim().claimed) == 3
    data = server.data
    copy = data.with_name("copy")
    world.engine.dispose()
    server.stop()
    shutil.copytree(data, copy, symlinks=True)
    _own_like(copy, data)

    server.start()
    world.queued([f"+1202555{n:04d}" for n in range(2000)])
    lead(world)
    assert len(world.claim().claimed) > 0
    world.dialer.dispatching.tick()
    world.engine.dispose()
    server.stop()
    shutil.rmtree(data)
    copy.rename(data)

    server.start()
    world.queued(["+12025559999"])
    lead(world)
    batch = world.claim()
    assert not batch.claimed
    assert "copy of its disk" in str(batch.closed)
    assert not world.dialer.recovering.history().is_known
    assert "dialer ops recover" in str(world.claim().closed)
    world.dialer.recovering.recover("tests", lost_seconds=0, hold_seconds=0)
    world.queued(["+12025559998"])
    lead(world)
    assert len(world.claim().claimed) == 1
    world.close()


def test_a_restarted_server_is_the_one_it_was(world: World) -> None:
    assert world.dialer.witness.look()
    world.contacts(10)
    assert world.dialer.witness.look()
    assert world.dialer.recovering.history().is_known


def test_one_that_has_come_less_far_is_closed_for_good(world: World, redis_client: redis.Redis) -> None:
    world.queued(2)
    assert len(world.claim().claimed) == 2
    for history, reached in redis_client.hgetall("history:reached").items():
        redis_client.hset("history:reached", history, int(reached) + 10**12)
    assert not world.dialer.witness.look()
    redis_client.delete("history:reached")
    world.queued(["+12025550177"])
    assert "recover" in str(world.claim().closed)


def test_without_redis_nobody_vouches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.dialer.witness, "_redis", redis.Redis(port=1))
    world.queued(1)
    with pytest.raises(LimitsUnavailable):
        world.claim()


def test_a_redis_that_has_forgotten_learns_again(world: World, redis_client: redis.Redis) -> None:
    world.dialer.witness.look()
    redis_client.flushdb()
    assert world.dialer.witness.look()
    assert redis_client.hgetall("history:reached")


def lead(world: World) -> None:
    """A listener leads the node for the time that a test takes, and the limits are loaded."""
    world.set_node(
        lease_until="clock_timestamp() + interval '1 h'",
        echo_at="clock_timestamp() + interval '1 h'",
        is_simulator="true",
    )
    world.load_limits()


def _own_like(copy: Path, data: Path) -> None:
    owner = data.stat()
    for path in (copy, *copy.rglob("*")):
        shutil.chown(path, owner.st_uid, owner.st_gid)
