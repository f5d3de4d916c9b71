"""Campaigns whose calls go to people: how many calls may be under way, and which callees were abandoned.

A call keeps one person busy from its claim to its end, so that whoever answers finds somebody free. What goes wrong all
the same is measured as the rules measure it, and slows the campaign down before a rule is broken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

PATIENCE: Final = timedelta(seconds=2)
"""Who isn't served within this time is abandoned, where no rule says otherwise: 47 CFR 64.1200(a)(7)."""
MARGIN: Final = 0.8
"""From this part of a ceiling on the campaign is slowed down."""
FEW: Final = 100
"""As long as fewer have answered it is reckoned as if they were so many: one in ten is no rate yet."""
PAUSE: Final = timedelta(hours=1)
"""At the ceiling nothing is dialed for so long after the last abandoned call; then one call at a time."""


class Period(StrEnum):
    """What a rule measures its rate over."""

    THIRTY_DAYS = "thirty_days"
    """Thirty days each, from the campaign's start on."""
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that may be abandoned of those who answer, and over which time.

    Attributes:
        profile: whose rule it is; empty: of all calls of the campaign.
        share: up to 1; None: it is measured only.
    """

    profile: str
    share: float | None
    source: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """People who answered calls of a campaign, and those of them who were abandoned; the last of these when."""

    answered: int = 0
    abandoned: int = 0
    abandoned_at: datetime | None = None

    @property
    def rate(self) -> float:
        """The share that was abandoned, up to 1."""
        return self.abandoned / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A ceiling and how far it has been used up."""

    ceiling: Ceiling
    tally: Tally

    def __str__(self) -> str:
        said = f"{self.tally.abandoned} of {self.tally.answered} who answered were abandoned"
        if self.ceiling.share is not None:
            said += f", and {100 * self.ceiling.share:g} % is the most"
        return f"{said} ({self.ceiling.begins.isoformat()} to {self.ceiling.ends.isoformat()})"


@dataclass(frozen=True, slots=True)
class Pace:
    """How many calls of a campaign may be under way.

    Attributes:
        people: those whom the campaign has.
        calls: as many, or fewer where too many callees were abandoned.
        by: what makes them fewer.
        opens_at: when the first call is allowed again, where none is and time alone will do.
    """

    people: int
    calls: int
    measured: tuple[Measured, ...] = ()
    by: Measured | None = None
    opens_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.calls} of {self.people} people" + (f": {self.by}" if self.by is not None else "")


def pace(people: int, measured: Sequence[Measured], at: datetime) -> Pace:
    """The strictest of what all ceilings allow."""
    calls, by, opens = people, None, []
    for item in measured:
        allowed = min(people, _allowed(people, item, at))
        if allowed == 0 and people:
            opens.append(_opens(item))
        if allowed < calls:
            calls, by = allowed, item
    return Pace(people, calls, tuple(measured), by, max(opens) if opens else None)


def calls_within(people: int, tally: Tally, share: float) -> int:
    """All people up to the margin, none at the ceiling, and in between as many as there is room left."""
    reckoned = tally.abandoned / max(tally.answered, FEW)
    if reckoned >= share:
        return 0
    room = (share - reckoned) / (share * (1 - MARGIN))
    return min(people, max(1, math.floor(people * room)))


def _allowed(people: int, item: Measured, at: datetime) -> int:
    if item.ceiling.share is None:
        return people
    calls = calls_within(people, item.tally, item.ceiling.share)
    return calls or int(at >= _opens(item))


def _opens(item: Measured) -> datetime:
    """When a campaign that has reached a ceiling may try again: with one call, or in the next period."""
    pause_ends = item.tally.abandoned_at + PAUSE if item.tally.abandoned_at is not None else item.ceiling.begins
    return min(pause_ends, item.ceiling.ends)


def is_abandoned(
    *, waiting_since: datetime | None, served_at: datetime | None, has_begun: bool, is_over: bool, patience: timedelta
) -> bool | None:
    """Whether a person who answered was left without one of ours; None while that can't be said.

    Args:
        waiting_since: since when they wait for somebody, if they were to be put through.
        served_at: when somebody came.
        has_begun: anything at all happened after the answer.
    """
    if served_at is not None:
        return waiting_since is not None and served_at - waiting_since > patience
    if not is_over:
        return None
    return waiting_since is not None or not has_begun


def span(period: Period, zone: str, started_at: datetime, at: datetime) -> tuple[datetime, datetime]:
    """The period that `at` is in: its beginning and its end.

    Args:
        zone: in which days and months are reckoned.
        started_at: of the campaign; reckoned from the full hour, as the tallies are.
    """
    if period is Period.THIRTY_DAYS:
        length, first = timedelta(days=30), started_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        begins = first + max((at - first) // length, 0) * length
        return begins, begins + length
    midnight = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if period is Period.DAY:
        following = midnight + timedelta(days=1)
    else:
        midnight = midnight.replace(day=1)
        following = (midnight + timedelta(days=32)).replace(day=1)
    return midnight.astimezone(UTC), following.astimezone(UTC)
