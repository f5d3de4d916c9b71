from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as always
from hypothesis import settings
from hypothesis import strategies as st

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.course import Course
from dialer.domain.forecast.forecast import NOT_IN_TIME, Forecast, forecast
from dialer.domain.forecast.hours import LimitedBy
from dialer.domain.forecast.world import Cohort, Group, Place, Plan, World
from dialer.domain.gate import decide
from dialer.domain.numbers import NextNumber
from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.domain.window import CallingWindow
from tests.unit.domain.forecast.plans import MONDAY, given, place, plan, world

BUSY = given({Disposition.BUSY: 1.0}, {Disposition.BUSY: 5.0})
ANSWERED = given({Disposition.ANSWERED: 1.0}, {Disposition.ANSWERED: 60.0})
DAY = CallingWindow.parse("09:00-20:00")

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "America/Phoenix", "Pacific/Kiritimati")
WINDOWS = st.builds(
    lambda start, length, days: CallingWindow(start=start, end=min(start + length, 1440), days=days),
    st.integers(0, 1300),
    st.integers(30, 900),
    st.frozensets(st.integers(1, 7), min_size=1),
)
PLACES = st.lists(
    st.builds(
        lambda zones, window, holidays: place(
            *zones, regions=("US", "US-FL"), calling_window=window, skip_holidays=holidays, profile="by_region"
        ),
        st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
        WINDOWS,
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)
BEGINNINGS = st.integers(0, 330 * 86400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def ask(of: World, seen: Any = None, **options: Any) -> Forecast:
    return forecast(of, {p.id: seen or given() for p in of.plans}, **{"likely_runs": 1, "drawn_runs": 0, **options})


def seconds(told: Forecast) -> float:
    assert told.finish_at is not None
    return (told.finish_at - MONDAY).total_seconds()


def begin(of: World, days: float, at: datetime) -> World:
    return World(at, at + timedelta(days=days), of.campaign_id, of.plans, of.trunks, of.max_cps, of.max_channels)


@pytest.fixture
def dialed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Plan, Cohort, int, datetime]]:
    """Every dial of a forecast."""
    found: list[tuple[Plan, Cohort, int, datetime]] = []
    dial = Course.dial

    def recording(self: Course, cohort: Cohort, contacts: int, at: float) -> None:
        found.append((self.plan, cohort, contacts, datetime.fromtimestamp(at, UTC)))
        dial(self, cohort, contacts, at)

    monkeypatch.setattr(Course, "dial", recording)
    return found


