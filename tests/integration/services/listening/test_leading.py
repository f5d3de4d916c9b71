"""Who listens: one at a time, under a lease that PostgreSQL keeps."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url, text

from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.db import nodes
from dialer.services.listening.errors import ReignOver
from dialer.services.listening.following import Following
from dialer.services.listening.leading import Reign
from dialer.services.listening.news import News
from tests.chaos.proxy import Proxy, Weather
from tests.integration.services.listening.conftest import PASSWORD, RunningListener, World, made_dialer
from tests.support.world import WAIT_SECONDS, wait_for
from workers.listener import STALLED


def expire(world: World) -> None:
    world.execute("UPDATE pbx_nodes SET lease_until = clock_timestamp() - interval '1 s'")


class TestLease:
    def test_only_one_wins_until_the_lease_runs_out(self, world: World) -> None:
        with world.engine.begin() as tx:
            assert nodes.win_lease(tx, world.node.id, "first", 60) == 1
            assert nodes.win_lease(tx, world.node.id, "second", 60) is None
        expire(world)
        with world.engine.begin() as tx:
            assert nodes.win_lease(tx, world.node.id, "second", 60) == 2

    def test_ones_own_lease_can_be_won_anew_and_is_another_reign(self, world: World) -> None:
        with world.engine.begin() as tx:
            assert nodes.win_lease(tx, world.node.id, "first", 60) == 1
            assert nodes.win_lease(tx, world.node.id, "first", 60) == 2
            assert not nodes.renew(tx, world.node.id, "first", 1, 60)
            assert nodes.renew(tx, world.node.id, "first", 2, 60)

    def test_a_lease_that_ran_out_cannot_be_renewed(self, world: World) -> None:
        with world.engine.begin() as tx:
            nodes.win_lease(tx, world.node.id, "first", 60)
        expire(world)
        with world.engine.begin() as tx:
            assert not nodes.renew(tx, world.node.id, "first", 1, 60)
            assert not nodes.leads(tx, world.node.id, 1)

    def test_the_lease_of_a_disabled_node_is_neither_won_nor_renewed(self, world: World) -> None:
        with world.engine.begin() as tx:
            nodes.win_lease(tx, world.node.id, "first", 60)
        world.execute("UPDATE pbx_nodes SET enabled = false")
        with world.engine.begin() as tx:
            assert not nodes.renew(tx, world.node.id, "first", 1, 60)
        expire(world)
        with world.engine.begin() as tx:
            assert nodes.win_lease(tx, world.node.id, "second", 60) is None

    def test_nothing_of_an_earlier_reign_can_be_written(self, world: World) -> None:
        with world.engine.begin() as tx:
            nodes.win_lease(tx, world.node.id, "first", 60)
            assert nodes.connected(tx, world.node.id, 1)
            assert nodes.echo(tx, world.node.id, 1, nodes.time(tx))
        expire(world)
        with world.engine.begin() as tx:
            assert nodes.win_lease(tx, world.node.id, "second", 60) == 2
            now = nodes.time(tx)
            assert not nodes.connected(tx, world.node.id, 1)
            assert not nodes.gap(tx, world.node.id, 1)
            assert not nodes.echo(tx, world.node.id, 1, now)
            assert not nodes.record_info(tx, world.node.id, 1, version="1", is_simulator=True, startup_at=now)
            assert not nodes.release(tx, world.node.id, "first", 1)
        node = world.node_row()
        # A new reign begins with a gap: what the one before has heard says nothing of this one.
        assert (node["gap_free_since"], node["echo_at"], node["version"]) == (None, None, None)

    def test_an_echo_never_goes_back_in_time(self, world: World) -> None:
        with world.engine.begin() as tx:
            nodes.win_lease(tx, world.node.id, "first", 60)
            now = nodes.time(tx)
            nodes.echo(tx, world.node.id, 1, now)
            nodes.echo(tx, world.node.id, 1, now - timedelta(seconds=5))
        assert world.node_row()["echo_at"] == now

    def test_a_batch_of_an_earlier_reign_writes_nothing(self, world: World) -> None:
        with world.engine.begin() as tx:
            nodes.win_lease(tx, world.node.id, "first", 60)
        following = Following(world.engine, world.node.id, 1, SystemClock(), lambda token: None)
        expire(world)
        with pytest.raises(ReignOver):
            following.write(News(echo="1.1/2026-01-01T00:00:00+00:00"))

    def test_a_lost_lease_is_noticed_by_its_keeper(self, world: World) -> None:
        with world.engine.begin() as tx:
            epoch = nodes.win_lease(tx, world.node.id, "first", 3.0)
        assert epoch is not None
        reign = Reign(world.engine, world.node.id, "first", epoch, 3.0, SystemClock())
        assert reign.is_sure
        expire(world)
        assert reign.over.wait(WAIT_SECONDS)
        assert not reign.is_sure
        reign.abandon()

    def test_a_kept_lease_outlives_its_length(self, world: World) -> None:
        with world.engine.begin() as tx:
            epoch = nodes.win_lease(tx, world.node.id, "first", 2.0)
            until = nodes.time(tx) + timedelta(seconds=2.5)
        assert epoch is not None
        reign = Reign(world.engine, world.node.id, "first", epoch, 2.0, SystemClock())
        wait_for(lambda: _time(world.engine) > until, "more than the length of the lease")
        assert reign.is_sure
        reign.end()
        assert not _leads(world.engine, world.node.id, epoch)

    def test_answers_that_are_long_on_their_way_do_not_put_the_clock_back(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with world.engine.begin() as tx:
            epoch = nodes.win_lease(tx, world.node.id, "first", 8.0)
        assert epoch is not None
        reign = Reign(world.engine, world.node.id, "first", epoch, 8.0, SystemClock())
        asked, database_time = threading.Semaphore(0), nodes.time

        def slow_time(tx: Connection) -> datetime:
            asked.release()
            now = database_time(tx)
            time.sleep(2.0)
            return now

        monkeypatch.setattr(nodes, "time", slow_time)
        for _ in range(2):  # when it is asked again, the first answer has been made use of
            assert asked.acquire(timeout=WAIT_SECONDS)
        monkeypatch.undo()
        asked_at = time.monotonic()
        now = _time(world.engine)
        # What is told too early would be followed by a retry too early.
        assert reign.database_time(time.monotonic()) > now - timedelta(seconds=0.5)
        assert reign.database_time(asked_at) < now + timedelta(seconds=0.5)
        reign.end()


def _time(engine: Engine) -> datetime:
    with engine.begin() as tx:
        return nodes.time(tx)


def _leads(engine: Engine, node_id: int, epoch: int) -> bool:
    with engine.begin() as tx:
        return nodes.leads(tx, node_id, epoch) is not None


class TestTwoListeners:
    def test_the_standby_takes_over_when_the_first_one_stops(self, world: World, settings: Settings) -> None:
        first = world.listening()
        epoch = world.node_row()["listener_epoch"]
        with made_dialer(settings) as other:
            world.listen(other)
            first.end()
            wait_for(lambda: world.node_row()["listener_epoch"] == epoch + 1, "the standby")
            wait_for(lambda: world.node_row()["echo_at"], "its echo")
            assert first.error is None
            world.close()

    def test_a_listener_that_lost_its_lease_ends_and_does_not_take_the_socket_back(
        self, world: World, settings: Settings
    ) -> None:
        first = world.listening()
        with made_dialer(settings) as other:
            expire(world)
            second = world.listen(other)
            first.thread.join(WAIT_SECONDS)
            assert not first.thread.is_alive()
            assert isinstance(first.error, ReignOver)
            wait_for(lambda: world.node_row()["echo_at"], "the second one's echo")
            assert second.error is None
            world.close()

    def test_a_listener_whose_application_is_taken_ends(self, world: World, settings: Settings) -> None:
        first = world.listening()
        with made_dialer(settings) as other:
            # One that takes the socket without having won the lease.
            thief = other.listener(world.node)._pbx.connect()
            first.thread.join(WAIT_SECONDS)
            assert not first.thread.is_alive()
            assert isinstance(first.error, ReignOver)
            node = world.node_row()
            assert (node["gap_free_since"], node["echo_at"]) == (None, None)
            thief.close()


_COMMAND = [sys.executable, "-m", "workers.listener", "--node", "pbx1"]


def _environment(database_url: str, settings: Settings, folder: Path) -> dict[str, str]:
    return os.environ | {
        "DIALER_DATABASE_URL": database_url,
        "DIALER_REDIS_URL": str(settings.redis_url),
        "DIALER_ARI_PASSWORD": PASSWORD,
        "DIALER_JWT_SECRET": "x" * 32,
        "DIALER_DATA_DIR": str(folder),
        "DIALER_ECHO_INTERVAL_SECONDS": "0.1",
        "DIALER_LEASE_SECONDS": "2",
    }


def _proxy(settings: Settings) -> Proxy:
    """In front of PostgreSQL."""
    url = make_url(str(settings.database_url))
    socket = f"{url.query['host']}/.s.PGSQL.{url.query['port']}" if "host" in url.query else None
    return Proxy(lambda: socket or (url.host or "127.0.0.1", url.port or 5432))


@contextmanager
def _through(proxy: Proxy, settings: Settings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A listener that reaches PostgreSQL through `proxy`."""
    url = make_url(str(settings.database_url))
    through = url.set(drivername="postgresql", host="127.0.0.1", port=proxy.port, query={})
    environment = _environment(through.render_as_string(hide_password=False), settings, folder)
    with subprocess.Popen(_COMMAND, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _is_locked(engine: Engine, node_id: int) -> bool:
    with engine.begin() as tx:
        query = "SELECT id FROM pbx_nodes WHERE id = :id FOR UPDATE SKIP LOCKED"
        return tx.execute(text(query), {"id": node_id}).first() is None


class TestProcess:
    @pytest.fixture
    def process(self, world: World, settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A listener as a supervisor starts it."""
        with subprocess.Popen(_COMMAND, env=_environment(str(settings.database_url), settings, tmp_path)) as process:
            try:
                wait_for(lambda: world.node_row()["echo_at"], "an echo")
                yield process
            finally:
                process.kill()

    def test_sigterm_gives_the_lease_back_and_exits_with_0(
        self, world: World, process: subprocess.Popen[bytes]
    ) -> None:
        epoch = world.node_row()["listener_epoch"]
        assert _leads(world.engine, world.node.id, epoch)

        process.send_signal(signal.SIGTERM)

        assert process.wait(WAIT_SECONDS) == 0
        assert not _leads(world.engine, world.node.id, epoch)
        assert world.node_row()["gap_free_since"] is None

    def test_one_whose_database_never_answers_again_ends_and_a_standby_leads(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        with _proxy(settings) as proxy, _through(proxy, settings, tmp_path) as process:
            wait_for(lambda: world.node_row()["echo_at"], "an echo")
            proxy.weather = Weather(holds_answers=True)
            second = world.listen()
            assert process.wait(WAIT_SECONDS) == STALLED
            wait_for(lambda: world.node_row()["listener_epoch"] == 2, "the second one")
            assert second.error is None

    def test_one_that_falls_asleep_in_a_transaction_holds_no_standby_up(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        with _proxy(settings) as proxy, _through(proxy, settings, tmp_path) as process:
            wait_for(lambda: world.node_row()["echo_at"], "an echo")
            proxy.weather = Weather(latency_seconds=0.05)  # so that its transactions last

            def sleeps_with_the_row() -> bool:
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.2)  # what it has sent arrives
                if _is_locked(world.engine, world.node.id):
                    return True
                process.send_signal(signal.SIGCONT)
                time.sleep(0.02)
                return False

            wait_for(sleeps_with_the_row, "a sleep with the node's row locked")
            second = world.listen()
            wait_for(lambda: world.node_row()["listener_epoch"] == 2, "the second one")
            assert second.error is None

    def test_one_that_was_asleep_does_not_take_the_socket_back_when_it_wakes(
        self, world: World, process: subprocess.Popen[bytes]
    ) -> None:
        process.send_signal(signal.SIGSTOP)
        second = world.listen()
        # In one reading of the row: the first one's echo must not pass for the second's.
        wait_for(lambda: (row := world.node_row())["echo_at"] and row["listener_epoch"] == 2, "the second one")
        since = world.node_row()["gap_free_since"]

        process.send_signal(signal.SIGCONT)

        assert process.wait(WAIT_SECONDS) == 1
        echo_at = world.node_row()["echo_at"]
        wait_for(lambda: world.node_row()["echo_at"] > echo_at, "the second one to go on")
        assert world.node_row()["gap_free_since"] == since
        assert second.error is None


def test_the_socket_is_not_opened_without_the_lease(world: World) -> None:
    with world.engine.begin() as tx:
        epoch = nodes.win_lease(tx, world.node.id, "first", 60)
    assert epoch is not None
    reign = Reign(world.engine, world.node.id, "first", epoch, 60, SystemClock())
    expire(world)
    with world.engine.begin() as tx:
        nodes.win_lease(tx, world.node.id, "second", 60)

    with pytest.raises(ReignOver):
        world.dialer.listener(world.node)._connect(reign, threading.Event())

    assert not world.client.send_echo("anybody?")  # the application is not registered
    reign.abandon()


def test_a_real_pbx_is_not_listened_to_unless_that_is_allowed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    info = world.client.info()
    monkeypatch.setattr(
        world.client, "info", lambda fresh=False: type(info)(info.version, info.startup_at, is_simulator=False)
    )
    listener = RunningListener(world.dialer, world.node)

    wait_for(lambda: world.node_row()["is_simulator"] is False, "the node's info")

    assert world.node_row()["gap_free_since"] is None
    assert not world.client.send_echo("anybody?")  # the application is not registered
    listener.end()
