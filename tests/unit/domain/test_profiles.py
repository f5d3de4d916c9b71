from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.config import load_settings
from dialer.domain import profiles
from dialer.domain.campaigns import CampaignState
from dialer.domain.gate import GateFacts, decide
from dialer.domain.profiles import (
    NumberCap,
    OwnRules,
    chain,
    longest_silence,
    loosened,
    regions_in,
    regions_of,
    rules_for,
)
from dialer.domain.rules import Cap, Rules
from dialer.domain.window import CallingWindow
from dialer.errors import ConfigurationError

ALWAYS = CallingWindow.parse("00:00-24:00")
NUMBERS = {
    "+12125550123": ("US",),
    "+13055550123": ("US", "US-FL"),
    "+14055550123": ("US", "US-OK"),
    "+12065550123": ("US", "US-WA"),
    "+14165550123": ("CA",),
    "+442079460123": ("GB",),
    "+18005550123": ("US",),
}
# Half-hour changes, none at all, several zones in one number, both hemispheres, and the date line.
ZONES = [
    ("Australia/Lord_Howe",),
    ("America/Phoenix",),
    ("America/New_York", "America/Los_Angeles"),
    ("America/St_Johns", "Pacific/Honolulu"),
    ("Europe/London",),
    ("Africa/Casablanca",),
    ("Asia/Kolkata",),
    ("Pacific/Chatham",),
    ("Pacific/Apia", "Europe/Dublin"),
    ("America/Santiago",),
]


@pytest.mark.parametrize(("number", "regions"), NUMBERS.items())
def test_region_is_told_by_the_number(number: str, regions: tuple[str, ...]) -> None:
    assert regions_of(number) == regions


def test_every_figure_names_its_source_and_every_profile_what_it_leaves_out() -> None:
    assert set(profiles.names()) == {"us", "us-fl", "us-ok", "us-wa", "uk", "ca", "none", "by_region"}
    for profile in profiles.profiles().values():
        assert profile.not_covered
        figures = [f for f in (profile.hours, profile.ring, profile.consent, *profile.caps) if f is not None]
        assert all(figure.source for figure in figures)
        assert bool(profile.area_codes) == bool(profile.area_codes_source)
        assert all(cap.period <= timedelta(days=31) for cap in profile.caps)


def test_state_s_rules_come_on_top_of_the_country_s() -> None:
    rules = rules_for(OwnRules(calling_window=ALWAYS, profile="us"), ("US", "US-FL"))
    assert rules.profiles == ("us/2", "us-fl/1")
    half_past_eight = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)  # 20:30 in New York
    assert not rules.permits(("America/New_York",), half_past_eight)
    elsewhere = rules_for(OwnRules(calling_window=ALWAYS, profile="us"), ("US",))
    assert elsewhere.permits(("America/New_York",), half_past_eight)


def test_named_profile_holds_for_everybody_and_none_for_nobody() -> None:
    assert rules_for(OwnRules(calling_window=ALWAYS, profile="us-fl"), ("GB",)).profiles == ("us/2", "us-fl/1", "uk/2")
    assert rules_for(OwnRules(calling_window=ALWAYS, profile="by_region"), ("GB",)).profiles == ("uk/2",)
    assert rules_for(OwnRules(calling_window=ALWAYS, profile="none"), ("US", "US-FL")).profiles == ()


@pytest.mark.parametrize(
    ("field", "own", "timeout"),
    [
        ("calling_window", OwnRules(calling_window=CallingWindow.parse("07:00-20:00"), profile="us"), 30),
        ("calling_window", OwnRules(calling_window=CallingWindow.parse("09:00-20:30"), profile="us-fl"), 30),
        (
            "number_caps",
            OwnRules(
                calling_window=CallingWindow(), profile="us-ok", number_caps=(NumberCap(calls=4, period_hours=24),)
            ),
            30,
        ),
        ("timeout_seconds", OwnRules(calling_window=CallingWindow(), profile="uk"), 14),
    ],
)
def test_campaign_can_not_loosen_its_profile(field: str, own: OwnRules, timeout: int) -> None:
    assert {name for name, _ in loosened(own, timeout)} == {field}


