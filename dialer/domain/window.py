"""The daily hours in which a person may be called, in that person's own time."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

_HOUR = re.compile(r"([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_DAYS_AHEAD = 8
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLOCK_CHANGES_APART = timedelta(days=1)
"""In tzdata, a week is the least that lies between two changes of a zone's clocks."""


def _minutes(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        minutes = value
    else:
        match = _HOUR.fullmatch(str(value))
        minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= minutes <= 1440:
        raise ValueError("must be a time of day like 09:00, up to 24:00")
    return minutes


def _clock_face(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


TimeOfDay = Annotated[
    int,
    BeforeValidator(_minutes, json_schema_input_type=str),
    PlainSerializer(_clock_face, return_type=str),
]
"""Minutes since midnight inside, `HH:MM` outside."""


class CallingWindow(BaseModel):
    """From `start` up to, not including, `end`, on ISO weekdays `days` (1 = Monday)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: TimeOfDay = 9 * 60
    end: TimeOfDay = 20 * 60
    days: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset(range(1, 8))

    @model_validator(mode="after")
    def _not_empty(self) -> "CallingWindow":
        if self.start >= self.end:
            raise ValueError("start must be before end (a window does not cross midnight)")
        if not self.days:
            raise ValueError("days must name at least one weekday, 1 (Monday) to 7 (Sunday)")
        return self

    @classmethod
    def parse(cls, text: str) -> "CallingWindow":
        """`08:00-21:00`, every day.

        Raises:
            ValueError: not of that form.
        """
        start, separator, end = text.partition("-")
        if not separator:
            raise ValueError("must look like 08:00-21:00")
        return cls(start=_minutes(start.strip()), end=_minutes(end.strip()))

    def __str__(self) -> str:
        days = (
            "" if len(self.days) == len(_WEEKDAYS) else f" on {', '.join(_WEEKDAYS[d - 1] for d in sorted(self.days))}"
        )
        return f"{_clock_face(self.start)} to {_clock_face(self.end)}{days}"

    def is_open(self, zones: Iterable[str], at: datetime) -> bool:
        """Whether a person in every one of `zones` may be called at `at`. No zone: no."""
        names = tuple(zones)
        return bool(names) and all(self.is_open_in(name, at) for name in names)

    def next_opening(self, zones: Iterable[str], at: datetime) -> datetime | None:
        """The first moment from `at` on at which `is_open`, in UTC; None if none comes within a week."""
        names = tuple(zones)
        if self.is_open(names, at):
            return at.astimezone(UTC)
        openings = sorted(o for name in names for o in self.openings(name, at) if o > at)
        return next((o for o in openings if self.is_open(names, o)), None)

    def is_open_in(self, zone: str, at: datetime) -> bool:
        """Whether a person in `zone` may be called at `at`."""
        local = at.astimezone(_zone(zone))
        return local.isoweekday() in self.days and self.start <= local.hour * 60 + local.minute < self.end

    def openings(self, zone: str, at: datetime, days: int = _DAYS_AHEAD) -> Iterable[datetime]:
        """The moments at which the window can open there: its start, and where a change of the clocks leads into it."""
        yield from clock_changes(zone, at, at + timedelta(days=days))
        yield from moments(zone, at, self.start, days)


def moments(zone: str, at: datetime, minutes: int, days: int) -> Iterable[datetime]:
    """When the clocks of `zone` show so many minutes after midnight, from the day before `at` on, in UTC."""
    today = at.astimezone(_zone(zone)).date()
    face = time(minutes // 60 % 24, minutes % 60)
    for offset in range(-1, days):
        for fold in (0, 1):  # an hour that the clocks repeat comes twice
            local = datetime.combine(today + timedelta(days=offset), face, _zone(zone))
            yield local.replace(fold=fold).astimezone(UTC)


def local_date(zone: str, at: datetime) -> date:
    """The day that it is there."""
    return at.astimezone(_zone(zone)).date()


def clock_changes(zone: str, begin: datetime, end: datetime) -> Iterable[datetime]:
    """When the clocks are changed there, in UTC, to the second."""
    before = begin.astimezone(UTC)
    while before < end:
        after = before + _CLOCK_CHANGES_APART
        if _offset(zone, before) != _offset(zone, after):
            low, high = before, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, before) else (low, middle)
            # All changes are at full seconds.
            yield high.replace(microsecond=0)
        before = after


def _offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(_zone(zone)).utcoffset()


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
