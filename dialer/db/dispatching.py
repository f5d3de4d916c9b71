"""What dispatch reads and writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, TextClause, text

from dialer.db import caller_ids, rows, trunk_groups
from dialer.db.prepared import Prepared
from dialer.domain.campaigns import DialOrder
from dialer.domain.sharing import Row

_LOCK: Final = Prepared("SELECT pg_try_advisory_xact_lock(7301003)")
_IS_STOPPED: Final = Prepared("SELECT stop_at IS NOT NULL FROM control")
_MARK: Final = Prepared("""
    UPDATE control SET dispatched_at = clock_timestamp() WHERE set_config('synchronous_commit', 'off', true) = 'off'
""")


def try_lock(tx: Connection) -> bool:
    """One dispatch at a time; a second one has nothing to do."""
    return bool(_LOCK.values(tx)[0])


def is_stopped(tx: Connection) -> bool:
    """Whether the emergency stop is on."""
    return _IS_STOPPED.values(tx) != [False]


def mark(tx: Connection) -> None:
    """Dispatch has looked. Nothing depends on it but who watches, so its commit needn't wait for the disk."""
    _MARK.run(tx)


_PROMOTE: Final = text("""
    UPDATE contacts SET state = CASE WHEN held_until > clock_timestamp() THEN 'waiting' ELSE 'ready' END,
        due_at = next_attempt_at,
        next_attempt_at = CASE WHEN held_until > clock_timestamp() THEN held_until END,
        held_by = NULL, rules_version = NULL
    WHERE id IN (
        SELECT id FROM contacts WHERE state = 'waiting' AND next_attempt_at <= clock_timestamp()
        ORDER BY next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
""")


def promote(tx: Connection, most: int) -> int:
    """Contacts whose next attempt has come are due; how many."""
    return tx.execute(_PROMOTE, {"most": most}).rowcount


_RUNNING: Final = Prepared(f"""
    SELECT campaign.id, campaign.version, campaign.trunk_group_id, campaign.cps, campaign.channels,
           campaign.max_attempts, campaign.timeout_seconds, campaign.calling_window, campaign.default_time_zone,
           campaign.profile, campaign.number_caps, campaign.min_gap_seconds, campaign.skip_holidays,
           campaign.consent_required, campaign.priority, campaign.weight, campaign.dial_order,
           EXISTS (SELECT FROM call_lists WHERE campaign_id = campaign.id AND NOT active) AS has_lists_off,
           campaign.people, campaign.abandon_ceiling, campaign.started_at,
           GREATEST(COALESCE(campaign.running_since, campaign.started_at), campaign.not_before) AS open_since,
           {trunk_groups.WAY}, trunk.cps AS trunk_cps, trunk.channels AS trunk_channels,
           campaign.caller_id AS campaign_caller_id, campaign.caller_id_pool,
           {caller_ids.pinned_elsewhere("COALESCE(campaign.caller_id, trunk.caller_id)", "trunk.id")},
           trunk.enabled AND node.enabled AND COALESCE(node.lease_until > clock_timestamp(), false) AS trunk_is_up,
           clock_timestamp() AS at
    FROM campaigns AS campaign
    JOIN campaign_trunks AS way ON way.campaign_id = campaign.id
    JOIN trunks AS trunk ON trunk.id = way.trunk_id
    JOIN pbx_nodes AS node ON node.id = trunk.node_id
    WHERE campaign.state = 'running'
      AND COALESCE(campaign.not_before <= clock_timestamp(), true)
      AND COALESCE(campaign.not_after > clock_timestamp(), true)
    ORDER BY campaign.id, trunk.id
""")


def running_campaigns(tx: Connection, *, echo_max_age: float) -> Sequence[rows.Row]:
    """The running campaigns whose dates permit calls: a row for each trunk that they may use."""
    return _RUNNING.rows(tx, {"echo_max_age": echo_max_age})


