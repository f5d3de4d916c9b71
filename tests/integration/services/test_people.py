"""Campaigns with people: never more calls under way than people, whoever claims them; and slower where too many callees
were abandoned."""

import itertools
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import redis
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db import people as people_rows
from dialer.domain.actions import ANSWER_ACTION
from dialer.domain.dispositions import Disposition
from dialer.errors import InvalidInput
from dialer.limits.slots import campaign_scope
from dialer.services.campaigns import NewCampaign
from dialer.services.claiming import Claimed
from dialer.services.ending import Ending, end_calls
from tests.support.factories import number
from tests.support.world import World, settings_for, simulated_pbx, wait_for

TRANSFER = ANSWER_ACTION.validate_python({"type": "transfer", "queue": "sales"})
MENU = ANSWER_ACTION.validate_python(
    {"type": "menu", "prompt": "hello", "digits": {"1": {"type": "transfer", "queue": "sales"}}}
)


def answered(world: World, times: int, *, abandoned: int = 0, profile: str = "", ago: str = "0 hours") -> None:
    """People have answered, and some of them were abandoned."""
    world.execute(
        """INSERT INTO live_answers (campaign_id, profile, hour, answered, abandoned, abandoned_at)
           SELECT :campaign, :profile, date_trunc('hour', at, 'UTC'), :answered, :abandoned,
                  CASE WHEN :abandoned > 0 THEN at END
           FROM (SELECT clock_timestamp() - CAST(:ago AS interval) AS at) AS moment""",
        campaign=world.campaign_id,
        profile=profile,
        answered=times,
        abandoned=abandoned,
        ago=ago,
    )


def code(world: World, contact_id: int) -> str:
    return world.dialer.explaining.contact(contact_id).code


def under_way(world: World) -> int:
    with world.engine.begin() as tx:
        return people_rows.in_flight(tx, world.campaign_id)


def test_workers_together_never_have_more_calls_under_way_than_there_are_people(world: World) -> None:
    world.queued(120)
    world.execute("UPDATE trunks SET cps = 5000, channels = 1000")
    world.set_campaign(people=7)
    most, start, lock = 0, threading.Barrier(4), threading.Lock()

    def worker(seed: int) -> int:
        nonlocal most
        dialer, dice, done = Dialer(world.settings), random.Random(seed), 0
        open_calls: list[Claimed] = []
        start.wait()
        try:
            while True:
                claimed = dialer.claims.claim(world.trunk_id).claimed
                open_calls += claimed
                seen = under_way(world)
                with lock:
                    most = max(most, seen)
                if not claimed and not open_calls and "queued" not in world.states():
                    return done
                dice.shuffle(open_calls)
                ending, open_calls = open_calls[:2], open_calls[2:]
                with dialer.engine.begin() as tx:
                    slots = end_calls(tx, [Ending(c.call_id, Disposition.BUSY) for c in ending])
                dialer.limiter.release(slots)
                done += len(ending)
        finally:
            dialer.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 120
    assert 1 < most <= 7


