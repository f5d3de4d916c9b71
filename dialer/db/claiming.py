"""What a claim reads and writes. All of it in one transaction, under the shared claim barrier."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

from dialer.db import caller_ids, dnc, timeline, transitions
from dialer.db.prepared import Prepared
from dialer.db.rows import Row
from dialer.domain.rules import LONGEST_PERIOD

_TRUNK: Final = Prepared(f"""
    SELECT trunk.id, trunk.endpoint, trunk.caller_id, trunk.cps, trunk.channels, trunk.enabled,
           node.id AS node_id, node.name AS node_name, node.ari_url, node.ari_username, node.enabled AS node_enabled,
           node.is_simulator, node.listener_epoch,
           COALESCE(node.lease_until > clock_timestamp(), false) AS listener_alive,
           COALESCE(node.echo_at > clock_timestamp() - make_interval(secs => :echo_max_age), false) AS echo_recent,
           control.stop_at, control.allow_list_only, {timeline.RECORDED} AS history, {timeline.TOLD} AS history_now,
           pg_postmaster_start_time() AS postgres_started_at,
           {caller_ids.OWNED} AS caller_ids
    FROM trunks AS trunk JOIN pbx_nodes AS node ON node.id = trunk.node_id CROSS JOIN control
    WHERE trunk.id = :trunk_id
""")


def trunk(tx: Connection, trunk_id: int, *, echo_max_age_seconds: float) -> Row | None:
    """The trunk, its node and the controls, as they are now."""
    return next(iter(_TRUNK.rows(tx, {"trunk_id": trunk_id, "echo_max_age": echo_max_age_seconds})), None)


# Single calls first, then campaigns by priority and turn (dialer.domain.sharing). Of each campaign no more than its
# share of a batch comes before the others': one whose limits are full can't hold them up. More are looked at than a
# batch has, as other workers may hold the first ones; but of each campaign only its first ones, along an index: what
# a claim costs must not grow with what waits. A campaign that is alone on its trunk holds up nobody: of that no more
# are taken than the trunk's pace has places for.
# Numbers are locked before contacts, and these before calls, as everywhere; what somebody else has is passed over, so
# that a claim waits for nobody.
_WAITS: Final = "call.state = 'queued' AND call.trunk_id = :trunk_id"
_HOLD: Final = Prepared(f"""
    WITH RECURSIVE present AS (
        (SELECT call.campaign_id AS id FROM calls AS call WHERE {_WAITS} ORDER BY call.campaign_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT call.campaign_id FROM calls AS call
            WHERE {_WAITS} AND call.campaign_id > present.id ORDER BY call.campaign_id LIMIT 1
        ) FROM present WHERE present.id IS NOT NULL
    ), sharing AS MATERIALIZED (
        SELECT sum(campaign.weight) AS weights,
               CASE WHEN count(*) = 1 THEN LEAST(CAST(:most AS integer), CAST(:places AS integer)) ELSE :most END
                   AS most
        FROM present JOIN campaigns AS campaign ON campaign.id = present.id
    )
    SELECT next.id FROM (
        SELECT first.id, first.contact_id, first.phone_number, first.turn, campaign.priority,
               first.place > 1 + :most * campaign.weight / sharing.weights AS is_more
        FROM present JOIN campaigns AS campaign ON campaign.id = present.id CROSS JOIN sharing CROSS JOIN LATERAL (
            SELECT call.id, call.contact_id, call.phone_number, call.turn,
                   row_number() OVER (ORDER BY call.turn, call.id) AS place
            FROM calls AS call
            WHERE {_WAITS} AND call.campaign_id = campaign.id AND call.contact_id IS NOT NULL
            ORDER BY call.turn, call.id LIMIT (SELECT most * 10 FROM sharing)
        ) AS first
        ORDER BY is_more, priority DESC, turn, id LIMIT (SELECT most * 10 FROM sharing)
    ) AS next
    JOIN number_dials AS number ON number.phone_number = next.phone_number
    JOIN contacts AS contact ON contact.id = next.contact_id
    ORDER BY next.is_more, next.priority DESC, next.turn, next.id LIMIT (SELECT most FROM sharing)
    FOR NO KEY UPDATE OF number, contact SKIP LOCKED
""")
_ALONE: Final = Prepared(f"""
    SELECT call.id FROM calls AS call JOIN number_dials AS number ON number.phone_number = call.phone_number
    WHERE {_WAITS} AND call.campaign_id IS NULL AND call.contact_id IS NULL
    ORDER BY call.campaign_id, call.turn, call.id LIMIT :most FOR NO KEY UPDATE OF number SKIP LOCKED
