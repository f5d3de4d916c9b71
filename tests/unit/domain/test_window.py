"""The calling window, over every time zone there is, and on the days on which clocks are put forward or back."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dialer.domain.window import CallingWindow

MINUTE = timedelta(minutes=1)
ZONES = sorted(available_timezones())
MOMENTS = st.integers(-25 * 525_960, 38 * 525_960).map(lambda n: datetime(2000, 1, 1, tzinfo=UTC) + n * MINUTE)
WINDOWS = st.builds(
    lambda start, length, days: CallingWindow(start=start, end=min(start + length, 1440), days=frozenset(days)),
    st.one_of(st.just(0), st.integers(0, 180), st.integers(0, 1438)),
    st.integers(1, 1440),
    st.sets(st.integers(1, 7), min_size=1),
)


def reads(window: CallingWindow, zone: str, at: datetime) -> bool:
    """Whether a clock on the wall there, and a calendar beside it, are inside the window."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%u}" in {str(day) for day in window.days} and (
        window.start <= int(f"{local:%H}") * 60 + int(f"{local:%M}") < window.end
    )


def first_open_minute(window: CallingWindow, zones: tuple[str, ...], at: datetime, limit: datetime) -> datetime | None:
    while at <= limit:
        if all(reads(window, zone, at) for zone in zones):
            return at
        at += MINUTE
    return None


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(WINDOWS, st.lists(st.sampled_from(ZONES), min_size=1, max_size=3), MOMENTS)
def test_open_means_open_in_every_zone(window: CallingWindow, zones: list[str], at: datetime) -> None:
    assert window.is_open(zones, at) == all(reads(window, zone, at) for zone in zones)


@settings(max_examples=150)
@given(WINDOWS, st.lists(st.sampled_from(ZONES), min_size=1, max_size=2).map(tuple), MOMENTS)
# Put forward over the start of the window; half an hour only; at midnight; over a whole day; and back again.
@example(CallingWindow.parse("02:30-04:00"), ("Europe/Berlin",), utc("2026-03-29T00:00"))
@example(CallingWindow.parse("02:10-02:20"), ("Australia/Lord_Howe",), utc("2026-10-03T14:00"))
@example(CallingWindow.parse("00:30-03:00"), ("America/Santiago",), utc("2026-09-06T03:00"))
@example(CallingWindow(start=0, end=1440, days=frozenset({5, 6})), ("Pacific/Apia",), utc("2011-12-29T12:00"))
@example(CallingWindow.parse("01:10-01:50"), ("Europe/London",), utc("2026-10-25T00:50"))
@example(CallingWindow.parse("01:40-01:50"), ("Australia/Lord_Howe",), utc("2026-04-04T14:55"))
def test_next_opening_is_the_first_open_minute(window: CallingWindow, zones: tuple[str, ...], at: datetime) -> None:
    opening = window.next_opening(zones, at)
    expected = first_open_minute(window, zones, at, opening or at + timedelta(days=7))
    assert opening == expected


