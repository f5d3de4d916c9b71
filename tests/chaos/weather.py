"""Faults of the network, of clocks, and of a Redis that is another than before."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from redis import Redis
from sqlalchemy import make_url

from dialer.embedded.redis import EmbeddedRedis
from tests.chaos.proxy import FAIR, Proxy, Weather
from tests.chaos.record import Record
from tests.chaos.stage import Stage

Fault = Callable[[Stage, Record, random.Random], None]

_PROXIES: Final[Mapping[str, Callable[[Stage], tuple[Proxy, ...]]]] = {
    "pbx": lambda stage: (stage.network.pbx, stage.network.events),
    "redis": lambda stage: (stage.network.redis,),
    "postgres": lambda stage: (stage.network.postgres,),
}


def _latency(rng: random.Random) -> Weather:
    return Weather(latency_seconds=rng.uniform(0.02, 0.4))


def _half_open(rng: random.Random) -> Weather:
    return Weather(holds_requests=True, holds_answers=True)


def _answers_held(rng: random.Random) -> Weather:
    return Weather(holds_answers=True)


def _slow(rng: random.Random) -> Weather:
    return Weather(slow=True)


_WEATHERS: Final[Mapping[str, Callable[[random.Random], Weather]]] = {
    "latency": _latency,
    "half_open": _half_open,
    "answers_lost": _answers_held,
    "slow": _slow,
}
_BROKEN_AFTER: Final = frozenset({"answers_lost"})
"""What was held never arrives: the connections are broken before the weather clears."""


def _bad(target: str, kind: str) -> Fault:
    def fault(stage: Stage, record: Record, rng: random.Random) -> None:
        proxies = _PROXIES[target](stage)
        weather = _WEATHERS[kind](rng)
        for proxy in proxies:
            proxy.weather = weather
        if target == "pbx":
            # There the PBX is the client.
            stage.network.events.weather = replace(
                weather, holds_requests=weather.holds_answers, holds_answers=weather.holds_requests
            )
        time.sleep(rng.uniform(0.5, 3.0))
        is_broken = kind in _BROKEN_AFTER or rng.random() < 0.3
        for proxy in proxies:
            if is_broken:
                proxy.reset()
            proxy.weather = FAIR

    return fault


def _reset(target: str) -> Fault:
    def fault(stage: Stage, record: Record, rng: random.Random) -> None:
        for _ in range(rng.randint(1, 5)):
            for proxy in _PROXIES[target](stage):
                proxy.reset()
            time.sleep(rng.uniform(0.05, 0.5))

    return fault


NETWORK: Final[Mapping[str, Fault]] = {
    **{f"{target}_{kind}": _bad(target, kind) for target in _PROXIES for kind in _WEATHERS},
    **{f"{target}_reset": _reset(target) for target in _PROXIES},
}


def skew_clocks(stage: Stage, record: Record, rng: random.Random) -> None:
    """Each worker's wall clock, and beat's, is wrong by an amount of its own; then right again."""
    stage.skew.write_text(str(rng.choice((-1, 1)) * rng.uniform(30, 7200)))
    time.sleep(rng.uniform(1.0, 4.0))
    stage.skew.unlink()


def two_beats(stage: Stage, record: Record, rng: random.Random) -> None:
    """A second one beside the first."""
    folder = stage.failpoints.parent / "second-beat"
    folder.mkdir(exist_ok=True)
    beat = subprocess.Popen(
        [sys.executable, "-m", "dialer.cli", "beat"],
        env={**stage.environment, "DIALER_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(rng.uniform(3.0, 5.0))
    beat.terminate()
    try:
        beat.wait(5)
    except subprocess.TimeoutExpired:
        beat.kill()
        beat.wait()


def reset_redis_clients(stage: Stage, record: Record, rng: random.Random) -> None:
    """Redis itself hangs up on everybody, again and again: Celery may stall for good after that."""
    for _ in range(rng.randint(2, 6)):
        with stage.redis as client:
            client.client_kill_filter(_type="normal", skipme=True)
        time.sleep(rng.uniform(0.1, 0.6))


def restore_redis(stage: Stage, record: Record, rng: random.Random) -> None:
    """Redis comes back with what it knew some seconds ago."""
    server = stage.servers.redis
    if server is None or server.pid is None:
        return
    kept = stage.failpoints.parent / f"redis-{rng.random()}"
    _copy(server.folder, kept)
    time.sleep(rng.uniform(0.5, 2.5))

    def restart() -> None:
        server.stop()
        for path in server.folder.glob("appendonly*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        _copy(kept, server.folder)
        server.start()

    stage.in_main_thread(restart)
    shutil.rmtree(kept)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for path in source.glob("appendonly*"):
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        else:
            shutil.copy2(path, target / path.name)


def fail_redis_over(stage: Stage, record: Record, rng: random.Random) -> None:
    """A replica takes over, and later the old one is back, with what it knew then."""
    first = make_url(stage.dialer.settings.redis_url or "")
    password = str(first.password)
    folder = stage.failpoints.parent / f"replica-{rng.random()}"
    replica = EmbeddedRedis(folder)
    stage.in_main_thread(replica.start)
    second = make_url(replica.url)
    with Redis(port=second.port or 0, password=str(second.password)) as client:
        client.config_set("masterauth", password)
        client.execute_command("REPLICAOF", "127.0.0.1", first.port)
        until = time.monotonic() + 5
        while client.info("replication").get("master_link_status") != "up" and time.monotonic() < until:
            time.sleep(0.05)
        client.config_set("requirepass", password)
        stage.network.redis_target = ("127.0.0.1", second.port or 0)
        stage.network.redis.reset()
        client.execute_command("REPLICAOF", "NO", "ONE")
        time.sleep(rng.uniform(0.5, 2.0))
    stage.network.redis_target = ("127.0.0.1", first.port or 0)
    stage.network.redis.reset()
    stage.in_main_thread(replica.stop)
    shutil.rmtree(folder, ignore_errors=True)


OTHERS: Final[Mapping[str, Fault]] = {
    fault.__name__: fault for fault in (skew_clocks, two_beats, reset_redis_clients, restore_redis, fail_redis_over)
}
