"""`dialer doctor --call` on a real Asterisk: gate, queue, worker, PBX and carrier."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from pydantic import SecretStr

from dialer.clock import SystemClock
from dialer.db.tables import PbxNode
from dialer.doctor import calling
from dialer.doctor.examination import Wanted, examine
from dialer.doctor.findings import Finding, Level
from tests.contract.conftest import Pbx
from tests.support import factories
from tests.support.world import World, settings_for, wait_for

pytestmark = pytest.mark.usefixtures("only_real")


@pytest.fixture
def world(pbx: Pbx, database: str, redis_url: str, redis_client: redis.Redis) -> Iterator[World]:
    """A dialer whose only node is the lab's PBX."""
    password = SecretStr(pbx.target.password)
    settings = settings_for(
        database, redis_url, ari_password=password, ari_app=pbx.app, real_calls_allowed=True, ari_pool_size=4
    )
    world = World(settings, pbx.target.url)
    world.execute("UPDATE trunks SET endpoint = 'PJSIP/{number};call={call_id}@carrier'")
    yield world
    world.close()


@contextmanager
def working(world: World) -> Iterator[None]:
    """A listener and a worker, until the block is over."""
    world.set_node(lease_until="NULL", echo_at="NULL")
    stop = threading.Event()
    listener = world.dialer.listener(world.node)

    def work() -> None:
        while not stop.is_set():
            world.work(0.2)

    threads = [threading.Thread(target=listener.run, args=(stop,)), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: _has_echo(world), "an echo")
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)


def _has_echo(world: World) -> bool:
    with world.engine.begin() as tx:
        return factories.row(tx, PbxNode, world.node_id)["echo_at"] is not None


def _said(world: World, number: str) -> Finding:
    (said,) = [
        finding
        for finding in examine(world.settings, Wanted(call=number), SystemClock())
        if finding.check == "test_call"
    ]
    return said


@pytest.mark.parametrize(
    ("suffix", "level", "said"),
    [
        ("03", Level.OK, "was answered, and greeted"),
        ("10", Level.OK, "reached the carrier: busy"),
        ("30", Level.PROBLEM, "ended as unallocated"),
    ],
)
def test_a_call_and_what_became_of_it(world: World, pbx: Pbx, suffix: str, level: Level, said: str) -> None:
    with working(world):
        found = _said(world, pbx.number(suffix))
    assert (found.level, said in found.message) == (level, True), found
    assert len(world.calls()) == 1


def test_a_call_that_nobody_takes(world: World, pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_QUEUED_SECONDS", 0.3)
    found = _said(world, pbx.number("03"))
    assert (found.level, "nobody took it" in found.message) == (Level.PROBLEM, True), found


def test_a_call_that_the_gate_forbids(world: World, pbx: Pbx) -> None:
    world.execute("UPDATE control SET stop_at = clock_timestamp(), stop_by = 'me', stop_reason = 'x'")
    found = _said(world, pbx.number("03"))
    assert (found.level, "was not made" in found.message) == (Level.PROBLEM, True), found
    assert world.calls() == []
