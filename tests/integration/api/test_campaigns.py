"""Campaigns: created, listed, edited, commanded."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from api.schemas.campaigns import CampaignOut, CampaignPatch
from dialer.bootstrap import Dialer
from dialer.db import barrier
from tests.integration.api.conftest import Api

PLAY = {"type": "play", "sound": "hello"}


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim that is held open here may be so for as long as the machine takes."""
    monkeypatch.setattr(barrier, "CLAIM_ASLEEP_MS", 60_000)


def state(dialer: Dialer, campaign_id: int) -> str:
    with dialer.engine.begin() as tx:
        found: str = tx.execute(text("SELECT state FROM campaigns WHERE id = :id"), {"id": campaign_id}).scalar_one()
        return found


@contextmanager
def claiming(dialer: Dialer) -> Iterator[None]:
    """A claim that has begun and not committed."""
    with dialer.engine.begin() as tx:
        barrier.share(tx)
        yield


def waits_for_the_barrier(dialer: Dialer) -> None:
    """Return when somebody waits for claims to commit."""
    deadline = time.monotonic() + 60
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while time.monotonic() < deadline:
        with dialer.engine.begin() as tx:
            if tx.execute(waiting).scalar_one():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for the barrier")


def test_a_campaign_begins_as_a_draft_with_defaults(admin: Api, trunk_id: int) -> None:
    answer = admin.post("/v1/campaigns", {"name": " spring ", "trunk_id": trunk_id, "answer_action": PLAY})
    assert answer.status_code == 201
    made = answer.json
    assert made["name"] == "spring"
    assert (made["state"], made["version"], made["max_attempts"], made["timeout_seconds"]) == ("draft", 1, 3, 30)
    assert made["calling_window"] == {"start": "09:00", "end": "20:00", "days": [1, 2, 3, 4, 5, 6, 7]}
    assert made["retry_policy"]["busy"]["delay_seconds"] == 300
    assert made["created_by"].startswith("admin.")
    assert made["created_at"].endswith("Z")
    assert answer.headers["Location"].endswith(f"/v1/campaigns/{made['id']}")
    assert admin.get(f"/v1/campaigns/{made['id']}").json == made


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"trunk_id": 31000}, "trunk_id"),
        ({"trunk_id": 40000}, "trunk_id"),
        ({"answer_action": None}, "answer_action"),
        ({"answer_action": {"type": "play", "sound": "../etc/passwd"}}, "answer_action.play.sound"),
        ({"cps": 0.001}, "cps"),
        ({"cps": float("nan")}, "cps"),
        ({"timeout_seconds": 601}, "timeout_seconds"),
        ({"default_region": "XX"}, "default_region"),
        ({"default_time_zone": "Mars/Olympus"}, "default_time_zone"),
        ({"calling_window": {"start": "20:00", "end": "09:00"}}, "calling_window"),
        ({"retry_policy": {"busy": {"delay_seconds": -1}}}, "retry_policy.busy.delay_seconds"),
        ({"retries": 3}, "retries"),
        ({"answer_action": {"type": "transfer", "queue": "sales"}}, "people"),
        ({"people": -1}, "people"),
        ({"abandon_ceiling": 0}, "abandon_ceiling"),
        ({"profile": "uk", "abandon_ceiling": 3.5}, "abandon_ceiling"),
    ],
)
def test_a_field_that_is_wrong_is_named(admin: Api, trunk_id: int, change: dict[str, object], field: str) -> None:
    body = {"name": "spring", "trunk_id": trunk_id, "answer_action": PLAY} | change
    answer = admin.post("/v1/campaigns", body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input"), answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_an_answer_action_must_be_given(admin: Api, trunk_id: int) -> None:
    answer = admin.post("/v1/campaigns", {"name": "spring", "trunk_id": trunk_id})
    assert [error["field"] for error in answer.json["errors"]] == ["answer_action"]


def test_names_are_unique_also_after_an_edit(admin: Api, campaign_id: int, trunk_id: int) -> None:
    body = {"name": "spring", "trunk_id": trunk_id, "answer_action": PLAY}
    assert admin.post("/v1/campaigns", body).json["code"] == "conflict"
    other = admin.post("/v1/campaigns", body | {"name": "autumn"}).json["id"]
    assert admin.patch(f"/v1/campaigns/{other}", {"name": "spring"}).status_code == 409


def test_an_unknown_campaign_is_not_found(admin: Api) -> None:
    for answer in (
        admin.get("/v1/campaigns/999"),
        admin.patch("/v1/campaigns/999", {"name": "x"}),
        admin.post("/v1/campaigns/999/start"),
        admin.post("/v1/campaigns/999/pause"),
        admin.get("/v1/campaigns/999/stats"),
        admin.get("/v1/campaigns/999/contacts"),
        admin.get("/v1/campaigns/999/call-lists"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_pages_hold_every_campaign_once_although_new_ones_come(admin: Api, trunk_id: int) -> None:
    def create(n: int) -> int:
        body = {"name": f"c{n}", "trunk_id": trunk_id, "answer_action": PLAY}
        return int(admin.post("/v1/campaigns", body).json["id"])

    made = [create(n) for n in range(5)]
    seen: list[int] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = admin.get("/v1/campaigns", query_string=query).json
        seen += [item["id"] for item in page["items"]]
        create(100 + len(seen))
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_the_last_full_page_has_no_next_one(admin: Api, campaign_id: int) -> None:
    assert admin.get("/v1/campaigns?limit=1").json["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "%00", "WyJjYWxscyIsIjEiXQ", "WyJjYW1wYWlnbnMiLCJ4Il0", "é", "bnVsbA", "e30"])
def test_a_cursor_of_another_list_is_refused(admin: Api, cursor: str) -> None:
    answer = admin.get(f"/v1/campaigns?cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_campaigns_are_filtered_by_state(admin: Api, campaign_id: int) -> None:
    assert admin.get("/v1/campaigns?state=running").json["items"] == []
    assert [c["id"] for c in admin.get("/v1/campaigns?state=draft").json["items"]] == [campaign_id]
    assert admin.get("/v1/campaigns?state=asleep").status_code == 422


def test_an_edit_changes_what_it_names_and_counts_the_version(admin: Api, campaign_id: int) -> None:
    admin.patch(f"/v1/campaigns/{campaign_id}", {"caller_id": "+4930111111", "max_attempts": 5})
    answer = admin.patch(
        f"/v1/campaigns/{campaign_id}", {"caller_id": None, "calling_window": {"start": "10:00", "end": "24:00"}}
    )
    assert answer.status_code == 200
    assert (answer.json["caller_id"], answer.json["max_attempts"], answer.json["version"]) == (None, 5, 3)
    assert answer.json["calling_window"]["end"] == "24:00"
    assert answer.json["in_flight"] == 0


def test_an_empty_edit_changes_nothing(admin: Api, campaign_id: int) -> None:
    assert admin.patch(f"/v1/campaigns/{campaign_id}", {}).json["version"] == 1


@pytest.mark.parametrize("field", ["name", "trunk_id", "answer_action", "max_attempts", "retry_policy"])
def test_a_required_field_can_not_be_edited_away(admin: Api, campaign_id: int, field: str) -> None:
    answer = admin.patch(f"/v1/campaigns/{campaign_id}", {field: None})
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_campaign_goes_through_its_states(admin: Api, campaign_id: int) -> None:
    for command, expected in [
        ("start", "running"),
        ("start", "running"),
        ("pause", "paused"),
        ("pause", "paused"),
        ("resume", "running"),
        ("cancel", "cancelled"),
        ("cancel", "cancelled"),
    ]:
        answer = admin.post(f"/v1/campaigns/{campaign_id}/{command}")
        assert (answer.status_code, answer.json["state"]) == (200, expected), command
    assert answer.json["started_at"] is not None
    assert answer.json["ended_at"] is not None


def test_a_command_that_is_not_possible_tells_what_is(admin: Api, campaign_id: int) -> None:
    answer = admin.post(f"/v1/campaigns/{campaign_id}/pause")
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert (answer.json["state"], answer.json["allowed"]) == ("draft", ["start", "cancel"])


def test_a_cancelled_campaign_can_not_be_edited_or_started(admin: Api, campaign_id: int) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert admin.patch(f"/v1/campaigns/{campaign_id}", {"name": "x"}).status_code == 409
    assert admin.post(f"/v1/campaigns/{campaign_id}/start").status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/v1/campaigns/{id}/pause", None),
        ("post", "/v1/campaigns/{id}/cancel", None),
        ("patch", "/v1/campaigns/{id}", {"max_attempts": 1}),
        ("put", "/v1/emergency-stop", {"reason": "drill"}),
        ("post", "/v1/dnc", {"phone_number": "+4930901820"}),
        ("put", "/v1/allow-list", {"only": True}),
    ],
)
def test_a_decision_waits_for_a_claim_that_has_begun(
    admin: Api, campaign_id: int, dialer: Dialer, method: str, path: str, body: object
) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    answers: list[int] = []

    def decide() -> None:
        answer = admin.open(path.format(id=campaign_id), method=method.upper(), json=body)
        answers.append(answer.status_code)

    decision = threading.Thread(target=decide)
    with claiming(dialer):
        decision.start()
        waits_for_the_barrier(dialer)
        assert answers == []
        assert state(dialer, campaign_id) == "running"
    decision.join(60)
    assert answers == [200]


def test_a_start_does_not_wait_for_claims(admin: Api, campaign_id: int, dialer: Dialer) -> None:
    with claiming(dialer):
        assert admin.post(f"/v1/campaigns/{campaign_id}/start").status_code == 200


@pytest.mark.parametrize("command", ["pause", "cancel"])
def test_a_claimed_call_is_waited_for_until_it_can_not_be_sent_any_more(
    admin: Api,
    campaign_id: int,
    contact_ids: list[int],
    add_call: Callable[..., str],
    dialer: Dialer,
    command: str,
) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    add_call(contact_ids[0], "originating", dial_by_seconds=0.7)
    answer = admin.post(f"/v1/campaigns/{campaign_id}/{command}")
    with dialer.engine.begin() as tx:
        assert tx.execute(text("SELECT bool_and(dial_by < clock_timestamp()) FROM calls")).scalar_one()
    assert answer.json["in_flight"] == 1


def test_a_cancel_takes_queued_calls_back_and_leaves_contacts_as_they_are(
    admin: Api, campaign_id: int, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    queued, talking = add_call(contact_ids[0]), add_call(contact_ids[1], "up")
    answer = admin.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert answer.json["in_flight"] == 1
    call = admin.get(f"/v1/calls/{queued}").json
    assert (call["state"], call["disposition"], call["failure_reason"]) == ("ended", "withdrawn", "campaign_cancelled")
    assert admin.get(f"/v1/calls/{talking}").json["state"] == "up"
    states = [admin.get(f"/v1/contacts/{contact_id}").json["state"] for contact_id in contact_ids]
    assert states == ["ready", "in_call", "ready"]


@pytest.mark.parametrize("field", sorted(set(CampaignOut.model_fields) - set(CampaignPatch.model_fields)))
def test_what_can_not_be_edited_is_refused_by_its_name(admin: Api, campaign_id: int, field: str) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    before = admin.get(f"/v1/campaigns/{campaign_id}").json
    answer = admin.patch(f"/v1/campaigns/{campaign_id}", {"max_attempts": 9, field: before[field]})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert admin.get(f"/v1/campaigns/{campaign_id}").json == before
