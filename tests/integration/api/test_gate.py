"""The gate's rules, explanations and histories, as a user meets them."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.bootstrap import Dialer
from tests.integration.api.conftest import Api

RULES = {
    "profile": "us",
    "calling_window": {"start": "08:00", "end": "21:00"},
    "number_caps": [{"calls": 2, "period_hours": 24}],
    "min_gap_seconds": 3600,
    "skip_holidays": True,
    "consent_required": True,
    "not_before": "2026-01-01T00:00:00Z",
    "not_after": "2099-01-01T00:00:00Z",
    "weight": 3,
    "priority": 5,
}


def test_rules_of_a_campaign_are_given_read_and_edited(admin: Api, trunk_id: int) -> None:
    body = {"name": "ruled", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}, **RULES}
    made = admin.post("/v1/campaigns", body)
    assert made.status_code == 201, made.text
    assert {name: made.json[name] for name in RULES} == RULES | {
        "calling_window": {"start": "08:00", "end": "21:00", "days": [1, 2, 3, 4, 5, 6, 7]}
    }
    edited = admin.patch(f"/v1/campaigns/{made.json['id']}", {"number_caps": [], "not_after": None, "weight": 1})
    assert edited.status_code == 200, edited.text
    assert (edited.json["number_caps"], edited.json["not_after"], edited.json["weight"]) == ([], None, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"profile": "atlantis"}, "profile"),
        ({"profile": "us", "calling_window": {"start": "07:00", "end": "20:00"}}, "calling_window"),
        ({"profile": "us-fl", "number_caps": [{"calls": 9, "period_hours": 24}]}, "number_caps"),
        ({"profile": "uk", "timeout_seconds": 10}, "timeout_seconds"),
        ({"not_before": "2026-01-02T00:00:00Z", "not_after": "2026-01-01T00:00:00Z"}, "not_after"),
    ],
)
def test_campaign_that_loosens_its_profile_is_refused_with_the_field(
    admin: Api, trunk_id: int, campaign_id: int, change: dict[str, Any], field: str
) -> None:
    body = {"name": "loose", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}, **change}
    for answer in (admin.post("/v1/campaigns", body), admin.patch(f"/v1/campaigns/{campaign_id}", change)):
        assert answer.status_code == 422, answer.text
        assert field in {error["field"] for error in answer.json["errors"]}


def test_profiles_show_their_sources_and_what_they_leave_out(admin: Api) -> None:
    shown = {profile["name"]: profile for profile in admin.get("/v1/profiles").json["items"]}
    assert set(shown) == {"us", "us-fl", "us-ok", "us-wa", "uk", "ca", "none"}
    assert shown["us"]["hours"]["windows"][0]["start"] == "08:00"
    assert all(profile["not_covered"] for profile in shown.values())


def test_contact_and_campaign_are_explained(admin: Api, campaign_id: int, contact_ids: list[int]) -> None:
    told = admin.get(f"/v1/contacts/{contact_ids[0]}/explain")
    assert told.status_code == 200, told.text
    assert (told.json["code"], told.json["dialable"]) == ("campaign_not_running", False)
    whole = admin.get(f"/v1/campaigns/{campaign_id}/explain").json
    assert whole["contacts"] == len(contact_ids) == sum(group["contacts"] for group in whole["groups"])
    assert admin.get("/v1/contacts/987654/explain").status_code == 404
    assert admin.get("/v1/campaigns/987654/explain").status_code == 404


def test_history_of_a_number_has_its_calls_campaigns_and_dnc_entries(
    admin: Api, campaign_id: int, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    number = admin.get(f"/v1/contacts/{contact_ids[0]}").json["phone_number"]
    call_id = add_call(contact_ids[0])
    admin.post("/v1/dnc", {"phone_number": number, "reason": "asked"})
    told = admin.get(f"/v1/numbers/{number}/history")
    assert told.status_code == 200, told.text
    assert [call["id"] for call in told.json["calls"]["items"]] == [call_id]
    assert list(told.json["campaigns"]) == [str(campaign_id)]
    assert [entry["reason"] for entry in told.json["dnc"]] == ["asked"]
    assert admin.get("/v1/numbers/+19995550100/history").json["calls"]["items"] == []
    assert admin.get("/v1/numbers/hello/history").status_code == 422


def test_region_and_consent_of_a_contact_are_kept(admin: Api, campaign_id: int) -> None:
    person = {
        "phone_number": "+442079460999",
        "region": "gb-sct",
        "consent_at": "2026-03-01",
        "consent_source": "form",
    }
    added = admin.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": [person]}).json["results"][0]
    contact = admin.get(f"/v1/contacts/{added['contact_id']}").json
    assert contact["regions"] == ["GB", "GB-SCT"]
    assert contact["consent_at"].startswith("2026-03-01T00:00:00")
    assert contact["consent_source"] == "form"


def test_caller_ids_of_a_trunk_are_added_read_edited_and_removed(admin: Api, trunk_id: int) -> None:
    path = f"/v1/trunks/{trunk_id}/caller-ids"
    made = admin.post(path, {"phone_number": "+12125550100", "label": "New York"})
    assert made.status_code == 201, made.text
    assert (made.json["phone_number"], made.json["enabled"], made.json["trunk_id"]) == ("+12125550100", True, trunk_id)
    one = f"{path}/{made.json['id']}"
    assert [item["id"] for item in admin.get(path).json["items"]] == [made.json["id"]]
    assert admin.post(path, {"phone_number": "+12125550100"}).status_code == 409
    for wrong in ("12125550100", "+12125550100\r\n", '"A" <+12125550101>', "+10"):
        assert admin.post(path, {"phone_number": wrong}).status_code == 422
    edited = admin.patch(one, {"enabled": False})
    assert (edited.status_code, edited.json["enabled"], edited.json["in_flight"]) == (200, False, 0)
    assert admin.get(f"{path}?enabled=true").json["items"] == []
    assert admin.delete(one).status_code == 204
    assert admin.get(one).status_code == 404
    assert admin.get("/v1/trunks/999/caller-ids").status_code == 404


def test_campaign_takes_a_pool_of_its_trunk_or_one_caller_id_and_not_both(
    admin: Api, trunk_id: int, campaign_id: int
) -> None:
    path = f"/v1/campaigns/{campaign_id}"
    admin.patch(path, {"caller_id": None})
    refused = admin.patch(path, {"caller_id_pool": {}})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "caller_id_pool")
    admin.post(f"/v1/trunks/{trunk_id}/caller-ids", {"phone_number": "+12125550100"})
    taken = admin.patch(path, {"caller_id_pool": {"policy": "rotation"}})
    assert taken.json["caller_id_pool"] == {"policy": "rotation", "numbers": [], "same_for_number": True}
    both = admin.patch(path, {"caller_id": "+12125550100"})
    assert (both.status_code, both.json["errors"][0]["field"]) == (422, "caller_id_pool")
    assert admin.patch(path, {"caller_id": "+12125550100", "caller_id_pool": None}).status_code == 200
    assert admin.patch(path, {"caller_id": "+13055550100"}).status_code == 422
    assert admin.patch(path, {"caller_id": None, "caller_id_pool": {"policy": "by moon"}}).status_code == 422


def test_pace_of_a_trunk_is_shown(admin: Api, trunk_id: int) -> None:
    trunk = admin.get(f"/v1/trunks/{trunk_id}").json
    pace = admin.get(f"/v1/trunks/{trunk_id}/pace").json
    assert {name: pace[name] for name in ("trunk_id", "cps", "cps_now", "share", "channels_used", "breaker_open")} == {
        "trunk_id": trunk_id,
        "cps": trunk["cps"],
        "cps_now": trunk["cps"],
        "share": 1.0,
        "channels_used": 0,
        "breaker_open": False,
    }
    assert (pace["breaker"], pace["node_breaker"]) == ("closed", "closed")
    assert admin.get("/v1/trunks/999/pace").status_code == 404


def test_state_of_a_node_and_its_breaker_are_shown(admin: Api, dialer: Dialer, trunk_id: int) -> None:
    trunk = admin.get(f"/v1/trunks/{trunk_id}").json
    path = f"/v1/nodes/{trunk['node_id']}/state"
    state = admin.get(path).json
    assert (state["node_id"], state["enabled"], state["breaker"]) == (trunk["node_id"], True, "closed")
    for _ in range(5):
        dialer.breaker.failed(f"node:{trunk['node_id']}")
    assert admin.get(path).json["breaker"] == "open"
    pace = admin.get(f"/v1/trunks/{trunk_id}/pace").json
    assert (pace["breaker"], pace["node_breaker"], pace["breaker_open"]) == ("closed", "open", False)
    assert admin.get("/v1/nodes/999/state").status_code == 404