@settings(max_examples=60)
@always(PLACES, BEGINNINGS, st.integers(1, 300), st.sampled_from([0.01, 0.5, 20.0]), st.integers(0, 99))
def test_nobody_is_dialed_outside_the_window_and_every_contact_is_accounted_for(
    places: list[Place], at: datetime, contacts: int, cps: float, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found: list[tuple[Plan, Cohort, int, datetime]] = []
        dial = Course.dial

        def recording(self: Course, cohort: Cohort, contacts: int, at: float) -> None:
            found.append((self.plan, cohort, contacts, datetime.fromtimestamp(at, UTC)))
            dial(self, cohort, contacts, at)

        patch.setattr(Course, "dial", recording)
        told = ask(begin(world(plan(contacts, places), cps=cps), 5, at), seed=seed)
    for of, cohort, _, moment in found:
        there = of.places[cohort.place]
        assert there.rules.permits(there.zones, moment)
        assert decide(of.facts(cohort, moment)) is None
    assert sum(told.done.values()) + sum(part.contacts for part in told.left) == contacts
    assert sum(hour.done for hour in told.hours) == sum(told.done.values())
    assert sum(hour.dials for hour in told.hours) == sum(n for _, _, n, _ in found)
    assert all(0 <= hour.remaining <= contacts for hour in told.hours)
    assert max((cohort.attempts + 1 for _, cohort, _, _ in found), default=1) <= 3


@settings(max_examples=40)
@always(st.integers(50, 3000), st.integers(1, 30), st.integers(1, 5), st.integers(0, 99))
def test_more_channels_never_make_it_later(contacts: int, channels: int, times: int, seed: int) -> None:
    few = ask(world(plan(contacts), cps=50, channels=channels), seed=seed)
    many = ask(world(plan(contacts), cps=50, channels=channels * (1 + times)), seed=seed)
    # Chance falls differently on both.
    assert seconds(many) <= seconds(few) * 1.05 + 2 * 3600


@settings(max_examples=40)
@always(st.integers(1, 3), st.integers(1, 60), st.integers(1, 50))
def test_caps_of_a_number_hold_over_every_rolling_period(calls: int, hours: int, contacts: int) -> None:
    capped = place(number_caps=({"calls": calls, "period_hours": hours},), min_gap_seconds=1800)
    policy = RetryPolicy(busy=RetryRule(delay_seconds=600))
    chains: dict[Cohort, Cohort] = {}
    with pytest.MonkeyPatch.context() as patch:
        call = Course._call

        def following(self: Course, cohort: Cohort, contacts: int, at: float) -> None:
            dials = [dial for _, dial in cohort.dials]
            for cap in (*capped.rules.caps, capped.rules.gap):
                assert cap is not None
                for newest in dials:
                    assert sum(newest - cap.period < dial <= newest for dial in dials) <= cap.calls
            chains[cohort] = cohort
            call(self, cohort, contacts, at)

        patch.setattr(Course, "_call", following)
        told = ask(world(plan(contacts, [capped], max_attempts=6, policy=policy), days=60), BUSY)
    assert told.done == {"attempts_exhausted": contacts}
    assert max(len(cohort.dials) for cohort in chains) == max(calls, 1)
    assert seconds(told) >= (6 - 1) // calls * hours * 3600


def test_same_question_has_the_same_answer() -> None:
    asked = world(plan(500, [place(zone, calling_window=DAY) for zone in ZONES]))
    assert ask(asked, drawn_runs=2, seed=5) == ask(asked, drawn_runs=2, seed=5)
    assert ask(asked, drawn_runs=2, seed=5) != ask(asked, drawn_runs=2, seed=6)


@pytest.mark.parametrize(
    ("changes", "limits", "limit", "length"),
    [
        ({}, {"cps": 10.0}, LimitedBy.TRUNK_CPS, 1050),
        ({"cps": 2.0}, {}, LimitedBy.CAMPAIGN_CPS, 5250),
        ({}, {"max_cps": 4.0}, LimitedBy.INSTALLATION_CPS, 2625),
        ({}, {"channels": 100}, LimitedBy.TRUNK_CHANNELS, 6000),
        ({"channels": 50}, {}, LimitedBy.CAMPAIGN_CHANNELS, 12000),
        ({"channels": 70, "people": 50}, {}, LimitedBy.PEOPLE, 12000),
        ({}, {"max_channels": 200}, LimitedBy.INSTALLATION_CHANNELS, 3000),
    ],
)
def test_narrowest_limit_decides_and_is_named(
    changes: dict[str, Any], limits: dict[str, Any], limit: LimitedBy, length: float
) -> None:
    told = ask(world(plan(10_000, **changes), **limits), ANSWERED)
    assert length * 0.98 < seconds(told) < length * 1.02 + 65
    assert told.hours[0].limited_by == limit


def test_hours_tell_the_night_the_retries_and_the_caps() -> None:
    asked = world(plan(1000, [place("UTC", calling_window=CallingWindow.parse("12:00-13:00"))], max_attempts=2), cps=5)
    assert [hour.limited_by for hour in ask(asked, BUSY).hours] == [LimitedBy.RETRY_DELAY]
    asked = world(plan(100_000, [place("UTC", calling_window=CallingWindow.parse("12:00-13:00"))]), cps=5)
    limits = [hour.limited_by for hour in ask(asked, ANSWERED).hours]
    assert limits[:3] == [LimitedBy.TRUNK_CPS, LimitedBy.CALLING_WINDOW, LimitedBy.CALLING_WINDOW]
    capped = place(number_caps=({"calls": 1, "period_hours": 6},))
    limits = [hour.limited_by for hour in ask(world(plan(10, [capped], max_attempts=2)), BUSY).hours]
    assert LimitedBy.NUMBER_CAPS in limits[:3]


def test_shares_follow_weights_and_priorities() -> None:
    mine, heavy, urgent = plan(1000), plan(10_000, id=2, weight=3), plan(500, id=2, priority=1)
    assert 4000 * 1.03 < seconds(ask(world(mine, heavy, cps=1.0), ANSWERED)) < 4000 * 1.08 + 60
    assert 1500 * 1.03 < seconds(ask(world(mine, urgent, cps=1.0), ANSWERED)) < 1500 * 1.08 + 60


def test_ranks_and_priorities_order_the_dialing(dialed: list[tuple[Plan, Cohort, int, datetime]]) -> None:
    groups = [Group(Cohort(0, 0, 1, 0), 50), Group(Cohort(0, 0, 0, 0), 50), Group(Cohort(0, 5, 9, 0), 50)]
    ask(world(plan(groups)), ANSWERED)
    order = [(cohort.priority, cohort.rank) for _, cohort, _, _ in dialed]
    assert order == sorted(order, key=lambda found: (-found[0], found[1]))


def test_dates_of_the_campaign_bound_it(dialed: list[tuple[Plan, Cohort, int, datetime]]) -> None:
    begins, stops = MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=3)
    told = ask(world(plan(10_000, not_before=begins, not_after=stops), cps=1.0), ANSWERED)
    assert all(begins <= moment < stops for _, _, _, moment in dialed)
    (left,) = told.left
    assert (left.code, left.contacts) == ("campaign_over", 10_000 - sum(told.done.values()))
    assert told.hours[0].limited_by == LimitedBy.CAMPAIGN_DATES


