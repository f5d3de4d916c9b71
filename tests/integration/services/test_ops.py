"""`dialer ops`, as one types it."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from dialer.cli import main
from tests.support import factories
from tests.support.world import World

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command line, on the world's servers, which are well."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("DIALER_DATABASE_URL", world.settings.database_url or "")
    monkeypatch.setenv("DIALER_REDIS_URL", world.settings.redis_url or "")
    monkeypatch.setenv("COLUMNS", "200")
    world.dialer.dispatching.tick()

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["ops", *arguments])

    return invoke


def test_status_shows_trunks_nodes_and_queues_and_that_all_is_well(world: World, run: Run) -> None:
    with world.engine.begin() as tx:
        factories.make_call(tx, world.trunk_id)
    result = run("status")
    assert result.exit_code == 0, result.output
    assert "All is well." in result.output
    for word in ("carrier", "pbx1", "leads", "queue jobs: originate", "campaigns: running"):
        assert word in result.output


def test_status_says_what_is_wrong_and_fails(world: World, run: Run) -> None:
    world.execute("UPDATE pbx_nodes SET lease_until = NULL")
    world.dialer.control.stop("tests", "a drill")
    for _ in range(5):
        world.dialer.breaker.failed(f"node:{world.node_id}")
    result = run("status", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.output)
    assert "No listener leads the node pbx1." in answer["wrong"]
    assert "The node pbx1 only fails and is left alone for now, with all its trunks." in answer["wrong"]
    assert any("emergency stop" in sentence for sentence in answer["wrong"])
    assert answer["figures"]["dialer_stopped"] == [{"labels": {}, "value": 1.0}]


def test_status_sees_that_dispatch_has_stopped(world: World, run: Run) -> None:
    world.execute("UPDATE control SET dispatched_at = clock_timestamp() - interval '1 min'")
    result = run("status")
    assert result.exit_code == 1
    assert "Dispatch has not looked for 6" in result.output


def test_drain_stops_dialing_and_ends_when_nothing_is_in_flight(world: World, run: Run) -> None:
    result = run("drain", "--reason", "maintenance")
    assert result.exit_code == 0, result.output
    assert world.dialer.control.status().stop_reason == "maintenance"


def test_drain_that_takes_too_long_says_how_many_calls_are_left(world: World, run: Run) -> None:
    call_id = world.single()
    token = "01890a5d-ac96-774b-bcce-b302099a8057"
    world.execute("UPDATE calls SET state = 'originating', claim_token = :t WHERE id = :id", t=token, id=call_id)
    result = run("drain", "--reason", "maintenance", "--timeout", "0")
    assert result.exit_code == 1
    assert "1 calls are still in flight" in result.output
    assert world.dialer.control.status().stop_at is not None


def test_flags_show_and_switch(world: World, run: Run) -> None:
    assert "allow-list-only  off" in run("flags").output
    assert run("flags", "allow-list-only", "on").exit_code == 0
    assert world.dialer.control.status().allow_list_only
    assert "allow-list-only  on" in run("flags").output
    assert run("flags", "allow-list-only", "off").exit_code == 0
    assert not world.dialer.control.status().allow_list_only


def test_failed_lists_the_uploads_that_failed_with_the_reason(world: World, run: Run) -> None:
    assert "No call list has failed." in run("failed").output
    with world.engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO call_lists (campaign_id, name, state, columns, created_by, error) "
                "VALUES (:campaign, 'spring', 'failed', '{}', 'tests', 'The upload broke off.')"
            ),
            {"campaign": world.campaign_id},
        )
    result = run("failed")
    assert result.exit_code == 0, result.output
    assert "spring" in result.output
    assert "The upload broke off." in result.output


def test_reconcile_asks_the_nodes_now(world: World, run: Run) -> None:
    assert run("reconcile").output == "Reconciled.\n"
