"""What the doctor says of a PostgreSQL that isn't this machine's, or isn't as it should be."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from dialer.doctor import database
from dialer.doctor.findings import Finding, Level
from tests.support.clock import FakeClock

CLOCK = FakeClock()
WELL: dict[str, Any] = {
    "version": 160004,
    "version_name": "16.4",
    "is_standby": False,
    "fsync": "on",
    "full_page_writes": "on",
    "max_connections": 200,
    "connections": 180,
    "encoding": "UTF8",
    "is_local": True,
    "is_encrypted": False,
    "now": CLOCK.now(),
}


class Told:
    """A connection to a server that says this of itself: the tests' own can't be so old, so far away, or a standby."""

    def __init__(self, **differs: Any) -> None:
        self._row = SimpleNamespace(**{**WELL, **differs})

    def execute(self, _: Any) -> Any:
        return SimpleNamespace(one=lambda: self._row)


def examined(**differs: Any) -> list[Finding]:
    return list(database._server(cast("Connection", Told(**differs)), CLOCK))


def test_one_that_is_well() -> None:
    findings = examined()
    assert {finding.level for finding in findings} == {Level.OK}, findings
    assert [finding.check for finding in findings] == [
        *("database_reachable", "database_version", "database_settings", "clock_skew")
    ]


@pytest.mark.parametrize(
    ("differs", "check", "level", "message"),
    [
        ({"version": 140012, "version_name": "14.12"}, "database_version", Level.PROBLEM, "is 14.12; the dialer needs"),
        ({"is_standby": True}, "database_settings", Level.PROBLEM, "is a standby, which can't be written to."),
        ({"fsync": "off"}, "database_settings", Level.PROBLEM, "runs with fsync off: after a crash"),
        (
            {"fsync": "off", "full_page_writes": "off"},
            *("database_settings", Level.PROBLEM, "runs with fsync and full_page_writes off"),
        ),
        ({"encoding": "LATIN1"}, "database_settings", Level.PROBLEM, "the database's encoding is LATIN1: names in"),
        ({"connections": 181}, "database_connections", Level.WARNING, "has 19 of 200 connections left"),
        ({"is_local": False}, "database_tls", Level.WARNING, "is on another machine and the connection is not enc"),
        ({"now": CLOCK.now() + timedelta(seconds=3)}, "clock_skew", Level.PROBLEM, "its clock is 3 s ahead of this"),
        ({"now": CLOCK.now() - timedelta(seconds=3)}, "clock_skew", Level.PROBLEM, "its clock is 3 s behind this"),
    ],
)
def test_one_that_is_not(differs: dict[str, Any], check: str, level: Level, message: str) -> None:
    (found,) = [finding for finding in examined(**differs) if finding.level is not Level.OK]
    assert (found.check, found.level) == (check, level)
    assert found.message.startswith(message)
    assert found.remedy
    assert [finding.check for finding in examined(**differs)].count(check) == 1


def test_one_far_away_to_which_the_connection_is_encrypted() -> None:
    assert {finding.level for finding in examined(is_local=False, is_encrypted=True)} == {Level.OK}
