"""The API on a real PostgreSQL and Redis, without workers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import pytest
import redis
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.app import create_app
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.services.users import Role
from tests.support.world import RecordedNudges

PASSWORD = "correct horse battery"
NUMBER = "+4930901820"


class Answer(TestResponse):
    """An answer whose JSON is taken for granted: a test fails where there is none."""

    @property
    def json(self) -> Any:
        return self.get_json()


@dataclass(frozen=True)
class Api:
    """A client, with the token of the user who is logged in."""

    flask: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    def open(
        self,
        path: str,
        method: str,
        *,
        headers: dict[str, str] | None = None,
        if_match: str | None = "*",
        **kwargs: Any,
    ) -> Answer:
        """Send a request; an edit is of any version unless `if_match` says otherwise (None: not at all)."""
        given = self.headers | (headers or {})
        if method == "PATCH" and if_match is not None:
            given["If-Match"] = if_match
        return cast("Answer", self.flask.open(path, method=method, headers=given, **kwargs))

    def get(self, path: str, **kwargs: Any) -> Answer:
        return self.open(path, "GET", **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> Answer:
        return self.open(path, "POST", **kwargs, **({} if json is None else {"json": json}))

    def put(self, path: str, json: Any = None, **kwargs: Any) -> Answer:
        return self.open(path, "PUT", json=json, **kwargs)

    def patch(self, path: str, json: Any = None, **kwargs: Any) -> Answer:
        return self.open(path, "PATCH", json=json, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> Answer:
        return self.open(path, "DELETE", **kwargs)


def api_of(dialer: Dialer) -> Api:
    """The API of `dialer`, nobody logged in."""
    return Api(FlaskClient(create_app(dialer), Answer, use_cookies=False))


@pytest.fixture
def settings(database: str, redis_url: str) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database,
        redis_url=redis_url,
        jwt_secret=SecretStr("x" * 40),
        login_max_failures=3,
        login_lockout_seconds=60,
        single_call_window="00:00-24:00",
    )


@pytest.fixture
def nudged() -> RecordedNudges:
    return RecordedNudges()


@pytest.fixture
def dialer(settings: Settings, nudged: RecordedNudges) -> Iterator[Dialer]:
    redis.Redis.from_url(settings.redis_url or "").flushdb()
    made = Dialer(settings, nudges=nudged)
    yield made
    made.close()


@pytest.fixture
def client(dialer: Dialer) -> Api:
    return api_of(dialer)


@pytest.fixture
def as_role(dialer: Dialer, client: Api) -> Callable[[Role], Api]:
    """A client for a new user of that role."""

    def log_in(role: Role) -> Api:
        username = f"{role}.{uuid4().hex[:8]}"
        dialer.users.create(username, PASSWORD, role)
        answer = client.post("/v1/auth/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Api(client.flask, {"Authorization": f"Bearer {answer.json['access_token']}"})

    return log_in


@pytest.fixture
def admin(as_role: Callable[[Role], Api]) -> Api:
    return as_role(Role.ADMIN)


@pytest.fixture
def manager(as_role: Callable[[Role], Api]) -> Api:
    return as_role(Role.MANAGER)


@pytest.fixture
def trunk_id(admin: Api) -> int:
    """A trunk on a node."""
    node = admin.post("/v1/nodes", {"name": "pbx1", "ari_url": "http://127.0.0.1:8088/ari", "ari_username": "dialer"})
    assert node.status_code == 201, node.text
    trunk = admin.post(
        "/v1/trunks",
        {
            "name": "carrier",
            "node_id": node.json["id"],
            "endpoint": "PJSIP/{number}@carrier",
            "cps": 50,
            "channels": 100,
        },
    )
    assert trunk.status_code == 201, trunk.text
    return int(trunk.json["id"])


@pytest.fixture
def campaign_id(admin: Api, trunk_id: int) -> int:
    """A campaign that hasn't been started."""
    answer = admin.post(
        "/v1/campaigns",
        {"name": "spring", "trunk_id": trunk_id, "answer_action": {"type": "play", "sound": "hello"}},
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


@pytest.fixture
def contact_ids(admin: Api, campaign_id: int) -> list[int]:
    """Three contacts of the campaign."""
    numbers = [f"+493090182{n}" for n in range(3)]
    answer = admin.post(
        f"/v1/campaigns/{campaign_id}/contacts", {"contacts": [{"phone_number": number} for number in numbers]}
    )
    assert answer.json["added"] == 3, answer.text
    return [result["contact_id"] for result in answer.json["results"]]


@pytest.fixture
def add_call(dialer: Dialer) -> Callable[..., str]:
    """Adds a call of a contact, in a state, as the core would have made it."""

    def add(contact_id: int, state: str = "queued", *, dial_by_seconds: float = 0.0) -> str:
        call_id = str(uuid4())
        claim = state != "queued"
        with dialer.engine.begin() as tx:
            tx.execute(
                text("""
                    INSERT INTO calls (id, campaign_id, contact_id, phone_number, trunk_id, node_id, state,
                        attempt_number, max_attempts, policy_version, timeout_seconds, claim_token, dial_by)
                    SELECT :id, c.campaign_id, c.id, c.phone_number, t.id, t.node_id, :state, 1, 3, 1, 30,
                        CASE WHEN :claim THEN gen_random_uuid() END,
                        CASE WHEN :claim THEN clock_timestamp() + make_interval(secs => :dial_by) END
                    FROM contacts c JOIN campaigns p ON p.id = c.campaign_id JOIN trunks t ON t.id = p.trunk_id
                    WHERE c.id = :contact_id
                """),
                {"id": call_id, "state": state, "contact_id": contact_id, "claim": claim, "dial_by": dial_by_seconds},
            )
            tx.execute(
                text("UPDATE contacts SET state = 'in_call', open_call_id = :call WHERE id = :id"),
                {"call": call_id, "id": contact_id},
            )
        return call_id

    return add
