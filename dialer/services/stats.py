"""Where a campaign stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, text

from dialer.db import campaigns, counts
from dialer.db.campaigns import CampaignRecord
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.people import Measured, Pace
from dialer.errors import NotFound
from dialer.services.people import pace_of
from dialer.services.trunk_states import TrunkStanding, TrunkStates

# All live calls are few, those of a campaign that have ended are many: what is chosen first is said, not left to
# statistics of a table that was empty a minute ago.
_LIVE: Final = text("""
    WITH live AS MATERIALIZED (
        SELECT state, campaign_id FROM calls WHERE state = 'queued'
        UNION ALL
        SELECT state, campaign_id FROM calls WHERE state IN ('originating', 'ringing', 'up')
    )
    SELECT state, count(*) AS n FROM live WHERE campaign_id = :campaign_id GROUP BY state
""")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of abandoned calls, in percent, over the present period of a rule (dialer.domain.people.Ceiling)."""

    profile: str | None
    source: str
    begins: datetime
    ends: datetime
    answered: int
    abandoned: int
    percent: float
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class PeopleStats:
    """A campaign's people, how many calls are allowed for them, and who waited in vain."""

    people: int
    calls: int
    opens_at: datetime | None
    rates: Sequence[Rate]


@dataclass(frozen=True, slots=True)
class CampaignStats:
    """A campaign's counts at `as_of`.

    Attributes:
        contacts: people, by state.
        done: those who are done, by reason.
        calls: calls that have ended, by disposition.
        queued: calls that wait for a worker.
        in_flight: calls that may hold a channel, by state.
        trunks: what its calls go over, and how that is.
    """

    campaign_id: int
    state: CampaignState
    contacts: dict[ContactState, int]
    contacts_total: int
    done: dict[FinalReason, int]
    calls: dict[Disposition, int]
    calls_ended: int
    queued: int
    in_flight: dict[str, int]
    in_flight_total: int
    import_running: bool
    people: PeopleStats | None
    trunks: Sequence[TrunkStanding]
    as_of: datetime


class Stats:
    """Reads counts."""

    def __init__(self, engine: Engine, states: TrunkStates) -> None:
        self._engine = engine
        self._states = states

    def campaign(self, campaign_id: int) -> CampaignStats:
        """Live counts; exact for what was committed at `as_of`.

        Raises:
            NotFound: no such campaign.
        """
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as tx:
            campaign = campaigns.get(tx, campaign_id)
            if campaign is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            return stats_of(tx, campaign, self._states)


def stats_of(tx: Connection, campaign: CampaignRecord, states: TrunkStates) -> CampaignStats:
    """A campaign's counts, by the one snapshot that `tx` must have."""
    campaign_id = campaign.id
    found = counts.read(tx, campaign_id)
    live = {row.state: row.n for row in tx.execute(_LIVE, {"campaign_id": campaign_id})}
    done = {reason: found.get(f"contacts.done.{reason}", 0) for reason in FinalReason}
    contacts: dict[ContactState, int] = {
        s: found.get(f"contacts.{s}", 0) for s in ContactState if s is not ContactState.DONE
    }
    contacts[ContactState.DONE] = sum(done.values())
    calls = {disposition: found.get(f"calls.{disposition}", 0) for disposition in Disposition}
    in_flight = {name: live.get(name, 0) for name in ("originating", "ringing", "up")}
    as_of: datetime = tx.execute(text("SELECT now()")).scalar_one()
    return CampaignStats(
        campaign_id=campaign_id,
        state=CampaignState(campaign.state),
        contacts=contacts,
        contacts_total=sum(contacts.values()),
        done=done,
        calls=calls,
        calls_ended=sum(calls.values()),
        queued=live.get("queued", 0),
        in_flight=in_flight,
        in_flight_total=sum(in_flight.values()),
        import_running=campaigns.import_runs(tx, campaign_id),
        people=_people(pace_of(tx, campaign, as_of)),
        trunks=states.of_campaign(tx, campaign_id),
        as_of=as_of,
    )


def _people(pace: Pace | None) -> PeopleStats | None:
    if pace is None:
        return None
    return PeopleStats(pace.people, pace.calls, pace.opens_at, [rate(item) for item in pace.measured])


def rate(item: Measured) -> Rate:
    """What is shown of a ceiling and its tally."""
    ceiling, tally = item.ceiling, item.tally
    return Rate(
        profile=ceiling.profile or None,
        source=ceiling.source,
        begins=ceiling.begins,
        ends=ceiling.ends,
        answered=tally.answered,
        abandoned=tally.abandoned,
        percent=round(100 * tally.rate, 3),
        ceiling=None if ceiling.share is None else round(100 * ceiling.share, 3),
    )
