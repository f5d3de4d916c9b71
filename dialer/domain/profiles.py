"""Compliance profiles: the rules of jurisdictions, as data (dialer/profiles/*.toml). Not legal advice.

A profile applies to a callee by region. A campaign names one as the least that holds for all of its contacts; what
their own regions ask for comes on top, and the strictest of each rule decides.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.people import PATIENCE, Ceiling, Period, span
from dialer.domain.phone import CACHED_NUMBERS
from dialer.domain.rules import CAMPAIGN, LONGEST_PERIOD, Cap, Rules, Schedule
from dialer.domain.window import CallingWindow

NONE: Final = "none"
"""No rules but the campaign's own."""
BY_REGION: Final = "by_region"
"""No least, only what each contact's own region asks for."""

_MOST_HOURS: Final = LONGEST_PERIOD // timedelta(hours=1)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberCap(_Frozen):
    """At most `calls` dials of a number in any `period_hours`, from all campaigns together."""

    calls: int = Field(ge=1, le=1000)
    period_hours: int = Field(ge=1, le=_MOST_HOURS)

    @property
    def period(self) -> timedelta:
        return timedelta(hours=self.period_hours)


class HoursFigure(_Frozen):
    windows: tuple[CallingWindow, ...]
    source: str


class CapFigure(NumberCap):
    unless_consent: bool = False
    source: str


class SecondsFigure(_Frozen):
    seconds: int
    source: str


class AbandonmentFigure(_Frozen):
    """At most `percent` of the people who answer wait longer than `seconds`, or in vain, for one of ours.

    Attributes:
        zone: in which a day or a month is reckoned.
        silence_hours: so long an abandoned number is left alone.
    """

    percent: float = Field(gt=0, le=100)
    seconds: int = Field(ge=1)
    period: Period
    zone: str = "UTC"
    silence_hours: int | None = None
    source: str


class SourceFigure(_Frozen):
    source: str


class Profile(_Frozen):
    """A profile's file.

    Attributes:
        regions: ISO 3166 codes of where it applies.
        area_codes: those of the North American plan by which a number is of its regions, with `area_codes_source`.
        includes: another profile, which holds as well.
        ring: the least time that it must ring.
        not_covered: what the law asks for and the dialer does not check.
    """

    name: str
    version: int
    title: str
    regions: tuple[str, ...] = ()
    area_codes: tuple[int, ...] = ()
    area_codes_source: str | None = None
    includes: str | None = None
    hours: HoursFigure | None = None
    caps: tuple[CapFigure, ...] = ()
    ring: SecondsFigure | None = None
    consent: SourceFigure | None = None
    abandonment: AbandonmentFigure | None = None
    not_covered: tuple[str, ...]


class OwnRules(_Frozen):
    """What a campaign sets itself. It can tighten what a profile says, never loosen it."""

    calling_window: CallingWindow
    profile: str = NONE
    number_caps: tuple[NumberCap, ...] = ()
    min_gap_seconds: Annotated[int, Field(ge=1, le=_MOST_HOURS * 3600)] | None = None
    skip_holidays: bool = False
    consent_required: bool = False
    abandon_ceiling: float | None = Field(None, gt=0, le=100)