def test_whoever_is_not_reached_in_time_is_counted() -> None:
    told = ask(world(plan(10_000), cps=0.1, days=0.5), ANSWERED)
    assert (told.finish_at, [part.code for part in told.left]) == (None, [NOT_IN_TIME])


def test_forecast_of_millions_takes_few_steps(dialed: list[tuple[Plan, Cohort, int, datetime]]) -> None:
    places = [place(zone, calling_window=DAY) for zone in ZONES]
    told = ask(world(plan(3_000_000, places), cps=50))
    assert sum(told.done.values()) == 3_000_000
    assert len(dialed) < 5000


def test_end_lies_between_the_earliest_and_the_latest() -> None:
    told = ask(world(plan(2000, [place("UTC", calling_window=DAY)]), cps=0.05), likely_runs=3, drawn_runs=2)
    assert told.earliest_at is not None
    assert told.finish_at is not None
    assert told.latest_at is not None
    assert told.earliest_at <= told.finish_at <= told.latest_at
    assert Counter(hour.limited_by for hour in told.hours)[LimitedBy.CALLING_WINDOW] > 0


def test_several_numbers_are_tried_in_order_and_dropped_as_the_policy_says() -> None:
    unallocated = given({Disposition.UNALLOCATED: 1.0}, {Disposition.UNALLOCATED: 2.0})
    several = [Group(Cohort(0, 0, 0, 0, numbers=(1, 2, 3)), 10), Group(Cohort(0, 0, 0, 0), 5)]
    told = ask(world(plan(several, max_attempts=9)), unallocated)
    assert told.done == {"final_disposition": 15}
    assert sum(hour.dials for hour in told.hours) == 10 * 3 + 5


def test_caps_hold_for_each_number_by_itself() -> None:
    capped = place(number_caps=({"calls": 1, "period_hours": 24},))
    policy = RetryPolicy(busy=RetryRule(delay_seconds=60, number=NextNumber.NEXT))
    asked = [Group(Cohort(0, 0, 0, 0, numbers=(1, 2)), 10)]
    told = ask(world(plan(asked, [capped], max_attempts=4, policy=policy)), BUSY)
    assert 86400 < seconds(told) < 86400 + 600


def test_forbidden_number_is_passed_over_for_the_next() -> None:
    groups = [Group(Cohort(0, 0, 0, 0, dnc="global", numbers=(1, 2)), 3), Group(Cohort(0, 0, 0, 0, dnc="global"), 2)]
    assert ask(world(plan(groups)), ANSWERED).done == {"answered": 3, "dnc": 2}


def test_extra_attempts_of_a_requeue_count() -> None:
    told = ask(world(plan([Group(Cohort(0, 0, 0, 3, extra_attempts=2), 4)])), BUSY)
    assert sum(hour.dials for hour in told.hours) == 8


def test_callbacks_go_first(dialed: list[tuple[Plan, Cohort, int, datetime]]) -> None:
    ask(world(plan([Group(Cohort(0, 5, 0, 0), 50), Group(Cohort(0, 0, 3, 3, callback=True), 2)])), ANSWERED)
    assert dialed[0][1].callback


def test_numbers_that_were_called_before_may_be_due_long_after_all_others() -> None:
    """In the USA a number without consent may be called three times in thirty days, whoever called it."""
    there = [place("America/New_York", regions=("US",), profile="by_region", calling_window=DAY)]
    lately = tuple((1, MONDAY - timedelta(minutes=minutes)) for minutes in (10, 20, 30))
    groups = [Group(Cohort(0, 0, 0, 0), 995), Group(Cohort(0, 0, 0, 0, dials=lately), 5)]
    for at in (MONDAY, MONDAY + timedelta(hours=3)):
        clean = begin(world(plan(groups[:1], there)), 29, at)
        assert seconds(ask(clean, ANSWERED)) < 86400
        called = begin(world(plan(groups, there)), 29, at)
        told = ask(called, ANSWERED)
        assert told.finish_at is None
        assert [(part.code, part.contacts) for part in told.left] == [(NOT_IN_TIME, 5)]
        assert told.hours[-1].limited_by == LimitedBy.NUMBER_CAPS
        assert 30 * 86400 - 1800 <= seconds(ask(begin(called, 40, at), ANSWERED)) < 31 * 86400


def test_no_opening_is_passed_over_however_many_moments_there_are() -> None:
    short = place(calling_window=CallingWindow.parse("12:30-12:40"))
    groups = [Group(Cohort(0, 0, 0, 0), 1, MONDAY + timedelta(minutes=20 * n)) for n in range(12000)]
    told = ask(world(plan(groups, [short]), days=200), ANSWERED)
    dialed_on = {hour.at.date() for hour in told.hours if hour.dials}
    assert len(dialed_on) == 168
    assert sum(hour.dials for hour in told.hours) == 12_000
