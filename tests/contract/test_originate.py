"""Ids, refusals, and what stands between an answer and an INVITE."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
import requests

from dialer.ari.client import AriClient
from dialer.ari.errors import Fault, NeverSent, Refused, Unknown
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import Listener, eventually


def test_an_id_that_lives_is_refused_with_409_and_dials_nobody_again(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    with pytest.raises(Unknown) as caught:
        pbx.dial("03", call=call)
    assert caught.value.http_status == 409
    assert pbx.invites(call) == 1


def test_an_id_that_has_ended_dials_again(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("10")
    listener.wait_for("ChannelDestroyed", call)
    pbx.dial("10", call=call)
    listener.wait_for("ChannelDestroyed", call, count=2)
    eventually(lambda: pbx.invites(call) == 2)


def test_of_two_originates_at_once_exactly_one_dials(pbx: Pbx, listener: Listener) -> None:
    call = uuid4()
    pbx.calls.append(call)
    body = {"endpoint": pbx.endpoint(pbx.number("03"), call), "app": pbx.app, "timeout": 3}

    def post(_: int) -> int:
        url = f"{pbx.target.url}/ari/channels/{call}"
        return requests.post(url, json=body, auth=(USERNAME, pbx.target.password), timeout=10).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(post, range(4))) == [200, 409, 409, 409]
    listener.wait_for("StasisStart", call)
    assert pbx.invites(call) == 1


def test_after_a_409_the_connection_says_409_to_every_failure(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    body = {"endpoint": "PJSIP/+442079460000@carrier", "app": pbx.app}
    unknown = {"endpoint": "PJSIP/+442079460000@nosuch", "app": pbx.app}
    assert pbx.raw("POST", f"/channels/{uuid4()}", json=unknown).status_code == 500
    assert pbx.raw("POST", f"/channels/{call}", json=body).status_code == 409
    stale = pbx.raw("POST", f"/channels/{uuid4()}", json=unknown)
    assert stale.status_code == 409
    assert "already exists" in stale.json()["message"]


def test_the_product_s_client_is_not_taken_in_by_a_stale_409(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    with pytest.raises(Unknown):
        pbx.dial("03", call=call)
    with pytest.raises(Refused) as caught:
        pbx.dial("00", trunk="nosuch")
    assert caught.value.http_status == 500


def test_the_beginning_of_a_live_id_is_taken_since_22(pbx: Pbx, listener: Listener) -> None:
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    body = {"endpoint": pbx.endpoint(pbx.number("10"), uuid4()), "app": pbx.app}
    answer = pbx.raw("POST", f"/channels/{str(call)[:20]}", json=body)
    assert answer.status_code == (409 if pbx.target.release >= 22 else 200)


@pytest.mark.parametrize("trunk", ["nosuch", "noreach", "down"])
def test_a_trunk_that_can_not_be_reached_is_refused_for_its_fault_without_an_event(
    pbx: Pbx, listener: Listener, trunk: str
) -> None:
    with pytest.raises(Refused) as caught:
        pbx.dial("00", trunk=trunk)
    assert (caught.value.http_status, caught.value.fault) == (500, Fault.TRUNK)
    assert caught.value.message == "Allocation failed"
    # Whatever had been sent about it would have come before the events of the next call.
    listener.wait_for("ChannelDestroyed", pbx.dial("10"))
    assert len({event_channel["id"] for event_channel in _channels(listener)}) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"endpoint": ""}, 400),
        ({"endpoint": "bogus"}, 400),
        ({"endpoint": "NOTECH/123"}, 500),
        ({"endpoint": "PJSIP/+442079460000@carrier", "variables": {"a": 1}}, 400),
    ],
    ids=["no endpoint", "empty endpoint", "no technology", "unknown technology", "a number among the variables"],
)
def test_a_request_that_can_not_be_understood_dials_nobody(pbx: Pbx, body: dict[str, object], status: int) -> None:
    answer = pbx.raw("POST", f"/channels/{uuid4()}", json={"app": pbx.app, **body})
    assert answer.status_code == status
    assert set(answer.json()) <= {"message", "error"}


def test_neither_an_application_nor_an_extension_is_refused(pbx: Pbx) -> None:
    answer = pbx.raw("POST", f"/channels/{uuid4()}", json={"endpoint": "PJSIP/+442079460000@carrier"})
    assert answer.status_code == 400


def test_a_body_that_is_not_json_is_refused(pbx: Pbx) -> None:
    headers = {"Content-Type": "application/json"}
    assert pbx.raw("POST", f"/channels/{uuid4()}", data="{not json", headers=headers).status_code == 400


def test_an_id_that_is_too_long_is_refused(pbx: Pbx) -> None:
    body = {"endpoint": "PJSIP/+442079460010@carrier", "app": pbx.app}
    assert pbx.raw("POST", f"/channels/{'a' * 150}", json=body).status_code == 400


def test_a_wrong_password_is_the_node_s_fault(pbx: Pbx) -> None:
    with AriClient(pbx.target.url, USERNAME, "wrong", pbx.app) as client, pytest.raises(Refused) as caught:
        client.originate(uuid4(), endpoint="PJSIP/1@carrier", caller_id=None, timeout_seconds=1, variables={})
    assert (caught.value.http_status, caught.value.fault) == (401, Fault.NODE)


def test_a_port_where_nobody_listens_was_never_sent_to(pbx: Pbx) -> None:
    with AriClient("http://127.0.0.1:9", USERNAME, "secret", pbx.app) as client, pytest.raises(NeverSent):
        client.originate(uuid4(), endpoint="PJSIP/1@carrier", caller_id=None, timeout_seconds=1, variables={})


def test_a_timeout_as_text_becomes_the_default(pbx: Pbx, listener: Listener) -> None:
    call = uuid4()
    pbx.calls.append(call)
    # As a number it would end this call before it is answered.
    body = {"endpoint": pbx.endpoint(pbx.number("05"), call), "app": pbx.app, "timeout": "1"}
    assert pbx.raw("POST", f"/channels/{call}", json=body).status_code == 200
    listener.wait_for("StasisStart", call)


def test_the_answer_names_the_channel_and_the_id_that_was_given(pbx: Pbx, listener: Listener) -> None:
    call = uuid4()
    pbx.calls.append(call)
    answer = pbx.client.originate(
        call,
        endpoint=pbx.endpoint(pbx.number("03"), call),
        caller_id="+442079460999",
        timeout_seconds=3,
        variables={"CONTACT_NAME": "Ada"},
        app_args="call,7",
    )
    assert answer.channel.startswith("PJSIP/carrier-")
    start = listener.wait_for("StasisStart", call)
    assert start["args"] == ["call", "7"]
    assert start["channel"]["name"] == answer.channel
    eventually(lambda: pbx.invites(call) == 1)
    assert pbx.target.ledger().invites_by_channel()[str(call)][0].caller_id == "+442079460999"


def _channels(listener: Listener) -> list[dict[str, object]]:
    return [event.get("channel") or event["peer"] for event in listener.of()]


def test_ids_are_told_as_they_were_given(pbx: Pbx, listener: Listener) -> None:
    call = UUID(int=uuid4().int)
    pbx.dial("10", call=call)
    assert listener.wait_for("ChannelDestroyed", call)["channel"]["id"] == str(call)
