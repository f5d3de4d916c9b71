"""The configurations of the two Redis servers of docker-compose.yml, each taken by a real one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from dialer.embedded.binaries import find_redis
from dialer.local.stack import HOST, free_ports
from tests.support.world import wait_for

DEPLOY = Path(__file__).parents[3] / "deploy"
KEPT = {"broker": {"maxmemory-policy": "noeviction", "appendonly": "yes", "maxmemory": str(512 * 1024**2)}}
LOST = {"cache": {"maxmemory-policy": "allkeys-lru", "appendonly": "no", "maxmemory": str(64 * 1024**2)}}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    subprocess.run(["sh", str(DEPLOY / "make-secrets"), str(tmp_path / "secrets")], check=True, capture_output=True)
    return tmp_path / "secrets"


@pytest.fixture
def port(request: pytest.FixtureRequest, secrets: Path, tmp_path: Path) -> Iterator[int]:
    """Where a server listens that was started with that configuration; its folders are the test's own."""
    (number,) = free_ports(1)
    text = (DEPLOY / f"redis/{request.param}.conf").read_text(encoding="utf-8")
    for line, own in (
        ("dir /data", f"dir {tmp_path}"),
        ("/run/secrets/", f"{secrets}/"),
        ("port 6379", f"port {number}"),
    ):
        assert line in text
        text = text.replace(line, own)
    configuration = tmp_path / "redis.conf"
    configuration.write_text(text, encoding="utf-8")
    process = subprocess.Popen([find_redis(), str(configuration), "--bind", HOST], stdout=subprocess.DEVNULL)
    wait_for(lambda: answers(number), "Redis")
    yield number
    process.terminate()
    process.wait()


def answers(port: int) -> bool:
    try:
        redis.Redis(HOST, port).ping()
    except redis.AuthenticationError:
        return True
    except redis.ConnectionError:
        return False
    raise AssertionError("it asks for no password")


@pytest.mark.parametrize(("port", "wanted"), (KEPT | LOST).items(), indirect=["port"])
def test_a_redis_takes_its_configuration_and_the_password_that_was_made(
    port: int, wanted: dict[str, str], secrets: Path
) -> None:
    password = (secrets / "redis_password").read_text(encoding="utf-8").strip()
    client = redis.Redis(HOST, port, password=password, decode_responses=True)
    assert {name: client.config_get(name)[name] for name in wanted} == wanted
    assert client.set("key", "value")
