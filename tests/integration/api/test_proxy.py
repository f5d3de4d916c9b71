"""Whose address counts when a proxy stands before the API."""

import pytest

from dialer.bootstrap import Dialer
from dialer.config import Settings
from tests.integration.api.conftest import Api, api_of
from tests.support.world import RecordedNudges


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"login_rate_limit": "1 per hour", "trusted_proxies": request.param})


def log_in(client: Api, address: str) -> int:
    body = {"username": "nobody", "password": "wrong password"}
    return client.post("/v1/auth/login", body, headers={"X-Forwarded-For": address}).status_code


@pytest.mark.parametrize("settings", [1], indirect=True)
def test_log_ins_are_limited_by_the_address_that_a_trusted_proxy_names(dialer: Dialer, nudged: RecordedNudges) -> None:
    client = api_of(dialer)
    assert [log_in(client, address) for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [401, 401, 429]


@pytest.mark.parametrize("settings", [0], indirect=True)
def test_what_a_client_claims_to_be_its_address_is_not_believed(dialer: Dialer, nudged: RecordedNudges) -> None:
    client = api_of(dialer)
    assert [log_in(client, address) for address in ("192.0.2.1", "192.0.2.2")] == [401, 429]
