"""Calls: single ones, lists, hanging up."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from tests.integration.api.conftest import NUMBER, Api
from tests.support.world import RecordedNudges

PLAY = {"type": "play", "sound": "hello"}


def test_a_single_call_is_queued_and_its_trunk_nudged(admin: Api, trunk_id: int, nudged: RecordedNudges) -> None:
    body = {"phone_number": "030 901820", "default_region": "DE", "answer_action": PLAY, "variables": {"NAME": "Ada"}}
    answer = admin.post("/v1/calls", body)
    assert answer.status_code == 201, answer.text
    call = answer.json
    assert (call["phone_number"], call["state"], call["disposition"]) == (NUMBER, "queued", None)
    assert (call["attempt_number"], call["max_attempts"], call["trunk_id"]) == (1, 1, trunk_id)
    assert (call["variables"], call["answer_action"]) == ({"NAME": "Ada"}, PLAY)
    assert nudged.trunks == [trunk_id]
    assert answer.headers["Location"].endswith(f"/v1/calls/{call['id']}")
    assert admin.get(f"/v1/calls/{call['id']}").json == call


def test_a_single_call_can_continue_in_the_dialplan(admin: Api, trunk_id: int) -> None:
    answer = admin.post("/v1/calls", {"phone_number": NUMBER, "context": "ivr", "extension": "100"})
    assert answer.json["answer_action"] == {"type": "continue", "context": "ivr", "extension": "100", "priority": 1}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone_number": "030 901820"}, "phone_number"),
        ({"phone_number": "hello"}, "phone_number"),
        ({"trunk_id": 31000}, "trunk_id"),
        ({"answer_action": None}, "body"),
        ({"context": "ivr"}, "body"),
        ({"answer_action": None, "context": "not a name"}, "body"),
        ({"extension": "1"}, "body"),
        ({"variables": {"CALLERID(num)": "1"}}, "variables.CALLERID(num).[key]"),
        ({"variables": {"A": "x\r\ny"}}, "variables.A"),
        ({"variables": {"A": 1}}, "variables.A"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_a_single_call_that_is_wrong_names_the_field(
    admin: Api, trunk_id: int, change: dict[str, object], field: str
) -> None:
    answer = admin.post("/v1/calls", {"phone_number": NUMBER, "answer_action": PLAY} | change)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input"), answer.text
    assert field in [error["field"] for error in answer.json["errors"]], answer.text


def test_without_a_trunk_id_there_must_be_one_trunk(admin: Api) -> None:
    answer = admin.post("/v1/calls", {"phone_number": NUMBER, "answer_action": PLAY})
    assert [error["field"] for error in answer.json["errors"]] == ["trunk_id"]


@pytest.mark.parametrize("number", ["110", "112"])
def test_an_emergency_number_is_never_called(admin: Api, trunk_id: int, number: str) -> None:
    body = {"phone_number": number, "default_region": "DE", "answer_action": PLAY}
    answer = admin.post("/v1/calls", body)
    assert (answer.status_code, answer.json["code"], answer.json["gate_code"]) == (422, "gate_refused", "undialable")


def test_the_gate_tells_at_once_why_not(admin: Api, trunk_id: int, dialer: Dialer, nudged: RecordedNudges) -> None:
    def refusal(**change: object) -> str:
        answer = admin.post("/v1/calls", {"phone_number": NUMBER, "answer_action": PLAY} | change)
        assert (answer.status_code, answer.json["code"]) == (422, "gate_refused"), answer.text
        return str(answer.json["gate_code"])

    admin.put("/v1/allow-list", {"only": True})
    assert refusal() == "not_on_allow_list"
    admin.post("/v1/allow-list/numbers", {"phone_number": NUMBER})
    entry = admin.post("/v1/dnc", {"phone_number": NUMBER}).json["id"]
    assert refusal() == "dnc"
    admin.delete(f"/v1/dnc/{entry}")
    admin.put("/v1/emergency-stop", {"reason": "drill"})
    assert refusal() == "emergency_stop"
    admin.delete("/v1/emergency-stop")
    assert nudged.trunks == []
    assert admin.post("/v1/calls", {"phone_number": NUMBER, "answer_action": PLAY}).status_code == 201


def test_outside_the_callees_hours_the_answer_says_until_when(
    admin: Api, trunk_id: int, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dialer.engine.begin() as tx:
        minute = tx.execute(text("SELECT extract(hour FROM clock_timestamp() AT TIME ZONE 'Asia/Tokyo')")).scalar_one()
    hour = (int(minute) + 2) % 23
    closed = dialer.settings.model_copy(update={"single_call_window": f"{hour:02d}:00-{hour:02d}:30"})
    monkeypatch.setattr(dialer.single_calls, "_settings", closed)
    body = {"phone_number": NUMBER, "answer_action": PLAY, "time_zone": "Asia/Tokyo"}
    answer = admin.post("/v1/calls", body)
    assert answer.json["gate_code"] == "outside_window"
    assert answer.json["until"] is not None


def test_calls_are_listed_newest_first_and_filtered(
    admin: Api, campaign_id: int, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    ids = {add_call(contact_ids[0]), add_call(contact_ids[1], "up")}
    single = admin.post("/v1/calls", {"phone_number": NUMBER, "answer_action": PLAY}).json["id"]

    def listed(**query: object) -> set[str]:
        answer = admin.get("/v1/calls", query_string=query)
        assert answer.status_code == 200, answer.text
        return {call["id"] for call in answer.json["items"]}

    assert listed() == ids | {single}
    assert listed(campaign_id=campaign_id) == ids
    assert len(listed(state="up")) == 1
    assert listed(contact_id=contact_ids[0], state="up") == set()
    assert listed(phone_number=NUMBER) == listed(contact_id=contact_ids[0]) | {single}
    assert listed(disposition="busy") == set()
    assert admin.get("/v1/calls?disposition=asleep").status_code == 422
    first = admin.get("/v1/calls?limit=2").json
    second = admin.get("/v1/calls", query_string={"limit": 2, "cursor": first["next_cursor"]}).json
    assert {c["id"] for c in first["items"] + second["items"]} == ids | {single}


def test_a_queued_call_is_over_at_once_and_its_contact_is_not_called_again(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    answer = admin.delete(f"/v1/calls/{add_call(contact_ids[0])}")
    assert (answer.status_code, answer.json["state"], answer.json["disposition"]) == (200, "ended", "cancelled")
    contact = admin.get(f"/v1/contacts/{contact_ids[0]}").json
    assert (contact["state"], contact["final_reason"]) == ("done", "cancelled")


def test_an_open_call_gets_a_wish_that_its_listener_carries_out(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    call_id = add_call(contact_ids[0], "ringing")
    first, again = admin.delete(f"/v1/calls/{call_id}"), admin.delete(f"/v1/calls/{call_id}")
    assert (first.status_code, first.json["state"]) == (202, "ringing")
    assert first.json["hangup_requested_at"] is not None
    assert again.json["hangup_requested_at"] == first.json["hangup_requested_at"]


def test_a_call_that_has_ended_can_not_be_hung_up(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    call_id = add_call(contact_ids[0])
    admin.delete(f"/v1/calls/{call_id}")
    answer = admin.delete(f"/v1/calls/{call_id}")
    assert (answer.status_code, answer.json["code"], answer.json["disposition"]) == (409, "conflict", "cancelled")


def test_an_unknown_call_is_not_found(admin: Api) -> None:
    for call_id in ("00000000-0000-0000-0000-000000000001", "not-a-uuid"):
        assert admin.get(f"/v1/calls/{call_id}").json["code"] == "not_found"
        assert admin.delete(f"/v1/calls/{call_id}").json["code"] == "not_found"
