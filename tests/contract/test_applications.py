"""Who hears what: registration, the newest socket, filters, subscriptions, echoes."""

import queue
from uuid import uuid4

from dialer.ari.events import EVENT_TYPES, ApplicationReplaced, ChannelDestroyed, Echo, StasisStart, parse
from dialer.ari.socket import EventSocket, Inbox, Lost, Received
from dialer.clock import SystemClock
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import PATIENCE_SECONDS, Listener, eventually


def test_without_a_listener_an_originate_dials_all_the_same_and_the_callee_is_dropped(pbx: Pbx) -> None:
    call = pbx.dial("03")
    eventually(lambda: pbx.invites(call) == 1)
    eventually(lambda: pbx.client.channel(call) is None, "the callee still waits")


def test_what_happened_while_nobody_listened_is_never_told(pbx: Pbx) -> None:
    call = pbx.dial("10")
    eventually(lambda: pbx.invites(call) == 1)
    eventually(lambda: pbx.client.channel(call) is None)
    listener = pbx.listen()
    later = pbx.dial("10")
    listener.wait_for("ChannelDestroyed", later)
    assert listener.of(call) == []


def test_an_application_without_a_listener_is_unknown(pbx: Pbx) -> None:
    assert pbx.client.send_echo("here?") is False
    assert pbx.raw("GET", f"/applications/{pbx.app}").status_code == 404


def test_an_echo_comes_back(pbx: Pbx, listener: Listener) -> None:
    assert pbx.client.send_echo("a token")
    event = listener.wait_for("ChannelUserevent")
    assert event["userevent"]["token"] == "a token"
    assert event["eventname"] == "dialer_echo"


def test_the_product_s_socket_reads_what_the_product_s_client_brings_about(pbx: Pbx) -> None:
    inbox: Inbox = queue.SimpleQueue()
    socket = EventSocket(pbx.target.url, USERNAME, pbx.target.password, pbx.app, inbox, SystemClock())
    try:
        pbx.client.set_event_filter(EVENT_TYPES)
        assert pbx.client.send_echo("x")
        assert _next(inbox) == Echo("x")
        call = pbx.dial("00")
        found = []
        while not isinstance(event := _next(inbox), ChannelDestroyed):
            found.append(event)
        assert event.channel.id == str(call)
        assert [event.args for event in found if isinstance(event, StasisStart)] == [("call", "7")]
    finally:
        socket.close()
    while not isinstance(inbox.get(timeout=PATIENCE_SECONDS), Lost):
        continue


def test_the_newest_socket_wins_and_the_old_one_is_told(pbx: Pbx) -> None:
    old = pbx.listen()
    new = pbx.listen()
    event = old.wait_for("ApplicationReplaced")
    assert event["application"] == pbx.app
    call = pbx.dial("10")
    new.wait_for("ChannelDestroyed", call)
    assert [each["type"] for each in old.of()] == ["ApplicationReplaced"]


def test_the_product_s_socket_is_told_that_it_was_replaced(pbx: Pbx) -> None:
    inbox: Inbox = queue.SimpleQueue()
    socket = EventSocket(pbx.target.url, USERNAME, pbx.target.password, pbx.app, inbox, SystemClock())
    try:
        pbx.listen()
        assert isinstance(_next(inbox), ApplicationReplaced)
    finally:
        socket.close()


def test_a_replaced_socket_that_closes_takes_nothing_with_it(pbx: Pbx) -> None:
    old = pbx.listen()
    new = pbx.listen()
    old.wait_for("ApplicationReplaced")
    old.close()
    call = pbx.dial("00")
    new.wait_for("StasisStart", call)


def test_only_what_the_filter_allows_is_told(pbx: Pbx, listener: Listener) -> None:
    pbx.client.set_event_filter(("StasisStart", "ChannelDestroyed"))
    call = pbx.dial("00")
    listener.wait_for("ChannelDestroyed", call)
    assert [event["type"] for event in listener.of(call)] == ["StasisStart", "ChannelDestroyed"]


def test_the_filter_goes_with_the_application(pbx: Pbx) -> None:
    first = pbx.listen()
    pbx.client.set_event_filter(("StasisStart",))
    first.close()
    eventually(lambda: pbx.raw("GET", f"/applications/{pbx.app}").status_code == 404)
    second = pbx.listen()
    second.wait_for("ChannelDestroyed", pbx.dial("10"))


def test_the_filter_stays_when_the_socket_is_replaced(pbx: Pbx) -> None:
    pbx.listen()
    pbx.client.set_event_filter(("StasisStart", "ChannelDestroyed"))
    new = pbx.listen()
    call = pbx.dial("10")
    new.wait_for("ChannelDestroyed", call)
    assert [event["type"] for event in new.of(call)] == ["ChannelDestroyed"]


def test_a_filter_that_can_not_be_understood_is_refused(pbx: Pbx, listener: Listener) -> None:
    assert pbx.raw("PUT", f"/applications/{pbx.app}/eventFilter", json={"allowed": "x"}).status_code == 400


def test_another_application_hears_of_a_live_channel_once_it_subscribes(pbx: Pbx, listener: Listener) -> None:
    other = f"{pbx.app}-other"
    overhearing = pbx.listen(other)
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    assert overhearing.of(call) == []
    with pbx.new_client(other) as client:
        assert client.subscribe(call)
        assert client.subscribe(uuid4()) is False
    pbx.client.hang_up(call)
    overhearing.wait_for("ChannelDestroyed", call)


def test_a_listener_that_comes_back_hears_the_end_of_a_call_that_was_up(pbx: Pbx) -> None:
    first = pbx.listen()
    call = pbx.dial("03")
    first.wait_for("StasisStart", call)
    first.close()
    second = pbx.listen()
    channel = pbx.client.channel(call)
    assert channel is not None
    pbx.client.hang_up(call)
    second.wait_for("ChannelDestroyed", call)


def _next(inbox: Inbox) -> object:
    """The next event that the product knows."""
    while True:
        item = inbox.get(timeout=PATIENCE_SECONDS)
        assert isinstance(item, Received), item
        event = parse(item.data)
        if event is not None and event.__class__.__name__ not in {"Dial", "ChannelStateChange"}:
            return event
