"""What the figures for Prometheus are read from. Each statement is cheap however many calls there are: indexes of open
calls, counts that are kept, and the calls that have ended since the last look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, text

from dialer.db import timeline


@dataclass(frozen=True, slots=True)
class Gauges:
    """Gauges that one statement gives: its columns are labels or, under the same name in `metrics`, values.

    Attributes:
        metrics: a column's metric and what that means.
    """

    sql: str
    labels: tuple[str, ...]
    metrics: dict[str, tuple[str, str]]


_AGE: Final = "EXTRACT(EPOCH FROM clock_timestamp() - {})"

ALL: Final = (
    Gauges(
        """
        WITH open AS (
            SELECT trunk_id, state, count(*) AS n FROM calls
            WHERE state IN ('originating', 'ringing', 'up') GROUP BY 1, 2
            UNION ALL SELECT trunk_id, 'queued', count(*) FROM calls WHERE state = 'queued' GROUP BY 1
        )
        SELECT trunk.name AS trunk, state.name AS state, COALESCE(open.n, 0) AS n
        FROM trunks AS trunk CROSS JOIN (VALUES ('queued'), ('originating'), ('ringing'), ('up')) AS state (name)
        LEFT JOIN open ON open.trunk_id = trunk.id AND open.state = state.name
        """,
        ("trunk", "state"),
        {"n": ("dialer_calls_open", "Calls that have not ended, by state.")},
    ),
    Gauges(
        """
        SELECT trunk.name AS trunk, trunk.cps, trunk.channels, trunk.enabled::int AS enabled,
               COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - (
                   SELECT min(created_at) FROM calls WHERE state = 'queued' AND trunk_id = trunk.id
               )), 0) AS oldest
        FROM trunks AS trunk
        """,
        ("trunk",),
        {
            "cps": ("dialer_trunk_cps", "Calls per second that a trunk allows."),
            "channels": ("dialer_trunk_channels", "Channels that a trunk allows at once."),
            "enabled": ("dialer_trunk_enabled", "1: the trunk is used."),
            "oldest": ("dialer_calls_queued_oldest_seconds", "Age of the oldest call that waits for a worker."),
        },
    ),
    Gauges(
        f"""
        SELECT name AS node, enabled::int AS enabled,
               COALESCE(lease_until > clock_timestamp(), false)::int AS alive,
               COALESCE({_AGE.format("echo_at")}, 'Infinity') AS echo,
               COALESCE({_AGE.format("gap_free_since")}, 0) AS gap_free
        FROM pbx_nodes
        """,
        ("node",),
        {
            "enabled": ("dialer_node_enabled", "1: the node is used."),
            "alive": ("dialer_node_listener_alive", "1: a listener leads the node, its lease holds."),
            "echo": (
                "dialer_node_echo_age_seconds",
                "How far back the newest event is that is certainly written; infinite where none has been heard.",
            ),
            "gap_free": ("dialer_node_gap_free_seconds", "For how long every event of the node has been heard."),
        },
    ),
    Gauges(
        """
        SELECT state.name AS state, count(campaign.id) AS n
        FROM (VALUES ('draft'), ('running'), ('paused'), ('completed'), ('cancelled')) AS state (name)
        LEFT JOIN campaigns AS campaign ON campaign.state = state.name GROUP BY 1
        """,
        ("state",),
        {"n": ("dialer_campaigns", "Campaigns, by state.")},
    ),
    Gauges(
        """
        SELECT campaign.id::text AS campaign, split_part(counted.key, '.', 2) AS state, sum(counted.n) AS n
        FROM campaigns AS campaign
        JOIN campaign_counted AS counted ON counted.campaign_id = campaign.id
        WHERE campaign.state IN ('running', 'paused') AND counted.key LIKE 'contacts.%' GROUP BY 1, 2
        """,
        ("campaign", "state"),
        {"n": ("dialer_campaign_contacts", "People of a campaign that runs or is paused, by state.")},
    ),
    Gauges(
        """
        SELECT campaign.id::text AS campaign, split_part(counted.key, '.', 2) AS disposition, sum(counted.n) AS n
        FROM campaigns AS campaign
        JOIN campaign_counted AS counted ON counted.campaign_id = campaign.id
        WHERE campaign.state IN ('running', 'paused') AND counted.key LIKE 'calls.%' GROUP BY 1, 2
        """,
        ("campaign", "disposition"),
        {"n": ("dialer_campaign_calls", "Calls of a campaign that runs or is paused, by disposition.")},
    ),
    Gauges(
        f"""
        SELECT (stop_at IS NOT NULL)::int AS stopped, allow_list_only::int AS allow_list_only,
               COALESCE({_AGE.format("dispatched_at")}, 'Infinity') AS dispatch,
               COALESCE((
                   SELECT {_AGE.format("min(next_attempt_at)")} FROM contacts
                   WHERE state = 'waiting' AND next_attempt_at < clock_timestamp()
               ), 0) AS overdue,
               (SELECT count(*) FROM calls WHERE late_dialed_at IS NOT NULL) AS late_dials,
               COALESCE({timeline.RECORDED} <> {timeline.TOLD}, false)::int AS recovery_needed
        FROM control
        """,
        (),
        {
            "stopped": ("dialer_stopped", "1: the emergency stop is on."),
            "allow_list_only": ("dialer_allow_list_only", "1: only numbers on the allow-list may be dialed."),
            "dispatch": ("dialer_dispatch_age_seconds", "How long ago dispatch looked for due contacts."),
            "overdue": ("dialer_contacts_overdue_seconds", "For how long the first due contact waits for dispatch."),
            "recovery_needed": (
                "dialer_recovery_needed",
                "1: PostgreSQL was promoted or restored: nothing is dialed until `dialer ops recover`.",
            ),
            "late_dials": ("dialer_late_dials", "Calls of which the PBX gave a sign of life after they had ended."),
        },
    ),
    Gauges(
        """
        SELECT state.name AS state, count(list.id) AS n
        FROM (VALUES ('receiving'), ('importing'), ('completed'), ('failed')) AS state (name)
        LEFT JOIN call_lists AS list ON list.state = state.name GROUP BY 1
        """,
        ("state",),
        {"n": ("dialer_imports", "Call lists, by state.")},
    ),
    Gauges(
        f"""
        SELECT count(*) AS chunks, COALESCE({_AGE.format("min(list.received_at)")}, 0) AS oldest
        FROM import_chunks AS chunk JOIN call_lists AS list ON list.id = chunk.call_list_id
        WHERE NOT chunk.done AND list.state = 'importing'
        """,
        (),
        {
            "chunks": ("dialer_import_chunks_pending", "Pieces of call lists that are not imported yet."),
            "oldest": ("dialer_import_oldest_seconds", "How long ago the oldest of them was uploaded."),
        },
    ),
    Gauges(
        f"""
        SELECT (SELECT count(*) FROM webhook_deliveries WHERE state = 'pending') AS pending,
               (SELECT count(*) FROM webhook_deliveries WHERE state = 'dead') AS dead,
               COALESCE((
                   SELECT {_AGE.format("min(delivery.created_at)")} FROM webhook_deliveries AS delivery
                   JOIN webhooks AS webhook ON webhook.id = delivery.webhook_id AND webhook.enabled
                   WHERE delivery.state = 'pending'
               ), 0) AS oldest
        """,
        (),
        {
            "pending": ("dialer_webhook_deliveries_pending", "Deliveries that webhooks have not taken yet."),
            "dead": ("dialer_webhook_deliveries_dead", "Deliveries that were given up."),
            "oldest": (
                "dialer_webhook_oldest_seconds",
                "How long ago the first thing happened that an enabled webhook has not been told.",
            ),
        },
    ),
    Gauges(
        """
        SELECT count(*) FILTER (WHERE locked_until > clock_timestamp()) AS locked,
               COALESCE(sum(failures), 0) AS failed
        FROM login_failures
        """,
        (),
        {
            "locked": (
                "dialer_users_locked",
                "Names that failed log-ins have locked, whether there is such a user or not.",
            ),
            "failed": ("dialer_users_failed_logins", "Failed log-ins in a row, of all names together."),
        },
    ),
    Gauges(
        """
        SELECT numbackends AS connections, current_setting('max_connections')::int AS max_connections,
               pg_database_size(datid) AS bytes, xact_commit, xact_rollback, deadlocks, blks_hit, blks_read,
               COALESCE((
                   SELECT EXTRACT(EPOCH FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity
                   WHERE pid <> pg_backend_pid() AND datname = current_database()
               ), 0) AS oldest
        FROM pg_stat_database WHERE datname = current_database()
        """,
        (),
        {
            "connections": ("dialer_postgres_connections", "Connections to the database."),
            "max_connections": ("dialer_postgres_max_connections", "How many PostgreSQL allows."),
            "bytes": ("dialer_postgres_database_bytes", "Size of the database."),
            "xact_commit": ("dialer_postgres_commits", "Transactions committed since PostgreSQL's statistics began."),
            "xact_rollback": ("dialer_postgres_rollbacks", "Transactions rolled back since then."),
            "deadlocks": ("dialer_postgres_deadlocks", "Deadlocks since then."),
            "blks_hit": ("dialer_postgres_blocks_hit", "Blocks found in PostgreSQL's memory since then."),
            "blks_read": ("dialer_postgres_blocks_read", "Blocks read from the system since then."),
            "oldest": ("dialer_postgres_oldest_transaction_seconds", "Age of the oldest transaction."),
        },
    ),
)

_ENDED: Final = text("""
    SELECT trunk_id, disposition, CASE WHEN disposition = 'withdrawn' THEN failure_reason END AS reason,
           CASE WHEN contact_id IS NULL THEN 'single' WHEN callback_for IS NOT NULL THEN 'callback'
                WHEN attempt_number > 1 THEN 'again' ELSE 'first' END AS attempt,
           EXTRACT(EPOCH FROM dialed_at - CASE WHEN contact_id IS NULL THEN created_at ELSE due_at END)::float
               AS due_seconds,
           EXTRACT(EPOCH FROM dialed_at - created_at)::float AS queued_seconds,
           EXTRACT(EPOCH FROM answered_at - dialed_at)::float AS setup_seconds,
           EXTRACT(EPOCH FROM action_started_at - answered_at)::float AS action_seconds,
           duration_seconds::float AS talk_seconds
    FROM calls WHERE ended_at > :after AND ended_at <= :until
""")


def ended(tx: Connection, after: datetime, until: datetime) -> Sequence[RowMapping]:
    """The calls that ended in a span of time: how, and how long what took."""
    return tx.execute(_ENDED, {"after": after, "until": until}).mappings().all()


def rows(tx: Connection, gauges: Gauges) -> Sequence[RowMapping]:
    """What a statement gives."""
    return tx.execute(text(gauges.sql)).mappings().all()


def trunk_names(tx: Connection) -> dict[int, str]:
    """The trunks' names by id."""
    return {row.id: row.name for row in tx.execute(text("SELECT id, name FROM trunks"))}


def node_names(tx: Connection) -> dict[int, str]:
    """The nodes' names by id."""
    return {row.id: row.name for row in tx.execute(text("SELECT id, name FROM pbx_nodes"))}