""")

_CANDIDATES: Final = Prepared(f"""
    SELECT call.id, call.created_at, call.phone_number, call.caller_id, call.timeout_seconds, call.attempt_number,
           call.hangup_requested_at, call.campaign_id, call.contact_id, call.max_attempts AS call_max_attempts,
           campaign.state AS campaign_state, campaign.calling_window, campaign.cps, campaign.channels,
           campaign.max_attempts + COALESCE(contact.extra_attempts, 0) AS max_attempts,
           campaign.default_time_zone, campaign.version, campaign.rules_version,
           campaign.profile, campaign.number_caps, campaign.min_gap_seconds, campaign.skip_holidays,
           campaign.consent_required, campaign.not_before, campaign.not_after,
           campaign.people, campaign.abandon_ceiling, campaign.started_at,
           campaign.caller_id AS campaign_caller_id, campaign.caller_id_pool,
           campaign.timeout_seconds AS campaign_timeout_seconds,
           {caller_ids.pinned_elsewhere("COALESCE(campaign.caller_id, call.caller_id)", "call.trunk_id")},
           COALESCE(list.active, true) AS list_active,
           call.callback_for, contact.attempts, contact.position, contact.name, contact.external_id, contact.consent_at,
           zone.zones, zone.regions,
           number.dialed_at AS number_dialed_at,
           (SELECT max(before.ended_at) FROM calls AS before
            WHERE before.phone_number = call.phone_number AND before.abandoned) AS number_abandoned_at,
           COALESCE(extra.data, given.data) AS variables,
           {dnc.forbidding("call.phone_number", "call.campaign_id", "clock_timestamp()")} AS dnc,
           EXISTS (SELECT FROM allow_list WHERE allow_list.phone_number = call.phone_number) AS allow_listed,
           clock_timestamp() AS at
    FROM calls AS call
    JOIN number_dials AS number ON number.phone_number = call.phone_number
    LEFT JOIN campaigns AS campaign ON campaign.id = call.campaign_id
    LEFT JOIN contacts AS contact ON contact.id = call.contact_id
    LEFT JOIN call_lists AS list ON list.id = contact.call_list_id
    LEFT JOIN contact_data AS extra ON extra.contact_id = call.contact_id
    LEFT JOIN call_variables AS given ON given.call_id = call.id
    LEFT JOIN zone_sets AS zone ON zone.id = COALESCE(contact.zone_id, call.zone_id)
    WHERE call.id = ANY(CAST(:ids AS uuid[])) AND call.state = 'queued' AND call.trunk_id = :trunk_id
    ORDER BY array_position(CAST(:ids AS uuid[]), call.id) LIMIT :most FOR UPDATE OF call SKIP LOCKED
""")


def candidates(tx: Connection, trunk_id: int, most: int, *, places: int) -> Sequence[Row]:
    """The next queued calls of a trunk that no other worker holds, with all that the gate asks about them; locked.

    Args:
        most: how many at most.
        places: so many at most may get a place in time: a campaign that has the trunk to itself gets no more.
    """
    parameters = {"trunk_id": trunk_id, "most": most}
    alone = _ALONE.values(tx, parameters)
    held = _HOLD.values(tx, parameters | {"places": places})
    return _CANDIDATES.rows(tx, parameters | {"ids": alone + held}) if alone or held else []


_CLAIM: Final = Prepared("""
    WITH claim AS (
        SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:token AS uuid[]), CAST(:caller_id AS text[]),
                             CAST(:timeout_seconds AS smallint[]), CAST(:max_attempts AS smallint[]),
                             CAST(:policy_version AS integer[]), CAST(:gate AS text[]), CAST(:people AS integer[]))
            AS claim(id, token, caller_id, timeout_seconds, max_attempts, policy_version, gate, people)
    ), claimed AS (
        UPDATE calls SET state = 'originating', claim_token = claim.token, claimed_at = clock_timestamp(),
            dial_by = clock_timestamp() + make_interval(secs => :dial_window), listener_epoch = :epoch,
            node_id = :node_id, tomb_at = NULL, missed_at = NULL,
            caller_id = claim.caller_id, timeout_seconds = claim.timeout_seconds,
            max_attempts = claim.max_attempts, policy_version = claim.policy_version,
            gate = CAST(claim.gate AS jsonb), people = claim.people,
            post_answer = NULL, failure_reason = NULL
        FROM claim WHERE calls.id = claim.id AND calls.state = 'queued'
        RETURNING calls.contact_id, calls.phone_number, calls.claimed_at
    ), counted AS (
        UPDATE number_dials SET dialed_at = claimed.claimed_at || ARRAY(
            SELECT dial FROM unnest(dialed_at) AS dial WHERE dial > clock_timestamp() - make_interval(days => :days)
        )
        FROM claimed WHERE number_dials.phone_number = claimed.phone_number
    )
    UPDATE contacts SET attempts = attempts + 1 FROM claimed WHERE contacts.id = claimed.contact_id
""")


def claim(
    tx: Connection, claims: Sequence[dict[str, Any]], *, node_id: int, epoch: int, dial_window_seconds: float
) -> None:
    """Claim calls that `candidates` has locked (id, token, gate and what they are dialed with), counting the attempt.

    Args:
        claims: no two of the same number.
        node_id: where they are sent now; the trunk may have moved since they were queued.
    """
    parameters = {
        "node_id": node_id,
        "epoch": epoch,
        "dial_window": dial_window_seconds,
        "days": LONGEST_PERIOD.days,
    }
    _CLAIM.run(tx, transitions.columns(claims) | parameters)


_OPEN_SLOTS: Final = text("""
    SELECT claim_token, trunk_id, campaign_id FROM calls WHERE state IN ('originating', 'ringing', 'up')
""")


def open_slots(tx: Connection) -> Sequence[RowMapping]:
    """The claims that are open: what the limiter must hold, and nothing else."""
    return tx.execute(_OPEN_SLOTS).mappings().all()
