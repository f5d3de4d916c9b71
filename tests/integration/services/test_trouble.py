"""A trunk in trouble: from the calls' ends on a simulated PBX to the pace of the workers, and back."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from sqlalchemy import text

from dialer.limits import limiter
from dialer.services.claiming import Node
from tests.support import factories
from tests.support.world import World, settings_for, simulated_pbx, wait_for

CPS = 30.0
ENOUGH = 1500
RECOVERY_SECONDS = 6.0
ANSWERED, CONGESTION = "00", "50"


@pytest.fixture
def quick_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules, three times as fast."""
    monkeypatch.setattr(limiter, "FORGET_SECONDS", 1.0)
    monkeypatch.setattr(limiter, "SETTLE_SECONDS", 0.7)
    monkeypatch.setattr(limiter, "RECOVERY_SECONDS", RECOVERY_SECONDS)


@pytest.fixture
def heard(database: str, redis_url: str, redis_client: redis.Redis, _patience: None, tmp_path: Path) -> Iterator[World]:
    """With a PBX, a listener, a worker and beat's tick."""
    ledger = tmp_path / "ledger.jsonl"
    with simulated_pbx(ledger, ring_ms=20, talk_ms=20) as simulator:
        world = World(settings_for(database, redis_url), simulator.url, ledger)
        world.set_node(lease_until="NULL", listener_id="NULL", echo_at="NULL")
        world.execute("UPDATE trunks SET cps = :cps", cps=CPS)
        listener = world.dialer.listener(Node(world.node_id, "pbx1", simulator.url, "dialer"))
        with (
            _running(listener.run),
            _running(_again(world.dialer.dispatching.tick, 0.3)),
            _running(_again(lambda: world.work(0.5), 0.02)),
        ):
            yield world
        world.close()


def numbers(suffix: str) -> Iterator[str]:
    """Numbers whose last digits tell the simulator what becomes of their calls."""
    for area in (212, 213, 312, 415, 617):
        for exchange in range(200, 1000):
            if exchange % 100 != 11:
                yield f"+1{area}{exchange}55{suffix}"


def test_congestion_slows_the_trunk_and_calls_that_get_through_let_it_recover(
    heard: World, quick_recovery: None
) -> None:
    good = heard.campaign_id
    bad = heard.campaign("congested", state="paused")
    with heard.engine.begin() as tx:
        for campaign_id, suffix in ((good, ANSWERED), (bad, CONGESTION)):
            some = numbers(suffix)
            factories.make_contacts(tx, campaign_id, [next(some) for _ in range(ENOUGH)], zones=("UTC",))

    wait_for(lambda: _rate(heard) > 0.7 * CPS, "the full pace")
    before = heard.dialer.paces.trunk(heard.trunk_id)
    assert (before.share, before.cps_now) == (1.0, CPS)
    (ready,) = _ready(heard, good)
    assert heard.dialer.explaining.contact(ready).rule.endswith("waits for its turn")

    heard.set_campaign(good, state="paused")
    heard.set_campaign(bad, state="running")
    wait_for(lambda: heard.dialer.paces.trunk(heard.trunk_id).share < 0.45, "a slower pace")
    wait_for(lambda: _rate(heard) < 0.55 * CPS, "fewer calls")
    (ready,) = _ready(heard, bad)
    told = heard.dialer.explaining.contact(ready)
    assert told.code == "due"
    assert "its trunk is in trouble and goes at" in told.rule
    (group,) = (g for g in heard.dialer.explaining.campaign(bad).groups if g.code == "due")
    assert "its trunk is in trouble" in group.rule

    heard.set_campaign(bad, state="paused")
    heard.set_campaign(good, state="running")
    wait_for(lambda: heard.dialer.paces.trunk(heard.trunk_id).share == 1.0, "all of the pace")
    wait_for(lambda: _rate(heard) > 0.7 * CPS, "the full pace again")
    # The last of the congested calls may end, and cost some of the pace, once more.
    wait_for(lambda: heard.dialer.paces.trouble(heard.trunk_id, heard.node_id) is None, "no word of trouble")


def _ready(world: World, campaign_id: int) -> list[int]:
    """One contact that is due."""
    with world.engine.begin() as tx:
        found = text("SELECT id FROM contacts WHERE campaign_id = :c AND state = 'ready' ORDER BY id DESC LIMIT 1")
        return [row.id for row in tx.execute(found, {"c": campaign_id})]


def _rate(world: World) -> float:
    """How many calls arrived a second, of late."""
    since = time.time() - 2.0
    return sum(invite.at > since for invite in world.ledger.invites) / 2.0


def _again(action: Callable[[], object], pause_seconds: float) -> Callable[[threading.Event], None]:
    def run(stop: threading.Event) -> None:
        while not stop.wait(pause_seconds):
            action()

    return run


@contextmanager
def _running(run: Callable[[threading.Event], object]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
