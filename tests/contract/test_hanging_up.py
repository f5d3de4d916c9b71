"""Who hung up, and when."""

import pytest

from dialer.ari.events import ChannelDestroyed, parse
from dialer.domain.dispositions import Disposition, Hangup, classify
from tests.contract.conftest import Pbx
from tests.contract.test_outcomes import Recorded, encoded, in_one_order
from tests.contract.wire import Event, Listener, eventually

SOFT = "ChannelHangupRequest 32 soft"


def test_our_own_hangup_while_it_rings_is_a_cancelled_call(pbx: Pbx, listener: Listener, recorded: Recorded) -> None:
    call = pbx.dial("20", timeout=30)
    listener.wait_until_it_rings(call)
    assert pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    story = ("Dial", "ChannelStateChange Ringing", "Dial RINGING", SOFT, "Dial NOANSWER", "ChannelDestroyed 16")
    assert listener.story(call) == story
    assert _disposition(listener.of(call), was_up=False) == Disposition.CANCELLED
    kept = recorded("hung_up_while_ringing", listener.of(call))
    assert kept is not None
    assert in_one_order(listener.of(call)) == in_one_order(kept)


def test_our_own_hangup_of_an_answered_call(pbx: Pbx, listener: Listener, recorded: Recorded) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    assert pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    assert listener.story(call)[-3:] == (SOFT, "StasisEnd", "ChannelDestroyed 16")
    assert _disposition(listener.of(call), was_up=True) == Disposition.ANSWERED
    kept = recorded("hung_up_while_up", listener.of(call))
    assert kept is not None
    assert in_one_order(listener.of(call)) == in_one_order(kept)


def test_our_own_hangup_before_anything_was_heard(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("24", timeout=30)
    listener.wait_for("Dial", call)
    assert pbx.client.hang_up(call)
    listener.wait_for("ChannelDestroyed", call)
    assert listener.story(call) == ("Dial", SOFT, "Dial NOANSWER", "ChannelDestroyed 16")


@pytest.mark.parametrize(
    ("reason", "story"),
    [
        ("busy", ("Dial BUSY", "ChannelDestroyed 17 486")),
        ("congestion", ("Dial CONGESTION", "ChannelDestroyed 34 503")),
        ("no_answer", ("Dial NOANSWER", "ChannelDestroyed 19 480")),
        ("unallocated", ("Dial NOANSWER", "ChannelDestroyed 1 404")),
    ],
)
def test_a_reason_of_ours_comes_back_as_the_cause(
    pbx: Pbx, listener: Listener, reason: str, story: tuple[str, str]
) -> None:
    call = pbx.dial("20", timeout=30)
    listener.wait_until_it_rings(call)
    assert pbx.client.hang_up(call, reason)
    listener.wait_for("ChannelDestroyed", call)
    on_16 = (story[0], story[1].rpartition(" ")[0])
    assert listener.story(call)[-2:] == (story if pbx.target.release >= 22 else on_16)


def test_a_reason_that_is_none_is_refused_and_the_call_goes_on(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("20", timeout=30)
    listener.wait_until_it_rings(call)
    assert pbx.raw("DELETE", f"/channels/{call}?reason=bogus").status_code == 400
    assert pbx.client.channel(call) is not None


def test_what_is_gone_can_not_be_hung_up(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("10")
    listener.wait_for("ChannelDestroyed", call)
    assert pbx.client.hang_up(call) is False
    assert pbx.client.channel(call) is None


@pytest.mark.parametrize(
    ("suffix", "was_up", "hung_up_by"), [("00", True, "callee"), ("10", False, "network"), ("20", False, "timeout")]
)
def test_the_far_end_knows_who_ended_it(
    pbx: Pbx, listener: Listener, suffix: str, was_up: bool, hung_up_by: str
) -> None:
    call = pbx.dial(suffix, timeout=1)
    listener.wait_for("ChannelDestroyed", call)
    eventually(lambda: _ends(pbx, str(call)) == [(was_up, hung_up_by)], str(_ends(pbx, str(call))))


@pytest.mark.parametrize("suffix", ["03", "20"])
def test_the_far_end_knows_that_we_ended_it(pbx: Pbx, listener: Listener, suffix: str) -> None:
    call = pbx.dial(suffix, timeout=30)
    listener.wait_for("StasisStart" if suffix == "03" else "ChannelStateChange", call)
    pbx.client.hang_up(call)
    eventually(lambda: _ends(pbx, str(call)) == [(suffix == "03", "us")], str(_ends(pbx, str(call))))


def _ends(pbx: Pbx, call: str) -> list[tuple[bool, str]]:
    return [(end.was_up, end.hung_up_by) for end in pbx.target.ledger().ends if end.channel == call]


def _disposition(events: list[Event], *, was_up: bool) -> Disposition:
    end = parse(encoded(events[-1]))
    assert isinstance(end, ChannelDestroyed)
    return classify(Hangup(end.cause, end.tech_cause, was_up, by_us=True))
