"""What a forecast reads: campaigns, their contacts in groups, and how long their calls took."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

_CAMPAIGNS: Final = text("""
    SELECT campaign.id, campaign.state, campaign.trunk_group_id,
           COALESCE(campaign.trunk_id, -campaign.trunk_group_id) AS trunk_id,
           campaign.cps, campaign.people, campaign.max_attempts, campaign.channels,
           campaign.abandon_ceiling, campaign.started_at, campaign.timeout_seconds, campaign.calling_window,
           campaign.default_time_zone, campaign.profile,
           campaign.number_caps, campaign.min_gap_seconds, campaign.skip_holidays, campaign.consent_required,
           campaign.not_before, campaign.not_after, campaign.priority, campaign.weight, campaign.retry_policy,
           campaign.dial_order,
           ways.cps AS trunk_cps, ways.channels AS trunk_channels, ways.enabled AS trunk_enabled,
           ways.listener_alive,
           control.stop_at, control.allow_list_only
    FROM campaigns AS campaign
    -- The trunks of a group are taken as one: those that are used, or all where none is.
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(trunk.cps) FILTER (WHERE trunk.enabled AND node.enabled), sum(trunk.cps)) AS cps,
               COALESCE(sum(trunk.channels) FILTER (WHERE trunk.enabled AND node.enabled), sum(trunk.channels))
                   AS channels,
               bool_or(trunk.enabled AND node.enabled) AS enabled,
               bool_or(COALESCE(node.lease_until > clock_timestamp(), false)) AS listener_alive
        FROM campaign_trunks AS way JOIN trunks AS trunk ON trunk.id = way.trunk_id
        JOIN pbx_nodes AS node ON node.id = trunk.node_id WHERE way.campaign_id = campaign.id
    ) AS ways
    CROSS JOIN control
    WHERE campaign.id = :campaign_id
       OR campaign.state = 'running' AND COALESCE(campaign.not_after > clock_timestamp(), true)
    ORDER BY campaign.id
""")


def planned(tx: Connection, campaign_id: int) -> Sequence[RowMapping]:
    """The campaign, whatever its state, and all that run, with their trunks and the controls."""
    return tx.execute(_CAMPAIGNS, {"campaign_id": campaign_id}).mappings().all()


# Contacts are put together by all that the gate and dispatch tell them apart by. The ids of a list grow with its lines:
# a few ranks of them keep the order of dialing.
_GROUPS: Final = text("""
    WITH bounds AS (
        SELECT min(id) AS low, max(id) - min(id) + 1 AS width FROM contacts WHERE campaign_id = :campaign_id
    ), forbidden AS (
        SELECT phone_number, CASE WHEN bool_or(campaign_id IS NULL) THEN 'global' ELSE 'campaign' END AS scope
        FROM dnc WHERE (campaign_id IS NULL OR campaign_id = :campaign_id)
          AND (expires_at IS NULL OR expires_at > CAST(:at AS timestamptz))
        GROUP BY phone_number
    )
    SELECT contact.zone_id, contact.priority, contact.attempts, COALESCE(list.active, true) AS list_active,
           contact.extra_attempts, COALESCE(contact.position, 1) AS position, numbers.open AS numbers,
           contact.callback_at IS NOT NULL AS callback,
           (contact.id - bounds.low) * :ranks / bounds.width AS rank,
           COALESCE(contact.consent_at <= CAST(:at AS timestamptz), false) AS consented,
           CASE WHEN :allow_list_only THEN allowed.phone_number IS NOT NULL ELSE true END AS allow_listed,
           COALESCE(forbidden.scope, '') AS dnc,
           date_bin(make_interval(secs => :bin_seconds), waits.until, CAST(:at AS timestamptz)) AS due_bin,
           max(waits.until) AS due_at,
           CASE WHEN :by_number THEN left(next.phone_number, 5) END AS prefix,
           min(next.phone_number) AS phone_number,
           dials.at AS dials, count(*) AS n
    FROM contacts AS contact CROSS JOIN bounds JOIN campaigns AS campaign ON campaign.id = contact.campaign_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN contact.held_by IS NULL OR contact.rules_version >= campaign.rules_version
            THEN contact.next_attempt_at END AS until
    ) AS waits
    LEFT JOIN call_lists AS list ON list.id = contact.call_list_id
    LEFT JOIN LATERAL (
        SELECT array_agg(position ORDER BY position) FILTER (WHERE closed_by IS NULL) AS open,
               max(phone_number) FILTER (WHERE position = contact.position) AS phone_number
        FROM contact_numbers WHERE contact_id = contact.id
    ) AS numbers ON contact.position IS NOT NULL
    CROSS JOIN LATERAL (SELECT COALESCE(numbers.phone_number, contact.phone_number) AS phone_number) AS next
    LEFT JOIN forbidden ON forbidden.phone_number = next.phone_number
    LEFT JOIN allow_list AS allowed ON :allow_list_only AND allowed.phone_number = next.phone_number
    LEFT JOIN number_dials AS number ON :remembered > 0 AND number.phone_number = next.phone_number
    LEFT JOIN LATERAL (
        SELECT array_agg(latest.at ORDER BY latest.at DESC) AS at FROM (
            -- Never earlier, as caps would open too early.
            SELECT LEAST(date_bin(make_interval(secs => :dial_bin_seconds), dial, CAST(:at AS timestamptz))
                         + make_interval(secs => :dial_bin_seconds), CAST(:at AS timestamptz)) AS at
            FROM unnest(number.dialed_at) AS dial
            WHERE dial > CAST(:at AS timestamptz) - make_interval(secs => :remembered_seconds)
            ORDER BY dial DESC LIMIT :remembered
        ) AS latest
    ) AS dials ON number.phone_number IS NOT NULL
    WHERE contact.campaign_id = :campaign_id AND contact.state IN ('ready', 'waiting')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17
