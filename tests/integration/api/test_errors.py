"""Whatever goes wrong is answered by a problem document."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.services.users import Role
from tests.integration.api.conftest import PASSWORD, Answer, Api, api_of


def is_problem(answer: Answer, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    problem = answer.json
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:dialer:problem:{code}"
    assert problem["title"]
    assert problem["detail"]


def test_an_unknown_path_is_not_found(client: Api) -> None:
    is_problem(client.get("/v1/nothing"), 404, "not_found")


def test_a_method_that_is_not_there_names_those_that_are(client: Api) -> None:
    answer = client.put("/v1/campaigns")
    is_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_request"),
        (b"\xff", "application/json", 400, "bad_request"),
        (b"", "application/json", 422, "invalid_input"),
        (b"", None, 422, "invalid_input"),
        (b"[" * 200_000, "application/json", 400, "bad_request"),
        (b'"{}"', "application/json", 400, "bad_request"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", None, 415, "unsupported_media_type"),
        (b"[]", "application/json", 422, "invalid_input"),
        (b"null", "application/json", 422, "invalid_input"),
        (b"{}", "application/json", 422, "invalid_input"),
        (b'{"name": "\\ud800"}', "application/json", 422, "invalid_input"),
        (b" " * (17 * 1024 * 1024), "application/json", 413, "payload_too_large"),
    ],
)
def test_a_body_that_can_not_be_read_is_refused(
    admin: Api, data: bytes, content_type: str | None, status: int, code: str
) -> None:
    answer = admin.post("/v1/campaigns", data=data, content_type=content_type)
    is_problem(answer, status, code)


@pytest.mark.parametrize(
    ("data", "content_type", "says"),
    [
        (b'{"name": }', "application/json", "The body is not JSON: Expecting value: line 1 column 10"),
        (b"{}", "text/plain", "with the header Content-Type: application/json"),
    ],
)
def test_who_sends_no_json_is_told_what_to_send(admin: Api, data: bytes, content_type: str, says: str) -> None:
    assert says in admin.post("/v1/campaigns", data=data, content_type=content_type).json["detail"]


def test_nothing_is_a_body_where_no_field_is_needed(admin: Api, campaign_id: int, contact_ids: list[int]) -> None:
    key = admin.post("/v1/api-keys", {"name": "crm", "scopes": ["calls:read"]}).json["id"]
    webhook = admin.post("/v1/webhooks", {"url": "https://192.0.2.1/", "events": ["call.ended"]}).json["id"]
    ids = {"key_id": key, "webhook_id": webhook, "campaign_id": campaign_id, "contact_id": contact_ids[0]}
    paths = admin.get("/openapi.json").json["paths"]
    needless = {
        path for path, item in paths.items() if item.get("post", {}).get("requestBody", {}).get("required") is False
    }
    assert len(needless) == 5
    for path in needless:
        for kind in (None, "application/json"):
            answer = admin.post(path.format(**ids), content_type=kind)
            assert answer.status_code < 300, (path, answer.text)


def test_a_body_that_is_missing_names_the_fields_that_are_needed(admin: Api) -> None:
    answer = admin.post("/v1/users")
    is_problem(answer, 422, "invalid_input")
    assert [error["field"] for error in answer.json["errors"]] == ["username", "password", "role"]


def test_an_edit_that_says_nothing_is_refused(admin: Api, campaign_id: int) -> None:
    is_problem(admin.open(f"/v1/campaigns/{campaign_id}", "PATCH"), 415, "unsupported_media_type")


def test_ids_that_can_not_be_are_refused(admin: Api) -> None:
    is_problem(admin.get(f"/v1/campaigns/{10**30}"), 422, "invalid_input")
    is_problem(admin.get("/v1/trunks/40000"), 422, "invalid_input")
    is_problem(admin.get("/v1/campaigns/x"), 404, "not_found")


def test_unknown_query_parameters_are_refused(admin: Api) -> None:
    is_problem(admin.get("/v1/campaigns?stat=draft"), 422, "invalid_input")
    is_problem(admin.get("/v1/campaigns?limit=501"), 422, "invalid_input")


def test_what_nobody_foresaw_is_an_incident_without_details(
    admin: Api, dialer: Dialer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(dialer.campaigns, "get", fail)
    answer = admin.get("/v1/campaigns/1")
    is_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert answer.json["incident"] in caplog.text


def test_without_postgresql_the_answer_is_503(admin: Api, dialer: Dialer, settings: Settings) -> None:
    gone = Dialer(settings.model_copy(update={"database_url": "postgresql+psycopg2://x@127.0.0.1:1/x"}))
    client = api_of(gone)
    answer = client.get("/v1/campaigns", headers=admin.headers)
    is_problem(answer, 503, "database_unavailable")
    assert answer.headers["Retry-After"] == "5"
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert {check["name"]: check["ok"] for check in ready.json["checks"]} == {
        "postgresql": False,
        "migrations": False,
        "redis": True,
    }
    gone.close()


def test_a_decision_that_can_not_get_the_barrier_is_503_and_changes_nothing(
    admin: Api, campaign_id: int, dialer: Dialer
) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    with dialer.engine.begin() as tx:
        tx.execute(text("SELECT pg_advisory_xact_lock(7301002)"))
        answer = admin.post(f"/v1/campaigns/{campaign_id}/pause")
    is_problem(answer, 503, "database_unavailable")
    assert admin.get(f"/v1/campaigns/{campaign_id}").json["state"] == "running"


def test_too_many_requests_are_refused_for_that_user_only(
    dialer: Dialer, settings: Settings, as_role: Callable[[Role], Api]
) -> None:
    one, other = as_role(Role.VIEWER), as_role(Role.VIEWER)
    strict = Dialer(settings.model_copy(update={"rate_limit_requests": 3}))
    client = api_of(strict)
    answers = [client.get("/v1/auth/me", headers=one.headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    is_problem(answers[-1], 429, "rate_limited")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= settings.rate_limit_window + 1
    assert client.get("/v1/auth/me", headers=other.headers).status_code == 200
    assert client.get("/healthz").status_code == 200
    strict.close()


def test_the_limits_of_two_processes_are_the_same(
    dialer: Dialer, settings: Settings, as_role: Callable[[Role], Api]
) -> None:
    user = as_role(Role.VIEWER)
    strict = Dialer(settings.model_copy(update={"rate_limit_requests": 3}))
    clients = [api_of(strict) for _ in range(2)]
    statuses = [clients[n % 2].get("/v1/auth/me", headers=user.headers).status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429]
    strict.close()


def test_the_emergency_stop_has_no_limit_and_needs_no_redis(
    dialer: Dialer, settings: Settings, as_role: Callable[[Role], Api]
) -> None:
    manager = as_role(Role.MANAGER)
    changes = {"rate_limit_requests": 2, "redis_url": "redis://127.0.0.1:1/0"}
    without = Dialer(settings.model_copy(update=changes))
    client = api_of(without)
    stops = [
        client.put("/v1/emergency-stop", json={"reason": "drill"}, headers=manager.headers).status_code
        for _ in range(4)
    ]
    assert stops == [200] * 4
    assert [client.get("/v1/auth/me", headers=manager.headers).status_code for _ in range(3)] == [200, 200, 429]
    ready = client.get("/readyz").json
    assert [check["name"] for check in ready["checks"] if not check["ok"]] == ["redis"]
    without.close()


def test_health_needs_nothing_and_readiness_everything(client: Api, empty_database: str, settings: Settings) -> None:
    assert client.get("/healthz").json == {"status": "alive"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "ready")
    behind = Dialer(settings.model_copy(update={"database_url": empty_database}))
    answer = api_of(behind).get("/readyz")
    assert answer.status_code == 503
    assert [check["name"] for check in answer.json["checks"] if not check["ok"]] == ["migrations"]
    behind.close()


def test_requests_are_measured_by_route(admin: Api, campaign_id: int) -> None:
    admin.get(f"/v1/campaigns/{campaign_id}")
    metrics = admin.get("/metrics").text
    assert 'url_rule="/v1/campaigns/<int:campaign_id>"' in metrics
    assert f"/v1/campaigns/{campaign_id}" not in metrics


def test_log_ins_made_at_once_can_not_outrun_the_lock(client: Api, dialer: Dialer) -> None:
    dialer.users.create("bobby", PASSWORD, Role.VIEWER)
    statuses: list[int] = []
    body = {"username": "bobby", "password": "wrong"}

    def guess() -> None:
        statuses.append(client.post("/v1/auth/login", json=body).status_code)

    guesses = [threading.Thread(target=guess) for _ in range(8)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join(30)
    assert sorted(statuses) == [401] * 3 + [429] * 5
