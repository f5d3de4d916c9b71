"""Answers: who may ask, what is refused and in which words, which ids are taken."""

import threading
import uuid
from typing import Any

import pytest
import requests

from dialer.simulator.threaded import running_simulator
from tests.integration.simulator.conftest import Pbx

TAKEN = {"message": "Channel with given unique ID already exists"}
ALLOCATION_FAILED = {"error": "Allocation failed"}


def _fresh(pbx: Pbx, method: str, path: str, **options: Any) -> requests.Response:
    """The request on a connection of its own."""
    return requests.request(method, f"{pbx.running.url}/ari{path}", auth=("dialer", "secret"), timeout=10, **options)


def test_nobody_gets_in_without_the_password(pbx: Pbx) -> None:
    url = f"{pbx.running.url}/ari/channels"
    for options in ({}, {"auth": ("dialer", "wrong")}, {"params": {"api_key": "dialer:wrong"}}):
        refused = requests.get(url, timeout=10, **options)
        assert (refused.status_code, refused.json()) == (401, {"message": "Authentication required"})
        assert refused.headers["WWW-Authenticate"] == 'Basic realm="Asterisk REST Interface"'
    assert requests.get(url, timeout=10, params={"api_key": "dialer:secret"}).json() == []
    assert requests.post(f"{pbx.running.url}/simulator/faults", json={}, timeout=10).status_code == 401


def test_it_says_that_it_is_a_simulator_and_when_it_started(pbx: Pbx) -> None:
    info = pbx.call("GET", "/asterisk/info").json()
    assert info["system"]["version"] == "22.10.1-simulator"
    assert info["status"]["startup_time"].endswith("+0000")
    assert pbx.call("GET", "/asterisk/info").json()["status"] == info["status"]
    assert pbx.call("GET", "/asterisk/ping").json()["ping"] == "pong"


def test_unknown_paths_and_methods_are_answered_as_asterisk_does(pbx: Pbx) -> None:
    assert pbx.call("GET", "/nothing").json() == {"message": "Resource not found"}
    assert (pbx.call("PATCH", "/channels").status_code, pbx.call("GET", "/nothing").status_code) == (405, 404)


@pytest.mark.parametrize(
    ("change", "status", "body"),
    [
        ({"endpoint": None}, 400, {"message": "Endpoint must be specified"}),
        ({"endpoint": "bogus"}, 400, {"message": "Invalid endpoint specified"}),
        ({"endpoint": "NOTECH/12"}, 500, ALLOCATION_FAILED),
        ({"endpoint": "PJSIP/12@nosuch"}, 500, ALLOCATION_FAILED),
        ({"endpoint": "PJSIP/12@noreach"}, 500, ALLOCATION_FAILED),
        ({"app": None}, 400, {"message": "Application or extension must be specified"}),
        (
            {"variables": {"A": 1}},
            400,
            {
                "message": "Each value in 'variables' must be a string or an object with 'value'"
                " and optional 'report_events'"
            },
        ),
    ],
)
def test_a_bad_originate_is_refused_and_dials_nobody(
    pbx: Pbx, change: dict[str, Any], status: int, body: dict[str, str]
) -> None:
    refused = pbx.post(str(uuid.uuid4()), "+12025550100", **change)
    assert (refused.status_code, refused.json()) == (status, body)
    assert pbx.ledger.invites == ()
    assert [post.status for post in pbx.ledger.posts] == [status]


def test_a_body_that_is_no_json_or_too_long_is_refused(pbx: Pbx) -> None:
    bad = pbx.call("POST", "/channels/x", data="{no", headers={"Content-Type": "application/json"})
    assert (bad.status_code, bad.json()) == (400, {"message": "Error parsing request body"})
    long = pbx.post("x", "12", appArgs="x" * 50_000)
    assert (long.status_code, long.json()) == (413, {"message": "Request body too large"})


def test_an_id_longer_than_149_characters_is_refused(pbx: Pbx) -> None:
    assert pbx.post("a" * 150, "+12025550120").status_code == 400
    assert pbx.post("a" * 149, "+12025550120").status_code == 200


def test_parameters_may_come_in_the_query_and_without_an_id(pbx: Pbx) -> None:
    listener = pbx.listen()
    query = {"endpoint": "PJSIP/+12025550120@trunk", "app": "dialer", "timeout": "1"}
    given = pbx.call("POST", "/channels", params={**query, "channelId": "given"})
    assert given.json()["id"] == "given"
    made = pbx.call("POST", "/channels", params=query).json()["id"]
    assert listener.wait_for("ChannelDestroyed", made)["cause"] == 19


