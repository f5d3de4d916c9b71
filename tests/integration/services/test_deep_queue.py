"""What it costs to queue a call and to claim one doesn't grow with how many are queued."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from dialer.db import barrier, claiming, dispatching
from dialer.domain.calls import CallState
from tests.integration.services.test_contact_indexes import nodes
from tests.support.factories import number
from tests.support.world import World

DEEP = 1900
BATCH = 25


@pytest.fixture
def database(own_database: str) -> str:
    return own_database


@pytest.fixture
def deep(world: World) -> World:
    world.queued([number(n) for n in range(DEEP)])
    for table in ("calls", "contacts"):
        world.execute(f"ANALYZE {table}")
    return world


def read_of_calls(tx: Connection) -> int:
    """How many rows of calls this transaction has read, through an index or without one."""
    return int(
        tx.execute(
            text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'calls'")
        ).scalar_one()
    )


@pytest.mark.parametrize("campaigns", [1, 3])
def test_a_claim_reads_the_first_calls_of_each_campaign(deep: World, campaigns: int) -> None:
    others = {deep.campaign(f"other-{n}") for n in range(1, campaigns)}
    for place, campaign_id in enumerate(others, start=1):
        deep.queued([number(DEEP + place)], campaign_id=campaign_id)
    with deep.engine.begin() as tx:
        barrier.share(tx)
        taken = claiming.candidates(tx, deep.trunk_id, BATCH, places=BATCH)
        assert len(taken) == BATCH
        assert others <= {row["campaign_id"] for row in taken}
        assert read_of_calls(tx) < 15 * BATCH


def test_calls_outside_campaigns_go_first_and_in_their_order(deep: World) -> None:
    ids = [deep.single(phone_number=number(DEEP + n)) for n in range(BATCH + 1)]
    with deep.engine.begin() as tx:
        barrier.share(tx)
        assert [row["id"] for row in claiming.candidates(tx, deep.trunk_id, BATCH, places=BATCH)] == ids[:BATCH]
        assert read_of_calls(tx) < 15 * BATCH


def test_queueing_many_compares_none_of_them_with_each_other_by_the_plan_for_a_few(world: World) -> None:
    world.set_campaign(state="running")
    ids = world.contacts([number(n) for n in range(DEEP)])
    with world.engine.begin() as tx:
        campaign = next(iter(dispatching.running_campaigns(tx, echo_max_age=60.0)))
        # What it is planned like where there seem to be but a few. Prepared by its use, then explained as it is.
        tx.execute(text("SET LOCAL enable_hashjoin = off"))
        tx.execute(text("SET LOCAL enable_mergejoin = off"))
        assert dispatching.queue(tx, campaign, ids[:1], [uuid4()], [1.0], [None]) == 1
        name = tx.execute(
            text("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%INSERT INTO calls (%'")
        ).scalar_one()
        many = ids[1:]
        given: list[Any] = [many, [uuid4() for _ in many], [1.0] * len(many), [None] * len(many)]
        cursor = tx.connection.cursor()
        rest = [campaign["id"], None, world.trunk_id, None, world.node_id, 3, 1, 30, None]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {name} ({', '.join(['%s'] * 13)})", given + rest)
        ((explained,),) = cursor.fetchall()
    assert world.states() == {CallState.QUEUED: DEEP}
    assert (
        sum(node.get("Rows Removed by Join Filter", 0) * node["Actual Loops"] for node in nodes(explained[0]["Plan"]))
        <= DEEP
    )
