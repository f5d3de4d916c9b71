"""The rules that a call is under, whoever made them: hours, holidays, caps, consent. Each names its source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

import holidays

from dialer.domain.window import CallingWindow, clock_changes, local_date, moments

CAMPAIGN: Final = "the campaign"
"""The source of rules that the campaign itself has set."""

LONGEST_PERIOD: Final = timedelta(days=31)
"""Of a cap: older dials are not remembered for the gate."""

_MOMENT: Final = timedelta(microseconds=1)
_SOON_DAYS: Final = 3
_FAR_DAYS: Final = 16
"""A window of one weekday that falls on a holiday opens a week later."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours of one source: open wherever one of its windows is."""

    windows: tuple[CallingWindow, ...]
    source: str

    def is_open(self, zones: Sequence[str], at: datetime) -> bool:
        """Whether people in every one of `zones` may be called."""
        return all(any(window.is_open_in(zone, at) for window in self.windows) for zone in zones)

    def __str__(self) -> str:
        return ", ".join(str(window) for window in self.windows)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `calls` dials of a number within any `period`, from all campaigns together.

    Attributes:
        unless_consent: it doesn't hold for people whose consent is recorded.
    """

    calls: int
    period: timedelta
    source: str
    unless_consent: bool = False

    def used(self, dials: Sequence[datetime], at: datetime) -> int:
        """How many of `dials` count at `at`."""
        return sum(dial + self.period > at for dial in dials)

    def opens(self, dials: Sequence[datetime], at: datetime) -> datetime:
        """The first moment from `at` on at which one more dial is within the cap."""
        counting = sorted(dial for dial in dials if dial + self.period > at)
        return at if len(counting) < self.calls else counting[-self.calls] + self.period


@dataclass(frozen=True, slots=True)
class Rules:
    """All that holds for one callee; the strictest of each decides.

    Attributes:
        profiles: names and versions of the compliance profiles that apply, like `us-fl/1`.
        schedules: every one of them must be open.
        holiday_regions: ISO 3166 codes of the calendars whose holidays are left out, in the callee's own date.
        gap: the least time between two dials of the number, as a cap of one.
        consent: who asks for recorded consent, None if nobody does.
        ring_seconds: the least time that it must ring before the call is given up, 0 if nobody asks for any.
        ring_source: who asks for it.
        silence: the least time between an abandoned call and the next one to the number, as a cap of one.
    """

    profiles: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    holiday_regions: tuple[str, ...] = ()
    holiday_source: str = CAMPAIGN
    caps: tuple[Cap, ...] = ()
    gap: Cap | None = None
    consent: str | None = None
    ring_seconds: int = 0
    ring_source: str = CAMPAIGN
    silence: Cap | None = None

    def closed_by(self, zones: Sequence[str], at: datetime) -> Schedule | None:
        """The first schedule that forbids a call now."""
        return next((schedule for schedule in self.schedules if not schedule.is_open(zones, at)), None)

    def holiday(self, zones: Sequence[str], at: datetime) -> str | None:
        """The name of the holiday that it is somewhere in `zones`."""
        for zone in zones if self.holiday_regions else ():
            for region in self.holiday_regions:
                if (name := holiday(region, local_date(zone, at))) is not None:
                    return name
        return None

    def permits(self, zones: Sequence[str], at: datetime) -> bool:
        """Whether hours and holidays permit a call. Without a zone: no."""
        return bool(zones) and self.closed_by(zones, at) is None and self.holiday(zones, at) is None

    def next_opening(self, zones: Sequence[str], at: datetime) -> datetime | None:
        """The first moment from `at` on that hours and holidays permit; None if none comes within two weeks."""
        if self.permits(zones, at):
            return at.astimezone(UTC)
        for days in (_SOON_DAYS, _FAR_DAYS):
            # Beyond this, zones behind UTC may have an earlier opening on a day that was not looked at.
            sure = at + timedelta(days=days - 2)
            for moment in sorted(o for o in set(self._openings(zones, at, days)) if at < o <= sure):
                if self.permits(zones, moment):
                    return moment
        return None

    def open_until(self, zones: Sequence[str], at: datetime) -> datetime:
        """Until when calls are permitted without a break, if they are `at`; after a day it has to be asked again."""
        sure = at.astimezone(UTC) + timedelta(days=_SOON_DAYS - 2)
        closings = (o for o in sorted(set(self._closings(zones, at, _SOON_DAYS))) if at < o < sure)
        return next((o for o in closings if not self.permits(zones, o)), sure)

    def open_since(self, zones: Sequence[str], at: datetime) -> datetime | None:
        """Since when calls have been permitted without a break, if they are `at`; None: for longer than a day."""
        begin = at.astimezone(UTC) - timedelta(days=_SOON_DAYS)
        # Beyond this, zones may have had an opening on a day that was not looked at.
        sure = at.astimezone(UTC) - timedelta(days=_SOON_DAYS - 2)
        openings = (
            o for o in sorted(set(self._openings(zones, begin, _SOON_DAYS + 2)), reverse=True) if sure < o <= at
        )
        return next((o for o in openings if not self.permits(zones, o - _MOMENT)), None)

    def _closings(self, zones: Sequence[str], at: datetime, days: int) -> Iterable[datetime]:
        for zone in zones:
            yield from clock_changes(zone, at, at + timedelta(days=days))
            ends = {window.end for schedule in self.schedules for window in schedule.windows}
            # A holiday, or a day that is left out, begins with its first minute.
            for minutes in sorted(ends | {0}):
                yield from moments(zone, at, minutes, days)

    def _openings(self, zones: Sequence[str], at: datetime, days: int) -> Iterable[datetime]:
        for zone in zones:
            yield from clock_changes(zone, at, at + timedelta(days=days))
            starts = {window.start for schedule in self.schedules for window in schedule.windows}
            # A day that follows a holiday may be open from its first minute.
            for minutes in sorted(starts | {0}):
                yield from moments(zone, at, minutes, days)


@lru_cache(maxsize=65536)
def holiday(region: str, day: date) -> str | None:
    """The name of the public holiday that `day` is in `region` (like `GB` or `US-FL`), None if it is none."""
    calendar = _calendar(region, day.year)
    return calendar.get(day) if calendar is not None else None


@lru_cache(maxsize=512)
def _calendar(region: str, year: int) -> holidays.HolidayBase | None:
    country, _, subdivision = region.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year, expand=False)
    except NotImplementedError:
        # The library doesn't know the part, or not even the country.
        return _calendar(country, year) if subdivision else None
