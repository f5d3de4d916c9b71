"""Log-in, refresh, log-out."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import event, text

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.services.users import Role
from tests.integration.api.conftest import PASSWORD, Answer, Api, api_of


@pytest.fixture
def user(dialer: Dialer) -> str:
    return dialer.users.create("alice", PASSWORD, Role.MANAGER).username


def log_in(client: Api, username: str, password: str) -> Answer:
    return client.post("/v1/auth/login", json={"username": username, "password": password})


def me(client: Api, token: str) -> Answer:
    return client.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def refresh(client: Api, token: str) -> Answer:
    return client.post("/v1/auth/refresh", json={"refresh_token": token})


def test_a_user_logs_in_and_is_known(client: Api, user: str) -> None:
    tokens = log_in(client, user, PASSWORD)
    assert tokens.status_code == 200
    assert tokens.headers["Cache-Control"] == "no-store"
    answer = me(client, tokens.json["access_token"])
    assert (answer.json["username"], answer.json["role"]) == ("alice", "manager")


@pytest.mark.parametrize(("username", "password"), [("alice", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(
    client: Api, user: str, username: str, password: str
) -> None:
    answer = log_in(client, username, password)
    assert answer.status_code == 401
    assert answer.json["code"] == "authentication_failed"
    assert answer.json["detail"] == "The user name or the password is wrong."
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_failures_in_a_row_lock_the_account_even_for_the_right_password(client: Api, user: str) -> None:
    for _ in range(3):
        assert log_in(client, user, "wrong").status_code == 401
    answer = log_in(client, user, PASSWORD)
    assert (answer.status_code, answer.json["code"]) == (429, "account_locked")
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.json["retry_after_seconds"] == int(answer.headers["Retry-After"])


def test_a_lock_ends_and_failures_are_counted_anew(client: Api, user: str, dialer: Dialer) -> None:
    for _ in range(3):
        log_in(client, user, "wrong")
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE login_failures SET locked_until = clock_timestamp() - interval '1 second'"))
    assert log_in(client, user, "wrong").status_code == 401
    assert log_in(client, user, "wrong").status_code == 401
    assert log_in(client, user, PASSWORD).status_code == 200


def test_a_log_in_forgets_the_failures_before_it(client: Api, user: str) -> None:
    for password in ("wrong", "wrong", PASSWORD, "wrong", "wrong", PASSWORD):
        answer = log_in(client, user, password)
    assert answer.status_code == 200


def test_a_hash_with_old_parameters_is_replaced_at_log_in(client: Api, user: str, dialer: Dialer) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE users SET password_hash = :old"), {"old": old})
    assert log_in(client, user, PASSWORD).status_code == 200
    with dialer.engine.begin() as tx:
        assert "m=19456,t=2,p=1" in tx.execute(text("SELECT password_hash FROM users")).scalar_one()
    assert log_in(client, user, PASSWORD).status_code == 200


def test_a_disabled_user_can_neither_log_in_nor_go_on(client: Api, user: str, dialer: Dialer) -> None:
    tokens = log_in(client, user, PASSWORD).json
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE users SET disabled_at = clock_timestamp()"))
    assert me(client, tokens["access_token"]).json["code"] == "token_invalid"
    assert refresh(client, tokens["refresh_token"]).json["code"] == "token_invalid"
    assert log_in(client, user, PASSWORD).json["code"] == "authentication_failed"


def test_a_refresh_gives_two_new_tokens(client: Api, user: str) -> None:
    first = log_in(client, user, PASSWORD).json
    second = refresh(client, first["refresh_token"])
    assert second.status_code == 200
    assert me(client, second.json["access_token"]).status_code == 200
    assert second.json["session_expires_at"] == first["session_expires_at"]
    assert refresh(client, second.json["refresh_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_the_session(client: Api, user: str) -> None:
    first = log_in(client, user, PASSWORD).json
    second = refresh(client, first["refresh_token"]).json
    assert refresh(client, first["refresh_token"]).json["code"] == "token_invalid"
    assert refresh(client, second["refresh_token"]).status_code == 401
    assert me(client, second["access_token"]).status_code == 401


def test_a_log_out_takes_effect_at_once_and_on_its_session_only(client: Api, user: str) -> None:
    one, other = log_in(client, user, PASSWORD).json, log_in(client, user, PASSWORD).json
    answer = client.post("/v1/auth/logout", headers={"Authorization": f"Bearer {one['access_token']}"})
    assert answer.status_code == 204
    assert me(client, one["access_token"]).json["code"] == "token_invalid"
    assert refresh(client, one["refresh_token"]).status_code == 401
    assert me(client, other["access_token"]).status_code == 200


def test_tokens_are_not_good_for_each_others_purpose(client: Api, user: str) -> None:
    tokens = log_in(client, user, PASSWORD).json
    assert me(client, tokens["refresh_token"]).json["code"] == "token_invalid"
    assert refresh(client, tokens["access_token"]).json["code"] == "token_invalid"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "", "Bearer \x7f"])
def test_a_malformed_token_is_refused(client: Api, header: str) -> None:
    answer = client.get("/v1/auth/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json["code"] in ("token_invalid", "authentication_failed")


def test_a_token_signed_with_another_secret_is_refused(
    as_role: Callable[[Role], Api], settings: Settings, dialer: Dialer, client: Api
) -> None:
    api = as_role(Role.ADMIN)
    other = Dialer(settings.model_copy(update={"jwt_secret": SecretStr("y" * 40)}))
    forged_for = api_of(other)
    assert forged_for.get("/v1/auth/me", headers=api.headers).json["code"] == "token_invalid"
    other.close()


def test_log_ins_from_one_address_are_limited(dialer: Dialer, settings: Settings) -> None:
    strict = Dialer(settings.model_copy(update={"login_rate_limit": "2 per minute"}))
    client = api_of(strict)
    statuses = [log_in(client, f"user{n}", "wrong").status_code for n in range(3)]
    assert statuses == [401, 401, 429]
    strict.close()


def test_a_log_out_everywhere_ends_all_sessions_of_the_user_and_no_others(
    client: Api, user: str, dialer: Dialer
) -> None:
    one, other = log_in(client, user, PASSWORD).json, log_in(client, user, PASSWORD).json
    dialer.users.create("bert", PASSWORD, Role.VIEWER)
    berts = log_in(client, "bert", PASSWORD).json
    headers = {"Authorization": f"Bearer {one['access_token']}"}
    assert client.post("/v1/auth/logout-everywhere", headers=headers).status_code == 204
    for tokens in (one, other):
        assert me(client, tokens["access_token"]).status_code == 401
        assert refresh(client, tokens["refresh_token"]).status_code == 401
    assert me(client, berts["access_token"]).status_code == 200
    assert log_in(client, user, PASSWORD).status_code == 200


def test_a_name_that_nobody_has_looks_like_one_that_somebody_has(client: Api, user: str) -> None:
    def seen(name: str) -> list[tuple[int, object, object, object]]:
        answers = [log_in(client, name, "wrong") for _ in range(5)]
        return [(a.status_code, a.json["code"], a.json["title"], "Retry-After" in a.headers) for a in answers]

    known, unknown = seen(user), seen("nobody")
    assert known == unknown
    assert [status for status, *_ in known] == [401, 401, 401, 429, 429]


def test_names_that_nobody_has_cost_the_same_work(client: Api, user: str, dialer: Dialer) -> None:
    def statements(name: str) -> list[str]:
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(dialer.engine, "before_cursor_execute", note)
        log_in(client, name, "wrong")
        event.remove(dialer.engine, "before_cursor_execute", note)
        return seen

    assert statements(user) == statements("nobody")
