"""`dialer ops`, as one types it."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url, text

from dialer.at_hand import operator
from dialer.cli import main
from dialer.queues import Queue
from dialer.remote.problems import Exit
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
    assert any("No listener leads the node pbx1" in sentence for sentence in answer["wrong"])
    assert "The node pbx1 only fails and is left alone for now, with all its trunks." in answer["wrong"]
    assert any("emergency stop" in sentence for sentence in answer["wrong"])
    assert answer["figures"]["dialer_stopped"] == [{"labels": {}, "value": 1.0}]


def test_status_sees_that_dispatch_has_stopped(world: World, run: Run) -> None:
    world.execute("UPDATE control SET dispatched_at = clock_timestamp() - interval '1 min'")
    result = run("status")
    assert result.exit_code == 1
    assert "Dispatch has not looked for 6" in result.output


def test_status_sees_that_nobody_takes_jobs(world: World, run: Run) -> None:
    world.queued(1)
    world.execute("UPDATE calls SET created_at = clock_timestamp() - interval '20 s'")
    assert run("status").exit_code == 0  # the job was taken: the call waits for a channel, say
    world.dialer.redis.rpush(Queue.ORIGINATE, "a job")
    result = run("status")
    assert result.exit_code == 1
    assert "A call of the trunk carrier has been queued for 2" in result.output
    assert "is an originate worker running?" in result.output


def test_status_sees_a_list_that_is_not_imported(world: World, run: Run) -> None:
    with world.engine.begin() as tx:
        tx.execute(
            text(
                "WITH list AS (INSERT INTO call_lists (campaign_id, name, state, columns, created_by, received_at)"
                " VALUES (:campaign, 'spring', 'importing', '{}', 'tests', clock_timestamp() - interval '16 min')"
                " RETURNING id) INSERT INTO import_chunks (call_list_id, n, rows) SELECT id, 0, '' FROM list"
            ),
            {"campaign": world.campaign_id},
        )
    assert "is an import worker running?" in run("status").output


def test_status_notes_that_only_the_allow_list_is_dialed(world: World, run: Run) -> None:
    run("flags", "allow-list-only", "on")
    result = run("status")
    assert result.exit_code == 0
    assert "Only numbers on the allow-list are dialed" in result.output


def test_status_of_a_database_that_is_away_shows_no_empty_tables(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/dialer")
    result = run("status")
    assert result.exit_code == 1
    assert "PostgreSQL does not answer: start it, or correct DIALER_DATABASE_URL" in result.output
    assert "Trunks" not in result.output


@pytest.mark.parametrize("command", [("flags",), ("failed",), ("drain", "--reason", "x")])
def test_a_database_that_is_away_is_a_sentence_and_no_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DIALER_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/dialer")
    result = run(*command)
    assert result.exit_code == Exit.LATER
    assert "nobody:***@127.0.0.1:1/dialer can't be asked: connection to server" in result.output
    assert "correct DIALER_DATABASE_URL" in result.output


def test_a_database_without_tables_is_told_to_be_upgraded(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = make_url(world.settings.database_url or "").set(database="postgres")
    monkeypatch.setenv("DIALER_DATABASE_URL", without.render_as_string(hide_password=False))
    result = run("flags")
    assert result.exit_code == Exit.LATER
    assert "lacks tables of this version: `dialer db upgrade` makes them" in result.output


def test_whoever_has_no_name_in_the_environment_is_named_by_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SUDO_USER", "USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert operator() == "root (command line)"
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 7)
    assert operator() == f"user {2**31 - 7} (command line)"


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
    assert "1 call is still in flight" in result.output
    assert world.dialer.control.status().stop_at is not None


def test_flags_show_and_switch(world: World, run: Run) -> None:
    assert "allow-list-only  off" in run("flags").output
    assert run("flags", "allow-list-only", "on").exit_code == 0
    assert world.dialer.control.status().allow_list_only
    assert "allow-list-only  on" in run("flags").output
    assert run("flags", "allow-list-only", "off").exit_code == 0
    assert not world.dialer.control.status().allow_list_only


def test_flags_say_who_has_switched_what(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "grace")
    run("flags", "allow-list-only", "on")
    world.dialer.control.stop("ada", "a drill")
    world.dialer.control.lift("ada")
    changes = [(change.who, change.what, change.detail) for change in world.dialer.control.changes(10)]
    assert changes == [
        ("ada", "lift", ""),
        ("ada", "stop", "a drill"),
        ("grace (command line)", "allow_list_only", "on"),
    ]
    shown = run("flags").output
    for word in ("Changed lately", "grace (command line)", "allow-list-only", "a drill"):
        assert word in shown


def test_failed_webhook_deliveries_are_listed_and_replayed(world: World, run: Run) -> None:
    hook = world.dialer.webhooks.create({"url": "https://example.com/", "events": ["call.ended"]}, "tests").record
    with world.engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO webhook_deliveries (webhook_id, event_id, event, data, state, tries, error)"
                " SELECT :id, gen_random_uuid(), 'call.ended', '{}', state, 12, 'refused'"
                " FROM unnest(ARRAY['dead', 'dead', 'delivered']) AS state"
            ),
            {"id": hook.id},
        )
    assert run("failed").output.count("refused") == 2
    assert run("failed", "replay", "--webhook", "999").exit_code == 1
    assert "2 deliveries are tried again." in run("failed", "replay", "--webhook", str(hook.id)).output
    assert "No webhook delivery has failed." in run("failed").output
    with world.engine.connect() as connection:
        states = connection.execute(text("SELECT state, tries FROM webhook_deliveries ORDER BY id")).all()
    assert [tuple(row) for row in states] == [("pending", 0), ("pending", 0), ("delivered", 12)]


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


def test_recover_asks_for_the_lost_time_and_lets_dialing_go_on(world: World, run: Run) -> None:
    assert "nothing to recover from" in run("recover", "--lost-seconds", "60").output
    world.queued(1)
    world.execute("UPDATE control SET pg_timeline = '1/00000001'")
    result = run("status")
    assert result.exit_code == 1
    assert "nothing is dialed until `dialer ops recover`" in result.output
    assert run("recover").exit_code == 2
    result = run("recover", "--lost-seconds", "60", "--hold-hours", "1")
    assert result.exit_code == 0, result.output
    assert "1 queued calls were taken back, 1 contacts are held back." in result.output
    assert run("status").exit_code == 0
