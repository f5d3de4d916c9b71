"""Calls of a campaign that end when a test says so."""

from collections.abc import Sequence
from uuid import UUID

import uuid_utils.compat as uuid_utils
from sqlalchemy import Connection, text

_QUEUE = text("""
    INSERT INTO calls (id, campaign_id, phone_number, trunk_id, node_id, attempt_number, max_attempts, policy_version,
                       timeout_seconds)
    SELECT made.id, campaign.id, '+12025550100', trunk.id, trunk.node_id, 1, 1, 1, 30
    FROM campaigns AS campaign JOIN trunks AS trunk ON trunk.id = campaign.trunk_id
    CROSS JOIN unnest(CAST(:ids AS uuid[])) AS made (id) WHERE campaign.id = :campaign_id
""")

_END = text("""
    UPDATE calls SET state = 'ended', disposition = :disposition, ended_at = clock_timestamp()
    WHERE id = ANY(CAST(:ids AS uuid[]))
""")


def queue(tx: Connection, campaign_id: int, count: int) -> list[UUID]:
    """So many queued calls; their ids, in an order that says nothing of when they will end."""
    ids: list[UUID] = [uuid_utils.uuid7() for _ in range(count)]
    tx.execute(_QUEUE, {"campaign_id": campaign_id, "ids": ids})
    return ids


def end(tx: Connection, ids: Sequence[UUID], disposition: str = "withdrawn") -> None:
    """They are over."""
    tx.execute(_END, {"ids": list(ids), "disposition": disposition})
