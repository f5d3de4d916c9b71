"""Contacts, put, edited and cancelled by API."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db import barrier
from dialer.domain.dispositions import Disposition
from dialer.services.ending import Ending, HangupReport, end_calls
from tests.integration.api.conftest import NUMBER, Api
from tests.integration.api.test_campaigns import waits_for_the_barrier

OTHER = "+4930901899"


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim that is held open here may be so for as long as the machine takes."""
    monkeypatch.setattr(barrier, "CLAIM_ASLEEP_MS", 60_000)


@pytest.fixture
def path(campaign_id: int) -> str:
    return f"/v1/campaigns/{campaign_id}/contacts/by-external-id/crm-4711"


def state(api: Api, contact_id: int) -> tuple[str, str | None]:
    found = api.get(f"/v1/contacts/{contact_id}").json
    return found["state"], found["final_reason"]


def test_a_contact_is_put_once_however_often_it_is_sent(admin: Api, path: str, campaign_id: int) -> None:
    body = {"phone_number": "+49 30 901820", "name": "Ada", "data": {"amount": "12.50"}}
    first, again = admin.put(path, body), admin.put(path, body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.headers["Location"] == f"/v1/contacts/{again.json['id']}"
    assert (again.json["phone_number"], again.json["external_id"]) == (NUMBER, "crm-4711")
    assert len(admin.get(f"/v1/campaigns/{campaign_id}/contacts").json["items"]) == 1


def test_a_contact_that_is_put_again_is_what_is_given(admin: Api, path: str) -> None:
    admin.put(path, {"phone_number": NUMBER, "name": "Ada", "priority": 5, "data": {"amount": "12.50"}})
    put = admin.put(path, {"phone_number": OTHER, "data": {"city": "Berlin"}}).json
    assert (put["phone_number"], put["name"], put["priority"], put["data"]) == (OTHER, None, 0, {"city": "Berlin"})


def test_an_id_may_have_any_characters(admin: Api, campaign_id: int) -> None:
    base = f"/v1/campaigns/{campaign_id}/contacts/by-external-id"
    put = admin.put(f"{base}/a%2Fb%20ä", {"phone_number": NUMBER})
    assert (put.status_code, put.json["external_id"]) == (201, "a/b ä"), put.text


def test_two_who_put_the_same_contact_at_once_make_one(admin: Api, path: str, campaign_id: int) -> None:
    statuses: list[int] = []

    def put(number: str) -> None:
        statuses.append(admin.put(path, {"phone_number": number}).status_code)

    threads = [threading.Thread(target=put, args=(f"+493090182{n:02}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 7 + [201]
    assert len(admin.get(f"/v1/campaigns/{campaign_id}/contacts").json["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"phone_number": "12"}, 422, "invalid_input"),
        ({"phone_number": "+49112"}, 422, "invalid_input"),
        ({"time_zone": "Mars/Phobos"}, 422, "invalid_input"),
        ({"data": {"EXTEN": "1"}}, 422, "invalid_input"),
        ({"phone": NUMBER}, 422, "invalid_input"),
    ],
)
def test_what_can_not_be_a_contact_is_refused_with_the_reason(
    admin: Api, path: str, change: dict[str, Any], status: int, code: str
) -> None:
    answer = admin.put(path, {"phone_number": NUMBER} | change)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def test_a_number_that_must_not_be_called_is_no_contact(admin: Api, path: str) -> None:
    admin.post("/v1/dnc", {"phone_number": NUMBER})
    assert admin.put(path, {"phone_number": NUMBER}).json["code"] == "gate_refused"


def test_a_number_that_another_contact_has_is_a_conflict(admin: Api, path: str, contact_ids: list[int]) -> None:
    assert admin.put(path, {"phone_number": NUMBER}).json["code"] == "conflict"
    assert admin.put(path, {"phone_number": OTHER}).status_code == 201
    assert admin.put(path, {"phone_number": NUMBER}).json["code"] == "conflict"
    assert admin.patch(f"/v1/contacts/{contact_ids[0]}", {"phone_number": OTHER}).json["code"] == "conflict"


def test_an_id_that_a_list_has_twice_is_a_conflict(admin: Api, path: str, campaign_id: int) -> None:
    both = [{"phone_number": number, "external_id": "crm-4711"} for number in (NUMBER, OTHER)]
    admin.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": both})
    assert admin.put(path, {"phone_number": NUMBER}).json["code"] == "conflict"


def test_a_cancelled_campaign_takes_none(admin: Api, path: str, campaign_id: int) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert admin.put(path, {"phone_number": NUMBER}).status_code == 409
    assert admin.put("/v1/campaigns/999/contacts/by-external-id/x", {"phone_number": NUMBER}).status_code == 404


def test_an_edit_changes_what_it_names_and_needs_the_version(admin: Api, path: str) -> None:
    made = admin.put(path, {"phone_number": NUMBER, "name": "Ada", "data": {"amount": "1"}})
    url, tag = made.headers["Location"], made.headers["ETag"]
    assert admin.patch(url, {"priority": 7}, if_match=None).status_code == 428
    edited = admin.patch(url, {"priority": 7, "name": None}, if_match=tag)
    assert (edited.json["priority"], edited.json["name"], edited.json["data"]) == (7, None, {"amount": "1"})
    assert admin.patch(url, {"priority": 8}, if_match=tag).status_code == 412
    assert admin.put(path, {"phone_number": NUMBER}, headers={"If-Match": tag}).status_code == 412


def test_an_edit_moves_the_contact_to_another_zone(admin: Api, contact_ids: list[int]) -> None:
    url = f"/v1/contacts/{contact_ids[0]}"
    assert admin.patch(url, {"time_zone": "Asia/Tokyo"}).json["zones"] == ["Asia/Tokyo"]
    assert admin.patch(url, {"priority": 1}).json["zones"] == ["Asia/Tokyo"]
    assert admin.patch(url, {"time_zone": None}).json["zones"] == ["Europe/Berlin"]


def test_a_queued_call_to_the_number_before_is_taken_back(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    call = add_call(contact_ids[0], "queued")
    edited = admin.patch(f"/v1/contacts/{contact_ids[0]}", {"phone_number": OTHER}).json
    assert admin.get(f"/v1/calls/{call}").json["disposition"] == "withdrawn"
    assert (edited["state"], edited["phone_number"]) == ("ready", OTHER)


def test_whoever_is_cancelled_is_done_at_once(admin: Api, contact_ids: list[int]) -> None:
    for _ in range(2):
        answer = admin.post(f"/v1/contacts/{contact_ids[0]}/cancel", {})
        assert (answer.status_code, answer.json["in_flight"]) == (200, 0), answer.text
        assert state(admin, contact_ids[0]) == ("done", "cancelled")
    assert state(admin, contact_ids[1]) == ("ready", None)
    assert admin.post("/v1/contacts/999/cancel", {}).status_code == 404


def test_a_queued_call_is_over_with_the_answer(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    call = add_call(contact_ids[0], "queued")
    admin.post(f"/v1/contacts/{contact_ids[0]}/cancel", {})
    assert admin.get(f"/v1/calls/{call}").json["state"] == "ended"
    assert state(admin, contact_ids[0]) == ("done", "cancelled")


@pytest.mark.parametrize("call_state", ["originating", "ringing"])
@pytest.mark.parametrize(
    "ending",
    [
        {"hangup": HangupReport(cause=17)},
        {"disposition": Disposition.NOT_DIALED},
        {"disposition": Disposition.INDETERMINATE},
        {"disposition": Disposition.TRUNK_FAULT},
    ],
)
def test_however_a_call_in_flight_ends_nobody_calls_again(
    admin: Api,
    dialer: Dialer,
    contact_ids: list[int],
    add_call: Callable[..., str],
    call_state: str,
    ending: dict[str, Any],
) -> None:
    call = add_call(contact_ids[0], call_state)
    answer = admin.post(f"/v1/contacts/{contact_ids[0]}/cancel", {}).json
    assert (answer["in_flight"], answer["state"]) == (1, "in_call")
    assert admin.get(f"/v1/calls/{call}").json["hangup_requested_at"] is not None
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE contacts SET attempts = 1"))
        end_calls(tx, [Ending(UUID(call), **ending)])
    assert state(admin, contact_ids[0]) == ("done", "cancelled")


@pytest.mark.parametrize("hang_up", [False, True])
def test_whoever_is_talking_is_cut_off_only_if_that_is_asked_for(
    admin: Api, contact_ids: list[int], add_call: Callable[..., str], hang_up: bool
) -> None:
    call = add_call(contact_ids[0], "up")
    admin.post(f"/v1/contacts/{contact_ids[0]}/cancel", {"hang_up": hang_up})
    assert (admin.get(f"/v1/calls/{call}").json["hangup_requested_at"] is not None) == hang_up


def test_the_answer_waits_for_a_claim_that_has_begun(admin: Api, dialer: Dialer, contact_ids: list[int]) -> None:
    answers: list[int] = []

    def cancel() -> None:
        answers.append(admin.post(f"/v1/contacts/{contact_ids[0]}/cancel", {}).status_code)

    thread = threading.Thread(target=cancel)
    with dialer.engine.begin() as claim:
        barrier.share(claim)
        thread.start()
        waits_for_the_barrier(dialer)
        assert answers == []
    thread.join(60)
    assert answers == [200]


def test_contact_shows_its_numbers_and_may_be_given_others(admin: Api, path: str, campaign_id: int) -> None:
    made = admin.put(path, {"phone_number": NUMBER, "numbers": ["+44 20 7946 0123"]})
    assert made.status_code == 201, made.text
    shown = [(number["phone_number"], number["next"], number["zones"]) for number in made.json["numbers"]]
    assert shown == [(NUMBER, True, ["Europe/Berlin"]), ("+442079460123", False, ["Europe/London"])]
    url, tag = made.headers["Location"], made.headers["ETag"]
    edited = admin.patch(url, {"numbers": [OTHER]}, if_match=tag)
    assert [number["phone_number"] for number in edited.json["numbers"]] == [NUMBER, OTHER]
    assert edited.headers["ETag"] != tag
    assert admin.patch(url, {"numbers": ["12"]}).json["row_code"] == "phone_no_region"
    assert admin.patch(url, {"numbers": [OTHER] * 10}).json["errors"][0]["field"] == "numbers"
    admin.post("/v1/dnc", {"phone_number": NUMBER})
    closed = admin.get(url).json
    assert [number["closed_by"] for number in closed["numbers"]] == ["dnc", None]
    assert closed["state"] == "ready"
