"""Test calls of campaigns."""

from tests.integration.api.conftest import NUMBER, Api
from tests.support.world import RecordedNudges


def test_a_test_call_is_as_the_campaign_s_and_outside_its_counts(
    admin: Api, campaign_id: int, trunk_id: int, nudged: RecordedNudges
) -> None:
    campaign = admin.get(f"/v1/campaigns/{campaign_id}").json
    before = admin.get(f"/v1/campaigns/{campaign_id}/stats").json
    answer = admin.post(
        f"/v1/campaigns/{campaign_id}/test-call", {"phone_number": NUMBER, "variables": {"NAME": "Ada"}}
    )
    assert answer.status_code == 201, answer.text
    call = answer.json
    assert (call["campaign_id"], call["contact_id"], call["trunk_id"]) == (None, None, trunk_id)
    assert (call["answer_action"], call["timeout_seconds"]) == (campaign["answer_action"], campaign["timeout_seconds"])
    assert (call["caller_id"], call["variables"]) == (campaign["caller_id"], {"NAME": "Ada"})
    assert nudged.trunks == [trunk_id]
    after = admin.get(f"/v1/campaigns/{campaign_id}/stats").json
    assert {**before, "as_of": None} == {**after, "as_of": None}


def test_a_test_call_goes_through_the_gate(admin: Api, campaign_id: int) -> None:
    admin.post("/v1/dnc", {"phone_number": NUMBER})
    answer = admin.post(f"/v1/campaigns/{campaign_id}/test-call", {"phone_number": NUMBER})
    assert (answer.status_code, answer.json["code"], answer.json["gate_code"]) == (422, "gate_refused", "dnc")


def test_a_test_call_of_a_campaign_that_is_not_there(admin: Api) -> None:
    answer = admin.post("/v1/campaigns/999999/test-call", {"phone_number": NUMBER})
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_the_same_test_call_is_made_once(admin: Api, campaign_id: int) -> None:
    headers = {"Idempotency-Key": "one"}
    path = f"/v1/campaigns/{campaign_id}/test-call"
    first = admin.post(path, {"phone_number": NUMBER}, headers=headers)
    second = admin.post(path, {"phone_number": NUMBER}, headers=headers)
    assert (first.status_code, second.json["id"]) == (201, first.json["id"])