@pytest.mark.parametrize("profile", profiles.names())
def test_campaign_s_defaults_fit_every_profile(profile: str) -> None:
    caps = (NumberCap(calls=1, period_hours=24),)
    assert loosened(OwnRules(calling_window=CallingWindow(), profile=profile, number_caps=caps), 30) == []


def test_single_calls_can_not_be_under_a_profile_that_is_none_of_these() -> None:
    with pytest.raises(ConfigurationError, match="DIALER_SINGLE_CALL_PROFILE"):
        load_settings(_env_file=None, single_call_profile="us-xx")
    assert load_settings(_env_file=None, single_call_profile="by_region").single_call_profile == "by_region"


# For any zone, any moment and any profile


def _facts(rules: Rules, zone_names: tuple[str, ...], at: datetime) -> GateFacts:
    return GateFacts(
        at=at,
        stopped=False,
        cancelled=False,
        campaign_state=CampaignState.RUNNING,
        undialable=None,
        allow_listed=True,
        dnc=None,
        attempts=0,
        max_attempts=1,
        zones=zone_names,
        rules=rules,
        consented=True,
    )


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
WINDOWS = st.builds(
    lambda start, length, days: CallingWindow(start=start, end=min(start + length, 1440), days=days),
    st.integers(0, 1410),
    st.integers(30, 900),
    st.frozensets(st.integers(1, 7), min_size=1),
)


@settings(max_examples=300)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(profiles.names()), st.sampled_from(list(NUMBERS)), WINDOWS)
def test_nobody_is_dialed_outside_any_window_and_the_opening_named_is_one(
    at: datetime, zone_names: tuple[str, ...], profile: str, number: str, window: CallingWindow
) -> None:
    own = OwnRules(calling_window=window, profile=profile, skip_holidays=True)
    rules = rules_for(own, regions_of(number))
    facts = _facts(rules, zone_names, at)
    refusal = decide(facts)
    allowed = [[window], *([*s.windows] for s in rules.schedules[1:])]
    if refusal is None:
        for zone in zone_names:
            local = at.astimezone(ZoneInfo(zone))
            for windows in allowed:
                assert any(
                    local.isoweekday() in w.days and w.start <= local.hour * 60 + local.minute < w.end for w in windows
                )
    elif refusal.until is not None:
        assert refusal.until > at
        assert decide(GateFacts(**{n: getattr(facts, n) for n in facts.__slots__} | {"at": refusal.until})) is None


@settings(max_examples=100)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(profiles.names()))
def test_no_earlier_quarter_of_an_hour_is_open_than_the_opening_named(
    at: datetime, zone_names: tuple[str, ...], profile: str
) -> None:
    rules = rules_for(OwnRules(calling_window=CallingWindow(), profile=profile), ("US", "US-FL"))
    opening = rules.next_opening(zone_names, at)
    moment = at
    while moment < (opening or at + timedelta(days=3)):
        assert not rules.permits(zone_names, moment)
        moment += timedelta(minutes=15)


@settings(max_examples=200)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(profiles.names()), WINDOWS)
def test_what_is_open_stays_open_until_the_moment_named(
    at: datetime, zone_names: tuple[str, ...], profile: str, window: CallingWindow
) -> None:
    rules = rules_for(OwnRules(calling_window=window, profile=profile, skip_holidays=True), ("US", "US-FL"))
    moment = rules.next_opening(zone_names, at)
    if moment is None:
        return
    until = rules.open_until(zone_names, moment)
    assert moment < until <= moment + timedelta(days=1)
    assert until == moment + timedelta(days=1) or not rules.permits(zone_names, until)
    while moment < until:
        assert rules.permits(zone_names, moment)
        moment += timedelta(minutes=11)


