"""What the tests of claims ask."""

from uuid import UUID

from sqlalchemy import text

from tests.support.world import World


def reason(world: World, call_id: UUID) -> tuple[str, str, str]:
    call = world.call(call_id)
    return call["state"], call["disposition"], call["failure_reason"]


def waiting_for_a_lock(world: World) -> int:
    with world.engine.begin() as tx:
        return int(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) or 0)
