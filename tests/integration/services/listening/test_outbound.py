"""A PBX that connects to its listener itself, and keeps its events while that is away."""

import socket
import time
from typing import Any
from uuid import UUID

import pytest

from dialer.config import Settings
from dialer.services.claiming import Node
from dialer.services.listening import waited
from dialer.services.listening.following import ANSWERED_UNHEARD
from dialer.services.listening.waited import FRESH_SECONDS
from tests.integration.services.listening.conftest import World, made_dialer
from tests.support.world import wait_for


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def simulator_options(port: int) -> dict[str, Any]:
    return {"events_to": f"ws://127.0.0.1:{port}/"}


@pytest.fixture
def outbound(world: World, port: int) -> World:
    world.execute("UPDATE pbx_nodes SET events_port = :port", port=port)
    world.node = Node(world.node.id, world.node.name, world.node.ari_url, world.node.ari_username, port)
    return world


def is_listened_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def over_while_away(world: World, suffix: str) -> UUID:
    """A call that begins and ends while nobody listens."""
    call_id = world.claimed(f"+120255501{suffix}")
    world.originate(call_id)
    wait_for(lambda: world.client.channel(call_id) is None, "the end of the channel")
    return call_id


def up_while_away(world: World) -> UUID:
    """A call that is answered while nobody listens, and stays up."""
    call_id = world.claimed("+12025550103", action={"type": "play", "sound": "hello-world"})
    world.originate(call_id)
    wait_for(lambda: (channel := world.client.channel(call_id)) is not None and channel.in_stasis, "the answer")
    return call_id


def test_calls_are_followed_over_the_connection_that_the_pbx_makes(outbound: World) -> None:
    outbound.listening()
    wait_for(lambda: outbound.node_row()["gap_free_since"], "the connection")
    answered = outbound.claimed("+12025550103", action={"type": "play", "sound": "hello-world"})
    outbound.originate(answered)
    assert outbound.ended(answered)["disposition"] == "answered"
    assert outbound.hung_up_by(answered) == "us"


@pytest.mark.parametrize("how", ["clean", "reset"])
def test_a_lost_connection_is_a_gap_and_is_made_again(outbound: World, how: str) -> None:
    outbound.listening()
    before = wait_for(lambda: outbound.node_row()["gap_free_since"], "the connection")
    outbound.fault(close_socket={"how": how})
    wait_for(lambda: (outbound.node_row()["gap_free_since"] or before) > before, "the next connection")
    call_id = outbound.claimed("+12025550110")
    outbound.originate(call_id)
    assert outbound.ended(call_id)["disposition"] == "busy"


def test_what_ended_while_nobody_listened_gets_its_true_disposition(outbound: World) -> None:
    outbound.listening().end()
    busy, answered = over_while_away(outbound, "10"), over_while_away(outbound, "01")
    # Whatever reconcile sees before the listener is back, it does not judge.
    outbound.execute("UPDATE calls SET dial_by = dial_by - interval '1 min', state = 'ringing'")
    outbound.dialer.reconciling.reconcile(outbound.node)
    outbound.execute("UPDATE calls SET missed_at = missed_at - interval '1 min'")
    outbound.dialer.reconciling.reconcile(outbound.node)
    assert {outbound.call(call_id)["state"] for call_id in (busy, answered)} == {"ringing"}

    outbound.listening()

    assert outbound.ended(busy)["disposition"] == "busy"
    call = outbound.ended(answered)
    assert (call["disposition"], call["late_dialed_at"], call["action_started_at"]) == ("answered", None, None)
    assert call["ended_at"] > call["answered_at"]


def test_the_listener_is_not_waited_for_longer_than_a_tomb_is_held(outbound: World) -> None:
    outbound.listening().end()
    call_id = over_while_away(outbound, "10")
    outbound.execute("UPDATE calls SET dial_by = dial_by - interval '1 min', state = 'ringing'")
    outbound.dialer.reconciling.reconcile(outbound.node)
    outbound.execute("UPDATE calls SET missed_at = missed_at - interval '1 hour'")
    outbound.dialer.reconciling.reconcile(outbound.node)
    assert outbound.call(call_id)["disposition"] == "indeterminate"

    outbound.listening()

    # Its events come late, and are no sign of a second call.
    wait_for(lambda: outbound.node_row()["gap_free_since"], "what has waited to be written")
    assert outbound.call(call_id)["late_dialed_at"] is None


def test_an_answer_of_just_now_gets_its_action(outbound: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waited, "FRESH_SECONDS", 600.0)  # However long this machine takes, it is just now.
    outbound.listening().end()
    call_id = up_while_away(outbound)
    outbound.listening()
    call = outbound.ended(call_id)
    assert (call["disposition"], call["failure_reason"]) == ("answered", None)
    assert call["action_started_at"] is not None


def test_an_answer_that_is_too_old_for_its_action_is_hung_up(outbound: World) -> None:
    outbound.listening().end()
    call_id = up_while_away(outbound)
    time.sleep(FRESH_SECONDS)
    outbound.listening()
    call = outbound.ended(call_id)
    assert (call["disposition"], call["failure_reason"]) == ("answered", ANSWERED_UNHEARD)
    assert call["action_started_at"] is None
    assert (call["ended_at"] - call["answered_at"]).total_seconds() > FRESH_SECONDS
    assert outbound.hung_up_by(call_id) == "us"


def test_only_who_leads_waits_for_the_pbx(outbound: World, port: int, settings: Settings) -> None:
    outbound.execute("UPDATE pbx_nodes SET lease_until = clock_timestamp() + interval '1 h', listener_id = 'another'")
    with made_dialer(settings) as standby:
        outbound.listen(standby, outbound.node)
        time.sleep(1.5)  # long enough to win a lease, were it free
        assert not is_listened_at(port)
        outbound.execute("UPDATE pbx_nodes SET lease_until = clock_timestamp()")
        wait_for(lambda: outbound.node_row()["echo_at"], "the standby's echo")
        assert is_listened_at(port)
        outbound.close()
    assert not is_listened_at(port)


def test_a_port_that_is_taken_is_tried_again(outbound: World, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        listener = outbound.listen()
        wait_for(lambda: outbound.node_row()["version"], "a look at the PBX")
        assert outbound.node_row()["gap_free_since"] is None
    wait_for(lambda: outbound.node_row()["gap_free_since"], "the connection")
    assert listener.error is None
