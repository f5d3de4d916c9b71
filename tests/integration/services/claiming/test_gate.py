"""What the gate refuses at the claim, and what is closed before it is asked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.services.claiming.asking import reason
from tests.support.factories import ALWAYS, make_call, number, zone_set
from tests.support.world import World

CLOSED = {"start": "00:00", "end": "00:01", "days": [1]}


def refuse_dnc(world: World, **columns: Any) -> None:
    world.execute(
        "INSERT INTO dnc (phone_number, campaign_id, expires_at, source, created_by)"
        " VALUES (:phone, :campaign, clock_timestamp() + make_interval(secs => :seconds), 'tests', 'tests')",
        **{"phone": number(0), "campaign": None, "seconds": 3600} | columns,
    )


def other_campaign(world: World) -> int:
    return world.campaign("another")


REFUSALS: list[tuple[str, Callable[[World], object], str, str | None]] = [
    ("paused", lambda w: w.set_campaign(state="paused"), "campaign_not_running", None),
    ("draft", lambda w: w.set_campaign(state="draft"), "campaign_not_running", None),
    ("cancelled", lambda w: w.set_campaign(state="cancelled"), "campaign_not_running", None),
    ("global dnc", lambda w: refuse_dnc(w), "dnc", "dnc"),
    ("campaign's dnc", lambda w: refuse_dnc(w, campaign=w.campaign_id), "dnc", "dnc"),
    ("endless dnc", lambda w: refuse_dnc(w, seconds=None), "dnc", "dnc"),
    ("outside the window", lambda w: w.set_campaign(calling_window=CLOSED), "outside_window", None),
    ("exhausted", lambda w: w.execute("UPDATE contacts SET attempts = 3"), "attempts_exhausted", "attempts_exhausted"),
    ("allow-list", lambda w: w.execute("UPDATE control SET allow_list_only = true"), "not_on_allow_list", None),
    (
        "hung up",
        lambda w: w.execute("UPDATE calls SET hangup_requested_at = clock_timestamp()"),
        "cancelled",
        "cancelled",
    ),
]


@pytest.mark.parametrize(("change", "code", "final"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_call_that_the_gate_refuses_is_withdrawn_and_its_contact_moved_on(
    world: World, change: Callable[[World], object], code: str, final: str | None
) -> None:
    (call_id,) = world.queued(1)
    change(world)
    attempts = world.contact_of(call_id)["attempts"]
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", code)
    contact = world.contact_of(call_id)
    waits = code == "not_on_allow_list"
    assert contact["state"] == ("done" if final else "waiting" if waits else "ready")
    assert contact["final_reason"] == final
    assert contact["attempts"] == attempts
    assert contact["open_call_id"] is None
    assert contact["last_disposition"] is None
    assert world.slots() == set()
    assert world.call(call_id)["claim_token"] is None


@pytest.mark.parametrize(
    ("columns", "what"),
    [({"seconds": -1}, "expired"), ({"phone": number(1)}, "another number")],
)
def test_entry_that_does_not_apply_forbids_nothing(world: World, columns: dict[str, Any], what: str) -> None:
    world.queued([number(0)])
    refuse_dnc(world, **columns)
    assert len(world.claim().claimed) == 1, what


def test_other_campaign_s_entry_forbids_nothing(world: World) -> None:
    world.queued([number(0)])
    refuse_dnc(world, campaign=other_campaign(world))
    assert len(world.claim().claimed) == 1


def test_global_entry_forbids_single_calls_and_a_campaign_s_does_not(world: World) -> None:
    first = world.single()
    refuse_dnc(world, campaign=world.campaign_id)
    assert [claimed.call_id for claimed in world.claim().claimed] == [first]
    refuse_dnc(world)
    second = world.single()
    assert world.claim().claimed == ()
    assert reason(world, second) == ("ended", "withdrawn", "dnc")


@pytest.mark.parametrize("phone", ["+19005550123", "+18445550", "+4990012345"])
def test_number_that_must_never_be_dialed_is_refused_though_it_got_into_the_table(world: World, phone: str) -> None:
    (call_id,) = world.queued([phone])
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "undialable")
    assert world.contact_of(call_id)["final_reason"] == "undialable"


def test_emergency_number_is_never_dialed(world: World) -> None:
    call_id = world.single(phone_number="+1 9 1 1")
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "undialable")


def test_listed_number_is_dialed_under_the_allow_list(world: World) -> None:
    listed, unlisted = world.queued([number(1), number(2)])
    world.execute("UPDATE control SET allow_list_only = true")
    world.execute("INSERT INTO allow_list (phone_number, added_by) VALUES (:phone, 'tests')", phone=number(1))
    assert [claimed.call_id for claimed in world.claim().claimed] == [listed]
    contact = world.contact_of(unlisted)
    assert contact["next_attempt_at"] > world.now() + timedelta(seconds=30)


def test_unknown_zone_is_refused_unless_the_campaign_has_a_default(world: World) -> None:
    (first,) = world.queued([number(1)], zones=())
    assert world.claim().claimed == ()
    assert reason(world, first) == ("ended", "withdrawn", "zone_unknown")
    assert world.contact_of(first)["state"] == "ready"
    world.set_campaign(default_time_zone="Europe/Berlin")
    (second,) = world.queued([number(2)], zones=())
    assert [claimed.call_id for claimed in world.claim().claimed] == [second]


def test_default_zone_is_not_for_those_whose_zone_is_known(world: World) -> None:
    now = world.now()
    elsewhere = "Pacific/Kiritimati" if now.hour >= 11 else "Etc/GMT+12"  # where it is another day
    world.set_campaign(calling_window=ALWAYS | {"days": [now.isoweekday()]}, default_time_zone="UTC")
    here, _, unknown = (
        world.queued([number(n)], zones=zones)[0] for n, zones in enumerate((["UTC"], ["UTC", elsewhere], []))
    )
    assert {claimed.call_id for claimed in world.claim().claimed} == {here, unknown}


@pytest.mark.parametrize("changes", [{"single_call_window": "00:00-00:01"}])
def test_single_call_goes_by_the_installation_s_window(world: World) -> None:
    with world.engine.begin() as tx:
        zone = "Etc/GMT-14" if world.now(tx).hour < 9 else "UTC"
        call_id = make_call(tx, world.trunk_id, zone_id=zone_set(tx, zone))
    assert world.claim().claimed == ()
    assert reason(world, call_id) == ("ended", "withdrawn", "outside_window")


def test_refused_calls_do_not_hold_up_the_others(world: World) -> None:
    """More refusals than a batch holds: the next claim follows at once, not with the next nudge."""
    world.queued(60)
    world.execute("INSERT INTO dnc (phone_number, source, created_by) SELECT phone_number, 't', 't' FROM contacts")
    world.work()
    assert world.states() == {"ended": 60}


CLOSINGS: list[tuple[str, Callable[[World], object]]] = [
    ("emergency stop", lambda w: w.execute("UPDATE control SET stop_at = clock_timestamp()")),
    ("trunk disabled", lambda w: w.execute("UPDATE trunks SET enabled = false")),
    ("node disabled", lambda w: w.set_node(enabled="false")),
    ("listener away", lambda w: w.set_node(lease_until="clock_timestamp()")),
    ("never a listener", lambda w: w.set_node(lease_until="NULL")),
    ("echo old", lambda w: w.set_node(echo_at="clock_timestamp() - interval '6 s'")),
    ("never an echo", lambda w: w.set_node(echo_at="NULL")),
    ("a real node", lambda w: w.set_node(is_simulator="false")),
    ("a node of which nothing is known", lambda w: w.set_node(is_simulator="NULL")),
]


@pytest.mark.parametrize("close", [c[1] for c in CLOSINGS], ids=[c[0] for c in CLOSINGS])
def test_nothing_is_claimed_and_calls_stay_queued(world: World, close: Callable[[World], object]) -> None:
    (call_id,) = world.queued(1)
    close(world)
    batch = world.claim()
    assert batch.claimed == ()
    assert batch.closed
    assert world.call(call_id)["state"] == "queued"
    assert world.contact_of(call_id)["attempts"] == 0
    assert world.slots() == set()


@pytest.mark.parametrize("changes", [{"real_calls_allowed": True}])
def test_real_node_is_dialed_when_that_is_allowed(world: World) -> None:
    world.queued(1)
    world.set_node(is_simulator="false")
    assert len(world.claim().claimed) == 1
