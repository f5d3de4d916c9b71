import json
import os
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from redis import Redis
from sqlalchemy import make_url

from dialer.config import Settings, load_settings
from dialer.embedded.process import is_running
from dialer.embedded.servers import EmbeddedServers, resolve, running_servers
from dialer.errors import ConfigurationError
from tests.integration.embedded.helpers import finish, read_line, run_as_ordinary_user, start_script, wait_for

OWNER = """
import sys
from dialer.config import load_settings
from dialer.embedded.servers import EmbeddedServers
with EmbeddedServers(load_settings(data_dir=sys.argv[1], _env_file=None)) as settings:
    print(settings.database_url)
    print(settings.redis_url, flush=True)
    sys.stdin.read()
"""
DATABASE_URL = "postgresql://user@localhost/name"
REDIS_URL = "redis://localhost:1/0"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("DIALER_") and not name.startswith("DIALER_TEST_"):
            monkeypatch.delenv(name)


def settings_for(folder: Path, **values: Any) -> Settings:
    return load_settings(data_dir=folder / "data", _env_file=None, **values)


def ping(settings: Settings) -> None:
    assert settings.database_url is not None
    assert settings.redis_url is not None
    dsn = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with Redis.from_url(settings.redis_url) as client:
        client.ping()


def test_both_servers_run_inside_and_are_gone_after(folder: Path) -> None:
    with EmbeddedServers(settings_for(folder)) as settings:
        ping(settings)
        running = running_servers(settings.data_dir)
        assert running is not None
        assert running.pid == os.getpid()
        assert running.postgres_pid is not None
        assert running.redis_pid is not None
    wait_for(lambda: not is_running(running.postgres_pid or 0))
    wait_for(lambda: not is_running(running.redis_pid or 0))
    assert running_servers(settings.data_dir) is None
    assert not (settings.data_dir / "run" / "servers.json").exists()


def test_they_end_when_what_runs_inside_fails(folder: Path) -> None:
    servers = EmbeddedServers(settings_for(folder))
    with pytest.raises(RuntimeError), servers:
        raise RuntimeError
    assert servers.dead() == ["postgres", "redis"]


def test_another_command_finds_them_and_has_the_same_secrets(folder: Path) -> None:
    owner = start_script(OWNER, str(folder / "data"))
    try:
        urls = (read_line(owner), read_line(owner))
        one, two = resolve(settings_for(folder)), resolve(settings_for(folder))
        assert (one.database_url, one.redis_url) == urls
        ping(one)
        assert (one.jwt_secret, one.ari_password) == (two.jwt_secret, two.ari_password)
        assert stat.S_IMODE((folder / "data" / "run" / "servers.json").stat().st_mode) == 0o600
    finally:
        finish(owner)


def test_what_a_killed_owner_left_counts_as_nothing_and_the_next_one_starts(folder: Path) -> None:
    owner = start_script(OWNER, str(folder / "data"))
    read_line(owner)
    read_line(owner)
    finish(owner)
    assert (folder / "data" / "run" / "servers.json").exists()
    assert running_servers(folder / "data") is None
    with pytest.raises(ConfigurationError, match="Nothing is running"):
        resolve(settings_for(folder))
    with EmbeddedServers(settings_for(folder)) as settings:
        ping(settings)


def test_a_second_start_is_told_which_process_has_them(folder: Path) -> None:
    owner = start_script(OWNER, str(folder / "data"))
    try:
        read_line(owner)
        read_line(owner)
        with pytest.raises(ConfigurationError, match=f"already .process {owner.pid}"):
            EmbeddedServers(settings_for(folder)).start()
        ping(resolve(settings_for(folder)))
    finally:
        finish(owner)


def test_what_the_settings_name_is_not_started(folder: Path) -> None:
    with EmbeddedServers(settings_for(folder, database_url=DATABASE_URL, redis_url=REDIS_URL)) as settings:
        assert settings.database_url == "postgresql+psycopg2://user@localhost/name"
        assert settings.redis_url == REDIS_URL
        assert running_servers(settings.data_dir) is None
    servers = EmbeddedServers(settings_for(folder, database_url=DATABASE_URL))
    with servers as settings:
        assert servers.postgres is None
        assert settings.database_url == "postgresql+psycopg2://user@localhost/name"
        assert settings.redis_url is not None
        with Redis.from_url(settings.redis_url) as client:
            client.ping()


def test_given_urls_win_over_running_servers(folder: Path) -> None:
    with EmbeddedServers(settings_for(folder)) as settings:
        mixed = resolve(settings_for(folder, redis_url=REDIS_URL))
        assert (mixed.database_url, mixed.redis_url) == (settings.database_url, REDIS_URL)


def test_a_server_that_died_can_be_brought_back_under_its_url(folder: Path) -> None:
    servers = EmbeddedServers(settings_for(folder))
    with servers as settings:
        assert servers.dead() == []
        assert servers.redis is not None
        assert servers.redis.pid is not None
        os.kill(servers.redis.pid, 9)
        wait_for(lambda: servers.dead() == ["redis"])
        servers.redis.start()
        ping(settings)


def test_production_has_no_embedded_servers_and_makes_no_secrets(folder: Path) -> None:
    production = settings_for(folder, environment="production")
    for attempt in (EmbeddedServers(production).start, lambda: resolve(production)):
        with pytest.raises(ConfigurationError, match="DIALER_DATABASE_URL and DIALER_REDIS_URL must be set"):
            attempt()
    named = {"environment": "production", "database_url": DATABASE_URL, "redis_url": REDIS_URL}
    with pytest.raises(ConfigurationError, match="DIALER_JWT_SECRET"):
        resolve(settings_for(folder, **named))
    with pytest.raises(ConfigurationError, match="DIALER_ARI_PASSWORD"):
        resolve(settings_for(folder, **named, jwt_secret="x" * 32))
    resolve(settings_for(folder, **named, jwt_secret="x" * 32, ari_passwords={"pbx1": "secret"}))
    assert not (folder / "data").exists()


def test_secrets_are_made_once_and_kept_private(folder: Path) -> None:
    named = {"database_url": DATABASE_URL, "redis_url": REDIS_URL}
    one, two = resolve(settings_for(folder, **named)), resolve(settings_for(folder, **named))
    assert one.jwt_secret is not None
    assert one.ari_password is not None
    assert (one.jwt_secret, one.ari_password) == (two.jwt_secret, two.ari_password)
    assert len(one.jwt_secret.get_secret_value()) >= 32
    secrets = folder / "data" / "secrets"
    assert sorted(path.name for path in secrets.iterdir()) == ["ari_password", "jwt_secret"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700


def test_an_ordinary_user_can_run_both_from_a_deep_folder(folder: Path) -> None:
    script = """
import sys
from pathlib import Path
from dialer.config import load_settings
from dialer.embedded.servers import EmbeddedServers, running_servers
data_dir = Path(sys.argv[1])
with EmbeddedServers(load_settings(data_dir=data_dir, _env_file=None)):
    print(running_servers(data_dir) is not None)
print(running_servers(data_dir) is None)
"""
    deep = folder / "/".join(["a-rather-long-name"] * 8)
    assert run_as_ordinary_user(script, str(deep)).split() == ["True", "True"]


def test_the_file_says_nothing_of_a_server_that_is_not_ours(folder: Path) -> None:
    with EmbeddedServers(settings_for(folder, database_url=DATABASE_URL)) as settings:
        content = json.loads((settings.data_dir / "run" / "servers.json").read_text())
    assert content["postgres_pid"] is None
    assert content["redis_pid"] is not None