def test_at_the_far_end_there_are_never_more_calls_than_people(
    database: str, redis_url: str, redis_client: redis.Redis, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.jsonl"
    settings = settings_for(database, redis_url, echo_interval_seconds=0.1, echo_max_age_seconds=60, lease_seconds=60)
    with simulated_pbx(path, ring_ms=30, talk_ms=3_600_000) as simulator, ExitStack() as stack:
        world = World(settings, simulator.url, path)
        stack.callback(world.close)
        world.set_campaign(people=3, answer_action={"type": "transfer", "extension": "agent1"})
        world.contacts([number(100 * n) for n in range(12)])  # who all answer
        over, threads = threading.Event(), []

        def start(run: Callable[[], object]) -> None:
            threads.append(threading.Thread(target=run))
            threads[-1].start()

        def worker() -> None:
            while not over.wait(0.02):
                world.work(seconds=0.5)

        def finished() -> bool:
            world.dialer.dispatching.tick()
            up = world.calls(state="up")
            # Nobody hangs up before all people talk, however long that takes: the next call has to wait for it.
            if len(up) == 3 or (up and len(world.ledger.invites) == 12):
                world.client.hang_up(up[0]["id"])
            return len(world.ledger.ends) == 12 and not world.slots()

        listener = world.dialer.listener(world.node)
        world.set_node(lease_until="clock_timestamp() - interval '1 s'", echo_at="NULL")
        start(lambda: listener.run(over))
        try:
            wait_for(lambda: _has_echo(world), "an echo")
            for _ in range(3):
                start(worker)
            wait_for(finished, "the end of the campaign")
        finally:
            over.set()
            for thread in threads:
                thread.join(20)
        assert all(call["answered_at"] for call in world.calls())
        assert len(world.ledger.invites) == 12
        assert _most_at_once(world) == 3


def _has_echo(world: World) -> bool:
    with world.engine.begin() as tx:
        return bool(tx.scalar(text("SELECT echo_at IS NOT NULL FROM pbx_nodes")))


def _most_at_once(world: World) -> int:
    """Telephones that rang or were up at the same time, by the far end's record."""
    steps = sorted([(i.at, 1) for i in world.ledger.invites] + [(e.at, -1) for e in world.ledger.ends])
    return max(itertools.accumulate(change for _, change in steps))


def test_the_number_of_people_is_kept_on_the_call_and_in_the_gate_s_record(world: World) -> None:
    (call_id,) = world.queued(1)
    world.set_campaign(people=3)
    world.claim()
    call = world.call(call_id)
    assert call["people"] == 3
    assert call["gate"]["people"] == {"people": 3, "calls": 3}


def test_a_change_holds_for_the_next_claim(world: World) -> None:
    world.queued(10)
    world.set_campaign(people=2)
    assert len(world.claim().claimed) == 2
    batch = world.claim()
    assert (batch.claimed, batch.limited_by) == ((), campaign_scope(world.campaign_id))
    world.dialer.campaigns.edit(world.campaign_id, {"people": 5})
    assert len(world.claim().claimed) == 3
    # Fewer than are under way: these go on, and nobody is dialed.
    world.dialer.campaigns.edit(world.campaign_id, {"people": 1})
    assert world.claim().claimed == ()
    assert under_way(world) == 5


def test_the_narrower_of_channels_and_people_decides(world: World) -> None:
    world.queued(10)
    world.set_campaign(people=6, channels=4)
    assert len(world.claim().claimed) == 4


def test_people_are_remembered_when_redis_forgets(world: World) -> None:
    world.queued(10)
    world.set_campaign(people=3)
    assert len(world.claim().claimed) == 3
    world.dialer.redis.flushall()
    assert world.claim().closed == "the limits were rebuilt"
    world.dialer.redis.hset("limits:rebuilt", "floor", 0)
    assert world.claim().claimed == ()


def test_without_anybody_free_nobody_is_queued_or_dialed(world: World) -> None:
    (call_id,) = world.queued(1)
    world.set_campaign(people=0)
    assert world.claim().claimed == ()
    assert world.call(call_id)["failure_reason"] == "no_people"
    contact = world.contact_of(call_id)
    # It stays due, and dispatch leaves it alone.
    assert (contact["state"], contact["attempts"]) == ("ready", 0)
    assert world.dialer.dispatching.tick() == 0
    told = world.dialer.explaining.contact(contact["id"])
    assert (told.code, told.until, told.dialable) == ("no_people", None, False)
    world.set_campaign(people=1)
    assert world.dialer.dispatching.tick() == 1


def test_while_all_are_busy_the_next_ones_are_told_so(world: World) -> None:
    first, *others = world.contacts(4)
    world.set_campaign(people=1)
    assert code(world, first) == "due"
    with world.engine.begin() as tx:
        tx.execute(text("SELECT 1"))
    world.dialer.dispatching.tick()
    assert len(world.claim().claimed) == 1
    world.execute(
        "UPDATE contacts SET state = 'ready', open_call_id = NULL "
        "WHERE open_call_id IN (SELECT id FROM calls WHERE state = 'queued')"
    )
    assert {code(world, contact_id) for contact_id in others} == {"people_busy"}
    groups = world.dialer.explaining.campaign(world.campaign_id).groups
    assert {group.code: group.contacts for group in groups} == {"people_busy": 3, "in_call": 1}


def test_near_the_ceiling_fewer_calls_are_under_way_than_there_are_people(world: World) -> None:
    world.queued(20)
    world.set_campaign(people=10, abandon_ceiling=3)
    answered(world, 1000, abandoned=27)
    assert len(world.claim().claimed) == 5


def test_at_the_ceiling_nobody_is_dialed_for_an_hour_and_then_one_call_at_a_time(world: World) -> None:
    (contact_id, *_) = world.contacts(20)
    world.set_campaign(people=10, profile="us", default_time_zone="UTC")
    answered(world, 1000, abandoned=30, profile="us")
    told = world.dialer.explaining.contact(contact_id)
    assert (told.code, told.source.split(":")[0]) == ("abandon_ceiling", "us")
    assert "30 of 1000 who answered were abandoned, and 3 % is the most" in told.rule
    assert world.dialer.dispatching.tick() == 0
    world.execute("UPDATE live_answers SET abandoned_at = abandoned_at - interval '1 hour'")
    assert code(world, contact_id) != "abandon_ceiling"
    stats = world.dialer.stats.campaign(world.campaign_id).people
    assert stats is not None
    assert (stats.people, stats.calls) == (10, 1)


def test_a_rule_s_rate_is_that_of_its_own_period_and_profile(world: World) -> None:
    world.set_campaign(people=10, profile="us", started_at=world.now() - timedelta(days=40))
    answered(world, 100, abandoned=90, profile="us", ago="15 days")
    answered(world, 100, abandoned=90, ago="15 days")
    answered(world, 200, abandoned=2, profile="us")
    answered(world, 300, abandoned=3)
    answered(world, 10, abandoned=1, profile="uk", ago="2 days")
    answered(world, 10, profile="uk")
    stats = world.dialer.stats.campaign(world.campaign_id).people
    assert stats is not None
    assert stats.calls == 10
    shown = {rate.profile: (rate.answered, rate.abandoned, rate.percent, rate.ceiling) for rate in stats.rates}
    assert shown == {None: (300, 3, 1.0, None), "us": (200, 2, 1.0, 3.0), "uk": (10, 0, 0.0, 3.0)}


def test_a_campaign_s_own_ceiling_holds_for_all_of_its_calls(world: World) -> None:
    world.queued(20)
    world.set_campaign(people=10, abandon_ceiling=1)
    answered(world, 1000, abandoned=10)
    assert world.claim().refused == 20


def test_an_abandoned_number_is_left_alone_for_three_days_where_the_rule_says_so(world: World) -> None:
    london, other = "+442079460111", "+442079460112"
    abandoned, free = world.contacts([london, other], zones=("Europe/London",))
    world.set_campaign(profile="by_region")
    world.execute("UPDATE contacts SET consent_at = now() - interval '1 day'")
    elsewhere = world.single(phone_number=london)
    ended_at = world.now() - timedelta(hours=71)
    world.execute(
        "UPDATE calls SET state = 'ended', disposition = 'abandoned', abandoned = true, ended_at = :at WHERE id = :id",
        at=ended_at,
        id=elsewhere,
    )
    told = world.dialer.explaining.contact(abandoned)
    assert (told.code, told.until) == ("abandoned_lately", ended_at + timedelta(hours=72))
    assert told.source.startswith("uk: Ofcom")
    assert code(world, free) == "due"
    groups = world.dialer.explaining.campaign(world.campaign_id).groups
    assert {group.code: group.contacts for group in groups} == {"abandoned_lately": 1, "due": 1}
    world.execute("UPDATE calls SET ended_at = ended_at - interval '1 hour'")
    assert code(world, abandoned) == "due"


@pytest.mark.parametrize("action", [TRANSFER, MENU])
def test_who_transfers_to_people_says_how_many_there_are(world: World, action: Any) -> None:
    def new(**changes: Any) -> NewCampaign:
        return NewCampaign("another", world.trunk_id, action, **changes)

    with pytest.raises(InvalidInput) as refused:
        world.dialer.campaigns.create(new(), "tests")
    assert [error["field"] for error in refused.value.extra["errors"]] == ["people"]
    made = world.dialer.campaigns.create(new(people=2, abandon_ceiling=2.5), "tests")
    assert (made.people, made.abandon_ceiling) == (2, 2.5)
    with pytest.raises(InvalidInput, match="people"):
        world.dialer.campaigns.edit(made.id, {"people": None})
    with pytest.raises(InvalidInput, match="people"):
        world.dialer.campaigns.edit(world.campaign_id, {"answer_action": action})


def test_each_answer_is_tallied_once_under_every_profile_of_its_call(world: World) -> None:
    world.queued([number(1), number(2)])
    world.set_campaign(
        people=2, profile="us-fl", default_time_zone="UTC", calling_window={"start": "00:00", "end": "24:00"}
    )
    ids = [call["id"] for call in world.calls()]
    world.execute(
        """UPDATE calls SET state = 'originating', claim_token = gen_random_uuid(), claimed_at = clock_timestamp(),
           gate = '{"profiles": ["us/2", "us-fl/1"]}', people = 2"""
    )
    world.execute("UPDATE calls SET state = 'up', answered_at = clock_timestamp(), waiting_since = clock_timestamp()")
    _end(world, ids)
    _end(world, ids)
    with world.engine.begin() as tx:
        found = tx.execute(text("SELECT profile, answered, abandoned FROM live_answers ORDER BY 1")).all()
    assert [tuple(row) for row in found] == [("", 2, 2), ("us", 2, 2), ("us-fl", 2, 2)]
    assert [call["disposition"] for call in world.calls()] == ["abandoned", "abandoned"]


def _end(world: World, ids: list[UUID]) -> None:
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.ANSWERED) for call_id in ids])


