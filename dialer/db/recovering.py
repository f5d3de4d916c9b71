"""What recovery from lost commits reads and writes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from dialer.domain.rules import LONGEST_PERIOD

# As many of each campaign's contacts as its trunks can have dialed in the lost span, in the order of dispatch, for each
# zone and list: any of them may have been next. Who waited, or has asked for a call, may have come before them all.
_HOLD_BACK: Final = text("""
    WITH next AS (
        SELECT contact.id, campaign.id AS campaign_id, contact.state,
               row_number() OVER (
                   PARTITION BY contact.campaign_id, contact.zone_id, contact.call_list_id
                   ORDER BY contact.state = 'waiting' OR contact.callback_at IS NOT NULL DESC, contact.priority DESC,
                       CASE WHEN campaign.dial_order = 'newest' THEN -contact.id ELSE contact.id END
               ) AS place,
               least(way.cps, campaign.cps) * :lost_seconds AS dialed_at_most
        FROM contacts AS contact
        JOIN campaigns AS campaign ON campaign.id = contact.campaign_id
        CROSS JOIN LATERAL (
            SELECT sum(trunk.cps) AS cps FROM campaign_trunks AS member
            JOIN trunks AS trunk ON trunk.id = member.trunk_id WHERE member.campaign_id = campaign.id
        ) AS way
        WHERE campaign.state IN ('running', 'paused')
          AND (contact.state = 'ready' OR (contact.state = 'waiting' AND contact.next_attempt_at < clock_timestamp()))
    ), held AS (
        SELECT id FROM next WHERE place <= ceil(dialed_at_most) ORDER BY id
    )
    UPDATE contacts SET state = 'waiting', next_attempt_at = clock_timestamp() + make_interval(secs => :hold_seconds),
        held_by = NULL, rules_version = NULL
    FROM held WHERE contacts.id = held.id
""")

# Of a call that was open at the backup, and perhaps found over since, PostgreSQL doesn't know which calls followed
# it in the lost span. A minute more, as its end can be known from the PBX's records.
_HOLD_WHO_IS_IN_CALL: Final = text("""
    WITH doubtful AS (
        SELECT contact_id FROM calls WHERE state IN ('originating', 'ringing', 'up')
        UNION
        SELECT contact_id FROM calls WHERE ended_at > clock_timestamp() - make_interval(secs => :lost_seconds + 60)
    ), held AS (
        SELECT id FROM contacts WHERE id IN (SELECT contact_id FROM doubtful)
          AND (state = 'in_call' OR (state = 'waiting' AND next_attempt_at >= clock_timestamp()))
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE contacts SET held_until = clock_timestamp() + make_interval(secs => :hold_seconds)
    FROM held WHERE contacts.id = held.id
""")

_FORGET_PLACES: Final = text("""
    UPDATE calls SET ended_xact = NULL
    WHERE ended_xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
""")


def hold_back(tx: Connection, *, lost_seconds: float, hold_seconds: float) -> int:
    """Contacts that may have been dialed in a span of which nothing is known are not due for a while; how many.

    Those who are in a call neither, once that is over.
    """
    parameters = {"lost_seconds": lost_seconds, "hold_seconds": hold_seconds}
    return sum(tx.execute(statement, parameters).rowcount for statement in (_HOLD_WHO_IS_IN_CALL, _HOLD_BACK))


def forget_places(tx: Connection) -> None:
    """Calls of a dump of another server: its transactions had numbers that this one has yet to reach, and with them the
    live stream would tell of those calls once more."""
    tx.execute(_FORGET_PLACES)


_ADOPT: Final = text("""
    WITH dialed AS (
        UPDATE calls SET state = 'originating', claim_token = gen_random_uuid(), post_answer = 'unknown',
            claimed_at = clock_timestamp() - make_interval(secs => :lost_seconds),
            dial_by = clock_timestamp() - make_interval(secs => :lost_seconds)
        WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'queued'
        RETURNING contact_id, phone_number, claimed_at
    ), counted AS (
        UPDATE number_dials SET dialed_at = dialed.claimed_at || ARRAY(
            SELECT dial FROM unnest(dialed_at) AS dial WHERE dial > clock_timestamp() - make_interval(days => :days)
        )
        FROM dialed WHERE number_dials.phone_number = dialed.phone_number
    ), used AS (
        UPDATE contacts SET attempts = attempts + 1 FROM dialed WHERE contacts.id = dialed.contact_id
    )
    SELECT count(*) FROM dialed
""")


def adopt(tx: Connection, call_ids: Sequence[UUID], *, lost_seconds: float) -> int:
    """Queued calls that were sent in the lost span are claimed again; how many. Reconcile finds out their end."""
    parameters = {"ids": list(call_ids), "lost_seconds": lost_seconds, "days": LONGEST_PERIOD.days}
    return int(tx.execute(_ADOPT, parameters).scalar_one())


_KNOWN: Final = text("SELECT id FROM calls WHERE id = ANY(CAST(:ids AS uuid[]))")


def unknown(tx: Connection, call_ids: Sequence[UUID]) -> list[UUID]:
    """Those of which no call has the id, in order."""
    return sorted(set(call_ids) - set(tx.scalars(_KNOWN, {"ids": list(call_ids)})))
