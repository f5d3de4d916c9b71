"""What dispatch asks about callbacks, waiting contacts and several numbers is found by index."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import TextClause, text

from dialer.db import dispatching, dnc, reconsidering, transitions
from dialer.db.prepared import Prepared
from tests.support.factories import number, zone_set
from tests.support.world import World

MANY = 30_000


@pytest.fixture
def database(own_database: str) -> str:
    return own_database


@pytest.fixture
def crowded(world: World) -> World:
    """Half of them wait; a tenth has several numbers; a few have a callback that is due, or wait by older rules."""
    with world.engine.begin() as tx:
        common = {"campaign": world.campaign_id, "zone": zone_set(tx, "UTC"), "many": MANY}
        tx.execute(
            text("""
                INSERT INTO contacts (campaign_id, phone_number, zone_id, state, next_attempt_at, rules_version,
                                      position, callback_at)
                SELECT :campaign, '+1' || (2000000000 + n), :zone,
                       CASE WHEN n % 2 = 0 THEN 'waiting' ELSE 'ready' END,
                       CASE WHEN n % 2 = 0 THEN clock_timestamp() + interval '1 hour' END,
                       CASE WHEN n % 2 = 0 THEN CASE WHEN n % 2000 = 0 THEN 0 ELSE 1 END END,
                       CASE WHEN n % 10 = 1 THEN 1 END,
                       CASE WHEN n % 3000 = 1 THEN clock_timestamp() END
                FROM generate_series(1, :many) AS n
            """),
            common,
        )
        tx.execute(
            text("""
                INSERT INTO contact_numbers (contact_id, position, phone_number, zone_id)
                SELECT contacts.id, n, '+1' || (3000000000 + contacts.id * 10 + n), zone_id
                FROM contacts, generate_series(1, 3) AS n WHERE contacts.position IS NOT NULL
            """)
        )
    for table in ("contacts", "contact_numbers"):
        world.execute(f"ANALYZE {table}")
    return world


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def looked_at(world: World, statement: TextClause | Prepared, parameters: Mapping[str, Any]) -> int:
    """How many rows of contacts and their numbers a statement reads."""
    with world.engine.connect() as tx:
        found = tx.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"), parameters).scalar_one()
        tx.rollback()
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes(found[0]["Plan"])
        if node.get("Relation Name") in ("contacts", "contact_numbers")
    )


def ready(world: World, most: int) -> list[int]:
    with world.engine.begin() as tx:
        return list(tx.scalars(text("SELECT id FROM contacts WHERE state = 'ready' ORDER BY id LIMIT :n"), {"n": most}))


def test_callbacks_that_are_due(crowded: World) -> None:
    with crowded.engine.begin() as tx:
        zone_ids = list(dispatching.places(tx))
    parameters = {"campaign_id": crowded.campaign_id, "zone_ids": zone_ids, "most": 50}
    assert looked_at(crowded, dispatching._CALLBACKS, parameters) <= 20


def test_contacts_that_wait_by_older_rules_if_there_are_any(crowded: World) -> None:
    assert looked_at(crowded, reconsidering._STALE, {"most": 50}) <= 100
    crowded.execute("UPDATE contacts SET rules_version = 1 WHERE rules_version = 0")
    assert looked_at(crowded, reconsidering._STALE, {"most": 2000}) <= 20


def test_number_of_each_contact_that_is_queued(crowded: World) -> None:
    ids = ready(crowded, 50)
    parameters = {
        "contact_ids": ids,
        "call_ids": [uuid4() for _ in ids],
        "turns": [1.0] * len(ids),
        "opened_at": [None] * len(ids),
        "open_since": None,
        "campaign_id": crowded.campaign_id,
        "caller_id": None,
        "trunk_id": crowded.trunk_id,
        "trunk_group_id": None,
        "node_id": crowded.node_id,
        "max_attempts": 3,
        "version": 1,
        "timeout_seconds": 30,
    }
    assert looked_at(crowded, dispatching._QUEUE, parameters) <= 400


def test_contacts_that_move_on(crowded: World) -> None:
    ids = ready(crowded, 50)
    calls = [uuid4() for _ in ids]
    crowded.execute(
        "UPDATE contacts SET state = 'in_call', open_call_id = move.call_id"
        " FROM unnest(CAST(:ids AS bigint[]), CAST(:calls AS uuid[])) AS move(id, call_id)"
        " WHERE contacts.id = move.id",
        ids=ids,
        calls=calls,
    )
    rows = [
        {
            "contact_id": contact_id,
            "call_id": call_id,
            "state": "ready",
            "next_attempt_at": None,
            "final_reason": None,
            "attempts": 1,
            "disposition": "busy",
            "rules_version": None,
            "held_by": None,
            "position": None,
            "callback_at": None,
            "called_back": False,
        }
        for contact_id, call_id in zip(ids, calls, strict=True)
    ]
    assert looked_at(crowded, transitions._MOVE, transitions.columns(rows)) <= 200


def test_contacts_that_have_a_number_anywhere(crowded: World) -> None:
    parameters = {"phone_numbers": [number(1)], "campaign_id": None}
    assert looked_at(crowded, dnc._LOCK_CONTACTS, parameters) <= 10