@settings(max_examples=200)
@given(MOMENTS, st.integers(0, 2000), st.sampled_from(ZONES), st.sampled_from(profiles.names()), WINDOWS)
def test_what_is_open_has_been_since_the_moment_named(
    at: datetime, minutes: int, zone_names: tuple[str, ...], profile: str, window: CallingWindow
) -> None:
    rules = rules_for(OwnRules(calling_window=window, profile=profile, skip_holidays=True), ("US", "US-FL"))
    at += timedelta(minutes=minutes)
    if not rules.permits(zone_names, at):
        return
    since = rules.open_since(zone_names, at)
    assert since is None or not rules.permits(zone_names, since - timedelta(seconds=1))
    moment = since or at - timedelta(days=1)
    assert moment <= at
    while moment <= at:
        assert rules.permits(zone_names, moment)
        moment += timedelta(minutes=11)


@settings(max_examples=300)
@given(
    st.lists(st.integers(0, 2_000_000), max_size=30),
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 200)), min_size=1, max_size=3),
)
def test_caps_hold_over_every_rolling_window(wishes: list[int], caps: list[tuple[int, int]]) -> None:
    limits = tuple(Cap(calls, timedelta(hours=hours), "the law") for calls, hours in caps)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dials: tuple[datetime, ...] = ()
    for seconds in sorted(wishes):
        at = start + timedelta(seconds=seconds)
        if all(cap.opens(dials, at) == at for cap in limits):
            dials = (*dials, at)
    for cap in limits:
        for dial in dials:
            assert sum(dial <= other < dial + cap.period for other in dials) <= cap.calls


@pytest.mark.parametrize(
    ("profile", "regions", "seconds", "source"),
    [
        ("none", ("US", "GB"), 0, "the campaign"),
        ("by_region", ("US",), 15, "us: 16 CFR 310.4(b)(4)(ii)"),
        ("by_region", ("US", "US-FL"), 15, "us: "),
        ("by_region", ("GB",), 15, "uk: Ofcom"),
        ("by_region", ("DE",), 0, "the campaign"),
        ("ca", ("CA",), 0, "the campaign"),
        ("ca", ("GB",), 15, "uk: Ofcom"),
    ],
)
def test_least_time_to_ring_is_that_of_the_contact_s_own_regions(
    profile: str, regions: tuple[str, ...], seconds: int, source: str
) -> None:
    rules = rules_for(OwnRules(calling_window=ALWAYS, profile=profile), regions)
    assert rules.ring_seconds == seconds
    assert rules.ring_source.startswith(source)


@given(
    st.sampled_from(profiles.names()),
    st.lists(st.sampled_from(["US", "US-FL", "GB", "CA", "DE"]), unique=True).map(tuple),
)
def test_no_profile_that_applies_asks_for_longer_ringing_than_the_rules_do(
    named: str, regions: tuple[str, ...]
) -> None:
    rules = rules_for(OwnRules(calling_window=ALWAYS, profile=named), regions)
    applied = [profiles.profiles()[name.partition("/")[0]] for name in rules.profiles]
    assert rules.ring_seconds == max((p.ring.seconds for p in applied if p.ring), default=0)


@pytest.mark.parametrize(("number", "regions"), NUMBERS.items())
def test_region_is_told_by_the_number_whose_country_is_known(number: str, regions: tuple[str, ...]) -> None:
    assert regions_in(number, regions[0]) == regions


@pytest.mark.parametrize("country", [None, "", "U", "USA", "001", "U1"])
def test_what_is_no_country_has_no_regions(country: str | None) -> None:
    assert regions_in("+13055550123", country) == ()


def test_an_area_code_of_another_plan_tells_nothing() -> None:
    assert regions_in("+44305555012", "GB") == ("GB",)
    assert regions_in("0013055550123", "US") == ("US",)


