import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry

from dialer.embedded import redis as module
from dialer.embedded.process import is_running
from dialer.embedded.redis import EmbeddedRedis
from dialer.errors import ConfigurationError
from tests.integration.embedded.helpers import finish, read_line, run_as_ordinary_user, start_script, wait_for

OWNER = """
import sys
from pathlib import Path
from dialer.embedded.redis import EmbeddedRedis
server = EmbeddedRedis(Path(sys.argv[1]))
print(server.start())
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(folder / "with space" / "redis")
    server.start()
    yield server
    server.stop()


def client_of(server: EmbeddedRedis) -> "Redis":
    return Redis.from_url(server.url, decode_responses=True)


def test_it_never_drops_a_key_and_keeps_a_log_of_every_write(server: EmbeddedRedis) -> None:
    with client_of(server) as client:
        found = client.config_get("*")
    assert found["maxmemory-policy"] == "noeviction"
    assert (found["appendonly"], found["appendfsync"], found["bind"]) == ("yes", "everysec", "127.0.0.1")
    assert found["dir"] == str(server.folder)


def test_without_its_password_nobody_gets_in(server: EmbeddedRedis) -> None:
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    with Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
    assert server.folder.stat().st_mode & 0o077 == 0
    password = server.url.removeprefix("redis://:").partition("@")[0]
    assert password not in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_after_sigkill_it_starts_again_with_the_same_url_and_data(server: EmbeddedRedis) -> None:
    url = server.url
    with client_of(server) as client:
        client.set("kept", "7")
        # everysec: what is a second old is on disk; SIGKILL of the server alone loses nothing that was written.
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        wait_for(lambda: server.pid is None)
        assert server.start() == url
        assert client.get("kept") == "7"


def test_data_is_there_for_the_next_owner(server: EmbeddedRedis) -> None:
    with client_of(server) as client:
        client.set("kept", "7")
    server.stop()
    successor = EmbeddedRedis(server.folder)
    successor.start()
    try:
        with client_of(successor) as client:
            assert client.get("kept") == "7"
    finally:
        successor.stop()


def test_two_run_side_by_side(server: EmbeddedRedis, folder: Path) -> None:
    other = EmbeddedRedis(folder / "other")
    other.start()
    try:
        with client_of(server) as one, client_of(other) as two:
            one.set("mine", "1")
            assert two.get("mine") is None
    finally:
        other.stop()


def test_a_second_owner_is_told_who_has_it(server: EmbeddedRedis) -> None:
    with pytest.raises(ConfigurationError, match=rf"already, started by process {os.getpid()}"):
        EmbeddedRedis(server.folder).start()


def test_a_port_taken_in_the_meantime_is_left_to_its_taker(
    server: EmbeddedRedis, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = int(server.url.rpartition(":")[2].partition("/")[0])
    free = module.free_port()
    ports = iter([taken, free])
    monkeypatch.setattr(module, "free_port", lambda: next(ports))
    other = EmbeddedRedis(folder / "other")
    try:
        assert f":{free}/" in other.start()
    finally:
        other.stop()


def test_it_ends_when_its_owner_is_killed(folder: Path) -> None:
    owner = start_script(OWNER, str(folder / "redis"))
    try:
        read_line(owner)
        pid = int(read_line(owner))
    finally:
        finish(owner)
    wait_for(lambda: not is_running(pid))


@pytest.mark.parametrize("on_path", [True, False])
def test_without_the_wheel_path_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_path: bool) -> None:
    from dialer.embedded import binaries

    monkeypatch.setattr(binaries, "wheel_folder", lambda package: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    if on_path:
        program = tmp_path / "redis-server"
        program.touch(mode=0o755)
        assert binaries.find_redis() == str(program)
    else:
        with pytest.raises(ConfigurationError, match=r"install redis-server .* or set DIALER_REDIS_URL"):
            binaries.find_redis()


def test_an_ordinary_user_can_run_it(folder: Path) -> None:
    script = """
import sys
from pathlib import Path
from redis import Redis
from redis.backoff import NoBackoff
from dialer.embedded.redis import EmbeddedRedis
server = EmbeddedRedis(Path(sys.argv[1]))
with Redis.from_url(server.start()) as client:
    print(client.ping())
server.stop()
"""
    assert run_as_ordinary_user(script, str(folder / "redis")).split() == ["True"]
