"""Lists switched off and on, and the order in which a campaign dials."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from dialer.db import dispatching
from dialer.domain.campaigns import DialOrder
from dialer.errors import NotFound, PreconditionFailed
from tests.support.factories import make_call_list, make_campaign, make_contacts, make_node, make_trunk, number
from tests.support.world import World


@pytest.fixture
def database(own_database: str) -> str:
    return own_database


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"queue_ahead_seconds": 2}


def call_list(world: World, name: str = "list.csv", **changes: Any) -> int:
    with world.engine.begin() as tx:
        return make_call_list(tx, world.campaign_id, name, **changes)


def switch(world: World, list_id: int, active: bool) -> int:
    return world.dialer.call_list_edits.edit(list_id, {"active": active}).in_flight


def dialed(world: World) -> list[int]:
    """The contacts that a tick queues, in order."""
    world.dialer.dispatching.tick()
    return [call["contact_id"] for call in world.calls(state="queued")]


def state_of(world: World) -> str:
    return world.dialer.campaigns.get(world.campaign_id).state


# Off and on


def test_contacts_of_a_list_that_is_off_are_not_queued_and_those_of_others_are(world: World) -> None:
    off, on = call_list(world), call_list(world)
    hidden = world.contacts([number(n) for n in range(3)], call_list_id=off, priority=9)
    listed = world.contacts([number(n) for n in range(10, 13)], call_list_id=on, zones=["Europe/Berlin"])
    alone = world.contacts([number(20)])
    switch(world, off, False)
    assert dialed(world) == [*listed, *alone]
    assert [world.contact(contact_id)["state"] for contact_id in hidden] == ["ready"] * 3


def test_a_list_that_is_on_again_is_dialed(world: World) -> None:
    list_id = call_list(world)
    contacts = world.contacts(2, call_list_id=list_id)
    switch(world, list_id, False)
    assert dialed(world) == []
    switch(world, list_id, True)
    assert dialed(world) == contacts


def test_queued_calls_of_a_list_go_back_when_it_is_switched_off(world: World) -> None:
    off, on = call_list(world), call_list(world)
    taken_back = world.queued([number(0)], call_list_id=off)[0]
    stays = world.queued([number(1)], call_list_id=on)[0]
    single = world.single(phone_number=number(2))
    assert switch(world, off, False) == 0
    call = world.call(taken_back)
    assert (call["state"], call["disposition"], call["failure_reason"]) == ("ended", "withdrawn", "list_off")
    contact = world.contact_of(taken_back)
    assert (contact["state"], contact["attempts"]) == ("ready", 0)
    assert {claim.call_id for claim in world.claim().claimed} == {stays, single}


def test_call_that_was_queued_beside_the_switch_is_refused_by_the_gate(world: World) -> None:
    list_id = call_list(world, active=False)
    (call_id,) = world.queued(1, call_list_id=list_id)
    assert world.claim().claimed == ()
    assert world.call(call_id)["failure_reason"] == "list_off"
    assert world.call(call_id)["gate"]["refusal"]["code"] == "list_off"
    assert world.contact_of(call_id)["state"] == "ready"
    assert dialed(world) == []


def test_calls_in_flight_go_on_and_are_counted(world: World) -> None:
    list_id = call_list(world)
    (call_id,) = world.queued(1, call_list_id=list_id)
    assert [claim.call_id for claim in world.claim().claimed] == [call_id]
    world.execute("UPDATE calls SET state = 'ringing', post_answer = 'accepted'")
    assert switch(world, list_id, False) == 1
    assert world.call(call_id)["state"] == "ringing"


def test_campaign_whose_last_contacts_are_on_a_list_that_is_off_is_not_completed(world: World) -> None:
    list_id = call_list(world)
    world.contacts([number(0)], state="done", final_reason="answered")
    (waits,) = world.contacts([number(1)], call_list_id=list_id)
    switch(world, list_id, False)
    assert dialed(world) == []
    assert state_of(world) == "running"
    told = world.dialer.explaining.campaign(world.campaign_id)
    assert {(group.code, group.contacts) for group in told.groups} == {("list_off", 1), ("done", 1)}
    assert world.dialer.explaining.contact(waits).code == "list_off"
    switch(world, list_id, True)
    assert dialed(world) == [waits]


def test_explanation_tells_contacts_of_lists_that_are_off_from_the_others(world: World) -> None:
    off, on = call_list(world, active=False), call_list(world)
    world.contacts([number(0)], call_list_id=on)
    world.contacts([number(n) for n in range(1, 4)], call_list_id=off)
    told = world.dialer.explaining.campaign(world.campaign_id)
    assert {(group.code, group.contacts) for group in told.groups} == {("list_off", 3), ("due", 1)}


def test_edit_of_a_list(world: World) -> None:
    list_id = call_list(world, "monday")
    edits = world.dialer.call_list_edits
    edited = edits.edit(list_id, {"name": "tuesday"}, of=frozenset({"1"})).value
    assert (edited.name, edited.active, edited.revision) == ("tuesday", True, "2")
    with pytest.raises(PreconditionFailed):
        edits.edit(list_id, {"active": False}, of=frozenset({"1"}))
    assert edits.edit(list_id, {}).value.revision == "2"
    with pytest.raises(NotFound):
        edits.edit(999, {"active": False})


# Order


def test_newest_go_first_within_their_priority(world: World) -> None:
    world.set_campaign(dial_order="newest")
    low = world.contacts([number(n) for n in range(3)], priority=-1)
    high = world.contacts([number(n) for n in range(10, 13)], priority=4)
    more = world.contacts([number(n) for n in range(20, 22)], priority=4, zones=["Europe/Berlin"])
    assert dialed(world) == [*reversed(more), *reversed(high), *reversed(low)]


def test_order_changes_while_the_campaign_runs(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 1")
    contacts = world.contacts(6)
    assert dialed(world) == contacts[:2]
    world.dialer.campaigns.edit(world.campaign_id, {"dial_order": DialOrder.NEWEST})
    world.execute("UPDATE trunks SET cps = 2")
    assert dialed(world) == [*contacts[:2], *reversed(contacts[-2:])]


PEOPLE = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(-2, 2), st.sampled_from(["ready", "done"])), max_size=25
)
ZONES = ["UTC", "Europe/Berlin", "Asia/Tokyo"]


@given(people=PEOPLE, off=st.sets(st.integers(1, 3)), order=st.sampled_from(DialOrder), most=st.integers(1, 30))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_next_contacts_are_those_of_lists_that_are_on_by_priority_and_order(
    engine: Engine, people: list[tuple[int, int, int, str]], off: set[int], order: DialOrder, most: int
) -> None:
    """Against the plain sorting of all contacts in the first two of three zones."""
    with engine.connect() as tx:
        campaign_id = make_campaign(tx, make_trunk(tx, make_node(tx)), dial_order=order.value)
        lists = [None, *(make_call_list(tx, campaign_id, active=n not in off) for n in (1, 2, 3))]
        found = []
        for n, (list_n, zone, priority, state) in enumerate(people):
            reason = "answered" if state == "done" else None
            rest = {"priority": priority, "state": state, "final_reason": reason, "call_list_id": lists[list_n]}
            (contact_id,) = make_contacts(tx, campaign_id, [number(n)], zones=[ZONES[zone]], **rest)
            if state == "ready" and zone < 2 and list_n not in off:
                found.append((-priority, contact_id if order is DialOrder.LIST else -contact_id))
        (campaign,) = dispatching.running_campaigns(tx, echo_max_age=30)
        zone_ids = [i for i, place in dispatching.places(tx).items() if set(place.zones) & set(ZONES[:2])]
        due = dispatching.due_contacts(tx, campaign, zone_ids, most)
        assert [contact["id"] for contact in due] == [abs(contact_id) for _, contact_id in sorted(found)[:most]]


@pytest.mark.parametrize("order", DialOrder)
@pytest.mark.parametrize("some_off", [False, True])
def test_what_comes_next_is_found_by_index_however_many_are_in_the_way(
    world: World, order: DialOrder, some_off: bool
) -> None:
    world.set_campaign(dial_order=order.value)
    with world.engine.begin() as tx:
        off, on = (make_call_list(tx, world.campaign_id, active=active) for active in (not some_off, True))
        zone_id = row_zone(world)
        fill = text("""
            INSERT INTO contacts (campaign_id, call_list_id, phone_number, zone_id, priority)
            SELECT :campaign, :list, '+1' || :prefix || n, :zone, n % 3 FROM generate_series(1000000, :last) AS n
        """)
        common = {"campaign": world.campaign_id, "zone": zone_id}
        for list_id, prefix, last in ((off, 1, 1_020_000), (on, 2, 1_002_000), (off, 3, 1_020_000)):
            tx.execute(fill, common | {"list": list_id, "prefix": str(prefix), "last": last})
    world.execute("ANALYZE contacts")
    with world.engine.begin() as tx:
        (campaign,) = dispatching.running_campaigns(tx, echo_max_age=30)
        statement = dispatching._DUE[campaign["has_lists_off"]][order]
        plan = tx.execute(
            text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}"),
            {"campaign_id": world.campaign_id, "zone_ids": [zone_id], "most": 50},
        ).scalar_one()
    nodes = list(walk(plan[0]["Plan"] if isinstance(plan, list) else json.loads(plan)[0]["Plan"]))
    assert campaign["has_lists_off"] is some_off
    assert sum(node.get("Rows Removed by Filter", 0) * node["Actual Loops"] for node in nodes) < 100
    assert max(node["Actual Rows"] for node in nodes) <= 200
    assert {node["Node Type"] for node in nodes if node.get("Relation Name") == "contacts"} <= {
        "Index Scan",
        "Index Only Scan",
    }


def walk(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def row_zone(world: World) -> int:
    (contact_id,) = world.contacts([number(99)], state="done", final_reason="answered")
    return int(world.contact(contact_id)["zone_id"])
