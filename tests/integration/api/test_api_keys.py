"""API keys."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import Api

NEW = {"name": "crm", "scopes": ["campaigns:read"]}


def with_key(client: Api, key: str) -> Api:
    return Api(client.flask, {"Authorization": f"Bearer {key}"})


def test_a_key_is_shown_once_and_kept_as_a_hash(manager: Api, client: Api, dialer: Dialer) -> None:
    made = manager.post("/v1/api-keys", NEW)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    key = made.json["key"]
    assert key.startswith(made.json["prefix"])
    assert "key" not in manager.get(made.headers["Location"]).json
    with dialer.engine.connect() as connection:
        stored = connection.execute(text("SELECT api_keys::text FROM api_keys")).scalar_one()
    assert key.rpartition("_")[2] not in stored
    me = with_key(client, key).get("/v1/auth/me").json
    assert (me["key_id"], me["scopes"], me["role"]) == (made.json["id"], ["campaigns:read"], "manager")


def test_a_key_tells_when_it_was_last_used(manager: Api, client: Api) -> None:
    made = manager.post("/v1/api-keys", NEW).json
    assert made["last_used_at"] is None
    with_key(client, made["key"]).get("/v1/campaigns")
    assert manager.get(f"/v1/api-keys/{made['id']}").json["last_used_at"] is not None


def test_a_rotated_key_has_a_new_secret_and_the_old_one_for_as_long_as_was_asked(
    manager: Api, client: Api, dialer: Dialer
) -> None:
    made = manager.post("/v1/api-keys", NEW).json
    path = f"/v1/api-keys/{made['id']}/rotate"
    second = manager.post(path, {"grace_seconds": 60}).json
    assert (second["prefix"], second["key"] != made["key"]) == (made["prefix"], True)
    for key in (made["key"], second["key"]):
        assert with_key(client, key).get("/v1/campaigns").status_code == 200
    third = manager.post(path, {}).json
    for key, status in ((made["key"], 401), (second["key"], 401), (third["key"], 200)):
        assert with_key(client, key).get("/v1/campaigns").status_code == status


def test_a_revoked_key_can_not_be_rotated(manager: Api) -> None:
    made = manager.post("/v1/api-keys", NEW).json
    assert manager.delete(f"/v1/api-keys/{made['id']}").json["revoked_at"] is not None
    assert manager.post(f"/v1/api-keys/{made['id']}/rotate", {}).status_code == 404


def test_keys_are_their_owners_and_administrators_may_end_them(
    manager: Api, admin: Api, as_role: Callable[[Role], Api], client: Api
) -> None:
    made = manager.post("/v1/api-keys", NEW).json
    path, other = f"/v1/api-keys/{made['id']}", as_role(Role.MANAGER)
    assert other.get("/v1/api-keys").json["items"] == []
    for answer in (
        other.get(path),
        other.delete(path),
        other.post(f"{path}/rotate", {}),
        admin.post(f"{path}/rotate", {}),
    ):
        assert answer.status_code == 404
    assert [item["id"] for item in admin.get("/v1/api-keys").json["items"]] == [made["id"]]
    assert admin.delete(path).status_code == 200
    assert with_key(client, made["key"]).get("/v1/campaigns").status_code == 401


def test_a_repeated_answer_has_no_secret(manager: Api, dialer: Dialer) -> None:
    headers = {"Idempotency-Key": "k1"}
    first, again = (manager.post("/v1/api-keys", NEW, headers=headers).json for _ in range(2))
    assert (first["key"] is None, again["key"], again["id"]) == (False, None, first["id"])
    with dialer.engine.connect() as connection:
        kept = connection.execute(text("SELECT convert_from(body, 'UTF8') FROM idempotency_keys")).scalar_one()
    assert first["key"].rpartition("_")[2] not in kept


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": ""}, "name"),
    ],
)
def test_a_key_must_be_for_something_and_not_be_over(manager: Api, change: dict[str, object], field: str) -> None:
    answer = manager.post("/v1/api-keys", NEW | change)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field), answer.text


def test_keys_are_counted_apart_from_their_user(manager: Api, client: Api) -> None:
    key = with_key(client, manager.post("/v1/api-keys", NEW).json["key"])
    own = int(manager.get("/v1/campaigns").headers["RateLimit-Remaining"])
    assert int(key.get("/v1/campaigns").headers["RateLimit-Remaining"]) > own