def test_dispatch_queues_no_more_than_soon_finds_somebody(world: World) -> None:
    world.contacts(100)
    world.set_campaign(people=2)
    assert world.dialer.dispatching.tick() <= 7
    wait_for(lambda: len(world.claim().claimed) or under_way(world) == 2, "both")
    assert under_way(world) == 2


def test_prometheus_is_told_of_people_rates_and_ceilings(world: World) -> None:
    world.set_campaign(people=10, profile="us")
    answered(world, 1000, abandoned=27, profile="us")
    answered(world, 1000, abandoned=27)
    told = {}
    for family in world.dialer.figures.registry.collect():
        for sample in family.samples:
            if sample.name.startswith(("dialer_campaign_people", "dialer_campaign_abandon")):
                assert sample.labels["campaign"] == str(world.campaign_id)
                told[sample.name, sample.labels.get("rule")] = sample.value
    assert told == {
        ("dialer_campaign_people", None): 10,
        ("dialer_campaign_people_calls", None): 5,
        ("dialer_campaign_abandoned_percent", "us"): pytest.approx(2.7),
        ("dialer_campaign_abandoned_percent", "campaign"): pytest.approx(2.7),
        ("dialer_campaign_abandon_ceiling_percent", "us"): pytest.approx(3.0),
    }
