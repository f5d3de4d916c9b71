"""A CA of one's own: with its file the servers are trusted, without it nothing is said to them."""

import queue
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from dialer.ari.client import AriClient
from dialer.ari.errors import NeverSent
from dialer.ari.socket import EventSocket, Inbox
from dialer.bootstrap import Dialer
from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.queues import Queue
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import running_simulator
from tests.support.tls import Certificate, TlsFront, certificate
from workers.app import broker_tls


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def foreign_ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of somebody else."""
    return certificate(tmp_path_factory.mktemp("foreign")).ca


@pytest.fixture
def postgres(database: str, ours: Certificate) -> Iterator[str]:
    """The URL of a PostgreSQL behind TLS."""
    url = make_url(database)
    folder = url.query.get("host", url.host)
    assert isinstance(folder, str)
    target = f"{folder}/.s.PGSQL.{url.query.get('port', url.port or 5432)}" if folder.startswith("/") else None
    with TlsFront(target or (folder, url.port or 5432), ours, asks_first=True) as front:
        yield f"postgresql://{url.username}@127.0.0.1:{front.port}/{url.database}"


@pytest.fixture
def redis_behind_tls(redis_url: str, ours: Certificate) -> Iterator[str]:
    """The URL of a Redis behind TLS."""
    parts = urlsplit(redis_url)
    with TlsFront((parts.hostname or "", parts.port or 6379), ours) as front:
        login, _, _ = parts.netloc.rpartition("@")
        yield f"rediss://{login}@127.0.0.1:{front.port}/0" if login else f"rediss://127.0.0.1:{front.port}/0"


@pytest.fixture
def pbx(ours: Certificate) -> Iterator[str]:
    """The URL of a PBX behind TLS."""
    settings = SimulatorSettings.model_validate({"port": 0, "password": "secret"})
    with running_simulator(settings) as running:
        parts = urlsplit(running.url)
        with TlsFront((parts.hostname or "", parts.port or 0), ours) as front:
            yield f"https://127.0.0.1:{front.port}"


def _asked(settings: Settings) -> object:
    with closing(Dialer(settings)) as dialer, dialer.engine.connect() as connection:
        return connection.scalar(text("SELECT 1"))


def test_postgresql_is_trusted_by_the_ca_file_and_by_nothing_else(
    postgres: str, ours: Certificate, foreign_ca: Path
) -> None:
    assert _asked(Settings(database_url=postgres, database_ca_file=ours.ca)) == 1
    with pytest.raises(OperationalError, match="certificate verify failed"):
        _asked(Settings(database_url=postgres, database_ca_file=foreign_ca))


def test_postgresql_under_another_name_is_not_trusted(postgres: str, ours: Certificate) -> None:
    elsewhere = postgres.replace("127.0.0.1", "localhost")
    with pytest.raises(OperationalError, match="localhost"):
        _asked(Settings(database_url=elsewhere, database_ca_file=ours.ca))


def test_redis_is_trusted_by_the_ca_file_and_by_nothing_else(
    redis_behind_tls: str, ours: Certificate, foreign_ca: Path
) -> None:
    url = redis_behind_tls
    with closing(Dialer(Settings(redis_url=url, redis_ca_file=ours.ca))) as dialer:
        assert dialer.redis.ping()
    for ca_file in (foreign_ca, None):
        with closing(Dialer(Settings(redis_url=url, redis_ca_file=ca_file))) as dialer, pytest.raises(RedisError):
            dialer.redis.ping()


@pytest.mark.parametrize("ca", ["ours", "foreign", "none"])
def test_jobs_go_only_to_a_broker_that_is_trusted(
    redis_behind_tls: str, redis_url: str, ours: Certificate, foreign_ca: Path, ca: str
) -> None:
    settings = Settings(redis_url=redis_behind_tls, redis_ca_file={"ours": ours.ca, "foreign": foreign_ca}.get(ca))
    with closing(Dialer(Settings(redis_url=redis_url))) as plain:
        plain.redis.delete(Queue.ORIGINATE)
        app = Celery("workers", broker=settings.redis_url, broker_use_ssl=broker_tls(settings), set_as_current=False)
        with app.connection_for_write() as connection:
            if ca == "ours":
                app.send_task("originate.work_on_trunk", args=(1,), queue=Queue.ORIGINATE.value, connection=connection)
            else:
                with pytest.raises(BrokerError, match="certificate"):
                    connection.ensure_connection(max_retries=1, interval_start=0)
        with closing(Dialer(settings)) as dialer:
            dialer.nudges.work_on_trunk(1)
        assert plain.redis.llen(Queue.ORIGINATE) == (2 if ca == "ours" else 0)
        plain.redis.delete(Queue.ORIGINATE)


def test_a_pbx_is_asked_and_listened_to_with_its_ca_file(pbx: str, ours: Certificate) -> None:
    inbox: Inbox = queue.SimpleQueue()
    with AriClient(pbx, "dialer", "secret", "dialer", ca_file=ours.ca) as client:
        assert client.info().is_simulator
        socket = EventSocket(pbx, "dialer", "secret", "dialer", inbox, SystemClock(), ca_file=ours.ca)
        assert client.send_echo("heard")
        assert b"heard" in inbox.get(timeout=10).data  # type: ignore[union-attr]
        socket.close()


@pytest.mark.parametrize("known", [True, False])
def test_a_pbx_with_a_certificate_by_somebody_else_gets_nothing(pbx: str, foreign_ca: Path, known: bool) -> None:
    ca_file = foreign_ca if known else None
    with AriClient(pbx, "dialer", "secret", "dialer", ca_file=ca_file) as client, pytest.raises(NeverSent):
        client.info()
    with pytest.raises(NeverSent, match=r"(?i)certificate"):
        EventSocket(pbx, "dialer", "secret", "dialer", queue.SimpleQueue(), SystemClock(), ca_file=ca_file)
