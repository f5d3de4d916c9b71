"""The API as it is served: several processes, real sockets."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import PASSWORD
from tests.support.served import SECONDS, serving


@pytest.fixture
def served(dialer: Dialer, tmp_path: Path) -> Iterator[str]:
    """The URL of a gunicorn with two processes."""
    with serving(dialer.settings, tmp_path, DIALER_MAX_UPLOAD_MB="1") as server:
        yield server.url


def _count(url: str) -> int:
    """How many requests for /v1/auth/me the metrics tell of."""
    metrics = requests.get(f"{url}/metrics", timeout=SECONDS).text
    pattern = r'dialer_api_http_request_duration_seconds_count\{[^}]*url_rule="/v1/auth/me"[^}]*\} (\S+)'
    return int(sum(float(n) for n in re.findall(pattern, metrics)))


def test_all_processes_are_measured_together_and_uploads_are_bounded(served: str, dialer: Dialer) -> None:
    dialer.users.create("carol", PASSWORD, Role.ADMIN)
    body = {"username": "carol", "password": PASSWORD}
    token = requests.post(f"{served}/v1/auth/login", json=body, timeout=SECONDS).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    for n in range(1, 21):
        assert requests.get(f"{served}/v1/auth/me", headers=headers, timeout=SECONDS).json()["username"] == "carol"
        assert _count(served) == n
    node = {"name": "pbx1", "ari_url": "http://127.0.0.1:8088/ari", "ari_username": "dialer"}
    node_id = requests.post(f"{served}/v1/nodes", json=node, headers=headers, timeout=SECONDS).json()["id"]
    trunk = {"name": "t", "node_id": node_id, "endpoint": "PJSIP/{number}@t", "cps": 1, "channels": 1}
    trunk_id = requests.post(f"{served}/v1/trunks", json=trunk, headers=headers, timeout=SECONDS).json()["id"]
    campaign = {"name": "c", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}}
    campaign_id = requests.post(f"{served}/v1/campaigns", json=campaign, headers=headers, timeout=SECONDS).json()["id"]

    def chunks(count: int) -> Iterator[bytes]:
        yield b"phone\n"
        for n in range(count):
            yield b"".join(b"+4930%08d\n" % (90000000 + n * 1000 + i) for i in range(1000))

    def upload(count: int) -> requests.Response:
        return requests.post(
            f"{served}/v1/campaigns/{campaign_id}/call-lists",
            data=chunks(count),
            headers=headers | {"Content-Type": "text/csv"},
            timeout=SECONDS,
        )

    taken = upload(10)
    assert (taken.status_code, taken.json()["rows"]) == (202, 10_000)
    refused = upload(100)
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")


def test_a_url_that_is_too_long_is_refused_as_the_description_says(served: str) -> None:
    url = f"{served}/v1/campaigns/1/call-lists/dry-run"
    mapped = [f"data:{n:030}" for n in range(200)]
    answer = requests.post(url, params={"map": mapped}, data=b"phone\n", timeout=SECONDS)
    described = requests.get(f"{served}/openapi.json", timeout=SECONDS).json()
    responses = described["paths"]["/v1/campaigns/{campaign_id}/call-lists/dry-run"]["post"]["responses"]
    assert (answer.status_code, str(answer.status_code) in responses) == (414, True)
