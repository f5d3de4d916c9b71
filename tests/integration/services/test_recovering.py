"""PostgreSQL that has lost commits: nothing is dialed until somebody has said what may be missing."""

import os
from pathlib import Path

from sqlalchemy import create_engine, text

from dialer.db import timeline
from dialer.embedded.postgres import EmbeddedPostgres
from tests.support.world import World, wait_for

OTHER = "UPDATE control SET pg_timeline = '1/00000001'"


def test_first_claim_remembers_the_history_in_which_it_was_made(world: World) -> None:
    world.queued(1)
    assert world.dialer.recovering.history().recorded is None
    assert len(world.claim().claimed) == 1
    history = world.dialer.recovering.history()
    assert history.recorded == history.current


def test_nothing_is_claimed_in_another_history(world: World) -> None:
    (call_id,) = world.queued(1)
    world.execute(OTHER)
    batch = world.claim()
    assert not batch.claimed
    assert batch.closed is not None
    assert "dialer recover" in batch.closed
    assert world.call(call_id)["state"] == "queued"


def test_recovery_takes_queued_calls_back_and_holds_back_whom_the_lost_span_may_be_about(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 2")
    (call_id,) = world.queued(["+12025550100"])
    ready = world.contacts([f"+12025550{n}" for n in range(110, 120)])
    waiting = world.contacts(["+12025550130"], state="waiting", next_attempt_at=world.now())
    later = world.contacts(["+12025550131"], state="waiting", next_attempt_at="2999-01-01")
    world.execute(OTHER)

    done = world.dialer.recovering.recover(lost_seconds=2, hold_seconds=3600)

    assert (done.withdrawn, done.held_back) == (1, 4)
    assert world.call(call_id)["disposition"] == "withdrawn"
    held = [world.contact_of(call_id)["id"], *waiting, *ready[:2]]
    for contact_id in held:
        contact = world.contact(contact_id)
        assert (contact["state"], contact["attempts"]) == ("waiting", 0)
        assert (contact["next_attempt_at"] - world.now()).total_seconds() > 3500
    assert {world.contact(contact_id)["state"] for contact_id in ready[2:]} == {"ready"}
    assert world.contact(later[0])["next_attempt_at"].year == 2999
    assert world.dialer.recovering.history().is_known


def test_dialing_goes_on_after_recovery(world: World) -> None:
    world.execute(OTHER)
    world.dialer.recovering.recover(lost_seconds=0, hold_seconds=60)
    world.queued(1)
    assert len(world.claim().claimed) == 1


def test_promoted_cluster_has_another_history_and_a_restarted_one_has_not(server_folder: Path) -> None:
    folder = server_folder / "promoted"
    server = EmbeddedPostgres(folder, durable=False)
    try:
        first = _history(server)
        server.stop()
        restarted = _history(server)
        server.stop()
        data = next(folder.rglob("postgresql.auto.conf")).parent
        (data / "recovery.signal").touch()
        with (data / "postgresql.auto.conf").open("a") as file:
            file.write("restore_command = '/bin/false'\n")
        _own_like(data / "recovery.signal", data)
        promoted = _history(server)
    finally:
        server.destroy()
    assert restarted == first
    assert promoted != first


def _history(server: EmbeddedPostgres) -> str:
    engine = create_engine(server.start())
    try:
        with engine.begin() as tx:
            wait_for(lambda: not tx.scalar(text("SELECT pg_is_in_recovery()")), "the end of recovery")
            return str(tx.scalar(text(f"SELECT {timeline.CURRENT}")))
    finally:
        engine.dispose()


def _own_like(path: Path, folder: Path) -> None:
    owner = folder.stat()
    os.chown(path, owner.st_uid, owner.st_gid)
