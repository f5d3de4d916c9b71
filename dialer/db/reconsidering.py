"""Contacts that wait by rules which have been edited since."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

from dialer.db import contact_numbers
from dialer.db.transitions import columns

_STALE: Final = text("""
    SELECT contact.id, contact.held_by
    FROM campaigns AS campaign
    CROSS JOIN LATERAL (
        SELECT id FROM contacts
        WHERE campaign_id = campaign.id AND state = 'waiting' AND rules_version < campaign.rules_version
        ORDER BY rules_version LIMIT :most
    ) AS stale
    JOIN contacts AS contact ON contact.id = stale.id
    -- Where nobody waits by older rules, which is nearly always, this is one look into the index.
    WHERE campaign.state = 'running' AND campaign.rules_version > (
        SELECT min(rules_version) FROM contacts
        WHERE campaign_id = campaign.id AND state = 'waiting' AND rules_version IS NOT NULL
    )
    ORDER BY contact.id FOR NO KEY UPDATE OF contact SKIP LOCKED
""")


def stale(tx: Connection, most: int) -> Sequence[RowMapping]:
    """Contacts (id, held_by) whose wait may not be what the rules say now, locked; so many of each running campaign."""
    return tx.execute(_STALE, {"most": most}).mappings().all()


_LAST_CALLS: Final = text("""
    SELECT contact.id AS contact_id, contact.attempts, contact.next_attempt_at, contact.position,
           last.id, last.phone_number, last.disposition, last.ended_at,
           campaign.max_attempts + contact.extra_attempts AS max_attempts, campaign.retry_policy, campaign.rules_version
    FROM contacts AS contact
    JOIN campaigns AS campaign ON campaign.id = contact.campaign_id
    LEFT JOIN LATERAL (
        SELECT call.id, call.phone_number, call.disposition, call.ended_at FROM calls AS call
        WHERE call.contact_id = contact.id AND call.disposition NOT IN ('withdrawn', 'not_dialed')
        ORDER BY call.id DESC LIMIT 1
    ) AS last ON true
    WHERE contact.id = ANY(CAST(:ids AS bigint[]))
""")


def last_calls(tx: Connection, contact_ids: Sequence[int]) -> Sequence[RowMapping]:
    """How the last attempt at each contact ended (null: nobody knows any more), and the policy that holds now."""
    return tx.execute(_LAST_CALLS, {"ids": list(contact_ids)}).mappings().all()


_RESCHEDULE: Final = text("""
    UPDATE contacts SET state = new.state, next_attempt_at = new.next_attempt_at, final_reason = new.final_reason,
        due_at = CASE WHEN new.state = 'ready' THEN clock_timestamp() ELSE contacts.due_at END,
        rules_version = new.rules_version, held_by = new.held_by,
        position = COALESCE(new.position, contacts.position),
        zone_id = COALESCE((
            SELECT number.zone_id FROM contact_numbers AS number
            WHERE number.contact_id = new.contact_id AND number.position = new.position
        ), contacts.zone_id)
    FROM unnest(CAST(:contact_id AS bigint[]), CAST(:state AS text[]), CAST(:next_attempt_at AS timestamptz[]),
                CAST(:final_reason AS text[]), CAST(:rules_version AS integer[]), CAST(:held_by AS text[]),
                CAST(:position AS smallint[]))
        AS new(contact_id, state, next_attempt_at, final_reason, rules_version, held_by, position)
    WHERE contacts.id = new.contact_id AND contacts.state = 'waiting'
""")


def reschedule(tx: Connection, steps: Sequence[dict[str, Any]]) -> None:
    """Let waiting contacts that `stale` has locked wait for something else, or no longer.

    Where `closes` is the position of a number, it isn't called any more, because of `closed_by`.
    """
    if steps:
        tx.execute(_RESCHEDULE, columns(steps))
        contact_numbers.close(
            tx,
            [
                {"contact_id": step["contact_id"], "position": step["closes"], "reason": step["closed_by"]}
                for step in steps
                if step["closes"] is not None
            ],
        )