def test_a_timeout_in_quotes_becomes_30_seconds(pbx: Pbx) -> None:
    listener = pbx.listen()
    quoted = pbx.originate("+12025550120", timeout="1")
    plain = pbx.originate("+12025550120", timeout=1)
    listener.wait_for("ChannelDestroyed", plain)
    assert pbx.call("GET", f"/channels/{quoted}").status_code == 200


def test_a_timeout_of_minus_one_never_ends(pbx: Pbx) -> None:
    listener = pbx.listen()
    endless, usual = pbx.originate("+12025550120", timeout=-1), pbx.originate("+12025550120", timeout=1)
    listener.wait_for("ChannelDestroyed", usual)
    assert pbx.call("GET", f"/channels/{endless}").json()["state"] == "Ringing"


def test_an_id_is_taken_while_its_channel_lives_and_free_afterwards(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550120", timeout=60)
    refused = pbx.post(channel, "+12025550199")
    assert (refused.status_code, refused.json()) == (409, TAKEN)
    pbx.call("DELETE", f"/channels/{channel}")
    listener.wait_for("ChannelDestroyed", channel)
    pbx.originate("+12025550199", channel)
    assert [invite.number for invite in pbx.ledger.invites] == ["+12025550120", "+12025550199"]


def test_two_posts_of_one_id_at_once_dial_once(pbx: Pbx) -> None:
    statuses: list[int] = []
    barrier = threading.Barrier(8)
    body = {"endpoint": "PJSIP/+12025550120@trunk", "app": "dialer", "timeout": 60}

    def post() -> None:
        barrier.wait()
        statuses.append(_fresh(pbx, "POST", "/channels/only-one", json=body).status_code)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 7
    assert len(pbx.ledger.invites) == 1


def test_an_id_that_begins_a_live_one_is_taken_but_cannot_be_found(pbx: Pbx) -> None:
    pbx.originate("+12025550120", "att-10", timeout=60)
    assert pbx.post("att-1", "+12025550120").status_code == 409
    assert pbx.call("GET", "/channels/att-1").status_code == 404
    assert pbx.post("att-101", "+12025550120").status_code == 200


def test_after_a_409_failed_originates_on_that_connection_say_409_too(pbx: Pbx) -> None:
    channel = pbx.originate("+12025550120", timeout=60)
    nowhere = {"endpoint": "PJSIP/12@nosuch"}
    assert pbx.post(str(uuid.uuid4()), "12", **nowhere).status_code == 500
    assert pbx.post(channel, "12").status_code == 409
    stale = pbx.post(str(uuid.uuid4()), "12", **nowhere)
    assert (stale.status_code, stale.json()) == (409, TAKEN)
    assert pbx.post(str(uuid.uuid4()), "+12025550120").status_code == 200
    elsewhere = _fresh(pbx, "POST", f"/channels/{uuid.uuid4()}", json={"app": "dialer", **nowhere})
    assert (elsewhere.status_code, elsewhere.json()) == (500, ALLOCATION_FAILED)


def test_without_a_listener_it_dials_and_drops_the_callee_on_answer(pbx: Pbx) -> None:
    channel = pbx.originate("+12025550103")
    pbx.eventually(lambda: len(pbx.ledger.ends) == 1)
    end = pbx.ledger.ends[0]
    assert (end.channel, end.was_up, end.hung_up_by) == (channel, True, "no_app")


def test_an_originate_into_the_dialplan_is_heard_by_nobody(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550100", app=None, context="ivr", extension="s", priority=1)
    pbx.eventually(lambda: len(pbx.ledger.ends) == 1)
    assert pbx.ledger.ends[0].hung_up_by == "dialplan"
    assert listener.of(channel) == []


def test_live_channels_are_listed_and_found(pbx: Pbx) -> None:
    channels = [pbx.originate("+12025550120", timeout=60) for _ in range(3)]
    assert [body["id"] for body in pbx.call("GET", "/channels").json()] == channels
    pbx.call("DELETE", f"/channels/{channels[0]}")
    assert [body["id"] for body in pbx.call("GET", "/channels").json()] == channels[1:]
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/continue"), ("POST", "/play?media=sound:x")):
        gone = pbx.call(method, f"/channels/{channels[0]}{path}")
        assert (gone.status_code, gone.json()) == (404, {"message": "Channel not found"})
    assert pbx.call("POST", f"/channels/{channels[1]}/play?media=sound:x").status_code == 409


def test_a_tomb_occupies_the_id_until_it_is_deleted_and_dials_nobody(pbx: Pbx) -> None:
    listener = pbx.listen()
    tomb = str(uuid.uuid4())
    query = {"endpoint": "Local/s@tomb", "app": "dialer", "appArgs": "tomb", "channelId": tomb}
    assert pbx.call("POST", "/channels/create", params=query).status_code == 200
    assert listener.wait_for("StasisStart", tomb)["args"] == ["tomb"]
    assert pbx.post(tomb, "+12025550100").status_code == 409
    assert pbx.call("POST", "/channels/create", params=query).status_code == 409
    listed = [(body["id"], body["name"], body["state"]) for body in pbx.call("GET", "/channels").json()]
    assert listed == [
        (tomb, "Local/s@tomb-00000000;1", "Down"),
        (f"{tomb};2", "Local/s@tomb-00000000;2", "Ring"),
    ]
    assert pbx.call("DELETE", f"/channels/{tomb}").status_code == 204
    listener.wait_for("ChannelDestroyed", tomb)
    assert listener.story(tomb) == [
        "ChannelDialplan",
        "StasisStart",
        "ChannelHangupRequest 32",
        "StasisEnd",
        "ChannelDestroyed 16",
    ]
    assert pbx.call("GET", "/channels").json() == []
    assert (pbx.ledger.invites, pbx.ledger.creates) == ((), (tomb,))


def test_either_half_of_a_local_channel_takes_the_other_along(pbx: Pbx) -> None:
    pbx.listen()
    query = {"endpoint": "Local/s@tomb", "app": "dialer", "channelId": "tomb"}
    pbx.call("POST", "/channels/create", params=query)
    assert pbx.call("DELETE", "/channels/tomb;2").status_code == 204
    assert pbx.call("GET", "/channels").json() == []


def test_a_tomb_without_a_listener_is_gone_at_once(pbx: Pbx) -> None:
    query = {"endpoint": "Local/s@tomb", "app": "dialer", "channelId": "tomb"}
    assert pbx.call("POST", "/channels/create", params=query).status_code == 200
    assert pbx.call("GET", "/channels/tomb").status_code == 404


def test_create_and_dial_hands_the_channel_over_before_it_rings(pbx: Pbx) -> None:
    listener = pbx.listen()
    query = {"endpoint": "PJSIP/+12025550100@trunk", "app": "dialer", "appArgs": "call", "channelId": "fenced"}
    assert pbx.call("POST", "/channels/create", params=query).status_code == 200
    listener.wait_for("StasisStart", "fenced")
    assert pbx.ledger.invites == ()
    assert pbx.call("POST", "/channels/fenced/dial?timeout=5").status_code == 204
    assert pbx.call("POST", "/channels/fenced/dial?timeout=5").status_code == 409
    listener.wait_for("ChannelDestroyed", "fenced")
    assert listener.story("fenced") == [
        "ChannelDialplan",
        "StasisStart",
        "Dial",
        "ChannelStateChange Ringing",
        "Dial RINGING",
        "ChannelStateChange Up",
        "Dial ANSWER",
        "ChannelHangupRequest 16",
        "StasisEnd",
        "ChannelDestroyed 16",
    ]
    assert len(pbx.ledger.invites) == 1


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        ("+12025550110", ["Dial", "ChannelHangupRequest 17 486", "StasisEnd", "ChannelDestroyed 17 486"]),
        (
            "+12025550124",
            ["Dial", "ChannelHangupRequest 32", "StasisEnd", "ChannelDestroyed 19 480"],
        ),
    ],
)
def test_create_and_dial_that_fails_leaves_stasis_first(pbx: Pbx, number: str, ending: list[str]) -> None:
    listener = pbx.listen()
    query = {"endpoint": f"PJSIP/{number}@trunk", "app": "dialer", "channelId": "fenced"}
    pbx.call("POST", "/channels/create", params=query)
    pbx.call("POST", "/channels/fenced/dial", json={"timeout": 1})
    listener.wait_for("ChannelDestroyed", "fenced")
    assert listener.story("fenced")[2:] == ending


def test_endpoints_are_online_unless_their_name_says_otherwise(pbx: Pbx) -> None:
    channel = pbx.originate("+12025550120", timeout=60)
    assert pbx.call("GET", "/endpoints/PJSIP/trunk").json() == {
        "technology": "PJSIP",
        "resource": "trunk",
        "state": "online",
        "channel_ids": [channel],
    }
    assert pbx.call("GET", "/endpoints/PJSIP/noreach").json()["state"] == "offline"
    assert pbx.call("GET", "/endpoints/PJSIP/nosuch").status_code == 404
    assert pbx.call("GET", "/endpoints/SIP/trunk").status_code == 404


def test_a_port_in_use_is_an_error_at_start(pbx: Pbx) -> None:
    taken = pbx.running.settings.model_copy(update={"port": pbx.running.port, "ledger": None})
    with pytest.raises(OSError, match="in use"), running_simulator(taken):
        pytest.fail("two simulators listen on one port")
