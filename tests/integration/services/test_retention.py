"""Calls that are kept no longer."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dialer.db import counts, retention
from dialer.domain.calls import first_id_at, made_at
from tests.support import factories
from tests.support.world import World

KEPT = 100


@pytest.fixture
def database(own_database: str) -> str:
    return own_database


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"calls_kept_days": KEPT}


def make(world: World, *, days_ago: float, ended: bool = True) -> UUID:
    """A call of back then, its contact done with it."""
    at = world.now() - timedelta(days=days_ago)
    call_id = UUID(int=first_id_at(at).int | 7 << 76 | 2 << 62 | secrets.randbits(62))
    (contact_id,) = world.contacts([f"+1202{secrets.randbelow(10**7):07d}"])
    with world.engine.begin() as tx:
        made = factories.make_call(tx, world.trunk_id, contact_id)
        tx.execute(
            text("UPDATE contacts SET open_call_id = :id WHERE id = :contact"), {"id": call_id, "contact": contact_id}
        )
        tx.execute(text("UPDATE calls SET id = :id WHERE id = :made"), {"id": call_id, "made": made})
        tx.execute(text("INSERT INTO call_variables (call_id, data) VALUES (:id, '{}')"), {"id": call_id})
        if ended:
            end = "UPDATE calls SET state = 'ended', disposition = 'busy', ended_at = clock_timestamp() WHERE id = :id"
            tx.execute(text(end), {"id": call_id})
    return call_id


def left(world: World) -> set[UUID]:
    return {call["id"] for call in world.calls()}


def test_old_calls_go_and_younger_ones_stay(world: World) -> None:
    old, young = make(world, days_ago=KEPT + 1), make(world, days_ago=KEPT - 1)
    assert world.dialer.retention.work(seconds=30) == 1
    assert left(world) == {young}
    with world.engine.connect() as connection:
        assert list(connection.scalars(text("SELECT call_id FROM call_variables"))) == [young]
    assert old not in left(world)


def test_an_open_call_is_never_deleted(world: World) -> None:
    queued, ended = make(world, days_ago=400, ended=False), make(world, days_ago=300)
    assert world.dialer.retention.work(seconds=30) == 1
    assert left(world) == {queued}
    assert ended not in left(world)


def test_all_of_many_pieces_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.services.retention._PIECE", 2)
    for days_ago in (200, 201, 202, 203, 204):
        make(world, days_ago=days_ago)
    assert world.dialer.retention.work(seconds=30) == 5
    assert left(world) == set()


def test_a_run_without_time_deletes_nothing(world: World) -> None:
    make(world, days_ago=200)
    assert world.dialer.retention.work(seconds=0) == 0


def test_a_call_that_somebody_holds_is_passed_over(world: World) -> None:
    held, free = make(world, days_ago=200), make(world, days_ago=199)
    with world.engine.begin() as tx:
        tx.execute(text("SELECT FROM calls WHERE id = :id FOR UPDATE"), {"id": held})
        assert world.dialer.retention.work(seconds=30) == 1
    assert left(world) == {held}
    assert free not in left(world)


def test_counts_and_caps_stay(world: World) -> None:
    make(world, days_ago=200)
    with world.engine.begin() as tx:
        before = counts.read(tx, world.campaign_id)
        numbers = tx.scalar(text("SELECT count(*) FROM number_dials"))
    assert before["calls.busy"] == 1
    world.dialer.retention.work(seconds=30)
    with world.engine.begin() as tx:
        assert counts.read(tx, world.campaign_id) == before
        assert tx.scalar(text("SELECT count(*) FROM number_dials")) == numbers


def test_without_the_setting_calls_are_kept_for_ever(world: World) -> None:
    world.dialer.retention._days = None
    make(world, days_ago=4000)
    assert world.dialer.retention.work(seconds=30) == 0


def test_an_id_tells_when_it_was_made() -> None:
    at = datetime.fromisoformat("2026-03-01T12:34:56.789+00:00")
    assert made_at(first_id_at(at)) == at


def test_the_oldest_are_found_by_the_primary_key(world: World) -> None:
    """However many calls there are: nothing is read but what is deleted."""
    with world.engine.begin() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(
            tx.scalars(
                text(f"EXPLAIN {retention._OLDEST.text}"),
                {"after": UUID(int=0), "before": first_id_at(world.now()), "most": 1000},
            )
        )
    assert "Index Scan using pk_calls" in plan
    assert "Sort" not in plan
