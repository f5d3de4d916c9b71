"""The live stream's source: each call once, whatever order transactions commit in; one loop for all readers."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dialer.bootstrap import Dialer
from dialer.clock import SystemClock
from dialer.db.call_records import CallRecord
from dialer.db.streaming import BEGINNING, Place
from dialer.errors import InvalidInput, NotFound, TooManyStreams
from dialer.services.stats import CampaignStats
from dialer.services.streaming import hub as hubs
from dialer.services.streaming.feed import BATCH, Beginning, Cursor, Feed, Round
from dialer.services.streaming.hub import Hub, Over, Reader
from tests.support import ending
from tests.support.clock import FakeClock
from tests.support.world import World, wait_for


@pytest.fixture
def feed(world: World) -> Feed:
    return world.dialer.feed


def queued(world: World, count: int) -> list[UUID]:
    with world.engine.begin() as tx:
        return ending.queue(tx, world.campaign_id, count)


def ended(world: World, count: int = 1, disposition: str = "withdrawn") -> list[UUID]:
    ids = queued(world, count)
    with world.engine.begin() as tx:
        ending.end(tx, ids, disposition)
    return ids


def walk(feed: Feed, campaign_id: int, place: Place = BEGINNING) -> tuple[list[UUID], Place]:
    """All calls behind `place`, and where the last one is."""
    told: list[UUID] = []
    while calls := feed.read([(campaign_id, place)], []).calls[campaign_id, place]:
        told += [item.call.id for item in calls]
        place = calls[-1].place
    return told, place


def test_a_call_whose_transaction_commits_late_is_told_once_and_so_are_those_that_overtook_it(
    world: World, feed: Feed
) -> None:
    slow, fast = queued(world, 2)
    with world.engine.connect() as first:
        ending.end(first, [slow])
        with world.engine.begin() as second:
            ending.end(second, [fast])
        told, place = walk(feed, world.campaign_id)
        assert told == []  # the one that has committed is behind one that may yet come before it
        first.commit()
    told, place = walk(feed, world.campaign_id, place)
    assert told == [slow, fast]
    assert walk(feed, world.campaign_id, place) == ([], place)


def test_what_is_rolled_back_is_never_told(world: World, feed: Feed) -> None:
    undone, done = queued(world, 2)
    with world.engine.connect() as tx:
        ending.end(tx, [undone])
        tx.rollback()
    with world.engine.begin() as tx:
        ending.end(tx, [done])
    assert walk(feed, world.campaign_id)[0] == [done]


def test_writers_at_once_lose_and_double_nothing_for_readers_who_break_off_anywhere(world: World, feed: Feed) -> None:
    ids = queued(world, 400)
    shares = [ids[n::8] for n in range(8)]
    writing = threading.Event()
    writing.set()

    def write(share: list[UUID], seed: int) -> None:
        chance = random.Random(seed)
        while share:
            count = chance.randint(1, 5)
            taken, share = share[:count], share[count:]
            with world.engine.begin() as tx:
                ending.end(tx, taken)
                tx.execute(text("SELECT pg_sleep(:s)"), {"s": chance.random() / 100})

    told: list[list[UUID]] = [[], [], []]

    def read(mine: list[UUID], seed: int) -> None:
        chance, place = random.Random(seed), BEGINNING
        while True:
            last_round = not writing.is_set()
            calls = feed.read([(world.campaign_id, place)], []).calls[world.campaign_id, place]
            # Of what was read only a part arrives; the next request names the last one that did.
            calls = calls[: chance.randint(0, len(calls))] if not last_round else calls
            if calls:
                mine += [item.call.id for item in calls]
                place = calls[-1].place
            elif last_round:
                return

    writers = [threading.Thread(target=write, args=(share, n)) for n, share in enumerate(shares)]
    readers = [threading.Thread(target=read, args=(mine, 100 + n)) for n, mine in enumerate(told)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join(60)
    writing.clear()
    for thread in readers:
        thread.join(60)
    for mine in told:
        assert Counter(mine) == Counter(ids)
    assert told[0] == told[1] == told[2]


def test_a_corrected_end_is_told_again(world: World, feed: Feed) -> None:
    call_id, other = ended(world, 2, "indeterminate")
    told, place = walk(feed, world.campaign_id)
    assert set(told) == {call_id, other}
    world.execute("UPDATE calls SET disposition = 'busy' WHERE id = :id", id=call_id)
    calls = feed.read([(world.campaign_id, place)], []).calls[world.campaign_id, place]
    assert [(item.call.id, item.call.disposition) for item in calls] == [(call_id, "busy")]
    world.execute("UPDATE calls SET failure_reason = 'x' WHERE id = :id", id=call_id)
    assert walk(feed, world.campaign_id, calls[-1].place)[0] == []


def test_a_reader_begins_now_or_where_it_was(world: World, feed: Feed) -> None:
    ended(world, 2)
    now = feed.begin(world.campaign_id, None)
    assert now.resumed is None
    (later,) = ended(world)
    again = feed.begin(world.campaign_id, str(now.cursor))
    assert again == Beginning(now.cursor, resumed=True)
    assert walk(feed, world.campaign_id, again.cursor.place)[0] == [later]


def test_a_place_of_another_history_can_not_be_gone_on_from(world: World, feed: Feed) -> None:
    ended(world)
    now = feed.begin(world.campaign_id, None)
    elsewhere = Cursor("00000000", now.cursor.place)
    assert feed.begin(world.campaign_id, str(elsewhere)) == Beginning(now.cursor, resumed=False)
    to_come = Cursor(now.cursor.history, Place(now.cursor.place.xact + 1_000_000, now.cursor.place.call_id))
    assert feed.begin(world.campaign_id, str(to_come)) == Beginning(now.cursor, resumed=False)


@pytest.mark.parametrize("given", ["1", "a.b.c", "9c1185a5.-1.0192f0c4-7d5e-7c3a-9b1e-2f4d6a8c0e12", "x" * 5000, "²"])
def test_what_is_no_id_of_an_event_is_refused(world: World, feed: Feed, given: str) -> None:
    with pytest.raises(InvalidInput, match="Last-Event-ID"):
        feed.begin(world.campaign_id, given)


def test_a_campaign_must_be_there(feed: Feed) -> None:
    with pytest.raises(NotFound):
        feed.begin(999, None)


def test_recovery_forgets_places_that_come_from_another_server(world: World, feed: Feed) -> None:
    (call_id,) = ended(world)
    world.execute("UPDATE calls SET ended_xact = 9000000000000000000")
    world.dialer.recovering.recover("tests", lost_seconds=0, hold_seconds=0)
    assert world.call(call_id)["ended_xact"] is None


# The loop


class CountedFeed(Feed):
    """Counts how often it is read."""

    def __init__(self, dialer: Dialer) -> None:
        super().__init__(dialer.engine, dialer.trunk_states)
        self.reads = 0
        self.broken: Exception | None = None

    def read(self, *asked: Any) -> Round:
        self.reads += 1
        if self.broken is not None:
            raise self.broken
        return super().read(*asked)


def written(what: CallRecord | CampaignStats, cursor: Cursor | None) -> bytes:
    return f"{what.id}\n".encode() if isinstance(what, CallRecord) else b""


def nothing() -> None:
    """Nobody is to be cut off."""


def everybody_leaves(hub: Hub) -> None:
    for reader in list(hub._readers):
        hub.leave(reader)
    wait_for(lambda: hub._thread is None, "the end of the loop")


@pytest.fixture
def counted(world: World) -> CountedFeed:
    return CountedFeed(world.dialer)


@pytest.fixture
def hub(counted: CountedFeed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(hubs, "EVERY_SECONDS", 0.05)
    hub = Hub(counted, SystemClock(), written, capacity=50)
    yield hub
    everybody_leaves(hub)


def join(hub: Hub, world: World, cut: Callable[[], None] = nothing) -> Reader:
    return hub.join(world.campaign_id, world.dialer.feed.begin(world.campaign_id, None), cut)


def take(reader: Reader, count: int) -> list[UUID]:
    """So many calls, or what has come within a generous time."""
    told: list[UUID] = []
    give_up_at = time.monotonic() + 30
    while len(told) < count and time.monotonic() < give_up_at:
        told += [UUID(line) for line in (reader.take(0.1) or b"").decode().split()]
    return told


def test_fifty_readers_cost_as_many_reads_as_one(world: World, hub: Hub, counted: CountedFeed) -> None:
    readers = [join(hub, world) for _ in range(50)]
    before, began_at = counted.reads, time.monotonic()
    ids = ended(world, 3)
    assert all(set(take(reader, 3)) == set(ids) for reader in readers)
    rounds = (time.monotonic() - began_at) / 0.05
    assert counted.reads - before <= rounds + 2
    with pytest.raises(TooManyStreams):
        join(hub, world)
    for reader in readers:
        hub.leave(reader)
    assert join(hub, world) is not None


def test_a_slow_reader_is_waited_for_and_misses_nothing(world: World, hub: Hub) -> None:
    slow, fast = join(hub, world), join(hub, world)
    ids = [call_id for _ in range(4) for call_id in ended(world, BATCH)]
    assert Counter(take(fast, len(ids))) == Counter(ids)
    held = len((slow.take(0) or b"").split())
    assert BATCH <= held < 2 * BATCH
    assert held + len(take(slow, len(ids) - held)) == len(ids)


def test_the_loop_ends_with_its_last_reader_and_begins_again_with_the_next(
    world: World, hub: Hub, counted: CountedFeed
) -> None:
    join(hub, world)
    everybody_leaves(hub)
    reads = counted.reads
    reader = join(hub, world)
    (call_id,) = ended(world)
    assert take(reader, 1) == [call_id]
    assert counted.reads > reads


def test_while_the_database_is_away_readers_wait(world: World, hub: Hub, counted: CountedFeed) -> None:
    reader = join(hub, world)
    counted.broken = OperationalError("SELECT", {}, Exception("gone"))
    (call_id,) = ended(world)
    before = counted.reads
    wait_for(lambda: counted.reads > before + 2, "further tries")
    assert reader.over is None
    counted.broken = None
    assert take(reader, 1) == [call_id]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_loop_that_is_gone(world: World, hub: Hub, counted: CountedFeed) -> None:
    reader = join(hub, world)
    counted.broken = ValueError("a fault of ours")
    wait_for(lambda: reader.over is Over.FAILED, "the end of the stream")
    hub.leave(reader)
    counted.broken = None
    wait_for(lambda: hub._thread is None, "the end of the loop")
    again = join(hub, world)
    (call_id,) = ended(world)
    assert take(again, 1) == [call_id]


def test_a_reader_who_takes_nothing_is_cut_off(world: World, counted: CountedFeed) -> None:
    clock, cut = FakeClock(), threading.Event()
    hub = Hub(counted, clock, written, capacity=1)
    stuck = join(hub, world, cut.set)
    stuck.sending_since = clock.monotonic()
    wait_for(lambda: counted.reads > 1, "a second round")
    assert not cut.is_set()
    clock.advance(hubs.STUCK_SECONDS + 1)
    assert cut.wait(30)
    everybody_leaves(hub)


def test_a_promoted_database_ends_the_streams(world: World, hub: Hub) -> None:
    beginning = world.dialer.feed.begin(world.campaign_id, None)
    before = Beginning(Cursor("00000000", beginning.cursor.place), resumed=None)
    reader = hub.join(world.campaign_id, before, nothing)
    wait_for(lambda: reader.over is Over.HISTORY_CHANGED, "the end of the stream")
