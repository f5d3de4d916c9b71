"""Who hears what: sockets, filters, subscriptions, user events."""

import time
from typing import Any

import pytest
import requests
import websocket

from tests.integration.simulator.conftest import Pbx


def test_the_newest_socket_wins_and_the_old_one_is_told(pbx: Pbx) -> None:
    old, new = pbx.listen(), pbx.listen()
    old.wait_for("ApplicationReplaced")
    channel = pbx.originate("+12025550110")
    new.wait_for("ChannelDestroyed", channel)
    assert [event["type"] for event in old.events] == ["ApplicationReplaced"]
    assert not old.is_closed.is_set()


def test_a_replaced_socket_that_closes_takes_nothing_with_it(pbx: Pbx) -> None:
    old, new = pbx.listen(), pbx.listen()
    old.wait_for("ApplicationReplaced")
    old.close()
    new.wait_for("ChannelDestroyed", pbx.originate("+12025550110"))


def test_pings_are_answered(pbx: Pbx) -> None:
    client = websocket.create_connection(pbx.running.events_url(), timeout=5)
    try:
        client.ping("are you there")
        opcode, data = client.recv_data(control_frame=True)
        assert (opcode, data) == (websocket.ABNF.OPCODE_PONG, b"are you there")
    finally:
        client.close()


def test_a_wrong_password_or_no_app_gets_no_socket(pbx: Pbx) -> None:
    base = f"ws://127.0.0.1:{pbx.running.port}/ari/events"
    for url, status in ((f"{base}?app=x&api_key=dialer:no", 401), (f"{base}?api_key=dialer:secret", 400)):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            websocket.create_connection(url, timeout=5)
        assert refused.value.status_code == status
    assert pbx.call("GET", "/events?app=x").status_code == 426


def test_an_application_is_registered_while_somebody_listens_or_a_channel_lives(pbx: Pbx) -> None:
    assert pbx.call("GET", "/applications/dialer").status_code == 404
    listener = pbx.listen()
    channel = pbx.originate("+12025550120", timeout=60)
    assert pbx.call("GET", "/applications/dialer").json()["channel_ids"] == [channel]
    listener.close()
    again = pbx.listen()
    pbx.call("DELETE", f"/channels/{channel}")
    again.wait_for("ChannelDestroyed", channel)
    again.close()
    pbx.eventually(lambda: pbx.call("GET", "/applications").json() == [])