_LOAD: Final = Prepared("""
    SELECT trunk_id, campaign_id, count(*) FILTER (WHERE state = 'queued') AS queued,
           count(*) FILTER (WHERE state <> 'queued') AS open,
           min(turn) FILTER (WHERE state = 'queued') AS first_turn,
           max(turn) FILTER (WHERE state = 'queued') AS last_turn
    FROM calls WHERE state IN ('queued', 'originating', 'ringing', 'up') GROUP BY 1, 2
""")


def load(tx: Connection) -> Sequence[rows.Row]:
    """How many calls are queued and open, by trunk and campaign, and the turns of those queued."""
    return _LOAD.rows(tx)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a callee can be: all of these time zones, by IANA name, and regions, by ISO 3166 code."""

    zones: tuple[str, ...]
    regions: tuple[str, ...]


_PLACES: Final = Prepared("SELECT id, zones, regions FROM zone_sets")


def places(tx: Connection) -> dict[int, Place]:
    """All places of contacts, by id."""
    return {row["id"]: Place(tuple(row["zones"]), tuple(row["regions"])) for row in _PLACES.rows(tx)}


# Each is a walk along an index from its beginning, however many contacts there are: by zone (of a campaign without a
# list that is off), or by list and zone. From newest to oldest it goes backwards, for one priority after the other.
_ALL: Final = """
    SELECT zone.id AS zone_id, CAST(NULL AS bigint) AS list_id FROM unnest(CAST(:zone_ids AS smallint[])) AS zone(id)
"""
_OF_ACTIVE_LISTS: Final = """
    SELECT zone.id AS zone_id, list.id AS list_id
    FROM (
        SELECT id FROM call_lists WHERE campaign_id = :campaign_id AND active UNION ALL SELECT 0
    ) AS list
    CROSS JOIN unnest(CAST(:zone_ids AS smallint[])) AS zone(id)
    WHERE EXISTS (
        SELECT FROM contacts AS contact WHERE contact.campaign_id = :campaign_id
            AND COALESCE(contact.call_list_id, 0) = list.id AND contact.state = 'ready'
    )
"""
_READY: Final = """
    contact.campaign_id = :campaign_id AND contact.zone_id = source.zone_id AND contact.state = 'ready'
"""
_ON_LIST: Final = f"{_READY} AND COALESCE(contact.call_list_id, 0) = source.list_id"


def _due(sources: str, is_ready: str) -> dict[DialOrder, TextClause]:
    oldest = f"""
        WITH source AS ({sources})
        SELECT due.id, due.attempts, due.extra_attempts, source.zone_id FROM source CROSS JOIN LATERAL (
            SELECT contact.id, contact.priority, contact.attempts, contact.extra_attempts
            FROM contacts AS contact WHERE {is_ready}
            ORDER BY contact.priority DESC, contact.id LIMIT :most
        ) AS due ORDER BY due.priority DESC, due.id LIMIT :most
    """
    highest = f"SELECT priority FROM contacts AS contact WHERE {is_ready} {{}} ORDER BY priority DESC LIMIT 1"
    newest = f"""
        WITH RECURSIVE level AS (
            SELECT source.*, ({highest.format("")}) AS level FROM ({sources}) AS source
            UNION ALL
            SELECT source.zone_id, source.list_id, ({highest.format("AND contact.priority < source.level")})
            FROM level AS source WHERE source.level IS NOT NULL
        )
        SELECT due.id, due.attempts, due.extra_attempts, source.zone_id FROM level AS source CROSS JOIN LATERAL (
            SELECT contact.id, contact.priority, contact.attempts, contact.extra_attempts
            FROM contacts AS contact WHERE {is_ready} AND contact.priority = source.level
            ORDER BY contact.id DESC LIMIT :most
        ) AS due ORDER BY due.priority DESC, due.id DESC LIMIT :most
    """
    return {DialOrder.LIST: text(oldest), DialOrder.NEWEST: text(newest)}


_DUE: Final = {False: _due(_ALL, _READY), True: _due(_OF_ACTIVE_LISTS, _ON_LIST)}


def due_contacts(tx: Connection, campaign: Row, zone_ids: Sequence[int], most: int) -> Sequence[RowMapping]:
    """The next contacts of a campaign (of `running_campaigns`) in zones that are open: by priority, then its order."""
    statement = _DUE[campaign["has_lists_off"]][DialOrder(campaign["dial_order"])]
    parameters = {"campaign_id": campaign["id"], "zone_ids": list(zone_ids), "most": most}
    return tx.execute(statement, parameters).mappings().all()


_CALLBACKS: Final = text("""
    SELECT contact.id, contact.zone_id FROM contacts AS contact
    LEFT JOIN call_lists AS list ON list.id = contact.call_list_id
    WHERE contact.campaign_id = :campaign_id AND contact.callback_at IS NOT NULL AND contact.state = 'ready'
      AND contact.zone_id = ANY(CAST(:zone_ids AS smallint[])) AND COALESCE(list.active, true)
    ORDER BY contact.callback_at, contact.id LIMIT :most
