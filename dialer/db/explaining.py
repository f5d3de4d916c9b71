"""What explanations read: the facts of a claim, of contacts that aren't being claimed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

from dialer.db import caller_ids, dnc

# Of a group the trunk that the call would go over: one that may show the caller id, which works, of the most weight.
_BEST: Final = f"""
    SELECT member.trunk_id FROM trunk_group_members AS member
    JOIN trunks AS trunk ON trunk.id = member.trunk_id JOIN pbx_nodes AS node ON node.id = trunk.node_id
    CROSS JOIN LATERAL (
        SELECT {caller_ids.pinned_elsewhere("COALESCE(campaign.caller_id, trunk.caller_id)", "trunk.id")}
    ) AS shown
    WHERE member.group_id = campaign.trunk_group_id
    ORDER BY campaign.caller_id_pool IS NOT NULL AND NOT EXISTS (
                 SELECT FROM caller_ids AS own WHERE own.trunk_id = trunk.id AND own.enabled
                   AND (jsonb_array_length(campaign.caller_id_pool -> 'numbers') = 0
                        OR (campaign.caller_id_pool -> 'numbers') @> to_jsonb(own.phone_number))
             ), shown.pinned_elsewhere,
             NOT (trunk.enabled AND node.enabled AND COALESCE(node.lease_until > clock_timestamp(), false)),
             member.weight DESC, member.trunk_id
    LIMIT 1
"""

# The same names as the candidates of a claim: one function makes the gate's facts of both.
_CONTACTS: Final = text(f"""
    SELECT contact.id AS contact_id, contact.campaign_id, next.phone_number, contact.state AS contact_state,
           contact.final_reason, contact.next_attempt_at, contact.open_call_id, contact.attempts, contact.consent_at,
           (SELECT own.state FROM calls AS own WHERE own.id = contact.open_call_id) AS open_call_state,
           CASE WHEN contact.held_by IS NULL OR contact.rules_version >= campaign.rules_version
               THEN contact.next_attempt_at END AS due_at,
           contact.callback_at AS callback_for, campaign.rules_version,
           COALESCE(list.active, true) AS list_active, zone.zones, zone.regions, number.dialed_at AS number_dialed_at,
           (SELECT max(before.ended_at) FROM calls AS before
            WHERE before.phone_number = next.phone_number AND before.abandoned) AS number_abandoned_at,
           campaign.state AS campaign_state, campaign.max_attempts + contact.extra_attempts AS max_attempts,
           campaign.calling_window,
           campaign.default_time_zone, campaign.profile, campaign.number_caps, campaign.min_gap_seconds,
           campaign.skip_holidays, campaign.consent_required, campaign.not_before, campaign.not_after,
           campaign.people, campaign.abandon_ceiling, campaign.started_at,
           {dnc.forbidding("next.phone_number", "contact.campaign_id", "CAST(:at AS timestamptz)")} AS dnc,
           EXISTS (SELECT FROM allow_list WHERE allow_list.phone_number = next.phone_number) AS allow_listed,
           CAST(:at AS timestamptz) AS at,
           campaign.caller_id AS campaign_caller_id, campaign.caller_id_pool, trunk.caller_id AS trunk_caller_id,
           trunk.id AS trunk_id, trunk.node_id, campaign.trunk_group_id,
           {caller_ids.OWNED} AS caller_ids,
           {caller_ids.pinned_elsewhere("COALESCE(campaign.caller_id, trunk.caller_id)", "trunk.id")},
           trunk.enabled AND node.enabled AS trunk_enabled,
           COALESCE(node.lease_until > clock_timestamp(), false) AS listener_alive,
           control.stop_at, control.allow_list_only
    FROM contacts AS contact
    JOIN campaigns AS campaign ON campaign.id = contact.campaign_id
    JOIN trunks AS trunk ON trunk.id = COALESCE(campaign.trunk_id, ({_BEST}))
    JOIN pbx_nodes AS node ON node.id = trunk.node_id
    JOIN zone_sets AS zone ON zone.id = contact.zone_id
    LEFT JOIN call_lists AS list ON list.id = contact.call_list_id
    LEFT JOIN contact_numbers AS other ON other.contact_id = contact.id AND other.position = contact.position
    CROSS JOIN LATERAL (SELECT COALESCE(other.phone_number, contact.phone_number) AS phone_number) AS next
    LEFT JOIN number_dials AS number ON number.phone_number = next.phone_number
    CROSS JOIN control
    WHERE contact.id = ANY(CAST(:ids AS bigint[]))