def test_what_happens_while_nobody_listens_is_lost(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550120", timeout=60)
    listener.wait_for("Dial", channel, count=2)
    listener.close()
    pbx.call("DELETE", f"/channels/{channel}")
    again = pbx.listen()
    again.wait_for("ChannelDestroyed", pbx.originate("+12025550110"))
    assert again.of(channel) == []


def test_an_answer_while_nobody_listens_drops_the_callee(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550105")
    listener.wait_for("Dial", channel)
    listener.close()
    pbx.eventually(lambda: len(pbx.ledger.ends) == 1)
    assert pbx.ledger.ends[0].hung_up_by == "no_app"


def test_the_filter_lets_through_what_is_allowed_and_an_empty_one_everything(pbx: Pbx) -> None:
    listener = pbx.listen()
    wanted = {"allowed": [{"type": "StasisStart"}, {"type": "ChannelDestroyed"}]}
    answer = pbx.call("PUT", "/applications/dialer/eventFilter", json=wanted).json()
    assert answer["events_allowed"] == wanted["allowed"]
    assert answer["events_disallowed"] == [{"type": "ChannelVarset"}]
    first = pbx.originate("+12025550100")
    listener.wait_for("ChannelDestroyed", first)
    assert listener.story(first) == ["StasisStart", "ChannelDestroyed 16"]
    assert pbx.call("PUT", "/applications/dialer/eventFilter", json={}).json()["events_allowed"] == []
    second = pbx.originate("+12025550110")
    listener.wait_for("ChannelDestroyed", second)
    assert len(listener.story(second)) == 4


def test_a_filter_that_makes_no_sense_is_refused(pbx: Pbx) -> None:
    pbx.listen()
    bad: list[dict[str, Any]] = [{"allowed": "x"}, {"disallowed": ["x"]}, {"allowed": [{}]}]
    for body in bad:
        refused = pbx.call("PUT", "/applications/dialer/eventFilter", json=body)
        assert (refused.status_code, refused.json()) == (400, {"message": "Invalid format definition"})
    assert pbx.call("PUT", "/applications/ghost/eventFilter", json={}).status_code == 404


def test_the_filter_is_gone_when_the_application_was(pbx: Pbx) -> None:
    listener = pbx.listen()
    listener.close()
    pbx.eventually(lambda: pbx.call("GET", "/applications").json() == [])
    pbx.listen(with_varset=True)
    assert pbx.call("GET", "/applications/dialer").json()["events_disallowed"] == []


def test_another_application_may_subscribe_to_a_channel_and_leave(pbx: Pbx) -> None:
    pbx.listen()
    other = pbx.listen("other")
    channel = pbx.originate("+12025550120", timeout=60)
    source = {"eventSource": f"channel:{channel}"}
    for _ in range(2):
        subscribed = pbx.call("POST", "/applications/other/subscription", params=source)
        assert subscribed.json()["channel_ids"] == [channel]
    assert pbx.call("DELETE", "/applications/other/subscription", params=source).json()["channel_ids"] == [channel]
    pbx.call("DELETE", f"/channels/{channel}")
    assert other.wait_for("ChannelDestroyed", channel)["application"] == "other"
    gone = pbx.call("DELETE", "/applications/other/subscription", params=source)
    assert (gone.status_code, gone.json()) == (422, {"message": "Event source was not subscribed to"})


@pytest.mark.parametrize(
    ("app", "query", "status", "message"),
    [
        ("dialer", {"eventSource": "channel:none"}, 422, "Event source does not exist"),
        ("dialer", {"eventSource": "bogus:1"}, 400, "Invalid event source URI scheme"),
        ("dialer", {}, 400, "Missing parameter eventSource"),
        ("ghost", {"eventSource": "channel:none"}, 404, "Application not found"),
    ],
)
def test_a_bad_subscription_is_refused(pbx: Pbx, app: str, query: dict[str, str], status: int, message: str) -> None:
    pbx.listen()
    refused = pbx.call("POST", f"/applications/{app}/subscription", params=query)
    assert (refused.status_code, refused.json()) == (status, {"message": message})


def test_a_user_event_comes_back_over_the_socket(pbx: Pbx) -> None:
    listener = pbx.listen()
    sent = pbx.call("POST", "/events/user/dialer_echo?application=dialer", json={"variables": {"nonce": "42"}})
    assert sent.status_code == 204
    echo = listener.wait_for("ChannelUserevent")
    assert echo["eventname"] == "dialer_echo"
    assert echo["userevent"] == {"nonce": "42", "eventname": "dialer_echo"}


def test_a_user_event_for_nobody_is_404(pbx: Pbx) -> None:
    assert pbx.call("POST", "/events/user/x?application=ghost").status_code == 404
    assert pbx.call("POST", "/events/user/x").status_code == 400


def test_a_socket_may_be_closed_or_broken_on_demand(pbx: Pbx) -> None:
    for how in ("clean", "reset"):
        listener = pbx.listen()
        pbx.faults(close_socket={"app": "dialer", "how": how})
        assert listener.is_closed.wait(10)
        pbx.eventually(lambda: pbx.call("GET", "/applications").json() == [])


def test_a_silent_socket_stays_open_and_answers_nothing(pbx: Pbx) -> None:
    client = websocket.create_connection(pbx.running.events_url(), timeout=0.5)
    try:
        pbx.faults(close_socket={"app": "dialer", "how": "silent"})
        client.ping()
        begun = time.monotonic()
        with pytest.raises(websocket.WebSocketTimeoutException):
            client.recv()
        assert time.monotonic() - begun >= 0.4
    finally:
        client.close(timeout=0)


def test_nobody_is_left_hanging_when_the_pbx_goes_down(pbx: Pbx) -> None:
    listener = pbx.listen()
    pbx._stack.close()
    assert listener.is_closed.is_set()
    with pytest.raises(requests.ConnectionError):
        requests.get(pbx.running.url, timeout=1)