""")


def due_callbacks(tx: Connection, campaign_id: int, zone_ids: Sequence[int], most: int) -> Sequence[RowMapping]:
    """The contacts who have asked to be called by now, in zones that are open: the earliest time first."""
    parameters = {"campaign_id": campaign_id, "zone_ids": list(zone_ids), "most": most}
    return tx.execute(_CALLBACKS, parameters).mappings().all()


_EXHAUST: Final = text("""
    UPDATE contacts SET state = 'done', final_reason = 'attempts_exhausted'
    WHERE id IN (
        SELECT id FROM contacts WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'ready' AND callback_at IS NULL
        FOR UPDATE SKIP LOCKED
    )
""")


def exhaust(tx: Connection, contact_ids: Sequence[int]) -> None:
    """Contacts that have no attempt left, because the cap was lowered."""
    if contact_ids:
        tx.execute(_EXHAUST, {"ids": list(contact_ids)})


_QUEUE: Final = Prepared("""
    WITH chosen AS (
        SELECT * FROM unnest(CAST(:contact_ids AS bigint[]), CAST(:call_ids AS uuid[]), CAST(:turns AS float8[]),
                             CAST(:opened_at AS timestamptz[])) AS chosen(contact_id, call_id, turn, opened_at)
    ), held AS (
        -- By their ids, and only then by state: the planner may think that hardly any is ready, and read all that are.
        SELECT contact.id, contact.state, chosen.call_id, chosen.turn, chosen.opened_at
        FROM chosen JOIN contacts AS contact ON contact.id = chosen.contact_id
        FOR NO KEY UPDATE OF contact SKIP LOCKED
    ), taken AS (
        UPDATE contacts SET state = 'in_call', open_call_id = held.call_id
        FROM held WHERE contacts.id = held.id AND held.state = 'ready'
        RETURNING contacts.id, contacts.open_call_id, contacts.phone_number, contacts.position, contacts.attempts,
            contacts.extra_attempts, contacts.callback_at, held.turn,
            -- Of one that the version before has made ready nobody knows since when.
            COALESCE(contacts.due_at, CASE WHEN contacts.attempts = 0 THEN contacts.created_at END) AS due_at,
            held.opened_at
    )
    INSERT INTO calls (id, campaign_id, contact_id, phone_number, caller_id, trunk_id, trunk_group_id, node_id,
                       attempt_number, max_attempts, policy_version, timeout_seconds, turn, callback_for,
                       due_at)
    SELECT taken.open_call_id, CAST(:campaign_id AS bigint), taken.id,
           COALESCE(number.phone_number, taken.phone_number), CAST(:caller_id AS text), CAST(:trunk_id AS smallint),
           CAST(:trunk_group_id AS smallint), CAST(:node_id AS smallint), taken.attempts + 1,
           -- Who has asked for the call gets it, after the last attempt too.
           GREATEST(CAST(:max_attempts AS integer) + taken.extra_attempts,
                    CASE WHEN taken.callback_at IS NOT NULL THEN taken.attempts + 1 END),
           CAST(:version AS integer), CAST(:timeout_seconds AS integer), taken.turn, taken.callback_at,
           CASE WHEN taken.due_at IS NOT NULL
               THEN GREATEST(taken.due_at, taken.opened_at, CAST(:open_since AS timestamptz)) END
    FROM taken
    LEFT JOIN contact_numbers AS number ON number.contact_id = taken.id AND number.position = taken.position
