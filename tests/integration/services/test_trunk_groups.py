"""Campaigns and calls that go over a group of trunks: by weight, and around those that are down."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dialer.domain.actions import HangUp
from dialer.errors import InvalidInput
from dialer.services.single_calls import NewCall
from dialer.simulator.ledger import read_ledger
from tests.support.factories import make_campaign, make_contacts, make_group, make_node, make_trunk, number
from tests.support.world import World, simulated_pbx, wait_for


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"queue_ahead_seconds": 2, "claim_batch_size": 50}


@dataclass
class Group:
    """A campaign over trunks `a` and `b`, each on a node of its own, by 3 to 1."""

    world: World
    a: int
    b: int
    node_b: int
    group_id: int
    campaign_id: int

    def contacts(self, n: int, first: int = 0) -> list[int]:
        with self.world.engine.begin() as tx:
            return make_contacts(tx, self.campaign_id, [number(i) for i in range(first, first + n)])

    def tick(self) -> int:
        return self.world.dialer.dispatching.tick()

    def queued(self) -> Counter[int]:
        """How many calls are queued on each trunk."""
        return Counter(call["trunk_id"] for call in self.world.calls(state="queued"))

    def claim(self, trunk_id: int) -> list[UUID]:
        return [claimed.call_id for claimed in self.world.dialer.claims.claim(trunk_id).claimed]


@pytest.fixture
def group(world: World) -> Group:
    world.set_campaign(state="draft")
    with world.engine.begin() as tx:
        node_b = make_node(tx, "pbx2")
        b = make_trunk(tx, node_b, "other")
        group_id = make_group(tx, {world.trunk_id: 3, b: 1})
        campaign_id = make_campaign(tx, None, "over a group", trunk_group_id=group_id)
    return Group(world, world.trunk_id, b, node_b, group_id, campaign_id)


def _disabled(group: Group) -> None:
    group.world.execute("UPDATE trunks SET enabled = false WHERE id = :id", id=group.a)


def _node_disabled(group: Group) -> None:
    group.world.execute("UPDATE pbx_nodes SET enabled = false WHERE id = :id", id=group.world.node_id)


def _unheard(group: Group) -> None:
    group.world.execute("UPDATE pbx_nodes SET lease_until = now() WHERE id = :id", id=group.world.node_id)


def _no_echo(group: Group) -> None:
    """As of a PBX that is stopped, while its listener lives."""
    group.world.execute(
        "UPDATE pbx_nodes SET echo_at = now() - interval '1 hour' WHERE id = :id", id=group.world.node_id
    )


def _failing(group: Group) -> None:
    for _ in range(5):
        group.world.dialer.breaker.failed(f"trunk:{group.a}")


def _node_failing(group: Group) -> None:
    for _ in range(5):
        group.world.dialer.breaker.failed(f"node:{group.world.node_id}")


DOWN = pytest.mark.parametrize("fail", [_disabled, _node_disabled, _unheard, _no_echo, _failing, _node_failing])
Fail = Callable[[Group], None]


# By weight


def test_calls_are_spread_by_weight(group: Group) -> None:
    group.world.execute("UPDATE trunks SET channels = 1000")
    group.contacts(200)
    assert group.tick() == 200
    assert group.queued() == {group.a: 150, group.b: 50}
    assert {call["trunk_group_id"] for call in group.world.calls()} == {group.group_id}
    assert {call["node_id"] for call in group.world.calls(trunk_id=group.b)} == {group.node_b}
    assert set(group.world.nudges.trunks) == {group.a, group.b}


def test_calls_that_come_one_by_one_are_spread_by_weight(group: Group) -> None:
    for n in range(160):
        group.contacts(1, first=n)
        assert group.tick() == 1
    # Four standard deviations of as many draws.
    assert abs(group.queued()[group.a] - 120) < 22


def test_what_a_trunk_has_no_room_for_goes_to_the_others(group: Group) -> None:
    group.world.execute("UPDATE trunks SET cps = 10 WHERE id = :id", id=group.a)
    group.contacts(100)
    assert group.tick() == 100
    assert group.queued() == {group.a: 20, group.b: 80}


def test_what_another_campaign_has_taken_goes_to_the_others(group: Group) -> None:
    group.world.execute("UPDATE trunks SET cps = 10 WHERE id = :id", id=group.a)
    group.world.set_campaign(state="running", priority=5)
    group.world.contacts([number(n) for n in range(500, 600)])
    group.contacts(40)
    group.tick()
    of_group = Counter(call["trunk_id"] for call in group.world.calls(campaign_id=group.campaign_id))
    assert of_group == {group.b: 40}


def test_a_campaign_s_own_limits_hold_over_all_trunks_together(group: Group) -> None:
    group.world.set_campaign(group.campaign_id, cps=8)
    group.contacts(100)
    assert group.tick() == 16
    assert group.queued() == {group.a: 12, group.b: 4}
    assert group.tick() == 0


def test_without_channels_of_its_own_a_campaign_has_those_of_all_trunks(group: Group) -> None:
    group.world.execute("UPDATE trunks SET channels = 3, cps = 500")
    group.contacts(12)
    group.tick()
    assert (len(group.claim(group.a)), len(group.claim(group.b))) == (3, 3)


# Fail-over


@DOWN
def test_a_trunk_that_is_down_gets_nothing(group: Group, fail: Fail) -> None:
    fail(group)
    group.contacts(40)
    assert group.tick() == 40
    assert group.queued() == {group.b: 40}


@DOWN
def test_what_is_queued_for_a_trunk_that_goes_down_goes_over_the_others(group: Group, fail: Fail) -> None:
    contacts = group.contacts(40)
    group.tick()
    assert group.queued() == {group.a: 30, group.b: 10}
    fail(group)
    group.tick()
    assert group.queued() == {group.b: 40}
    calls = group.world.calls()
    assert sorted(call["contact_id"] for call in calls) == contacts
    assert {(call["node_id"], call["attempt_number"]) for call in calls} == {(group.node_b, 1)}
    assert all(group.world.contact(contact_id)["attempts"] == 0 for contact_id in contacts)
    group.world.execute("UPDATE trunks SET cps = 5000")
    assert sorted(group.claim(group.b)) == sorted(call["id"] for call in calls)


def test_what_has_waited_elsewhere_goes_first(group: Group) -> None:
    group.world.execute("UPDATE trunks SET cps = 5")
    first = group.contacts(10)
    group.tick()
    moved = {call["id"] for call in group.world.calls(trunk_id=group.a)}
    _disabled(group)
    group.world.execute("UPDATE trunks SET cps = 500 WHERE id = :id", id=group.b)
    group.contacts(20, first=50)
    group.tick()
    claimed = group.claim(group.b)
    assert set(claimed[: len(first)]) >= moved


def test_one_call_probes_a_trunk_after_its_rest_and_then_it_is_used_again(group: Group) -> None:
    group.contacts(20)
    _failing(group)
    group.tick()
    assert group.queued() == {group.b: 20}
    group.world.dialer.redis.hset(f"breaker:trunk:{group.a}", "open_until", 1)
    group.contacts(20, first=50)
    group.tick()
    assert group.queued() == {group.a: 1, group.b: 39}
    assert group.tick() == 0
    assert len(group.claim(group.a)) == 1
    group.world.dialer.breaker.worked(f"trunk:{group.a}")
    group.contacts(40, first=100)
    group.tick()
    assert group.queued() == {group.a: 30, group.b: 49}


def test_a_probe_that_fails_goes_over_the_others(group: Group) -> None:
    group.world.dialer.redis.hset(f"breaker:trunk:{group.a}", mapping={"open_until": 1, "pause": 60_000_000})
    group.contacts(1)
    group.world.execute("UPDATE trunk_group_members SET weight = 1000 WHERE trunk_id = :id", id=group.a)
    group.world.execute("UPDATE trunks SET enabled = false WHERE id = :id", id=group.b)
    group.tick()
    assert group.queued() == {group.a: 1}
    # As after a refused originate: the call is back in the queue, its trunk rests.
    assert group.world.dialer.breaker.ask(f"trunk:{group.a}") == "probe"
    group.world.dialer.breaker.failed(f"trunk:{group.a}")
    group.world.execute("UPDATE trunks SET enabled = true WHERE id = :id", id=group.b)
    group.tick()
    assert group.queued() == {group.b: 1}


def test_where_all_are_down_calls_wait_and_it_is_said_why(group: Group) -> None:
    (contact_id,) = group.contacts(1)
    _failing(group)
    group.world.execute("UPDATE trunks SET enabled = false WHERE id = :id", id=group.b)
    assert group.tick() == 0
    told = group.world.dialer.explaining.contact(contact_id)
    assert (told.code, told.dialable) == ("no_trunk", False)
    assert "carrier: it or its node only fails" in told.rule
    assert "other: it or its node is disabled" in told.rule
    whole = group.world.dialer.explaining.campaign(group.campaign_id)
    assert [(found.code, found.contacts) for found in whole.groups] == [("no_trunk", 1)]
    stats = group.world.dialer.stats.campaign(group.campaign_id)
    assert [(trunk.name, trunk.state) for trunk in stats.trunks] == [("carrier", "resting"), ("other", "disabled")]


def test_one_that_works_is_enough_for_a_contact_to_be_due(group: Group) -> None:
    (contact_id,) = group.contacts(1)
    _failing(group)
    assert group.world.dialer.explaining.contact(contact_id).code == "due"
    assert "fails" not in group.world.dialer.explaining.contact(contact_id).rule


def test_queued_calls_stay_where_every_trunk_is_down(group: Group) -> None:
    group.contacts(8)
    group.tick()
    _disabled(group)
    _node_failing(group)
    group.world.execute("UPDATE trunks SET enabled = false")
    group.tick()
    assert group.queued() == {group.a: 6, group.b: 2}


def test_a_trunk_that_leaves_the_group_keeps_no_queued_calls(group: Group) -> None:
    group.contacts(20)
    group.tick()
    group.world.dialer.trunk_groups.edit(group.group_id, name=None, weights={group.b: 1})
    group.tick()
    assert group.queued() == {group.b: 20}


def test_a_campaign_that_goes_over_to_a_trunk_takes_its_queued_calls_along(group: Group) -> None:
    group.contacts(20)
    group.tick()
    group.world.dialer.campaigns.edit(group.campaign_id, {"trunk_id": group.b})
    group.tick()
    assert group.queued() == {group.b: 20}
    assert {call["trunk_group_id"] for call in group.world.calls()} == {None}


def test_queued_calls_follow_their_campaign_from_one_trunk_to_another_and_to_a_group(group: Group) -> None:
    group.world.set_campaign(group.campaign_id, trunk_id=group.a, trunk_group_id=None)
    group.contacts(20)
    group.tick()
    assert group.queued() == {group.a: 20}
    group.world.dialer.campaigns.edit(group.campaign_id, {"trunk_id": group.b})
    group.tick()
    assert group.queued() == {group.b: 20}
    _disabled(group)
    group.world.dialer.trunk_groups.edit(group.group_id, name=None, weights={group.a: 1})
    group.world.dialer.campaigns.edit(group.campaign_id, {"trunk_group_id": group.group_id})
    group.tick()
    assert group.queued() == {group.b: 20}
    group.world.execute("UPDATE trunks SET enabled = true")
    group.tick()
    assert group.queued() == {group.a: 20}
    assert {call["trunk_group_id"] for call in group.world.calls()} == {group.group_id}


# Caller ids


def test_a_caller_id_is_shown_only_over_the_trunk_that_owns_it(group: Group) -> None:
    group.world.dialer.caller_ids.add(group.b, "+12025550188")
    group.world.set_campaign(group.campaign_id, caller_id="+12025550188")
    group.contacts(20)
    assert group.tick() == 20
    assert group.queued() == {group.b: 20}
    group.world.execute("UPDATE trunks SET enabled = false WHERE id = :id", id=group.b)
    group.tick()
    assert group.queued() == {group.b: 20}


def test_each_trunk_s_own_caller_id_is_shown_also_after_a_move(group: Group) -> None:
    group.world.execute("UPDATE trunks SET caller_id = '+12025550177' WHERE id = :id", id=group.a)
    group.world.execute("UPDATE trunks SET caller_id = '+12025550188' WHERE id = :id", id=group.b)
    group.world.dialer.caller_ids.add(group.a, "+12025550177")
    group.world.dialer.caller_ids.add(group.b, "+12025550188")
    group.contacts(20)
    group.tick()
    _disabled(group)
    group.tick()
    claimed = group.world.dialer.claims.claim(group.b).claimed
    assert [call.caller_id for call in claimed] == ["+12025550188"] * 20


def test_a_pool_is_drawn_from_the_trunk_s_own_also_after_a_move(group: Group) -> None:
    group.world.dialer.caller_ids.add(group.a, "+12025550177")
    group.world.dialer.caller_ids.add(group.b, "+12025550188")
    group.world.set_campaign(group.campaign_id, caller_id_pool={"policy": "rotation"})
    group.contacts(20)
    group.tick()
    assert {call.caller_id for call in group.world.dialer.claims.claim(group.b).claimed} == {"+12025550188"}
    _disabled(group)
    group.tick()
    assert {call.caller_id for call in group.world.dialer.claims.claim(group.b).claimed} == {"+12025550188"}


# Single calls


def single(group: Group, n: int, **values: Any) -> UUID:
    new = NewCall(number(n), HangUp(), trunk_group_id=group.group_id, **values)
    return group.world.dialer.single_calls.create(new).call.id


def test_a_single_call_takes_a_trunk_that_works_and_moves_with_it(group: Group) -> None:
    group.world.execute("UPDATE trunks SET caller_id = '+12025550177' WHERE id = :id", id=group.a)
    group.world.execute("UPDATE trunks SET enabled = false WHERE id = :id", id=group.b)
    ids = [single(group, n) for n in range(8)]
    assert {group.world.call(call_id)["trunk_id"] for call_id in ids} == {group.a}
    assert {group.world.call(call_id)["caller_id"] for call_id in ids} == {"+12025550177"}
    group.world.execute("UPDATE trunks SET enabled = true, caller_id = '+12025550188' WHERE id = :id", id=group.b)
    _disabled(group)
    group.tick()
    assert {group.world.call(call_id)["trunk_id"] for call_id in ids} == {group.b}
    assert {group.world.call(call_id)["caller_id"] for call_id in ids} == {"+12025550188"}
    assert sorted(group.claim(group.b)) == sorted(ids)


def test_single_calls_are_spread_by_weight(group: Group) -> None:
    for n in range(100):
        single(group, n)
    assert abs(group.queued()[group.a] - 75) < 18  # four standard deviations


def test_a_single_call_s_caller_id_stays_with_its_trunk(group: Group) -> None:
    group.world.dialer.caller_ids.add(group.a, "+12025550177")
    call_id = single(group, 1, caller_id="+12025550177")
    _disabled(group)
    group.tick()
    assert group.world.call(call_id)["trunk_id"] == group.a
    group.world.dialer.caller_ids.add(group.b, "+12025550188")
    with pytest.raises(InvalidInput, match="caller_id"):
        single(group, 2, caller_id="+12025550199")


# Under way


def test_claims_and_moves_at_once_lose_nothing_and_double_nothing(group: Group) -> None:
    """Each call is claimed once, wherever it is, while its trunks go down and come back under the claims."""
    contacts = group.contacts(300)
    group.world.execute("UPDATE trunks SET cps = 5000, channels = 1000")
    claimed: Counter[UUID] = Counter()
    over, lock = threading.Event(), threading.Lock()

    def claim(trunk_id: int) -> None:
        while not over.is_set():
            found = group.world.dialer.claims.claim(trunk_id).claimed
            with lock:
                claimed.update(call.call_id for call in found)

    def sway() -> None:
        for n in range(60):
            down = group.a if n % 2 else group.b
            group.world.execute("UPDATE trunks SET enabled = id <> :down", down=down)
            group.tick()
            if len(claimed) == len(contacts):
                return
        group.world.execute("UPDATE trunks SET enabled = true")
        for _ in range(200):
            group.tick()
            if len(claimed) == len(contacts):
                return

    with ThreadPoolExecutor(5) as pool:
        claims = [pool.submit(claim, trunk_id) for trunk_id in (group.a, group.b, group.a, group.b)]
        try:
            pool.submit(sway).result()
        finally:
            over.set()
        for each in claims:
            each.result()
    calls = group.world.calls()
    assert sorted(call["contact_id"] for call in calls) == sorted(contacts)
    assert {call["state"] for call in calls} == {"originating"}
    assert claimed == {call["id"]: 1 for call in calls}
    assert all(group.world.contact(contact_id)["attempts"] == 1 for contact_id in contacts)
    held = group.world.dialer.limiter.held()
    for trunk_id in (group.a, group.b):
        tokens = {str(call["claim_token"]) for call in calls if call["trunk_id"] == trunk_id}
        assert held.get(f"trunk:{trunk_id}", set()) == tokens


def test_calls_go_out_over_another_pbx_when_one_refuses_them(dialing: World, tmp_path: Path) -> None:
    """From the queue to the far ends' own records: each call is dialed once, and no attempt is lost by the refusals."""
    elsewhere = tmp_path / "other.jsonl"
    with simulated_pbx(elsewhere) as other:
        dialing.set_campaign(state="draft")
        with dialing.engine.begin() as tx:
            b = make_trunk(tx, make_node(tx, "pbx2", ari_url=other.url), "other")
            group_id = make_group(tx, {dialing.trunk_id: 3, b: 1})
            campaign_id = make_campaign(tx, None, "over a group", trunk_group_id=group_id)
            contacts = make_contacts(tx, campaign_id, [number(n) for n in range(40)])
        dialing.fault(refuse={"status": 503, "count": 10_000})

        def all_ring() -> bool:
            dialing.dialer.dispatching.tick()
            for trunk_id in (dialing.trunk_id, b):
                dialing.dialer.originating.work_on(trunk_id, seconds=0.3)
            return dialing.states() == {"ringing": 40}

        wait_for(all_ring, "the ringing of all")
        dialed = read_ledger(elsewhere).invites_by_channel()
    assert dialing.ledger.invites == ()
    assert {channel: len(invites) for channel, invites in dialed.items()} == {
        str(call["id"]): 1 for call in dialing.calls(trunk_id=b)
    }
    assert len(dialed) == 40
    assert [dialing.contact(contact_id)["attempts"] for contact_id in contacts] == [1] * 40
    assert dialing.slots() == set()
