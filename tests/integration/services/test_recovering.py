"""PostgreSQL that has lost commits: nothing is dialed until somebody has said what may be missing."""

import os
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, text

from dialer.db import timeline
from dialer.domain.dispositions import Disposition
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.services.ending import Ending, end_calls
from tests.support import factories
from tests.support.databases import copy_of
from tests.support.world import World, settings_for, wait_for

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
    assert "dialer ops recover" in batch.closed
    assert world.call(call_id)["state"] == "queued"


def test_recovery_takes_queued_calls_back_and_holds_back_whom_the_lost_span_may_be_about(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 2")
    (call_id,) = world.queued(["+12025550100"])
    ready = world.contacts([f"+12025550{n}" for n in range(110, 120)])
    waiting = world.contacts(["+12025550130"], state="waiting", next_attempt_at=world.now())
    later = world.contacts(["+12025550131"], state="waiting", next_attempt_at="2999-01-01")
    world.execute(OTHER)

    done = world.dialer.recovering.recover("tests", lost_seconds=2, hold_seconds=3600)

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


@pytest.mark.parametrize("disposition", [Disposition.BUSY, Disposition.NOT_DIALED, Disposition.INDETERMINATE])
def test_who_was_in_a_call_is_left_alone_when_it_is_over(world: World, disposition: Disposition) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    world.execute(OTHER)
    assert world.dialer.recovering.recover("tests", lost_seconds=0, hold_seconds=3600).held_back == 1
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, disposition)])
    contact = world.contact_of(call_id)
    assert contact["state"] == "waiting"
    assert (contact["next_attempt_at"] - world.now()).total_seconds() > 3500
    assert contact["rules_version"] is None  # no edit of the campaign shortens it


def test_who_was_in_a_call_and_is_not_to_be_called_again_is_done(world: World) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    world.execute(OTHER)
    world.dialer.recovering.recover("tests", lost_seconds=0, hold_seconds=3600)
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.ANSWERED)])
    assert world.contact_of(call_id)["state"] == "done"


def test_whose_call_was_found_over_before_the_recovery_is_left_alone_too(world: World) -> None:
    (call_id,) = world.queued(1)
    world.claim()
    world.execute(OTHER)
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.INDETERMINATE)])
    assert world.dialer.recovering.recover("tests", lost_seconds=60, hold_seconds=3600).held_back == 1
    # Its truth was found out, and by that it were due.
    world.execute("UPDATE contacts SET next_attempt_at = now() - interval '1 s'")
    world.dialer.dispatching.tick()
    contact = world.contact_of(call_id)
    assert contact["state"] == "waiting"
    assert (contact["next_attempt_at"] - world.now()).total_seconds() > 3500


def test_a_hold_ends(world: World) -> None:
    (contact_id,) = world.contacts(1, state="waiting", next_attempt_at=world.now(), held_until=world.now())
    assert world.dialer.dispatching.tick() == 1
    assert world.contact(contact_id)["state"] == "in_call"


def test_dialing_goes_on_after_recovery(world: World) -> None:
    world.execute(OTHER)
    world.dialer.recovering.recover("tests", lost_seconds=0, hold_seconds=60)
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


def test_whoever_comes_first_by_the_campaigns_own_order_is_held_back(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 1")
    world.set_campaign(dial_order="newest")
    ids = world.contacts([f"+12025550{n}" for n in range(110, 120)])
    (wanted,) = world.contacts(["+12025550100"], callback_at=world.now())
    world.execute(OTHER)
    assert world.dialer.recovering.recover("tests", lost_seconds=3, hold_seconds=3600).held_back == 3
    assert _waiting(world, [wanted, *ids]) == {wanted, ids[-1], ids[-2]}


def test_each_list_may_have_been_dialed_all_the_time(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 1")
    with world.engine.begin() as tx:
        lists = [factories.make_call_list(tx, world.campaign_id) for _ in range(2)]
    first = world.contacts([f"+12025550{n}" for n in range(100, 104)], call_list_id=lists[0])
    second = world.contacts([f"+12025550{n}" for n in range(110, 114)], call_list_id=lists[1])
    world.execute(OTHER)
    world.dialer.recovering.recover("tests", lost_seconds=2, hold_seconds=3600)
    assert _waiting(world, first + second) == {*first[:2], *second[:2]}


def _waiting(world: World, ids: list[int]) -> set[int]:
    return {contact_id for contact_id in ids if world.contact(contact_id)["state"] == "waiting"}


def test_dump_restored_into_its_own_server_has_another_history(
    postgres_url: str, migrated_template: str, redis_url: str, redis_client: "redis.Redis"
) -> None:
    with copy_of(migrated_template, postgres_url) as url:
        _restore_into_its_own_server(World(settings_for(url, redis_url)))


def _restore_into_its_own_server(world: World) -> None:
    world.queued(1)
    assert len(world.claim().claimed) == 1
    before = world.dialer.recovering.history()
    # What pg_restore --clean does, and createdb with pg_restore all the more.
    world.execute("CREATE TABLE restored (LIKE control INCLUDING ALL EXCLUDING DEFAULTS)")
    world.execute("INSERT INTO restored SELECT * FROM control")
    world.execute("DROP TABLE control")
    world.execute("ALTER TABLE restored RENAME TO control")
    assert world.dialer.recovering.history().recorded == before.recorded
    assert not world.dialer.recovering.history().is_known
    world.queued(["+12025550170"])
    assert "restored" in str(world.claim().closed)
    world.dialer.recovering.recover("tests", lost_seconds=0, hold_seconds=0)
    assert world.dialer.recovering.history().is_known
    world.close()
