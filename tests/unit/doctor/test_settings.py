"""The dialer's own settings, and the workers' visibility timeout."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import workers.app
from dialer.config import Settings
from dialer.doctor.findings import Level
from dialer.doctor.redis_server import VISIBILITY_TIMEOUT_SECONDS
from dialer.doctor.settings import examine, passwords
from dialer.services.claiming import Node

SERVERS = {"database_url": "postgresql://h/d", "redis_url": "redis://h"}
FLOWER = {"flower_basic_auth": SecretStr("user:password")}


def _settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {("environment", Level.OK)}),
        ({"real_calls_allowed": True}, {("environment", Level.WARNING)}),
        ({"environment": "production", **FLOWER}, {("environment", Level.PROBLEM)}),
        ({"environment": "production", **SERVERS, **FLOWER}, {("environment", Level.OK)}),
        ({"environment": "production", **SERVERS}, {("environment", Level.WARNING), ("environment", Level.OK)}),
        (
            {"environment": "production", **SERVERS, **FLOWER, "failpoints_dir": Path("/x")},
            {("environment", Level.PROBLEM)},
        ),
        ({"echo_interval_seconds": 4.0}, {("environment", Level.OK), ("echo", Level.WARNING)}),
    ],
)
def test_settings_that_do_not_fit_their_environment(values: Any, expected: set[tuple[str, Level]]) -> None:
    assert {(finding.check, finding.level) for finding in examine(_settings(**values))} == expected


@pytest.mark.parametrize(("password", "level"), [(None, Level.PROBLEM), ("CHANGE-ME", Level.WARNING), ("x" * 24, None)])
def test_a_node_needs_a_password_that_is_one(password: str | None, level: Level | None) -> None:
    given = None if password is None else SecretStr(password)
    found = list(passwords(_settings(ari_password=given), [Node(1, "pbx1", "http://h", "dialer")]))
    assert [finding.level for finding in found] == ([] if level is None else [level])


def test_the_doctor_knows_the_workers_visibility_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.app, "settings", _settings)
    options = workers.app._configuration()["broker_transport_options"]
    assert options["visibility_timeout"] == VISIBILITY_TIMEOUT_SECONDS
