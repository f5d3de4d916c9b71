"""What the recovery of outcomes reads and writes."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from dialer.db.transitions import columns

_LEARN: Final = text("""
    UPDATE calls SET channel = COALESCE(calls.channel, told.channel),
        dialed_at = COALESCE(calls.dialed_at, calls.claimed_at),
        answered_at = COALESCE(calls.answered_at, CASE WHEN told.answered_at IS NOT NULL
            THEN GREATEST(calls.claimed_at, LEAST(told.answered_at, clock_timestamp())) END)
    FROM unnest(CAST(:id AS uuid[]), CAST(:channel AS text[]), CAST(:answered_at AS timestamptz[]))
        AS told(id, channel, answered_at)
    WHERE calls.id = told.id AND calls.state IN ('originating', 'ringing', 'up')
""")


def learn(tx: Connection, told: Sequence[dict[str, Any]]) -> None:
    """What records tell (id, channel, answered_at) of calls that are about to be ended, and are locked.

    The PBX's clock may be another one: times are kept between the claim and now.
    """
    if told:
        tx.execute(_LEARN, columns(told))


_INDETERMINATE: Final = text("""
    SELECT id FROM calls
    WHERE disposition = 'indeterminate' AND ended_at > clock_timestamp() - make_interval(secs => :seconds)
    ORDER BY ended_at DESC LIMIT :most
""")


def indeterminate(tx: Connection, *, seconds: float, most: int) -> list[UUID]:
    """Calls that ended lately, nobody knows how; the newest first."""
    return list(tx.scalars(_INDETERMINATE, {"seconds": seconds, "most": most}))


_FACTS: Final = text("""
    SELECT call.id, call.hangup_requested_at, call.answered_at, call.phone_number, contact.id AS contact_id,
           contact.state, contact.position,
           contact.attempts, campaign.max_attempts + COALESCE(contact.extra_attempts, 0) AS max_attempts,
           campaign.retry_policy, campaign.rules_version,
           NOT EXISTS (
               SELECT FROM calls AS later WHERE later.contact_id = call.contact_id AND later.id > call.id
           ) AS is_last
    FROM calls AS call
    LEFT JOIN contacts AS contact ON contact.id = call.contact_id
    LEFT JOIN campaigns AS campaign ON campaign.id = call.campaign_id
    WHERE call.id = ANY(CAST(:ids AS uuid[])) AND call.disposition = 'indeterminate'
    ORDER BY call.id
""")


def facts(tx: Connection, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """What decides on the correction of these calls, as far as they are still indeterminate."""
    return tx.execute(_FACTS, {"ids": list(ids)}).mappings().all()


_CORRECT: Final = text("""
    UPDATE calls SET disposition = :disposition, cause = :cause, dialstatus = COALESCE(:dialstatus, dialstatus),
        channel = COALESCE(channel, :channel),
        ended_at = LEAST(ended_at, GREATEST(claimed_at, :ended_at)),
        answered_at = COALESCE(answered_at, CASE WHEN CAST(:answered_at AS timestamptz) IS NOT NULL
            THEN GREATEST(claimed_at, LEAST(CAST(:answered_at AS timestamptz), ended_at)) END),
        failure_reason = :failure_reason
    WHERE id = :id AND disposition = 'indeterminate'
    RETURNING ended_at
""")


def correct(tx: Connection, values: dict[str, Any]) -> RowMapping | None:
    """Put the truth in the place of `indeterminate`; None where somebody else has."""
    return tx.execute(_CORRECT, values).mappings().one_or_none()


_RESCHEDULE: Final = text("""
    UPDATE contacts SET last_disposition = :disposition,
        position = COALESCE(:position, position),
        zone_id = COALESCE((
            SELECT number.zone_id FROM contact_numbers AS number
            WHERE number.contact_id = :contact_id AND number.position = :position
        ), zone_id),
        state = CASE WHEN state = 'done' THEN state ELSE :state END,
        next_attempt_at = CASE WHEN state = 'done' THEN next_attempt_at ELSE :next_attempt_at END,
        rules_version = CASE WHEN :state = 'waiting' THEN CAST(:rules_version AS integer) END, held_by = NULL,
        final_reason = CASE
            WHEN state <> 'done' THEN :final_reason
            WHEN final_reason IN ('final_disposition', 'attempts_exhausted')
                THEN COALESCE(CAST(:final_reason AS text), final_reason)
            ELSE final_reason END
    WHERE id = :contact_id AND open_call_id IS NULL AND state IN ('waiting', 'ready', 'done') AND callback_at IS NULL
""")


def reschedule(tx: Connection, values: dict[str, Any]) -> None:
    """What the contact does next, now that its last call's end is known. Who is done stays so."""
    tx.execute(_RESCHEDULE, values)
