"""How many calls each campaign that has people may have under way now."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from dialer.db import people
from dialer.db.campaigns import CampaignRecord
from dialer.db.rows import Row
from dialer.domain.people import Measured, Pace, Tally, pace
from dialer.domain.profiles import ceilings, chain
from dialer.services import gating


def paces(tx: Connection, campaigns: Iterable[Row], at: datetime, *, key: str = "campaign_id") -> dict[int, Pace]:
    """The pace of those of `campaigns` that have people, by id.

    Args:
        campaigns: rows with the campaign's rules, `people` and `started_at`; its id is in the column `key`.
    """
    rows = {row[key]: row for row in campaigns if row["people"] is not None}
    held = {
        campaign_id: ceilings(gating.own_rules(row), row["started_at"] or at, at) for campaign_id, row in rows.items()
    }
    found = people.tallies(tx, [(i, ceiling.profile, ceiling.begins) for i, all_ in held.items() for ceiling in all_])
    return {
        campaign_id: pace(
            row["people"],
            [
                Measured(ceiling, found.get((campaign_id, ceiling.profile), Tally()))
                for ceiling in held[campaign_id]
                # Of other profiles only those count that some call was under.
                if ceiling.profile in ("", *chain(row["profile"])) or (campaign_id, ceiling.profile) in found
            ],
            at,
        )
        for campaign_id, row in rows.items()
    }


def pace_of(tx: Connection, campaign: CampaignRecord, at: datetime) -> Pace | None:
    """The pace of one campaign; None if it has no people."""
    return paces(tx, [asdict(campaign)], at, key="id").get(campaign.id)