@lru_cache(maxsize=1)
def profiles() -> MappingProxyType[str, Profile]:
    """All profiles, by name."""
    found = {}
    for file in sorted(files("dialer").joinpath("profiles").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            profile = Profile.model_validate(tomllib.loads(file.read_text("utf-8")))
            found[profile.name] = profile
    return MappingProxyType(found)


def names() -> tuple[str, ...]:
    """What a campaign may choose from."""
    return (*profiles(), BY_REGION)


@lru_cache(maxsize=CACHED_NUMBERS)
def regions_of(phone_number: str) -> tuple[str, ...]:
    """The country of a number, and where its area code tells it the state, as ISO 3166 codes. Empty if not known."""
    return regions_in(phone_number, phonenumbers.region_code_for_number(phonenumbers.parse(phone_number, None)))


def regions_in(phone_number: str, country: str | None) -> tuple[str, ...]:
    """As `regions_of`, for a number whose country (as `dialer.domain.phone` tells it) is known already."""
    if country is None or len(country) != 2 or not country.isalpha():
        return ()
    state = _state_of_area().get(phone_number[2:5]) if phone_number.startswith("+1") else None
    return (country,) if state is None else (country, state)


@lru_cache(maxsize=1)
def _state_of_area() -> dict[str, str]:
    return {str(area): profile.regions[0] for profile in profiles().values() for area in profile.area_codes}


@lru_cache(maxsize=16384)
def rules_for(own: OwnRules, regions: tuple[str, ...]) -> Rules:
    """All rules for a callee of a campaign.

    Args:
        regions: where the callee may be, from the list and from the number.
    """
    applied = _applied(own.profile, regions)
    schedules = [Schedule((own.calling_window,), CAMPAIGN)]
    schedules += [Schedule(p.hours.windows, f"{p.name}: {p.hours.source}") for p in applied if p.hours]
    caps = [Cap(c.calls, c.period, CAMPAIGN) for c in own.number_caps]
    caps += [Cap(c.calls, c.period, f"{p.name}: {c.source}", c.unless_consent) for p in applied for c in p.caps]
    gap = None if own.min_gap_seconds is None else Cap(1, timedelta(seconds=own.min_gap_seconds), CAMPAIGN)
    silences = [
        Cap(1, timedelta(hours=p.abandonment.silence_hours), f"{p.name}: {p.abandonment.source}")
        for p in applied
        if p.abandonment and p.abandonment.silence_hours
    ]
    asking = [f"{p.name}: {p.consent.source}" for p in applied if p.consent]
    rings = [(p.ring.seconds, f"{p.name}: {p.ring.source}") for p in applied if p.ring]
    ring_seconds, ring_source = max(rings, key=lambda ring: ring[0], default=(0, CAMPAIGN))
    return Rules(
        profiles=tuple(f"{p.name}/{p.version}" for p in applied),
        schedules=tuple(schedules),
        holiday_regions=_most_exact(regions) if own.skip_holidays else (),
        caps=tuple(caps),
        gap=gap,
        consent=CAMPAIGN if own.consent_required else next(iter(asking), None),
        ring_seconds=ring_seconds,
        ring_source=ring_source,
        silence=max(silences, key=lambda silence: silence.period, default=None),
    )


def ceilings(own: OwnRules, started_at: datetime, at: datetime) -> list[Ceiling]:
    """What a campaign's rate of abandoned calls is held against: of all its calls, and of those under each profile."""
    own_share = None if own.abandon_ceiling is None else own.abandon_ceiling / 100
    found = [Ceiling("", own_share, CAMPAIGN, *span(Period.THIRTY_DAYS, "UTC", started_at, at))]
    for profile in profiles().values() if own.profile != NONE else ():
        figure = profile.abandonment
        if figure is not None:
            share = min(figure.percent / 100, own_share or 1.0)
            begins, ends = span(figure.period, figure.zone, started_at, at)
            found.append(Ceiling(profile.name, share, f"{profile.name}: {figure.source}", begins, ends))
    return found


def longest_silence() -> timedelta:
    """How long any profile leaves an abandoned number alone."""
    figures = [profile.abandonment for profile in profiles().values() if profile.abandonment is not None]
    return timedelta(hours=max((figure.silence_hours or 0 for figure in figures), default=0))


def chain(name: str) -> tuple[str, ...]:
    """The names of a profile and of what it includes."""
    return tuple(profile.name for profile in _chain(name))


def patience(applied: Iterable[str]) -> timedelta:
    """How long a callee under these profiles (like `us/1`) may wait for a person."""
    found = [profiles().get(name.partition("/")[0]) for name in applied]
    figures = [p.abandonment.seconds for p in found if p is not None and p.abandonment is not None]
    return timedelta(seconds=min(figures)) if figures else PATIENCE


def loosened(own: OwnRules, timeout_seconds: int) -> list[tuple[str, str]]:
    """Where a campaign would loosen the profile it names: (field, what is wrong)."""
    wrong: list[tuple[str, str]] = []
    for profile in _chain(own.profile):
        if profile.hours is not None:
            start, end = min(w.start for w in profile.hours.windows), max(w.end for w in profile.hours.windows)
            if own.calling_window.start < start or own.calling_window.end > end:
                allowed = CallingWindow(start=start, end=end)
                wrong.append(("calling_window", f"must lie within {allowed} ({profile.name}: {profile.hours.source})"))
        for cap, own_cap in ((c, o) for c in profile.caps for o in own.number_caps):
            if own_cap.period <= cap.period and own_cap.calls > cap.calls:
                said = f"{cap.calls} calls in {cap.period_hours} hours"
                wrong.append(("number_caps", f"must not allow more than {said} ({profile.name}: {cap.source})"))
        if profile.ring is not None and timeout_seconds < profile.ring.seconds:
            least = f"{profile.ring.seconds} seconds ({profile.name}: {profile.ring.source})"
            wrong.append(("timeout_seconds", f"must be at least {least}"))
        figure = profile.abandonment
        if figure is not None and own.abandon_ceiling is not None and own.abandon_ceiling > figure.percent:
            most = f"{figure.percent:g} % ({profile.name}: {figure.source})"
            wrong.append(("abandon_ceiling", f"must not be above {most}"))
    return wrong


def _applied(named: str, regions: Sequence[str]) -> list[Profile]:
    """The profiles for somebody in `regions`: the one named, and those of the regions. `none` turns all off."""
    if named == NONE:
        return []
    by_region = {region: profile for profile in profiles().values() for region in profile.regions}
    wanted = [*_chain(named), *(p for r in regions if r in by_region for p in _chain(by_region[r].name))]
    return list({profile.name: profile for profile in wanted}.values())


def _chain(name: str) -> Iterable[Profile]:
    """A profile and what it includes, the wider first. None for a name that is no file's."""
    profile = profiles().get(name)
    if profile is not None:
        if profile.includes is not None:
            yield from _chain(profile.includes)
        yield profile


def _most_exact(regions: tuple[str, ...]) -> tuple[str, ...]:
    """Without the countries of whose parts there is one: its calendar has the country's holidays too."""
    return tuple(r for r in regions if not any(other.startswith(f"{r}-") for other in regions))
