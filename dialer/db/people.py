"""What is kept of people who answered and waited for one of ours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, text

from dialer.domain.people import Tally

_TALLIES: Final = text("""
    SELECT wanted.campaign_id, wanted.profile, sum(found.answered) AS answered, sum(found.abandoned) AS abandoned,
           max(found.abandoned_at) AS abandoned_at
    FROM unnest(CAST(:campaign_id AS bigint[]), CAST(:profile AS text[]), CAST(:since AS timestamptz[]))
        AS wanted(campaign_id, profile, since)
    JOIN live_answers AS found ON found.campaign_id = wanted.campaign_id AND found.profile = wanted.profile
        AND found.hour >= wanted.since
    GROUP BY 1, 2
""")


def tallies(tx: Connection, wanted: Sequence[tuple[int, str, datetime]]) -> dict[tuple[int, str], Tally]:
    """Those of (campaign, profile, since) of which anybody has answered."""
    if not wanted:
        return {}
    parameters = {
        "campaign_id": [campaign_id for campaign_id, _, _ in wanted],
        "profile": [profile for _, profile, _ in wanted],
        "since": [since for _, _, since in wanted],
    }
    found = tx.execute(_TALLIES, parameters)
    return {(row.campaign_id, row.profile): Tally(row.answered, row.abandoned, row.abandoned_at) for row in found}


_ABANDONED_AT: Final = text("SELECT max(ended_at) FROM calls WHERE phone_number = :phone_number AND abandoned")


def abandoned_at(tx: Connection, phone_number: str) -> datetime | None:
    """The last time that somebody was abandoned at a number."""
    moment: datetime | None = tx.scalar(_ABANDONED_AT, {"phone_number": phone_number})
    return moment


_IN_FLIGHT: Final = text("""
    SELECT count(*) FROM calls WHERE campaign_id = :campaign_id AND state IN ('originating', 'ringing', 'up')
""")


def in_flight(tx: Connection, campaign_id: int) -> int:
    """How many people the campaign's calls keep busy."""
    return tx.scalar(_IN_FLIGHT, {"campaign_id": campaign_id}) or 0


_WITH_PEOPLE: Final = text("""
    SELECT id, clock_timestamp() AS at, people, abandon_ceiling, started_at, calling_window, profile, number_caps,
           min_gap_seconds, skip_holidays, consent_required
    FROM campaigns WHERE people IS NOT NULL AND state IN ('running', 'paused') ORDER BY id
""")


def campaigns(tx: Connection) -> Sequence[RowMapping]:
    """The campaigns that have people and are running or paused."""
    return tx.execute(_WITH_PEOPLE).mappings().all()
