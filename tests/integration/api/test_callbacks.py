"""Callbacks, asked for and cancelled by API."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.api.conftest import NUMBER, Api

THEN = (datetime.now(UTC) + timedelta(days=2)).replace(hour=14, minute=0, second=0, microsecond=0)


@pytest.fixture
def path(contact_ids: list[int]) -> str:
    return f"/v1/contacts/{contact_ids[0]}"


def test_callback_is_stored_shown_and_cancelled(manager: Api, path: str) -> None:
    asked = manager.post(f"{path}/callback", {"at": THEN.isoformat(), "note": "after lunch"})
    assert asked.status_code == 201, asked.text
    assert asked.headers["Location"] == path
    assert (asked.json["phone_number"], asked.json["moved_by"]) == (NUMBER, None)
    shown = manager.get(path).json
    assert (shown["state"], shown["callback_at"]) == ("waiting", shown["next_attempt_at"])
    assert [callback["note"] for callback in shown["callbacks"]] == ["after lunch"]
    cancelled = manager.delete(f"{path}/callback")
    assert (cancelled.status_code, cancelled.json["state"], cancelled.json["callback_at"]) == (200, "ready", None)
    assert cancelled.json["callbacks"][0]["cancelled_at"] is not None
    assert manager.delete(f"{path}/callback").status_code == 404


def test_time_without_an_offset_is_the_callee_s_and_one_at_night_says_when_instead(manager: Api, path: str) -> None:
    night = THEN.replace(hour=3, tzinfo=None)
    asked = manager.post(f"{path}/callback", {"at": night.isoformat()}).json
    at, opens_at = datetime.fromisoformat(asked["at"]), datetime.fromisoformat(asked["opens_at"])
    assert timedelta(hours=1) <= THEN.replace(hour=3) - at <= timedelta(hours=2)
    assert (asked["moved_by"], opens_at - at) == ("outside_window", timedelta(hours=6))


def test_same_request_is_carried_out_once(manager: Api, path: str) -> None:
    for _ in range(2):
        manager.post(f"{path}/callback", {"at": THEN.isoformat()}, headers={"Idempotency-Key": "k"})
    assert len(manager.get(path).json["callbacks"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "at"),
        ({"at": "soon"}, 422, "at"),
        ({"at": "2020-01-01T12:00:00Z"}, 422, "at"),
        ({"at": THEN.isoformat(), "phone_number": "+4930901899"}, 422, "phone_number"),
        ({"at": THEN.isoformat(), "phone_number": "12"}, 422, "phone_number"),
    ],
)
def test_what_can_not_be_asked_for_is_refused_by_its_name(
    manager: Api, path: str, body: dict[str, str], status: int, field: str
) -> None:
    answer = manager.post(f"{path}/callback", body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (status, field), answer.text
    assert manager.get(path).json["callbacks"] == []


def test_who_must_not_be_called_can_not_be_called_back(admin: Api, path: str) -> None:
    admin.post("/v1/dnc", {"phone_number": NUMBER})
    answer = admin.post(f"{path}/callback", {"at": THEN.isoformat()})
    assert (answer.status_code, answer.json["gate_code"]) == (422, "dnc")
    assert admin.post("/v1/contacts/999/callback", {"at": THEN.isoformat()}).status_code == 404
