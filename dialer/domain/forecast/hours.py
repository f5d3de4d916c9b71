"""A campaign's forecast hour by hour: what happened in each, and what kept more from happening."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

HOUR_SECONDS: Final = 3600.0


class LimitedBy(StrEnum):
    """What kept more calls from being made."""

    TRUNK_CPS = "trunk_cps"
    CAMPAIGN_CPS = "campaign_cps"
    INSTALLATION_CPS = "installation_cps"
    TRUNK_CHANNELS = "trunk_channels"
    CAMPAIGN_CHANNELS = "campaign_channels"
    INSTALLATION_CHANNELS = "installation_channels"
    PEOPLE = "people"
    """All who speak to callees are busy."""
    OTHER_CAMPAIGNS = "other_campaigns"
    """They have the rest of the trunk, by weight and priority."""
    CALLING_WINDOW = "calling_window"
    """Hours and holidays of those who are due."""
    RETRY_DELAY = "retry_delay"
    NUMBER_CAPS = "number_caps"
    """Caps and gaps of the numbers."""
    CAMPAIGN_DATES = "campaign_dates"
    CALLS_IN_PROGRESS = "calls_in_progress"
    """Everybody else is done, and these are waited for."""
    NOTHING = "nothing"
    """Whoever may be called has been called at once."""


@dataclass(slots=True)
class HourCounts:
    """What is counted; `seconds`: how long each limit was the one that held the campaign back."""

    dials: int = 0
    answered: int = 0
    done: int = 0
    seconds: dict[LimitedBy, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the forecast.

    Attributes:
        at: when it begins, in UTC.
        remaining: contacts that are not done at its end.
        limited_by: what limited the campaign for the longest part of it.
    """

    at: datetime
    dials: int
    answered: int
    done: int
    remaining: int
    limited_by: LimitedBy


class Hours:
    """Counts by hour. Moments are seconds since the epoch."""

    def __init__(self) -> None:
        self._counts: dict[int, HourCounts] = {}

    def of(self, at: float) -> HourCounts:
        """The hour that `at` lies in."""
        return self._counts.setdefault(int(at // HOUR_SECONDS), HourCounts())

    def limited(self, begin: float, end: float, by: LimitedBy) -> None:
        """From `begin` to `end` this was what limited the campaign."""
        while begin < end:
            until = min(next_hour(begin), end)
            seconds = self.of(begin).seconds
            seconds[by] = seconds.get(by, 0.0) + until - begin
            begin = until

    def table(self, contacts: int, until: float) -> list[Hour]:
        """All hours in order up to `until`, of a campaign that had `contacts` to begin with."""
        found, remaining = [], contacts
        for hour in sorted(hour for hour in self._counts if hour * HOUR_SECONDS <= until):
            counts = self._counts[hour]
            remaining -= counts.done
            longest = max(counts.seconds, key=lambda by: counts.seconds[by], default=LimitedBy.CALLS_IN_PROGRESS)
            found.append(
                Hour(
                    datetime.fromtimestamp(hour * HOUR_SECONDS, UTC),
                    counts.dials,
                    counts.answered,
                    counts.done,
                    remaining,
                    longest,
                )
            )
        return found


def next_hour(at: float) -> float:
    """When the next hour begins."""
    return (at // HOUR_SECONDS + 1) * HOUR_SECONDS
