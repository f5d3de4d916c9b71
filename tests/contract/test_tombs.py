"""An id that nobody may dial any more, and a PBX that was stopped and comes back."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from dialer.ari.errors import Unknown
from tests.contract.conftest import Pbx
from tests.contract.wire import Listener, eventually


def test_a_tomb_keeps_an_id_from_being_dialed(pbx: Pbx, listener: Listener) -> None:
    call = _buried(pbx)
    with pytest.raises(Unknown) as caught:
        pbx.dial("00", call=call)
    assert caught.value.http_status == 409
    assert pbx.invites(call) == 0


def test_there_is_one_tomb_for_an_id(pbx: Pbx, listener: Listener) -> None:
    call = _buried(pbx)
    assert pbx.client.create_tomb(call) is False


def test_a_live_call_can_not_be_buried(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    assert pbx.client.create_tomb(call) is False
    assert pbx.client.channel(call) is not None


def test_a_tomb_is_told_from_a_call(pbx: Pbx, listener: Listener) -> None:
    call = _buried(pbx)
    start = listener.wait_for("StasisStart", call)
    assert start["args"] == ["tomb"]
    channel = pbx.client.channel(call)
    assert channel is not None
    assert channel.is_tomb
    assert channel.in_stasis


def test_a_tomb_lasts_until_it_is_hung_up(pbx: Pbx, listener: Listener) -> None:
    call = _buried(pbx)
    listener.wait_for("StasisStart", call)
    assert pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    eventually(lambda: not [each for each in pbx.client.channels() if each.id.startswith(str(call))])
    assert pbx.invites(call) == 0


@pytest.fixture
def stalled(pbx: Pbx, listener: Listener) -> Iterator[None]:
    """The PBX takes requests and does nothing, until `pbx.target.go_on()`."""
    pbx.target.stall()
    yield
    pbx.target.go_on()
    eventually(lambda: pbx.client.info(fresh=True))


@pytest.mark.usefixtures("stalled")
def test_a_stalled_pbx_dials_when_it_goes_on_although_nobody_waits_for_its_answer(pbx: Pbx, listener: Listener) -> None:
    call = _posted_into_the_stall(pbx)
    assert pbx.invites(call) == 0
    pbx.target.go_on()
    listener.wait_for("StasisStart", call)
    assert pbx.invites(call) == 1


@pytest.mark.usefixtures("stalled")
def test_after_a_stall_a_tomb_says_whether_the_call_can_still_be_dialed(pbx: Pbx, listener: Listener) -> None:
    call = _posted_into_the_stall(pbx)
    pbx.target.go_on()
    if pbx.client.create_tomb(call):
        # The tomb was first: the originate that is still on its way finds the id taken.
        _asked_for_something_else(pbx, listener)
        assert pbx.invites(call) == 0
    else:
        eventually(lambda: pbx.invites(call) == 1)


@pytest.mark.usefixtures("stalled")
def test_a_tomb_asked_for_in_the_stall_and_an_originate_do_not_both_get_the_id(pbx: Pbx, listener: Listener) -> None:
    call = _posted_into_the_stall(pbx)
    with pbx.new_client(read_timeout=0.3) as client, pytest.raises(Unknown):
        client.create_tomb(call)
    pbx.target.go_on()
    start = listener.wait_for("StasisStart", call)
    _asked_for_something_else(pbx, listener)
    assert pbx.invites(call) == (0 if start["args"] == ["tomb"] else 1)
    assert [event["type"] for event in listener.of(call)].count("StasisStart") == 1


def _buried(pbx: Pbx) -> UUID:
    call = uuid4()
    pbx.calls.append(call)
    assert pbx.client.create_tomb(call)
    return call


def _posted_into_the_stall(pbx: Pbx) -> UUID:
    """An originate that nobody answers; its caller has gone."""
    call = uuid4()
    pbx.calls.append(call)
    with pbx.new_client(read_timeout=0.3) as client, pytest.raises(Unknown):
        client.originate(
            call,
            endpoint=pbx.endpoint(pbx.number("03"), call),
            caller_id=None,
            timeout_seconds=3,
            variables={},
        )
    return call


def _asked_for_something_else(pbx: Pbx, listener: Listener) -> None:
    """All that was asked before has been done."""
    listener.wait_for("ChannelDestroyed", pbx.dial("10"))