def test_a_profile_s_chain_begins_with_the_widest() -> None:
    assert chain("us-fl") == ("us", "us-fl")
    assert chain("us") == ("us",)
    assert chain("none") == ("none",)
    assert chain("by_region") == ()


def test_the_longest_silence_is_that_of_the_strictest_profile() -> None:
    assert longest_silence() == timedelta(hours=72)


def test_what_a_campaign_would_loosen_is_said_with_the_figure_and_its_source() -> None:
    own = OwnRules(
        calling_window=CallingWindow.parse("07:59-21:00"),
        profile="us-fl",
        number_caps=(NumberCap(calls=4, period_hours=720), NumberCap(calls=3, period_hours=24)),
        abandon_ceiling=3.5,
    )
    wrong = dict(loosened(own, 14))
    assert set(wrong) == {"calling_window", "number_caps", "timeout_seconds", "abandon_ceiling"}
    us = profiles.profiles()["us"]
    assert us.hours is not None
    assert us.ring is not None
    assert us.abandonment is not None
    found = loosened(own, 14)
    assert ("calling_window", f"must lie within 08:00 to 21:00 (us: {us.hours.source})") in found
    assert ("timeout_seconds", f"must be at least 15 seconds (us: {us.ring.source})") in found
    assert ("abandon_ceiling", f"must not be above 3 % (us: {us.abandonment.source})") in found
    caps = [reason for field, reason in found if field == "number_caps"]
    assert f"must not allow more than 3 calls in 720 hours (us: {us.caps[0].source})" in caps


def test_what_is_just_as_strict_as_the_profile_is_let_through() -> None:
    own = OwnRules(
        calling_window=CallingWindow.parse("08:00-21:00"),
        profile="us",
        number_caps=(NumberCap(calls=3, period_hours=720), NumberCap(calls=9, period_hours=721)),
        abandon_ceiling=3.0,
    )
    assert loosened(own, 15) == []


def test_holidays_are_those_of_the_part_where_one_is_named() -> None:
    own = OwnRules(calling_window=ALWAYS, profile="none", skip_holidays=True)
    assert rules_for(own, ("US",)).holiday_regions == ("US",)
    assert rules_for(own, ("GB", "US", "US-FL")).holiday_regions == ("GB", "US-FL")
    assert rules_for(own.model_copy(update={"skip_holidays": False}), ("US",)).holiday_regions == ()


def test_what_never_closes_is_asked_again_after_a_day() -> None:
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    rules = rules_for(OwnRules(calling_window=ALWAYS, profile="none"), ())
    assert rules.open_until(("UTC",), noon) == noon + timedelta(days=1)
    assert rules.open_until(("UTC",), noon.astimezone(ZoneInfo("Asia/Tokyo"))).tzinfo is UTC


def test_what_closes_at_midnight_before_a_holiday_is_open_until_then() -> None:
    rules = rules_for(OwnRules(calling_window=ALWAYS, profile="none", skip_holidays=True), ("GB",))
    eve = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)
    assert rules.open_until(("Europe/London",), eve) == datetime(2026, 12, 25, tzinfo=UTC)


def test_a_holiday_is_that_of_the_callee_s_own_date_and_ends_with_it() -> None:
    rules = rules_for(OwnRules(calling_window=ALWAYS, profile="none", skip_holidays=True), ("NZ",))
    zones = ("Pacific/Auckland",)
    eve = datetime(2026, 2, 5, 10, 59, tzinfo=UTC)  # Waitangi Day is the sixth, and begins at eleven in UTC
    assert rules.holiday(zones, eve) is None
    assert rules.holiday(zones, eve + timedelta(minutes=1)) == "Waitangi Day"
    assert rules.open_until(zones, eve) == eve + timedelta(minutes=1)
    assert rules.next_opening(zones, eve + timedelta(minutes=1)) == datetime(2026, 2, 6, 11, 0, tzinfo=UTC)
