"""Each finding about databases, Redis and the dialer's own surroundings, made to happen."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner
from pydantic import SecretStr

from dialer.cli import main
from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.doctor import database, redis_server
from dialer.doctor.examination import Wanted, examine
from dialer.doctor.findings import Finding, Level
from tests.support.world import PASSWORD, WAIT_SECONDS, World, settings_for, simulated_pbx, wait_for

NUMBER = "+12025550100"


def _found(findings: Iterator[Finding]) -> dict[str, Level]:
    """The worst of each check."""
    order = list(Level)
    worst: dict[str, Level] = {}
    for finding in findings:
        worst[finding.check] = max(worst.get(finding.check, Level.OK), finding.level, key=order.index)
        assert finding.level in (Level.OK, Level.UNKNOWN) or finding.remedy, finding
    return worst


@pytest.fixture
def sick(database: str, redis_url: str, redis_client: redis.Redis, tmp_path: Path) -> Iterator[World]:
    """An installation to make ill."""
    ledger = tmp_path / "ledger.jsonl"
    with simulated_pbx(ledger, ring_ms=50, talk_ms=3000, playback_ms=50) as simulator:
        world = World(settings_for(database, redis_url), simulator.url, ledger)
        yield world
        world.close()


def _examine(world: World, **wanted: Any) -> dict[str, Level]:
    return _found(examine(world.settings, Wanted(**wanted), SystemClock()))


def _has_echo(world: World) -> bool:
    with world.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT echo_at FROM pbx_nodes").scalar_one() is not None


class ShiftedClock(SystemClock):
    def now(self) -> Any:
        return super().now() - timedelta(seconds=60)


def test_a_sound_installation(sick: World) -> None:
    with sick.listened():
        sick.set_node(lease_until="clock_timestamp() + interval '1 min'")
        found = _examine(sick)
    ill = {check: level for check, level in found.items() if level is not Level.OK}
    # The tests' PostgreSQL may be one that forgets.
    ill.pop("database_settings", None)
    # Nobody has Asterisk's files, and this test's password is a short one.
    assert ill == {"pbx_websocket_write_timeout": Level.UNKNOWN, "ari_password": Level.WARNING}


def test_nobody_listens(sick: World) -> None:
    assert _examine(sick)["pbx_application"] is Level.PROBLEM


def test_a_pbx_that_should_connect_by_itself_does_not(sick: World) -> None:
    sick.set_node(events_port="8765")
    findings = [f for f in examine(sick.settings, Wanted(), SystemClock()) if f.check == "pbx_application"]
    assert [finding.level for finding in findings] == [Level.PROBLEM]
    assert "ari_outbound_websocket.conf" in str(findings[0])
    with sick.listened():
        sick.set_node(lease_until="NULL")
        (finding,) = [f for f in examine(sick.settings, Wanted(), SystemClock()) if f.check == "pbx_application"]
        assert (finding.level, finding.remedy) == (Level.PROBLEM, "Start `dialer listener`.")


def test_somebody_else_has_the_application(sick: World) -> None:
    with sick.listened():
        sick.set_node(lease_until="NULL")
        assert _examine(sick)["pbx_application"] is Level.PROBLEM


@pytest.mark.parametrize(("resource", "level"), [("down", Level.PROBLEM), ("nosuch", Level.PROBLEM)])
def test_a_trunk_that_is_not_there(sick: World, resource: str, level: Level) -> None:
    sick.execute("UPDATE trunks SET endpoint = :endpoint", endpoint=f"PJSIP/{{number}}@{resource}")
    assert _examine(sick)["trunk_online"] is level


def test_no_node_and_no_trunk(sick: World) -> None:
    sick.execute("UPDATE trunks SET enabled = false")
    assert _examine(sick)["trunks"] is Level.PROBLEM
    sick.execute("UPDATE pbx_nodes SET enabled = false")
    assert _examine(sick)["nodes"] is Level.PROBLEM


def test_clocks_that_disagree(sick: World) -> None:
    found = list(examine(sick.settings, Wanted(), ShiftedClock()))
    skewed = {finding.subject: finding.level for finding in found if finding.check == "clock_skew"}
    assert skewed == {"PostgreSQL": Level.PROBLEM, "pbx1": Level.WARNING}


def test_a_database_that_was_restored(sick: World) -> None:
    sick.execute("UPDATE control SET pg_timeline = '1/00000001'")
    assert _examine(sick)["database_timeline"] is Level.PROBLEM


def test_a_database_without_the_tables(empty_database: str, redis_url: str) -> None:
    found = _found(examine(settings_for(empty_database, redis_url), Wanted(), SystemClock()))
    assert found["migrations"] is Level.PROBLEM
    assert "pbx_reachable" not in found


def test_a_database_whose_tables_the_role_may_not_read(sick: World, redis_url: str) -> None:
    sick.execute("DROP ROLE IF EXISTS stranger")
    sick.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    try:
        url = sick.engine.url.set(username="stranger", password="x").render_as_string(hide_password=False)
        found = list(examine(settings_for(url, redis_url), Wanted(), SystemClock()))
    finally:
        sick.execute("DROP ROLE stranger")
    (said,) = [finding for finding in found if finding.check == "migrations"]
    assert (said.level, said.message.startswith("the dialer's own tables can't be read:")) == (Level.PROBLEM, True), (
        said
    )
    assert "pbx_reachable" not in {finding.check for finding in found}


def test_a_pbx_that_the_dialer_does_not_know_yet(sick: World) -> None:
    sick.execute("UPDATE pbx_nodes SET enabled = false")
    wanted = Wanted(ari_url=sick.ari_url, endpoint="PJSIP/{number}@down")
    found = {f.check: (f.subject, f.level) for f in examine(sick.settings, wanted, SystemClock())}
    assert found["pbx_reachable"] == ("the given PBX", Level.OK)
    assert found["trunk_online"] == ("the given endpoint", Level.PROBLEM)
    assert "nodes" not in found


def test_a_pbx_before_anything_else_is_there(sick: World, tmp_path: Path) -> None:
    bare = Settings(_env_file=None, data_dir=tmp_path, ari_password=SecretStr(PASSWORD))
    found = {f.check: f.level for f in examine(bare, Wanted(ari_url=sick.ari_url), SystemClock())}
    assert (found["environment"], found["pbx_reachable"]) == (Level.PROBLEM, Level.OK)
    assert (found["database_reachable"], found["redis_reachable"]) == (Level.UNKNOWN, Level.UNKNOWN)
    (last, *_) = reversed(list(examine(bare, Wanted(), SystemClock())))
    assert (last.check, last.message.startswith("Nothing is running")) == ("environment", True), last


def test_a_pbx_without_a_password_is_not_asked(sick: World, tmp_path: Path) -> None:
    bare = Settings(_env_file=None, data_dir=tmp_path)
    found = {f.check: f.level for f in examine(bare, Wanted(ari_url=sick.ari_url), SystemClock())}
    assert found["ari_password"] is Level.PROBLEM
    assert "pbx_reachable" not in found


def test_a_database_that_forgets(sick: World) -> None:
    # The tests' server runs with fsync off, or else is somebody's real one.
    with sick.engine.connect() as connection:
        fsync = connection.exec_driver_sql("SHOW fsync").scalar_one()
    expected = Level.PROBLEM if fsync == "off" else Level.OK
    assert _found(database.examine(sick.engine, SystemClock()))["database_settings"] is expected


def test_servers_that_are_away(sick: World) -> None:
    away = settings_for("postgresql://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0")
    found = _found(examine(away, Wanted(), SystemClock()))
    assert (found["database_reachable"], found["redis_reachable"]) == (Level.PROBLEM, Level.PROBLEM)


@pytest.mark.parametrize(
    ("name", "value", "check", "level"),
    [
        ("maxmemory-policy", "allkeys-lru", "redis_eviction", Level.PROBLEM),
        ("maxmemory", "2mb", "redis_eviction", Level.WARNING),
        ("appendonly", "no", "redis_persistence", Level.WARNING),
    ],
)
def test_a_redis_that_forgets(sick: World, name: str, value: str, check: str, level: Level) -> None:
    client = sick.dialer.redis
    before = client.config_get(name)[name] or ""
    filled = name == "maxmemory"
    if filled:
        value = str(client.info("memory")["used_memory"])
    client.config_set(name, value)
    try:
        assert _found(redis_server.examine(client, sick.settings))[check] is level
    finally:
        client.config_set(name, before)


def test_two_applications_in_one_redis(sick: World, redis_client: redis.Redis) -> None:
    redis_client.sadd("_kombu.binding.originate", "x")
    assert _found(redis_server.examine(sick.dialer.redis, sick.settings))["visibility_timeout"] is Level.OK
    redis_client.sadd("_kombu.binding.newsletter", "x")
    assert _found(redis_server.examine(sick.dialer.redis, sick.settings))["visibility_timeout"] is Level.PROBLEM


def test_a_job_that_is_never_done(sick: World, redis_client: redis.Redis) -> None:
    seconds, _ = redis_client.time()
    redis_client.zadd("unacked_index", {"tag": seconds - redis_server.VISIBILITY_TIMEOUT_SECONDS - 10})
    assert _found(redis_server.examine(sick.dialer.redis, sick.settings))["visibility_timeout"] is Level.WARNING


def test_a_redis_behind_another_password(sick: World, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url.replace("redis://:", "redis://:x")) as client:
        assert _found(redis_server.examine(client, sick.settings)) == {"redis_reachable": Level.PROBLEM}


def test_a_test_call_that_nobody_takes(sick: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.doctor.calling._QUEUED_SECONDS", 0.3)
    assert _examine(sick, call=NUMBER)["test_call"] is Level.PROBLEM
    assert [call["disposition"] for call in sick.calls()] == ["cancelled"]


def test_a_test_call_that_the_gate_forbids(sick: World) -> None:
    sick.execute("UPDATE control SET stop_at = clock_timestamp(), stop_by = 'me', stop_reason = 'x'")
    assert _examine(sick, call=NUMBER)["test_call"] is Level.PROBLEM
    assert sick.calls() == []


def test_a_test_call_that_is_answered(sick: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.doctor.calling._TALK_SECONDS", 5)
    monkeypatch.setattr("dialer.doctor.calling._TIMEOUT_SECONDS", 5)
    sick.set_node(lease_until="NULL", echo_at="NULL")
    stop = threading.Event()
    listener = sick.dialer.listener(sick.node)
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()

    def work() -> None:
        wait_for(sick.calls)
        wait_for(lambda: _has_echo(sick), "an echo")
        while not stop.is_set() and sick.calls()[0]["state"] == "queued":
            sick.work(0.2)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        found = [f for f in examine(sick.settings, Wanted(call=NUMBER), SystemClock()) if f.check == "test_call"]
        assert [finding.level for finding in found] == [Level.OK], found
    finally:
        stop.set()
        thread.join(WAIT_SECONDS)
        worker.join(WAIT_SECONDS)
    assert len(sick.ledger.invites) == 1


def test_the_command_prints_json_and_its_exit_code_says_whether_there_is_a_problem(
    sick: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    # The tests' PostgreSQL may be one that forgets.
    monkeypatch.setattr("dialer.doctor.database._server", lambda connection, clock: iter(()))
    monkeypatch.setenv("DIALER_DATABASE_URL", sick.settings.database_url or "")
    monkeypatch.setenv("DIALER_REDIS_URL", sick.settings.redis_url or "")
    monkeypatch.setenv("DIALER_ARI_PASSWORD", PASSWORD)
    monkeypatch.setenv("DIALER_DATA_DIR", str(tmp_path / "data"))
    sick.set_node(lease_until="clock_timestamp() + interval '1 min'")
    run = CliRunner()
    ill = run.invoke(main, ["doctor", "--json"])
    told = json.loads(ill.stdout)
    assert (ill.exit_code, told["healthy"], told["problems"]) == (1, False, 1)
    with sick.listened():
        well = run.invoke(main, ["doctor"])
    assert (well.exit_code, "0 problems" in well.stdout) == (0, True), well.stdout


def test_the_command_finds_settings_that_can_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALER_DATABASE_URL", "mysql://h/d")
    ill = CliRunner().invoke(main, ["doctor", "--json"])
    assert ill.exit_code == 1
    assert [finding["check"] for finding in json.loads(ill.stdout)["findings"]] == ["settings"]
