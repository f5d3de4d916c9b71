"""Users, as administrators see to them; and everybody's own password."""

from collections.abc import Callable

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import PASSWORD, Answer, Api

NEW = {"username": "frieda", "password": PASSWORD, "role": "viewer"}


def log_in(client: Api, username: str, password: str = PASSWORD) -> Answer:
    return client.post("/v1/auth/login", {"username": username, "password": password})


def as_user(client: Api, username: str) -> Api:
    return Api(client.flask, {"Authorization": f"Bearer {log_in(client, username).json['access_token']}"})


def test_a_user_is_added_and_may_log_in(admin: Api, client: Api) -> None:
    made = admin.post("/v1/users", NEW)
    assert (made.status_code, made.headers["Location"]) == (201, f"/v1/users/{made.json['id']}")
    assert "password" not in made.text
    assert admin.get(made.headers["Location"]).json == made.json
    assert log_in(client, "frieda").status_code == 200
    assert admin.post("/v1/users", NEW).json["code"] == "conflict"


def test_what_a_user_can_not_be_is_named(admin: Api) -> None:
    answer = admin.post("/v1/users", {"username": "a", "password": "short", "role": "king"})
    assert [error["field"] for error in answer.json["errors"]] == ["username", "password", "role"]


def test_another_role_holds_at_once(admin: Api, client: Api) -> None:
    user_id = admin.post("/v1/users", NEW).json["id"]
    frieda = as_user(client, "frieda")
    assert frieda.get("/v1/users").status_code == 403
    assert admin.patch(f"/v1/users/{user_id}", {"role": "admin"}).json["role"] == "admin"
    assert frieda.get("/v1/users").status_code == 200


def test_whoever_is_disabled_is_out_at_once_and_has_to_log_in_afterwards(admin: Api, client: Api) -> None:
    user_id = admin.post("/v1/users", NEW).json["id"]
    frieda = as_user(client, "frieda")
    disabled = admin.patch(f"/v1/users/{user_id}", {"enabled": False}).json
    assert (disabled["enabled"], disabled["disabled_at"] is None) == (False, False)
    assert frieda.get("/v1/auth/me").status_code == 401
    assert log_in(client, "frieda").status_code == 401
    admin.patch(f"/v1/users/{user_id}", {"enabled": True})
    assert frieda.get("/v1/auth/me").status_code == 401
    assert log_in(client, "frieda").status_code == 200


def test_one_administrator_remains(admin: Api) -> None:
    own = f"/v1/users/{admin.get('/v1/auth/me').json['user_id']}"
    for change in ({"enabled": False}, {"role": "manager"}):
        assert admin.patch(own, change).json["code"] == "conflict"
    other = admin.post("/v1/users", NEW | {"role": "admin"}).json["id"]
    assert admin.patch(f"/v1/users/{other}", {"enabled": False}).status_code == 200
    assert admin.patch(own, {"role": "manager"}).json["code"] == "conflict"


def test_two_edits_of_one_user_do_not_undo_each_other(admin: Api) -> None:
    made = admin.post("/v1/users", NEW)
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert admin.patch(path, {"role": "manager"}, if_match=tag).status_code == 200
    assert admin.patch(path, {"enabled": False}, if_match=tag).status_code == 412


def test_a_new_password_logs_the_user_out_everywhere(admin: Api, client: Api) -> None:
    user_id = admin.post("/v1/users", NEW).json["id"]
    frieda = as_user(client, "frieda")
    assert admin.post(f"/v1/users/{user_id}/password", {"password": "another long one"}).status_code == 204
    assert frieda.get("/v1/auth/me").status_code == 401
    assert log_in(client, "frieda").status_code == 401
    assert log_in(client, "frieda", "another long one").status_code == 200


def test_ones_own_password_asks_for_the_old_one_and_ends_the_other_log_ins(
    as_role: Callable[[Role], Api], client: Api
) -> None:
    here = as_role(Role.VIEWER)
    there = as_user(client, here.get("/v1/auth/me").json["username"])
    change = {"current_password": PASSWORD, "new_password": "another long one"}
    wrong = here.post("/v1/auth/password", change | {"current_password": "wrong"})
    assert (wrong.status_code, wrong.json["code"]) == (401, "authentication_failed")
    assert here.post("/v1/auth/password", change).status_code == 204
    assert here.get("/v1/auth/me").status_code == 200
    assert there.get("/v1/auth/me").status_code == 401


def test_guesses_at_ones_own_password_are_counted(as_role: Callable[[Role], Api], dialer: Dialer) -> None:
    user = as_role(Role.VIEWER)
    change = {"current_password": "wrong", "new_password": "another long one"}
    statuses = [user.post("/v1/auth/password", change).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_users_are_listed_by_what_they_are(admin: Api) -> None:
    user_id = admin.post("/v1/users", NEW).json["id"]
    admin.patch(f"/v1/users/{user_id}", {"enabled": False})

    def names(**query: object) -> list[str]:
        return [user["username"] for user in admin.get("/v1/users", query_string=query).json["items"]]

    assert names(role="viewer") == names(enabled="false") == names(username="frieda") == ["frieda"]
    assert names(sort="-id")[::-1] == names()