""")


def contacts(tx: Connection, ids: Sequence[int], at: datetime) -> dict[int, RowMapping]:
    """All that the gate asks about contacts at `at`, by id."""
    found = tx.execute(_CONTACTS, {"ids": list(ids), "at": at}).mappings()
    return {row["contact_id"]: row for row in found}


# Contacts with the same signature get the same answer from the gate; the one that opens first stands for the others.
_GROUPS: Final = text("""
    WITH facts AS (
        SELECT contact.id, contact.state, contact.final_reason, contact.next_attempt_at,
               CASE WHEN contact.state IN ('ready', 'waiting') THEN ROW(
                   list.active, contact.zone_id, waits.until > CAST(:at AS timestamptz),
                   contact.attempts >= campaign.max_attempts + contact.extra_attempts, contact.callback_at IS NOT NULL,
                   contact.consent_at <= CAST(:at AS timestamptz),
                   NOT control.allow_list_only OR EXISTS (
                       SELECT FROM allow_list WHERE allow_list.phone_number = next.phone_number),
                   (SELECT bool_or(dnc.campaign_id IS NULL) FROM dnc WHERE dnc.phone_number = next.phone_number
                      AND (dnc.campaign_id IS NULL OR dnc.campaign_id = contact.campaign_id)
                      AND (dnc.expires_at IS NULL OR dnc.expires_at > CAST(:at AS timestamptz))),
                   capped.signature, silent.at IS NOT NULL
               )::text END AS signature,
               GREATEST(waits.until, capped.opens_at, silent.at) AS opens_at
        FROM contacts AS contact
        JOIN campaigns AS campaign ON campaign.id = contact.campaign_id
        LEFT JOIN contact_numbers AS other ON other.contact_id = contact.id AND other.position = contact.position
        CROSS JOIN LATERAL (SELECT COALESCE(other.phone_number, contact.phone_number) AS phone_number) AS next
        CROSS JOIN LATERAL (
            SELECT CASE WHEN contact.held_by IS NULL OR contact.rules_version >= campaign.rules_version
                THEN contact.next_attempt_at END AS until
        ) AS waits
        CROSS JOIN control
        LEFT JOIN call_lists AS list ON list.id = contact.call_list_id
        LEFT JOIN number_dials AS number ON number.phone_number = next.phone_number
             AND number.dialed_at <> '{}' AND contact.state IN ('ready', 'waiting')
        LEFT JOIN (
            SELECT phone_number, max(ended_at) + make_interval(secs => :silence) AS at FROM calls
            WHERE abandoned AND ended_at > CAST(:at AS timestamptz) - make_interval(secs => :silence) GROUP BY 1
        ) AS silent ON silent.phone_number = next.phone_number AND contact.state IN ('ready', 'waiting')
        LEFT JOIN LATERAL (
            SELECT string_agg(CAST(reached.at IS NOT NULL AS text), ' ' ORDER BY cap.n) AS signature,
                   max(reached.at + make_interval(secs => cap.seconds)) AS opens_at
            FROM unnest(CAST(:calls AS integer[]), CAST(:seconds AS integer[]))
                 WITH ORDINALITY AS cap(calls, seconds, n)
            LEFT JOIN LATERAL (
                SELECT dial AS at FROM unnest(number.dialed_at) AS dial
                WHERE dial > CAST(:at AS timestamptz) - make_interval(secs => cap.seconds)
                ORDER BY dial DESC OFFSET cap.calls - 1 LIMIT 1
            ) AS reached ON true
            WHERE number.phone_number IS NOT NULL
        ) AS capped ON true
        WHERE contact.campaign_id = :campaign_id
    )
    SELECT state, final_reason, count(*) AS n, (array_agg(id ORDER BY opens_at NULLS FIRST, id))[1] AS contact_id
    FROM facts GROUP BY state, final_reason, signature ORDER BY n DESC
""")


def groups(
    tx: Connection, campaign_id: int, at: datetime, caps: Sequence[tuple[int, int]], silence: float
) -> Sequence[RowMapping]:
    """A campaign's contacts by all that makes the gate answer differently, each group with the one that opens first.

    Args:
        caps: all (calls, seconds) that may bind one of its contacts.
        silence: so many seconds an abandoned number may be left alone.
    """
    parameters: dict[str, Any] = {
        "campaign_id": campaign_id,
        "at": at,
        "calls": [calls for calls, _ in caps],
        "seconds": [seconds for _, seconds in caps],
        "silence": silence,
    }
    return tx.execute(_GROUPS, parameters).mappings().all()


_PLACES: Final = text("SELECT DISTINCT regions FROM zone_sets")


def regions(tx: Connection) -> list[tuple[str, ...]]:
    """All combinations of regions that contacts are in."""
    return [tuple(row.regions) for row in tx.execute(_PLACES)]
