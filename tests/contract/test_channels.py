"""What an answered channel can be told to do."""

from uuid import uuid4

import pytest

from dialer.ari.errors import Refused
from tests.contract.conftest import Pbx
from tests.contract.test_outcomes import Recorded, in_one_order
from tests.contract.wire import Event, Listener, eventually


def test_a_sound_is_played_to_its_end(pbx: Pbx, listener: Listener, recorded: Recorded) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    playback = str(uuid4())
    pbx.client.play(call, playback, "sound:beep")
    finished = listener.wait_for("PlaybackFinished")
    assert finished["playback"]["id"] == playback
    assert finished["playback"]["state"] == "done"
    assert not pbx.client.is_playing(playback)
    pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    kept = recorded("played", listener.of(call))
    assert kept is not None
    assert in_one_order(listener.of(call)) == in_one_order(kept)


def test_a_sound_that_does_not_exist_has_failed(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    pbx.client.play(call, str(uuid4()), "sound:does-not-exist")
    assert listener.wait_for("PlaybackFinished")["playback"]["state"] == "failed"


def test_a_sound_that_plays_when_the_callee_hangs_up_has_failed(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("00")
    listener.wait_for("StasisStart", call)
    playback = str(uuid4())
    pbx.client.play(call, playback, "sound:demo-congrats")
    # On the simulator every sound is short.
    finished = listener.wait_for("PlaybackFinished")
    assert finished["playback"]["state"] == ("failed" if pbx.target.is_real else "done")


def test_sounds_wait_for_each_other(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    first, second = str(uuid4()), str(uuid4())
    pbx.client.play(call, first, "sound:beep")
    pbx.client.play(call, second, "sound:beep")
    assert pbx.client.is_playing(second)
    listener.wait_for("PlaybackFinished", call, count=2)
    played = [event["playback"]["id"] for event in listener.of(call) if event["type"] == "PlaybackFinished"]
    assert played == [first, second]


def test_nothing_can_be_played_while_it_rings(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("20", timeout=30)
    listener.wait_until_it_rings(call)
    with pytest.raises(Refused) as caught:
        pbx.client.play(call, str(uuid4()), "sound:beep")
    assert caught.value.http_status == 409


def test_nothing_can_be_played_to_a_call_that_is_over(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("10")
    listener.wait_for("ChannelDestroyed", call)
    with pytest.raises(Refused) as caught:
        pbx.client.play(call, str(uuid4()), "sound:beep")
    assert caught.value.http_status == 404


def test_a_call_that_goes_on_in_the_dialplan_is_heard_of_until_its_end(
    pbx: Pbx, listener: Listener, recorded: Recorded
) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    pbx.client.continue_(call, context="dialer-goodbye", extension="s", priority=1)
    listener.wait_for("StasisEnd", call)
    assert listener.wait_for("ChannelDestroyed", call)["cause"] == 16
    assert _without_dialplan(listener.of(call))[-2:] == ["StasisEnd", "ChannelDestroyed"]
    kept = recorded("continued", [event for event in listener.of(call) if event["type"] != "ChannelDialplan"])
    assert kept is not None


def test_a_call_sent_to_a_context_that_is_not_there_ends(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    pbx.client.continue_(call, context="nowhere", extension="s", priority=1)
    assert listener.wait_for("ChannelDestroyed", call)["cause"] == 0


def test_a_call_that_has_left_is_not_ours_to_command(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    pbx.client.continue_(call, context="dialer-goodbye", extension="s", priority=1)
    listener.wait_for("StasisEnd", call)
    with pytest.raises(Refused) as caught:
        pbx.client.play(call, str(uuid4()), "sound:beep")
    assert caught.value.http_status in (404, 409)


def test_the_pbx_lists_a_call_as_long_as_it_lives(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    channel = next(channel for channel in pbx.client.channels() if channel.id == str(call))
    assert (channel.state, channel.in_stasis, channel.is_tomb) == ("Up", True, False)
    assert channel == pbx.client.channel(call)
    pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    eventually(lambda: str(call) not in {channel.id for channel in pbx.client.channels()})


def test_the_pbx_tells_its_version_and_when_it_started(pbx: Pbx) -> None:
    info = pbx.client.info()
    assert info.is_simulator is not pbx.target.is_real
    assert info == pbx.client.info(fresh=True)
    if pbx.target.is_real:
        assert info.version.startswith(f"{pbx.target.release}.")


@pytest.mark.parametrize(("trunk", "state"), [("carrier", "online"), ("noreach", "offline"), ("down", "offline")])
def test_a_trunk_s_state_can_be_asked_for(pbx: Pbx, trunk: str, state: str) -> None:
    assert pbx.raw("GET", f"/endpoints/PJSIP/{trunk}").json()["state"] == state


def test_a_trunk_that_is_not_there_is_not_found(pbx: Pbx) -> None:
    assert pbx.raw("GET", "/endpoints/PJSIP/nosuch").status_code == 404


def _without_dialplan(events: list[Event]) -> list[str]:
    return [event["type"] for event in events if event["type"] not in ("ChannelDialplan", "ChannelHangupRequest")]
