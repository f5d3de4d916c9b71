"""Sequences that many a dialer does not survive: a commit without an answer, a clock that steps, a poisonous call."""

import threading
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError

from dialer.ari.client import AriClient
from dialer.bootstrap import Dialer
from dialer.db import barrier
from dialer.domain.dispositions import Disposition
from dialer.errors import Conflict
from dialer.services.ending import Ending, end_calls
from dialer.services.reconciling import Reconciling
from tests.chaos.proxy import FAIR, Proxy, Weather
from tests.support.passing import let_pass
from tests.support.pbx import ScriptedPbx
from tests.support.world import WAIT_SECONDS, World, wait_for

GRACE_SECONDS = 2.0
HOLD_SECONDS = 30.0


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"reconcile_grace_seconds": GRACE_SECONDS, "tomb_hold_seconds": HOLD_SECONDS}


@pytest.fixture
def pbx() -> ScriptedPbx:
    return ScriptedPbx()


@pytest.fixture
def reconciling(world: World, pbx: ScriptedPbx) -> Reconciling:
    client = cast(AriClient, pbx)
    return Reconciling(world.engine, world.dialer.limiter, lambda _: client, world.settings)


@pytest.fixture
def behind_a_proxy(world: World) -> Iterator[tuple[Dialer, Proxy]]:
    """The same dialer, which reaches PostgreSQL over a network."""
    url = make_url(world.settings.database_url or "")
    socket = f"{url.query['host']}/.s.PGSQL.{url.query['port']}"
    with Proxy(lambda: socket) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port, query={}).render_as_string(hide_password=False)
        dialer = Dialer(world.settings.model_copy(update={"database_url": through}), nudges=world.nudges)
        yield dialer, proxy
        proxy.weather = FAIR
        dialer.close()


def settle(world: World, reconciling: Reconciling) -> None:
    """Reconcile until what is unknown is decided, with a listener that hears everything."""
    for seconds in (GRACE_SECONDS + 1, HOLD_SECONDS + 1):
        let_pass(world.engine, seconds)
        world.set_node(echo_at="clock_timestamp()")
        reconciling.reconcile(world.node)


def test_claim_whose_commit_had_no_answer_is_not_sent_and_costs_nobody_an_attempt(
    world: World, pbx: ScriptedPbx, reconciling: Reconciling, behind_a_proxy: tuple[Dialer, Proxy]
) -> None:
    dialer, proxy = behind_a_proxy
    dialer.claims.claim(world.trunk_id)  # a first one asks whether PostgreSQL is still the same
    calls = world.queued(2)

    def lose_the_answer(_: object) -> None:
        proxy.weather = Weather(holds_answers=True)
        threading.Timer(0.3, proxy.reset).start()

    event.listen(dialer.engine, "commit", lose_the_answer)
    with pytest.raises(DBAPIError):
        dialer.claims.claim(world.trunk_id)

    assert world.states() == {"originating": 2}  # the commit had arrived
    settle(world, reconciling)
    assert [world.call(call_id)["disposition"] for call_id in calls] == ["not_dialed"] * 2
    for call_id in calls:
        contact = world.contact_of(call_id)
        assert (contact["state"], contact["attempts"], contact["open_call_id"]) == ("ready", 0, None)
    assert not world.slots()
    assert not pbx.dialed


def test_database_clock_that_steps_ahead_dials_nobody_twice(
    world: World, pbx: ScriptedPbx, reconciling: Reconciling
) -> None:
    (call_id,) = world.queued(1)
    (claimed,) = world.claim().claimed
    let_pass(world.engine, 3600)
    reconciling.reconcile(world.node)
    # By its own clock, which did not step, the worker may still send: the tomb answers.
    assert claimed.send_by > world.dialer.clock.monotonic() - 10
    assert not pbx.originate(call_id)
    assert not pbx.dialed
    assert world.call(call_id)["state"] == "originating"


def test_nothing_is_claimed_while_a_step_of_the_clock_has_ended_the_lease(world: World) -> None:
    world.queued(1)
    world.set_node(lease_until="clock_timestamp() + interval '5 s'")
    let_pass(world.engine, 3600, listener_lives=False)
    assert world.claim().closed == "no listener on the node"


def test_database_clock_that_steps_back_holds_calls_back_and_loses_none(
    world: World, pbx: ScriptedPbx, reconciling: Reconciling
) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    let_pass(world.engine, -3600)
    reconciling.reconcile(world.node)
    assert world.call(call_id)["state"] == "originating"
    let_pass(world.engine, 3600)
    settle(world, reconciling)
    assert world.call(call_id)["disposition"] == "not_dialed"


def test_call_that_kills_whoever_sends_it_is_set_aside(
    world: World, pbx: ScriptedPbx, reconciling: Reconciling
) -> None:
    (contact_id,) = world.contacts(1)

    def claim_and_die() -> UUID:
        world.dialer.dispatching.tick()
        (claimed,) = world.claim().claimed
        settle(world, reconciling)
        assert world.call(claimed.call_id)["disposition"] == "not_dialed"
        return claimed.call_id

    for _ in range(2):
        claim_and_die()
        assert world.contact(contact_id)["state"] == "ready"
    last = claim_and_die()
    contact = world.contact(contact_id)
    assert (contact["state"], contact["attempts"]) == ("waiting", 0)
    assert (contact["next_attempt_at"] - world.now()).total_seconds() > 3000
    assert "set aside" in world.call(last)["failure_reason"]


def test_hang_up_of_a_queued_call_waits_for_a_stop_that_takes_it_back_and_both_succeed(world: World) -> None:
    (call_id,) = world.queued(1)
    hung_up: list[object] = []

    def hang_up() -> None:
        try:
            hung_up.append(world.dialer.calls.hang_up(call_id))
        except Conflict as conflict:
            hung_up.append(conflict)

    thread = threading.Thread(target=hang_up)
    with world.engine.begin() as stop:  # contacts, then calls, as everybody does
        stop.execute(text("SELECT id FROM contacts FOR UPDATE"))
        thread.start()
        wait_for(lambda: _waiting_for_a_lock(world), "the hang-up at the contact's lock")
        stop.execute(text("SELECT id FROM calls FOR UPDATE"))
        end_calls(stop, [Ending(call_id, Disposition.WITHDRAWN, failure_reason="emergency_stop")])
    thread.join(WAIT_SECONDS)
    assert isinstance(hung_up[0], Conflict)
    assert world.call(call_id)["disposition"] == "withdrawn"


def _waiting_for_a_lock(world: World) -> bool:
    with world.engine.connect() as connection:
        query = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(connection.scalar(query))


def test_one_that_falls_asleep_while_it_holds_claims_back_is_not_waited_for(world: World) -> None:
    (call_id,) = world.queued()
    sleeper = world.engine.connect()
    barrier.hold_back_claims(sleeper)

    def is_claimed() -> bool:
        try:
            return [claimed.call_id for claimed in world.claim().claimed] == [call_id]
        except DBAPIError:
            return False  # it waits no longer than its time-outs allow

    wait_for(is_claimed, "the claim")
    sleeper.invalidate()
    sleeper.close()
