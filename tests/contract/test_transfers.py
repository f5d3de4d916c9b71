"""How a PBX tells that the dialplan puts a callee through to a person: what `served_at` is known from."""

from typing import Any

import pytest

from dialer.domain.actions import Transfer, place_of
from tests.contract.conftest import Pbx
from tests.contract.wire import Event, Listener, eventually, shape


def _put_through(pbx: Pbx, listener: Listener, **to: str) -> Any:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    place = place_of(Transfer.model_validate(to))
    assert place is not None
    pbx.client.continue_(call, context=place.context, extension=place.extension, priority=place.priority)
    return call


def _dials(listener: Listener, call: Any) -> list[Event]:
    """Of the dialplan, for the callee."""
    return [event for event in listener.of() if event["type"] == "Dial" and _caller(event) == str(call)]


def _caller(event: Event) -> str | None:
    return event["caller"]["id"] if "caller" in event else None


def _dialstatuses(listener: Listener, call: Any) -> list[str]:
    return [event["dialstatus"] for event in _dials(listener, call)]


def test_an_originate_s_own_dial_has_no_caller(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    dials = [event for event in listener.of(call) if event["type"] == "Dial"]
    assert dials
    assert not any("caller" in event for event in dials)


def test_an_agent_s_answer_is_told_to_whoever_originated_the_call(pbx: Pbx, listener: Listener) -> None:
    call = _put_through(pbx, listener, extension="agent1")
    eventually(lambda: "ANSWER" in _dialstatuses(listener, call), "the agent's answer")
    first, *_, last = _dials(listener, call)
    assert (first["dialstatus"], last["dialstatus"]) == ("", "ANSWER")
    assert last["caller"]["state"] == "Up"
    assert last["peer"]["name"].startswith("PJSIP/agent1-")
    # A call's id is a UUID; an agent's channel is none of ours.
    assert len(last["peer"]["id"]) != 36
    assert {"caller", "peer", "dialstatus", "dialstring", "forward"} <= shape(last).keys()


def test_an_agent_who_does_not_answer_is_told_as_dialed_only(pbx: Pbx, listener: Listener) -> None:
    call = _put_through(pbx, listener, extension="slow1")
    eventually(lambda: _dialstatuses(listener, call), "the agent's telephone")
    pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    assert "ANSWER" not in _dialstatuses(listener, call)


@pytest.mark.parametrize(
    ("to", "result"),
    [({"extension": "nobody"}, "transfer_chanunavail"), ({"queue": "agents"}, "queue_joinempty")],
)
def test_where_nobody_is_nobody_is_dialed(pbx: Pbx, listener: Listener, to: dict[str, str], result: str) -> None:
    call = _put_through(pbx, listener, **to)
    assert listener.wait_for("ChannelUserevent", call)["userevent"]["result"] == result
    listener.wait_for("ChannelDestroyed", call)
    assert _dialstatuses(listener, call) == []


def test_a_queue_tells_its_agents_answer_too(pbx: Pbx, listener: Listener) -> None:
    call = _put_through(pbx, listener, queue="staffed")
    eventually(lambda: "ANSWER" in _dialstatuses(listener, call), "the agent's answer")
