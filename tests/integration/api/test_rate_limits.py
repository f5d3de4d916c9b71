"""Rate limits and their headers."""

from collections.abc import Iterator

import pytest
import redis

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.services.users import Role
from tests.integration.api.conftest import PASSWORD, Api, api_of


@pytest.fixture
def strict(settings: Settings, dialer: Dialer) -> Iterator[Api]:
    """Five requests in a minute."""
    made = Dialer(settings.model_copy(update={"rate_limit_requests": 5, "rate_limit_window": 60}))
    yield api_of(made)
    made.close()


def test_the_headers_count_down_and_agree_with_retry_after(strict: Api) -> None:
    answers = [strict.get("/v1/auth/me") for _ in range(6)]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"5"}
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {"5;w=60"}
    refused = answers[-1]
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    assert refused.json["retry_after_seconds"] == int(refused.headers["Retry-After"])
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_callers_are_counted_apart(strict: Api, dialer: Dialer) -> None:
    tokens = []
    for name in ("dora", "emil"):
        dialer.users.create(name, PASSWORD, Role.VIEWER)
        tokens.append(strict.post("/v1/auth/login", {"username": name, "password": PASSWORD}).json["access_token"])
    dora, emil = (Api(strict.flask, {"Authorization": f"Bearer {token}"}) for token in tokens)
    assert [dora.get("/v1/auth/me").status_code for _ in range(6)] == [200] * 5 + [429]
    assert emil.get("/v1/auth/me").status_code == 200


def test_the_emergency_stop_is_never_refused(strict: Api, dialer: Dialer) -> None:
    for _ in range(8):
        assert strict.get("/v1/emergency-stop").status_code == 401


def test_an_answer_does_not_fail_because_redis_is_late_with_its_headers(
    strict: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request was counted and has been worked on; whatever it has stored is stored."""

    def late(*_: object) -> None:
        raise redis.TimeoutError("Timeout reading from socket")

    monkeypatch.setattr("limits.storage.RedisStorage.get_moving_window", late)
    answers = [strict.get("/v1/auth/me") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert not any("RateLimit-Remaining" in answer.headers for answer in answers)
    assert answers[-1].headers["Retry-After"] == "60"
