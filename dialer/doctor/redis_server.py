"""Redis: the queues' broker, and the keeper of the limits."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import redis
from redis.exceptions import AuthenticationError, RedisError

from dialer.config import Settings
from dialer.doctor.findings import Finding, ok, problem, unknown, warning
from dialer.queues import Queue

VISIBILITY_TIMEOUT_SECONDS: Final = 3600
"""The workers' (workers.app): a job that is not done by then is handed out a second time."""

_SUBJECT: Final = "Redis"
_OLDEST: Final = (6, 0)
_BINDINGS: Final = "_kombu.binding."
# Celery's own, whatever the application: remote control and events.
_OF_CELERY: Final = ("celery.pidbox", "reply.celery.pidbox", "celeryev")


def examine(client: redis.Redis, settings: Settings) -> Iterator[Finding]:
    """Every check of the Redis that `redis_url` names."""
    try:
        info: dict[str, Any] = client.info("everything")
        foreign = _foreign_queues(client)
        oldest = _oldest_unacked(client)
    except AuthenticationError as error:
        remedy = "Correct user and password in DIALER_REDIS_URL."
        yield problem("redis_reachable", _SUBJECT, f"does not let the dialer in: {error}", remedy)
        return
    except RedisError as error:
        remedy = "Start Redis, and correct its address in DIALER_REDIS_URL. Until it answers nothing is dialed."
        yield problem("redis_reachable", _SUBJECT, f"can't be asked: {error}", remedy)
        return
    yield ok("redis_reachable", _SUBJECT, "answers.")
    yield _version(str(info["redis_version"]))
    if info.get("role") == "slave":
        message = "is a replica, which can't be written to."
        yield problem("redis_role", _SUBJECT, message, "Name the primary in DIALER_REDIS_URL.")
    yield _eviction(info)
    yield _persistence(info)
    yield from _broker(foreign, oldest)
    yield from _tls(settings.redis_url or "")


def _version(version: str) -> Finding:
    parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if parts < _OLDEST:
        message = f"is {version}; the dialer needs {'.'.join(map(str, _OLDEST))} or later."
        return problem("redis_version", _SUBJECT, message, "Upgrade Redis.")
    return ok("redis_version", _SUBJECT, f"is {version}.")


def _eviction(info: dict[str, Any]) -> Finding:
    policy, limit, used = str(info.get("maxmemory_policy")), int(info.get("maxmemory", 0)), int(info["used_memory"])
    if policy != "noeviction":
        return problem(
            "redis_eviction",
            _SUBJECT,
            f"throws keys away when its memory is full (maxmemory-policy {policy}): jobs would be lost, and channels "
            "that are in use would be forgotten, so that more calls go out than the limits allow.",
            "Set maxmemory-policy noeviction; DIALER_CACHE_REDIS_URL is for what may be lost.",
        )
    if limit and used > 0.9 * limit:
        message = f"uses {used // 2**20} of {limit // 2**20} MB; when it is full nothing is dialed."
        return warning("redis_eviction", _SUBJECT, message, "Raise maxmemory.")
    return ok("redis_eviction", _SUBJECT, "never throws keys away.")


def _persistence(info: dict[str, Any]) -> Finding:
    failed = [name for name in ("rdb_last_bgsave_status", "aof_last_write_status") if info.get(name, "ok") != "ok"]
    if failed:
        message = f"could not write to its disk ({', '.join(failed)}), and may refuse to be written to."
        return problem("redis_persistence", _SUBJECT, message, "Free space on its disk, and see its log.")
    if not info.get("aof_enabled"):
        return warning(
            "redis_persistence",
            _SUBJECT,
            "keeps no append-only file: after a restart it has forgotten the queues and who holds a channel. The "
            "dialer rebuilds both from PostgreSQL, and dials nothing meanwhile.",
            "Set appendonly yes and appendfsync everysec.",
        )
    return ok("redis_persistence", _SUBJECT, "keeps an append-only file.")


def _broker(foreign: list[str], oldest: float | None) -> Iterator[Finding]:
    if foreign:
        yield problem(
            "visibility_timeout",
            _SUBJECT,
            f"another Celery application uses the same database of it (queues {', '.join(foreign)}). Whichever has "
            "the shorter visibility timeout hands out the other's unfinished jobs a second time.",
            "Give each application a database of its own: another number at the end of DIALER_REDIS_URL.",
        )
    elif oldest is not None and oldest > VISIBILITY_TIMEOUT_SECONDS:
        yield warning(
            "visibility_timeout",
            _SUBJECT,
            f"a job has been unfinished for {oldest:.0f} s, longer than the visibility timeout of "
            f"{VISIBILITY_TIMEOUT_SECONDS} s: it will be handed out a second time.",
            "Restart the worker that has it; `dialer flower` shows which one.",
        )
    else:
        message = f"no job has been unfinished for longer than the {VISIBILITY_TIMEOUT_SECONDS} s of the workers."
        yield ok("visibility_timeout", _SUBJECT, message)


def _tls(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "redis" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        message = "is on another machine and the connection is not encrypted: its password can be read on the way."
        yield warning("redis_tls", _SUBJECT, message, "Use rediss:// in DIALER_REDIS_URL (tls-port in redis.conf).")


def _foreign_queues(client: redis.Redis) -> list[str]:
    """Queues in this database that are no queues of the dialer."""
    found = {key.decode().removeprefix(_BINDINGS) for key in client.scan_iter(f"{_BINDINGS}*", count=1000)}
    known = {*Queue, *_OF_CELERY}
    return sorted(name for name in found if name not in known and not name.startswith("reply."))


def _oldest_unacked(client: redis.Redis) -> float | None:
    """Seconds since the job was handed out that has been unfinished the longest."""
    oldest = client.zrange("unacked_index", 0, 0, withscores=True)
    if not oldest:
        return None
    seconds, _ = client.time()
    return float(seconds) - float(oldest[0][1])


def not_named(name: str) -> Finding:
    """Redis or PostgreSQL isn't named, and none of our own runs."""
    return unknown(f"{name.lower()}_reachable", name, "was not looked at: it isn't known where it is.")
