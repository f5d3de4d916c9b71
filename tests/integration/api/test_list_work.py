"""The daily work with campaigns and lists."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import Api

OF_ITS_OWN = {"id", "name", "created_by", "created_at", "updated_at", "started_at", "ended_at", "state", "version"}


def test_clone_has_the_settings_and_is_a_draft_without_contacts(
    manager: Api, campaign_id: int, contact_ids: list[int]
) -> None:
    changes = {
        "cps": 2.5,
        "calling_window": {"start": "10:00", "end": "18:30", "days": [1, 2]},
        "number_caps": [{"calls": 2, "period_hours": 24}],
        "retry_policy": {"busy": None, "no_answer": {"delay_seconds": 60}},
        "profile": "uk",
        "timeout_seconds": 20,
        "default_time_zone": "Europe/London",
    }
    edited = manager.patch(f"/v1/campaigns/{campaign_id}", changes)
    assert edited.status_code == 200, edited.text
    assert manager.post(f"/v1/campaigns/{campaign_id}/start").status_code == 200
    answer = manager.post(f"/v1/campaigns/{campaign_id}/clone", {"name": "summer"})
    assert answer.status_code == 201, answer.text
    clone, original = answer.json, manager.get(f"/v1/campaigns/{campaign_id}").json
    assert {k: v for k, v in clone.items() if k not in OF_ITS_OWN} == {
        k: v for k, v in original.items() if k not in OF_ITS_OWN
    }
    assert (clone["name"], clone["state"], clone["version"], clone["started_at"]) == ("summer", "draft", 1, None)
    assert answer.headers["Location"] == f"/v1/campaigns/{clone['id']}"
    assert manager.get(f"/v1/campaigns/{clone['id']}/stats").json["contacts_total"] == 0


def test_clone_needs_a_free_name_and_a_campaign(manager: Api, campaign_id: int) -> None:
    assert manager.post(f"/v1/campaigns/{campaign_id}/clone", {"name": "spring"}).status_code == 409
    assert manager.post(f"/v1/campaigns/{campaign_id}/clone", {}).status_code == 422
    assert manager.post("/v1/campaigns/999999/clone", {"name": "summer"}).status_code == 404


def test_clone_sent_twice_with_a_key_makes_one(manager: Api, campaign_id: int) -> None:
    key = {"Idempotency-Key": "clone-1"}
    first, second = (
        manager.post(f"/v1/campaigns/{campaign_id}/clone", {"name": "summer"}, headers=key) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_a_cancelled_campaign_can_be_cloned(manager: Api, campaign_id: int) -> None:
    manager.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert manager.post(f"/v1/campaigns/{campaign_id}/clone", {"name": "summer"}).json["state"] == "draft"


def test_results_by_attempt(
    as_role: Callable[[Role], Api],
    manager: Api,
    campaign_id: int,
    contact_ids: list[int],
    add_call: Callable[..., str],
) -> None:
    assert manager.delete(f"/v1/calls/{add_call(contact_ids[0])}").status_code == 200
    answer = as_role(Role.VIEWER).get(f"/v1/campaigns/{campaign_id}/results?by=attempt")
    assert answer.status_code == 200, answer.text
    (group,) = answer.json["groups"]
    assert (group["value"], group["ended"], group["calls"]["cancelled"]) == ("1", 1, 1)
    assert answer.json["total"]["calls"] == manager.get(f"/v1/campaigns/{campaign_id}/stats").json["calls"]
    assert answer.json["as_of"].endswith("Z")


def test_results_of_what_there_is_not(manager: Api, campaign_id: int) -> None:
    assert manager.get(f"/v1/campaigns/{campaign_id}/results").status_code == 422
    assert manager.get(f"/v1/campaigns/{campaign_id}/results?by=weather").status_code == 422
    assert manager.get("/v1/campaigns/999999/results?by=hour").status_code == 404
    assert manager.get(f"/v1/campaigns/{campaign_id}/results?by=hour").json["groups"] == []


# Lists


def uploaded(manager: Api, campaign_id: int) -> int:
    answer = manager.post(
        f"/v1/campaigns/{campaign_id}/call-lists", data="phone\n+4930901899\n", content_type="text/csv"
    )
    assert answer.status_code == 202, answer.text
    assert answer.json["active"] is True
    return int(answer.json["id"])


def test_list_is_switched_off_and_on(manager: Api, campaign_id: int) -> None:
    path = f"/v1/call-lists/{uploaded(manager, campaign_id)}"
    answer = manager.patch(path, {"active": False})
    assert answer.status_code == 200, answer.text
    assert (answer.json["active"], answer.json["in_flight"]) == (False, 0)
    assert manager.get(path).json["active"] is False
    assert manager.patch(path, {"active": True, "name": "again"}).json["name"] == "again"


def test_list_is_edited_as_it_was_read(manager: Api, campaign_id: int) -> None:
    path = f"/v1/call-lists/{uploaded(manager, campaign_id)}"
    tag = manager.get(path).headers["ETag"]
    assert manager.patch(path, {"active": False}, if_match=tag).status_code == 200
    assert manager.patch(path, {"active": True}, if_match=tag).status_code == 412
    assert manager.patch(path, {"active": True}, if_match=None).status_code == 428
    assert manager.patch(path, {"active": None}).status_code == 422
    assert manager.patch("/v1/call-lists/999999", {"active": True}).status_code == 404


def test_order_of_dialing_is_set_and_edited(manager: Api, campaign_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}"
    assert manager.get(path).json["dial_order"] == "list"
    assert manager.patch(path, {"dial_order": "newest"}).json["dial_order"] == "newest"
    assert manager.patch(path, {"dial_order": "by_heart"}).status_code == 422


# Requeues


def test_requeue_is_begun_and_followed(manager: Api, dialer: Dialer, campaign_id: int, contact_ids: list[int]) -> None:
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE contacts SET state = 'done', final_reason = 'answered', last_disposition = 'answered'"))
    path = f"/v1/campaigns/{campaign_id}/requeues"
    answer = manager.post(path, {"dispositions": ["answered", "busy"], "more_attempts": 2})
    assert answer.status_code == 202, answer.text
    assert (answer.json["state"], answer.json["dispositions"]) == ("running", ["answered", "busy"])
    dialer.requeueing.work(seconds=10)
    found = manager.get(answer.headers["Location"]).json
    assert (found["state"], found["requeued"], found["left_out"]) == ("completed", 3, {})
    assert manager.get(path).json["items"] == [found]


def test_requeue_sent_twice_with_a_key_is_one(manager: Api, campaign_id: int) -> None:
    path, key = f"/v1/campaigns/{campaign_id}/requeues", {"Idempotency-Key": "again-1"}
    first, second = (manager.post(path, {"dispositions": ["busy"]}, headers=key) for _ in range(2))
    assert first.json == second.json
    assert len(manager.get(path).json["items"]) == 1


def test_requeue_that_makes_no_sense_is_refused(manager: Api, campaign_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}/requeues"
    bodies: list[dict[str, Any]] = [
        {},
        {"dispositions": []},
        {"dispositions": ["withdrawn"]},
        {"dispositions": ["bored"]},
        {"dispositions": ["busy"], "more_attempts": 0},
        {"dispositions": ["busy"], "call_list_id": 999999},
    ]
    for body in bodies:
        assert manager.post(path, body).status_code == 422, body
    assert manager.post("/v1/campaigns/999999/requeues", {"dispositions": ["busy"]}).status_code == 404
    assert manager.get("/v1/campaigns/999999/requeues").status_code == 404
    assert manager.get("/v1/requeues/999999").status_code == 404
    assert manager.post(f"/v1/campaigns/{campaign_id}/cancel").status_code == 200
    assert manager.post(path, {"dispositions": ["busy"]}).status_code == 409
