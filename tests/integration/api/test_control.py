"""Do-not-call, emergency stop, allow-list, nodes and trunks."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from tests.integration.api.conftest import NUMBER, Api


def test_a_number_that_is_forbidden_is_done_everywhere(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    queued = add_call(contact_ids[0])
    answer = admin.post("/v1/dnc", {"phone_number": "030 901820", "default_region": "DE", "reason": "asked to"})
    assert answer.status_code == 200, answer.text
    assert (answer.json["phone_number"], answer.json["in_flight"], answer.json["source"]) == (NUMBER, 0, "api")
    assert admin.get(f"/v1/calls/{queued}").json["failure_reason"] == "dnc"
    states = [admin.get(f"/v1/contacts/{contact_id}").json["final_reason"] for contact_id in contact_ids]
    assert states == ["dnc", None, None]


def test_an_entry_of_another_campaign_leaves_this_one_alone(
    admin: Api, campaign_id: int, contact_ids: list[int], trunk_id: int
) -> None:
    body = {"name": "autumn", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}}
    other = admin.post("/v1/campaigns", body).json["id"]
    assert admin.post("/v1/dnc", {"phone_number": NUMBER, "campaign_id": other}).status_code == 200
    assert admin.get(f"/v1/contacts/{contact_ids[0]}").json["state"] == "ready"
    assert admin.post("/v1/dnc", {"phone_number": NUMBER, "campaign_id": campaign_id}).status_code == 200
    assert admin.get(f"/v1/contacts/{contact_ids[0]}").json["final_reason"] == "dnc"


def test_a_call_in_flight_is_told_and_goes_on(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str], dialer: Dialer
) -> None:
    call_id = add_call(contact_ids[0], "originating", dial_by_seconds=0.5)
    answer = admin.post("/v1/dnc", {"phone_number": NUMBER})
    with dialer.engine.begin() as tx:
        assert tx.execute(text("SELECT dial_by < clock_timestamp() FROM calls")).scalar_one()
    assert answer.json["in_flight"] == 1
    assert admin.get(f"/v1/calls/{call_id}").json["state"] == "originating"
    assert admin.get(f"/v1/contacts/{contact_ids[0]}").json["state"] == "in_call"


def test_an_entry_added_again_gets_the_new_reason_and_expiry(admin: Api) -> None:
    first = admin.post("/v1/dnc", {"phone_number": NUMBER, "reason": "one"}).json
    again = admin.post("/v1/dnc", {"phone_number": NUMBER, "reason": "two", "expires_at": "2100-01-01T00:00:00Z"}).json
    assert (again["id"], again["reason"], again["expires_at"]) == (first["id"], "two", "2100-01-01T00:00:00Z")
    assert len(admin.get("/v1/dnc").json["items"]) == 1
    assert admin.get("/v1/dnc", query_string={"phone_number": NUMBER}).json["items"][0]["id"] == first["id"]
    assert admin.get("/v1/dnc?campaign_id=1").json["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone_number": "x"}, "phone_number"),
        ({"phone_number": NUMBER, "campaign_id": 999}, "campaign_id"),
        ({"phone_number": NUMBER, "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"phone_number": NUMBER, "expires_at": "2100-01-01T00:00:00"}, "expires_at"),
    ],
)
def test_an_entry_that_is_wrong_names_the_field(admin: Api, body: dict[str, object], field: str) -> None:
    answer = admin.post("/v1/dnc", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_an_entry_is_removed_once(admin: Api) -> None:
    entry = admin.post("/v1/dnc", {"phone_number": NUMBER}).json["id"]
    assert admin.delete(f"/v1/dnc/{entry}").status_code == 204
    assert admin.delete(f"/v1/dnc/{entry}").json["code"] == "not_found"


def test_the_emergency_stop_takes_all_queued_calls_back_and_lasts_until_it_is_lifted(
    admin: Api, manager: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    queued = add_call(contact_ids[0])
    add_call(contact_ids[1], "up")
    assert admin.get("/v1/emergency-stop").json["stopped"] is False
    answer = manager.put("/v1/emergency-stop", {"reason": "wrong list"})
    assert (answer.json["stopped"], answer.json["reason"], answer.json["in_flight"]) == (True, "wrong list", 1)
    assert answer.json["by"].startswith("manager.")
    assert admin.get(f"/v1/calls/{queued}").json["failure_reason"] == "emergency_stop"
    again = admin.put("/v1/emergency-stop", {"reason": "still"})
    assert (again.json["at"], again.json["reason"]) == (answer.json["at"], "still")
    assert manager.delete("/v1/emergency-stop").status_code == 403
    assert admin.delete("/v1/emergency-stop").json["stopped"] is False


def test_the_allow_list_is_kept(admin: Api) -> None:
    assert admin.get("/v1/allow-list").json == {"only": False}
    assert admin.put("/v1/allow-list", {"only": True}).json == {"only": True, "in_flight": 0}
    assert admin.get("/v1/allow-list").json == {"only": True}
    for _ in range(2):
        assert admin.post("/v1/allow-list/numbers", {"phone_number": NUMBER}).status_code == 200
    assert [n["phone_number"] for n in admin.get("/v1/allow-list/numbers").json["items"]] == [NUMBER]
    assert admin.delete(f"/v1/allow-list/numbers/{NUMBER}").json == {"in_flight": 0}
    assert admin.delete(f"/v1/allow-list/numbers/{NUMBER}").json["code"] == "not_found"


def test_a_node_shows_what_its_listener_knows(admin: Api, trunk_id: int) -> None:
    node = admin.get("/v1/nodes").json["items"][0]
    assert (node["listener_alive"], node["echo_at"], node["is_simulator"]) == (False, None, None)
    edited = admin.patch(f"/v1/nodes/{node['id']}", {"enabled": False})
    assert (edited.json["enabled"], edited.json["in_flight"]) == (False, 0)
    assert admin.get(f"/v1/nodes/{node['id']}").json["enabled"] is False


def test_a_node_that_connects_itself_has_a_port_of_its_own(admin: Api, trunk_id: int) -> None:
    node = admin.get("/v1/nodes").json["items"][0]
    assert node["events_port"] is None
    assert admin.patch(f"/v1/nodes/{node['id']}", {"events_port": 8765}).json["events_port"] == 8765
    other = {"name": "pbx2", "ari_url": "http://pbx2:8088", "ari_username": "dialer", "events_port": 8765}
    taken = admin.post("/v1/nodes", other)
    assert (taken.status_code, taken.json["detail"]) == (409, "Another node has the events_port 8765 already.")
    assert admin.post("/v1/nodes", other | {"events_port": 80}).status_code == 422
    assert admin.patch(f"/v1/nodes/{node['id']}", {"events_port": None}).json["events_port"] is None
    assert admin.post("/v1/nodes", other).json["events_port"] == 8765


@pytest.mark.parametrize(
    "url",
    ["ftp://pbx/ari", "pbx:8088", "http://", "http://me:secret@pbx:8088/ari", "http://pbx:99999/ari", "http://[x"],
)
def test_a_node_needs_a_url_without_secrets(admin: Api, url: str) -> None:
    answer = admin.post("/v1/nodes", {"name": "pbx2", "ari_url": url, "ari_username": "dialer"})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "ari_url"), answer.text


def test_a_trunk_is_read_and_edited(admin: Api, trunk_id: int) -> None:
    trunk = admin.get(f"/v1/trunks/{trunk_id}").json
    assert (trunk["cps"], trunk["endpoint"]) == (50.0, "PJSIP/{number}@carrier")
    edited = admin.patch(f"/v1/trunks/{trunk_id}", {"cps": 2.5, "endpoint": "PJSIP/{digits}@carrier"})
    assert (edited.json["cps"], edited.json["in_flight"]) == (2.5, 0)
    assert admin.get("/v1/trunks").json["items"][0]["cps"] == 2.5


@pytest.mark.parametrize(
    "endpoint",
    [
        "PJSIP/carrier",
        "PJSIP/{number}@carrier,g(x)",
        "Local/{number}&SIP/x",
        "{number}",
        "PJSIP/{other}",
        "PJSIP/{number",
    ],
)
def test_an_endpoint_must_take_a_number_and_nothing_else(admin: Api, trunk_id: int, endpoint: str) -> None:
    answer = admin.patch(f"/v1/trunks/{trunk_id}", {"endpoint": endpoint})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "endpoint"), answer.text


def test_names_of_nodes_and_trunks_are_unique_and_nodes_must_exist(admin: Api, trunk_id: int) -> None:
    node = {"name": "pbx1", "ari_url": "http://127.0.0.1:8088/ari", "ari_username": "dialer"}
    assert admin.post("/v1/nodes", node).json["code"] == "conflict"
    trunk = {"name": "carrier", "node_id": 1, "endpoint": "PJSIP/{number}@x", "cps": 1, "channels": 1}
    assert admin.post("/v1/trunks", trunk).json["code"] == "conflict"
    answer = admin.post("/v1/trunks", trunk | {"name": "other", "node_id": 999})
    assert answer.json["errors"][0]["field"] == "node_id"
    for path in ("/v1/nodes/999", "/v1/trunks/999"):
        assert admin.get(path).json["code"] == "not_found"
        assert admin.patch(path, {"enabled": True}).json["code"] == "not_found"
