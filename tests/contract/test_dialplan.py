"""The dialplan of deploy/asterisk, on the real thing: what an answered call may be sent to."""

from typing import Any

import pytest

from tests.contract.conftest import Pbx
from tests.contract.wire import Event, Listener, eventually

pytestmark = pytest.mark.usefixtures("only_real")


def _sent(pbx: Pbx, listener: Listener, suffix: str, context: str, extension: str = "s", **variables: str) -> Any:
    call = pbx.dial(suffix, variables=variables)
    listener.wait_for("StasisStart", call)
    pbx.client.continue_(call, context=context, extension=extension, priority=1)
    return call


def _reports(listener: Listener, call: object) -> list[dict[str, str]]:
    return [event["userevent"] for event in listener.of(call) if event["type"] == "ChannelUserevent"]


def _report(listener: Listener, call: object, name: str) -> Event:
    event = listener.wait_for("ChannelUserevent", call)
    assert event["eventname"] == name
    reported: Event = event["userevent"]
    return reported


def test_an_ivr_reports_the_digit_that_was_pressed(pbx: Pbx, listener: Listener) -> None:
    call = _sent(pbx, listener, "83", "dialer-ivr", PROMPT="beep")
    assert _report(listener, call, "dialer_result")["result"] == "1"
    assert listener.wait_for("ChannelDestroyed", call)["cause"] == 16
    assert len(_reports(listener, call)) == 1


def test_an_ivr_reports_that_the_callee_hung_up(pbx: Pbx, listener: Listener) -> None:
    call = _sent(pbx, listener, "00", "dialer-ivr", PROMPT="demo-congrats")
    assert _report(listener, call, "dialer_result")["result"] == "hangup"
    listener.wait_for("ChannelDestroyed", call)


@pytest.mark.parametrize(("suffix", "digit"), [("83", "1"), ("84", "9")])
def test_a_menu_hands_the_digit_back_to_the_application(pbx: Pbx, listener: Listener, suffix: str, digit: str) -> None:
    # The dialplan names the application that a dialer has unless it is told otherwise.
    dialer = pbx.listen("dialer")
    call = _sent(pbx, listener, suffix, "dialer-menu", PROMPT="beep")
    assert _report(listener, call, "dialer_digit")["digit"] == digit
    assert dialer.wait_for("StasisStart", call)["args"] == ["menu", digit]


@pytest.mark.parametrize(("suffix", "status"), [("80", {"MACHINE"}), ("81", {"HUMAN"}), ("82", {"NOTSURE", "HUMAN"})])
def test_machines_are_told_from_people(pbx: Pbx, listener: Listener, suffix: str, status: set[str]) -> None:
    dialer = pbx.listen("dialer")
    call = _sent(pbx, listener, suffix, "dialer-amd")
    args = dialer.wait_for("StasisStart", call)["args"]
    assert args[0] == "amd"
    assert args[1] in status, args
    assert _report(listener, call, "dialer_amd")["status"] == args[1]


def test_a_message_is_left_after_the_beep(pbx: Pbx, listener: Listener) -> None:
    call = _sent(pbx, listener, "82", "dialer-message", MESSAGE="beep")
    assert _report(listener, call, "dialer_result")["result"] == "message_left"


def test_a_transfer_to_an_extension_that_is_not_there_says_so(pbx: Pbx, listener: Listener) -> None:
    call = _sent(pbx, listener, "03", "dialer-transfer", "nobody")
    assert _report(listener, call, "dialer_result")["result"] == "transfer_chanunavail"
    listener.wait_for("ChannelDestroyed", call)


def test_a_transfer_to_a_queue_without_agents_says_so(pbx: Pbx, listener: Listener) -> None:
    call = _sent(pbx, listener, "03", "dialer-transfer", "queue-agents")
    assert _report(listener, call, "dialer_result")["result"] == "queue_joinempty"
    listener.wait_for("ChannelDestroyed", call)


def test_an_extension_can_not_smuggle_a_function_into_the_dialplan(pbx: Pbx, listener: Listener) -> None:
    call = _sent(pbx, listener, "03", "dialer-transfer", "a${SHELL(touch /mnt/smuggled)}")
    listener.wait_for("ChannelDestroyed", call)
    eventually(lambda: pbx.client.channel(call) is None)
    assert not (pbx.lab.folder / "smuggled").exists()