""")


def groups(tx: Connection, campaign_id: int, at: datetime, **how: Any) -> Sequence[RowMapping]:
    """A campaign's contacts that wait for a call, in groups, always in the same order.

    Args:
        how: `ranks`: into how many parts the list is divided; `bin_seconds`: how far apart retries are told apart;
            `allow_list_only`; `by_number`: whether the beginning of a number matters to its rules; `remembered`,
            `remembered_seconds`, `dial_bin_seconds`: how many of a number's dials matter, how old, how exactly.
    """
    return tx.execute(_GROUPS, {"campaign_id": campaign_id, "at": at, **how}).mappings().all()


_CALLING: Final = text("""
    SELECT call.state = 'queued' AS queued, contact.zone_id, contact.priority, contact.attempts,
           contact.extra_attempts, COALESCE(contact.position, 1) AS position, call.phone_number,
           call.state = 'queued' AND call.callback_for IS NOT NULL AS callback,
           CASE WHEN contact.position IS NOT NULL THEN (
               SELECT array_agg(position ORDER BY position) FROM contact_numbers
               WHERE contact_id = contact.id AND closed_by IS NULL
           ) END AS numbers, COALESCE(contact.consent_at <= CAST(:at AS timestamptz), false) AS consented
    FROM calls AS call JOIN contacts AS contact ON contact.id = call.contact_id
    WHERE call.campaign_id = :campaign_id AND call.state IN ('queued', 'originating', 'ringing', 'up')
    ORDER BY call.id
""")


def calling(tx: Connection, campaign_id: int, at: datetime) -> Sequence[RowMapping]:
    """A campaign's contacts whose call is queued, or under way: the attempts of the latter count it."""
    return tx.execute(_CALLING, {"campaign_id": campaign_id, "at": at}).mappings().all()


_HOLDS: Final = text("""
    SELECT disposition, avg(EXTRACT(EPOCH FROM ended_at - claimed_at)) AS seconds, count(*) AS n FROM (
        SELECT disposition, claimed_at, ended_at FROM calls
        WHERE campaign_id = :campaign_id ORDER BY id DESC LIMIT :most
    ) AS latest WHERE disposition IS NOT NULL AND claimed_at IS NOT NULL GROUP BY 1
""")


def holds(tx: Connection, campaign_id: int, most: int) -> Sequence[RowMapping]:
    """How long the latest calls held their channel on average, by disposition."""
    return tx.execute(_HOLDS, {"campaign_id": campaign_id, "most": most}).mappings().all()


_SPANS: Final = text("""
    SELECT campaign_id, EXTRACT(EPOCH FROM claimed_at) AS claimed,
           EXTRACT(EPOCH FROM COALESCE(ended_at, CAST(:at AS timestamptz))) AS ended
    FROM unnest(CAST(:campaign_ids AS bigint[])) AS campaign (campaign_id) CROSS JOIN LATERAL (
        SELECT claimed_at, ended_at FROM calls WHERE calls.campaign_id = campaign.campaign_id
        ORDER BY calls.id DESC LIMIT :most
    ) AS latest
    WHERE claimed_at <= COALESCE(ended_at, CAST(:at AS timestamptz))
""")


def spans(tx: Connection, campaign_ids: Sequence[int], at: datetime, most: int) -> Sequence[RowMapping]:
    """From when to when the latest calls of each campaign used a channel, as seconds; what isn't over, until `at`."""
    return tx.execute(_SPANS, {"campaign_ids": list(campaign_ids), "at": at, "most": most}).mappings().all()
