"""What recovery from lost commits writes."""

from typing import Final

from sqlalchemy import Connection, text

# As many of each campaign's contacts as its trunks can have dialed in the lost span, in the order of dispatch, for each
# zone: any of them may have been next.
_HOLD_BACK: Final = text("""
    WITH next AS (
        SELECT contact.id, campaign.id AS campaign_id, contact.state,
               row_number() OVER (
                   PARTITION BY contact.campaign_id, contact.zone_id
                   ORDER BY contact.state = 'waiting' DESC, contact.priority DESC, contact.id
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

_FORGET_PLACES: Final = text("""
    UPDATE calls SET ended_xact = NULL
    WHERE ended_xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
""")


def hold_back(tx: Connection, *, lost_seconds: float, hold_seconds: float) -> int:
    """Contacts that may have been dialed in a span of which nothing is known are not due for a while; how many."""
    return tx.execute(_HOLD_BACK, {"lost_seconds": lost_seconds, "hold_seconds": hold_seconds}).rowcount


def forget_places(tx: Connection) -> None:
    """Calls of a dump of another server: its transactions had numbers that this one has yet to reach, and with them the
    live stream would tell of those calls once more."""
    tx.execute(_FORGET_PLACES)
