"""What the doctor says of a Redis by what it tells of itself."""

from typing import Any, cast

import pytest
import redis

from dialer.config import Settings
from dialer.doctor import redis_server
from dialer.doctor.findings import Finding, Level

WELL: dict[str, Any] = {
    "redis_version": "7.2.5",
    "role": "master",
    "maxmemory_policy": "noeviction",
    "maxmemory": 0,
    "used_memory": 2**20,
    "aof_enabled": 1,
}


class Told:
    """A client of a Redis that says this of itself: the tests' own can't be a replica, or old, or have a full disk."""

    def __init__(self, **differs: Any) -> None:
        self._info = {**WELL, **differs}

    def info(self, _: str) -> dict[str, Any]:
        return self._info

    def scan_iter(self, _: str, count: int) -> list[bytes]:
        return [b"_kombu.binding.celery.pidbox", b"_kombu.binding.reply.celery.pidbox"]

    def zrange(self, *_: Any, **__: Any) -> list[Any]:
        return []


def examined(url: str = "redis://127.0.0.1:6379/0", **differs: Any) -> list[Finding]:
    client = cast("redis.Redis", Told(**differs))
    return list(redis_server.examine(client, Settings(_env_file=None, redis_url=url)))


def test_one_that_is_well() -> None:
    findings = examined()
    assert {finding.level for finding in findings} == {Level.OK}, findings


@pytest.mark.parametrize(
    ("differs", "check", "level", "message"),
    [
        ({"redis_version": "5.0.14"}, "redis_version", Level.PROBLEM, "is 5.0.14; the dialer needs 6.0 or later."),
        ({"role": "slave"}, "redis_role", Level.PROBLEM, "is a replica, which can't be written to."),
        (
            {"maxmemory_policy": "allkeys-lru"},
            *(
                "redis_eviction",
                Level.PROBLEM,
                "throws keys away when its memory is full (maxmemory-policy allkeys-lru)",
            ),
        ),
        (
            {"maxmemory": 10 * 2**20, "used_memory": 9.5 * 2**20},
            *("redis_eviction", Level.WARNING, "uses 9 of 10 MB; when it is full nothing is dialed."),
        ),
        (
            {"aof_last_write_status": "err"},
            *("redis_persistence", Level.PROBLEM, "could not write to its disk (aof_last_write_status)"),
        ),
        ({"aof_enabled": 0}, "redis_persistence", Level.WARNING, "keeps no append-only file"),
    ],
)
def test_one_that_is_not(differs: dict[str, Any], check: str, level: Level, message: str) -> None:
    (found,) = [finding for finding in examined(**differs) if finding.level is not Level.OK]
    assert (found.check, found.level) == (check, level)
    assert found.message.startswith(message)
    assert found.remedy


@pytest.mark.parametrize(("url", "is_safe"), [("redis://redis.example/0", False), ("rediss://redis.example/0", True)])
def test_a_password_that_goes_over_the_network_in_clear(url: str, is_safe: bool) -> None:
    ill = [finding.check for finding in examined(url) if finding.level is not Level.OK]
    assert ill == ([] if is_safe else ["redis_tls"])