""")


def queue(
    tx: Connection,
    campaign: Row,
    contact_ids: Sequence[int],
    call_ids: Sequence[UUID],
    turns: Sequence[float],
    opened_at: Sequence[datetime | None],
) -> int:
    """Make a queued call for each contact that is still ready, and make it the contact's open one; how many.

    Contacts that somebody else has locked are left for the next tick.

    Args:
        opened_at: when hours and holidays began to permit a call to each; None: longer ago than matters.
    """
    parameters: dict[str, Any] = {
        "contact_ids": list(contact_ids),
        "call_ids": list(call_ids),
        "turns": list(turns),
        "opened_at": list(opened_at),
        "open_since": campaign["open_since"],
        "campaign_id": campaign["id"],
        # Of a pool's the claim chooses one: what is disabled meanwhile is not shown.
        "caller_id": None
        if campaign["caller_id_pool"]
        else campaign["campaign_caller_id"] or campaign["trunk_caller_id"],
        "trunk_id": campaign["trunk_id"],
        "trunk_group_id": campaign["trunk_group_id"],
        "node_id": campaign["node_id"],
        "max_attempts": campaign["max_attempts"],
        "version": campaign["version"],
        "timeout_seconds": campaign["timeout_seconds"],
    }
    return _QUEUE.run(tx, parameters)


_FINISHED: Final = """
    state = 'running'
      AND NOT EXISTS (
          SELECT FROM call_lists WHERE call_lists.campaign_id = campaigns.id AND state IN ('receiving', 'importing')
      )
      AND NOT EXISTS (SELECT FROM requeues WHERE requeues.campaign_id = campaigns.id AND state = 'running')
      AND (
          SELECT COALESCE(sum(n), 0) > 0 AND COALESCE(sum(n) FILTER (WHERE key NOT LIKE 'contacts.done.%'), 0) = 0
          FROM campaign_counted WHERE campaign_id = campaigns.id AND key LIKE 'contacts.%'
      )
"""

# Whoever adds contacts or a list holds the campaign's row. So it is locked first, and then looked at anew: what was
# added meanwhile counts.
_LOCK_FINISHED: Final = Prepared(f"SELECT id FROM campaigns WHERE {_FINISHED} ORDER BY id FOR NO KEY UPDATE")
_COMPLETE: Final = Prepared(f"""
    UPDATE campaigns SET state = 'completed', ended_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE id = ANY(CAST(:ids AS bigint[])) AND {_FINISHED}
    RETURNING id
""")


def complete(tx: Connection) -> list[int]:
    """End the running campaigns that have nobody left to call, and no import or requeue under way; which."""
    ids = _LOCK_FINISHED.values(tx)
    return _COMPLETE.values(tx, {"ids": ids}) if ids else []


_WITH_WORK: Final = Prepared("""
    SELECT trunk_id, count(*) AS queued FROM calls WHERE state = 'queued' GROUP BY 1 ORDER BY 1
""")


def trunks_with_work(tx: Connection) -> Sequence[rows.Row]:
    """Trunks that have queued calls, and how many."""
    return _WITH_WORK.rows(tx)