def test_every_zone_opens_at_nine_on_an_ordinary_day() -> None:
    window = CallingWindow.parse("09:00-20:00")
    for zone in ZONES:
        opening = window.next_opening([zone], utc("2026-01-14T00:00"))
        assert opening is not None
        assert window.is_open([zone], opening), zone
        if not window.is_open([zone], opening - MINUTE):
            assert f"{opening.astimezone(ZoneInfo(zone)):%H:%M}" == "09:00", zone


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Phoenix"])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"])
def test_callee_s_own_clock_counts_on_the_days_on_which_it_is_changed(zone: str, day: str) -> None:
    window = CallingWindow.parse("09:00-20:00")
    nine = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert not window.is_open([zone], nine - MINUTE)
    assert window.is_open([zone], nine)
    assert window.next_opening([zone], nine - timedelta(hours=8)) == nine
    evening = datetime.fromisoformat(f"{day}T20:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert window.is_open([zone], evening - MINUTE)
    assert not window.is_open([zone], evening)


def test_start_that_the_clocks_skip_is_the_moment_after() -> None:
    opening = CallingWindow.parse("02:30-20:00").next_opening(["Europe/Berlin"], utc("2026-03-29T00:00"))
    assert opening == utc("2026-03-29T01:00")  # 03:00 there; there is no 02:30


def test_window_that_the_clocks_skip_opens_the_next_day() -> None:
    opening = CallingWindow.parse("02:10-02:50").next_opening(["Europe/Berlin"], utc("2026-03-29T00:00"))
    assert opening == utc("2026-03-30T00:10")


def test_window_in_the_hour_that_comes_twice_opens_twice() -> None:
    window = CallingWindow.parse("01:10-01:20")
    first = window.next_opening(["Europe/London"], utc("2026-10-24T23:50"))
    assert first == utc("2026-10-25T00:10")
    assert window.next_opening(["Europe/London"], utc("2026-10-25T00:20")) == utc("2026-10-25T01:10")


def test_turning_back_the_clocks_may_reopen_the_window() -> None:
    window = CallingWindow.parse("00:30-01:30")
    at = utc("2026-10-25T00:45")  # 01:45 summer time: closed, until 02:00 becomes 01:00
    assert not window.is_open(["Europe/London"], at)
    assert window.next_opening(["Europe/London"], at) == utc("2026-10-25T01:00")


def test_while_open_the_next_opening_is_now() -> None:
    at = utc("2026-03-02T12:34")
    assert CallingWindow.parse("09:00-20:00").next_opening(["Europe/London"], at) == at


def test_zones_that_are_never_open_together_never_open() -> None:
    window = CallingWindow.parse("09:00-10:00")
    assert window.next_opening(["Europe/London", "Asia/Tokyo"], utc("2026-03-02T12:00")) is None


def test_days_are_those_of_the_callee() -> None:
    window = CallingWindow(start=0, end=1440, days=frozenset({1}))
    at = utc("2026-03-02T12:00")  # Monday in London, Tuesday in Kiritimati already
    assert window.is_open(["Europe/London"], at)
    assert not window.is_open(["Pacific/Kiritimati"], at)
    assert window.next_opening(["Pacific/Kiritimati"], at) == utc("2026-03-08T10:00")


def test_weekday_that_was_just_missed_comes_again_in_a_week() -> None:
    window = CallingWindow(start=540, end=600, days=frozenset({1}))
    assert window.next_opening(["UTC"], utc("2026-03-02T10:00")) == utc("2026-03-09T09:00")


def test_nobody_is_called_whose_zone_is_not_known() -> None:
    window = CallingWindow(start=0, end=1440)
    assert not window.is_open([], utc("2026-03-02T12:00"))
    assert window.next_opening([], utc("2026-03-02T12:00")) is None


@pytest.mark.parametrize(
    "text", ["", "09:00", "9-17", "09:00-25:00", "09:00-24:01", "20:00-09:00", "09:00-09:00", "09:60-10:00"]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|validation error"):
        CallingWindow.parse(text)


@pytest.mark.parametrize("value", ["09:00\n", "٠٩:٠٠", -1, 1441, 9.5, None, True])
def test_what_is_no_time_of_day_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        CallingWindow.model_validate({"start": value})


def test_days_must_be_weekdays() -> None:
    for days in ([], [0], [8]):
        with pytest.raises(ValidationError):
            CallingWindow.model_validate({"days": days})


def test_midnight_is_written_as_24() -> None:
    window = CallingWindow.parse("00:00-24:00")
    assert window.model_dump(mode="json", exclude={"days"}) == {"start": "00:00", "end": "24:00"}
    assert window.is_open(["UTC"], utc("2026-03-02T23:59"))


@given(WINDOWS)
def test_window_survives_being_stored(window: CallingWindow) -> None:
    assert CallingWindow.model_validate(window.model_dump(mode="json")) == window


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (range(1, 8), "08:00 to 21:30"),
        ([1, 2, 7], "08:00 to 21:30 on Monday, Tuesday, Sunday"),
    ],
)
def test_it_says_its_hours_and_its_days(days: Iterable[int], said: str) -> None:
    assert str(CallingWindow(start=480, end=1290, days=frozenset(days))) == said


def test_moments_are_in_utc_whatever_the_time_was_asked_in() -> None:
    at = utc("2026-03-02T12:00").astimezone(ZoneInfo("Asia/Tokyo"))
    opening = CallingWindow.parse("09:00-20:00").next_opening(["Europe/London"], at)
    assert opening is not None
    assert opening.tzinfo is UTC
