from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.domain.actions import ANSWER_ACTION, reaches_people
from dialer.domain.people import (
    FEW,
    MARGIN,
    PAUSE,
    Ceiling,
    Measured,
    Period,
    Tally,
    calls_within,
    is_abandoned,
    pace,
    span,
)
from dialer.domain.profiles import NONE, OwnRules, ceilings, loosened, patience, profiles
from dialer.domain.window import CallingWindow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALWAYS = CallingWindow.parse("00:00-24:00")
TWO = timedelta(seconds=2)

people = st.integers(0, 500)
shares = st.floats(0.001, 1.0)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    answered = draw(st.integers(0, 5000))
    abandoned = draw(st.integers(0, answered))
    ago = timedelta(minutes=draw(st.integers(0, 300)))
    return Tally(answered, abandoned, NOON - ago if abandoned else None)


def ceiling(share: float | None, ends: timedelta = timedelta(days=29)) -> Ceiling:
    return Ceiling("us", share, "the law", NOON - timedelta(days=1), NOON + ends)


@given(people, tallies(), shares)
def test_calls_are_never_more_than_people_and_only_at_the_ceiling_none(n: int, tally: Tally, share: float) -> None:
    calls = calls_within(n, tally, share)
    reckoned = tally.abandoned / max(tally.answered, FEW)
    assert 0 <= calls <= n
    assert (calls == 0) == (n == 0 or reckoned >= share)
    if reckoned < MARGIN * share * 0.999:
        assert calls == n


@given(people, st.integers(0, 5000), st.integers(0, 5000), shares)
def test_one_more_abandoned_never_allows_more(n: int, answered: int, abandoned: int, share: float) -> None:
    abandoned = min(abandoned, answered)
    before = calls_within(n, Tally(answered, abandoned, NOON), share)
    assert calls_within(n, Tally(answered + 1, abandoned + 1, NOON), share) <= before
    assert calls_within(n, Tally(answered + 1, abandoned, NOON), share) >= before


@given(people, st.lists(st.tuples(tallies(), st.none() | shares), max_size=4))
@example(3, [(Tally(100, 3, NOON), 0.03)])
def test_the_strictest_ceiling_decides_and_a_stop_ends_when_it_says(
    n: int, held: list[tuple[Tally, float | None]]
) -> None:
    measured = [Measured(ceiling(share), tally) for tally, share in held]
    found = pace(n, measured, NOON)
    alone = [pace(n, [item], NOON).calls for item in measured]
    assert found.calls == min([n, *alone])
    assert (found.opens_at is not None) == (n > 0 and found.calls == 0)
    if found.opens_at is not None:
        assert pace(n, measured, found.opens_at - timedelta(microseconds=1)).calls == 0
        assert pace(n, measured, found.opens_at).calls == 1


def test_it_slows_down_before_the_ceiling_and_goes_on_with_one_call_after_the_pause() -> None:
    def calls(abandoned: int, answered: int = 1000, at: datetime = NOON) -> int:
        return pace(10, [Measured(ceiling(0.03), Tally(answered, abandoned, NOON))], at).calls

    assert [calls(n) for n in (0, 24, 25, 27, 29, 30)] == [10, 10, 8, 5, 1, 0]
    assert calls(30, at=NOON + PAUSE) == 1
    # Of a few that have answered, the first two that were abandoned are no rate yet.
    assert [calls(n, answered=5) for n in (1, 2, 3)] == [10, 10, 0]


def test_a_stop_ends_with_the_rule_s_period() -> None:
    full = Measured(ceiling(0.03, ends=timedelta(minutes=5)), Tally(100, 50, NOON))
    assert pace(3, [full], NOON).opens_at == NOON + timedelta(minutes=5)


@given(st.integers(0, 4 * 366 * 24 * 60), st.integers(0, 400 * 24 * 60), st.sampled_from(Period))
@example(0, 26 * 24 * 60 + 750, Period.DAY)  # London's clocks go forward
def test_every_moment_is_in_exactly_one_period(start: int, minutes: int, period: Period) -> None:
    started_at = NOON + timedelta(minutes=start)
    at = started_at + timedelta(minutes=minutes)
    begins, ends = span(period, "Europe/London", started_at, at)
    assert begins <= at < ends
    assert span(period, "Europe/London", started_at, ends)[0] == ends
    assert span(period, "Europe/London", started_at, begins) == (begins, ends)
    # The tallies are by full hours.
    assert begins.minute == begins.second == begins.microsecond == 0


def test_the_rules_have_periods_of_their_own() -> None:
    own = OwnRules(calling_window=ALWAYS, profile="uk", abandon_ceiling=2)
    found = {c.profile: c for c in ceilings(own, NOON - timedelta(days=40), NOON)}
    assert {name: (c.share, c.ends - c.begins) for name, c in found.items()} == {
        "": (0.02, timedelta(days=30)),
        "us": (0.02, timedelta(days=30)),
        "uk": (0.02, timedelta(days=1)),
        "ca": (0.02, timedelta(days=31) - timedelta(hours=1)),  # the clocks go forward in March
    }
    assert found["us"].begins == NOON - timedelta(days=10)
    assert found["ca"].begins == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert [c.share for c in ceilings(OwnRules(calling_window=ALWAYS), NOON, NOON)] == [None]


def test_a_campaign_may_tighten_a_ceiling_and_not_loosen_it() -> None:
    def wrong(profile: str, percent: float) -> list[str]:
        own = OwnRules(calling_window=CallingWindow.parse("09:00-20:00"), profile=profile, abandon_ceiling=percent)
        return [field for field, _ in loosened(own, 30)]

    assert [wrong("us-fl", 3), wrong("us-fl", 3.1), wrong("ca", 5), wrong("ca", 6), wrong(NONE, 100)] == [
        [],
        ["abandon_ceiling"],
        [],
        ["abandon_ceiling"],
        [],
    ]


def test_every_figure_names_its_source() -> None:
    figures = [p.abandonment for p in profiles().values() if p.abandonment]
    assert len(figures) == 3
    assert all(figure.source for figure in figures)
    assert patience(("us/2", "us-fl/1")) == patience(()) == TWO


@pytest.mark.parametrize(
    ("waited", "has_begun", "is_over", "expected"),
    [
        (0.0, True, False, False),
        (2.0, True, False, False),
        (2.001, True, False, True),
        (300.0, True, True, True),
    ],
)
def test_who_is_served_within_two_seconds_is_not_abandoned(
    waited: float, has_begun: bool, is_over: bool, expected: bool
) -> None:
    served_at = NOON + timedelta(seconds=waited)
    found = is_abandoned(waiting_since=NOON, served_at=served_at, has_begun=has_begun, is_over=is_over, patience=TWO)
    assert found is expected


@pytest.mark.parametrize(
    ("waiting", "has_begun", "is_over", "expected"),
    [
        (True, True, False, None),  # somebody may still come
        (True, True, True, True),
        (False, True, True, False),  # heard a menu and wanted nobody
        (False, False, True, True),  # nothing at all happened after the answer
    ],
)
def test_who_is_not_served_is_abandoned_once_it_is_over(
    waiting: bool, has_begun: bool, is_over: bool, expected: bool | None
) -> None:
    since = NOON if waiting else None
    found = is_abandoned(waiting_since=since, served_at=None, has_begun=has_begun, is_over=is_over, patience=TWO)
    assert found is expected


TRANSFER = {"type": "transfer", "queue": "sales"}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (TRANSFER, True),
        ({"type": "play", "sound": "hello"}, False),
        ({"type": "menu", "prompt": "hello", "digits": {"1": {"type": "hangup"}}}, False),
        ({"type": "menu", "prompt": "hello", "digits": {"1": TRANSFER}}, True),
        ({"type": "menu", "prompt": "hello", "digits": {"1": {"type": "hangup"}}, "otherwise": TRANSFER}, True),
        ({"type": "amd", "human": {"type": "hangup"}}, False),
        ({"type": "amd", "human": {"type": "menu", "prompt": "hello", "digits": {"1": TRANSFER}}}, True),
        ({"type": "amd", "human": {"type": "hangup"}, "not_sure": TRANSFER}, True),
    ],
)
def test_an_action_that_transfers_somewhere_reaches_people(action: dict[str, object], expected: bool) -> None:
    assert reaches_people(ANSWER_ACTION.validate_python(action)) is expected


def test_what_is_measured_is_said_in_words() -> None:
    began, ends = "2026-03-01T12:00:00+00:00", "2026-03-31T12:00:00+00:00"
    tally = Tally(200, 5)
    assert str(Measured(ceiling(0.03), tally)) == (
        f"5 of 200 who answered were abandoned, and 3 % is the most ({began} to {ends})"
    )
    assert str(Measured(ceiling(None), tally)) == f"5 of 200 who answered were abandoned ({began} to {ends})"


def test_a_pace_names_what_makes_it_less_than_the_people() -> None:
    free, full = Measured(ceiling(0.03), Tally(1000, 0)), Measured(ceiling(0.03), Tally(1000, 30, NOON))
    assert str(pace(10, [free], NOON)) == "10 of 10 people"
    slow = pace(10, [free, full], NOON)
    assert str(slow) == f"0 of 10 people: {full}"
    assert (slow.people, slow.calls, slow.measured, slow.by) == (10, 0, (free, full), full)
    assert slow.opens_at == NOON + PAUSE


def test_the_first_of_two_that_allow_as_little_is_named() -> None:
    first, second = (Measured(ceiling(0.03), Tally(1000, 30, NOON - ago)) for ago in (PAUSE / 2, PAUSE / 4))
    slow = pace(10, [first, second], NOON)
    assert slow.by is first
    assert slow.opens_at == NOON + PAUSE * 3 / 4


def test_nobody_free_is_no_ceiling_s_doing() -> None:
    nobody = pace(0, [Measured(ceiling(0.03), Tally(1000, 30, NOON))], NOON)
    assert (nobody.calls, nobody.by, nobody.opens_at) == (0, None, None)


def test_at_a_ceiling_with_nobody_abandoned_since_it_opens_at_once() -> None:
    full = Measured(ceiling(0.0001), Tally(1000, 30, None))
    assert pace(10, [full], NOON).calls == 1


def test_periods_begin_at_full_hours_and_midnights_in_utc() -> None:
    odd = datetime(2026, 3, 2, 12, 34, 56, 789, tzinfo=ZoneInfo("Asia/Kolkata"))
    begins, ends = span(Period.THIRTY_DAYS, "UTC", odd, odd)
    # 12:34 in India is 07:04 in UTC.
    assert begins == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert ends - begins == timedelta(days=30)
    assert begins.tzinfo is UTC
    for period, first, last in (
        (Period.DAY, datetime(2026, 3, 1, 18, 30, tzinfo=UTC), datetime(2026, 3, 2, 18, 30, tzinfo=UTC)),
        (Period.MONTH, datetime(2026, 2, 28, 18, 30, tzinfo=UTC), datetime(2026, 3, 31, 18, 30, tzinfo=UTC)),
    ):
        begins, ends = span(period, "Asia/Kolkata", odd, odd)
        assert (begins, ends) == (first, last)
        assert (begins.tzinfo, ends.tzinfo) == (UTC, UTC)


def test_a_day_on_which_clocks_go_back_begins_once() -> None:
    at = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    begins, _ = span(Period.DAY, "America/Havana", at, at.astimezone(ZoneInfo("America/Havana")).replace(fold=1))
    # In Havana midnight comes twice on that day: the first one counts.
    assert begins == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_ceilings_are_shares_of_the_strictest_and_say_whose_they_are() -> None:
    started = NOON - timedelta(days=3)
    own = OwnRules(calling_window=ALWAYS, profile="us", abandon_ceiling=2.0)
    whole, *others = ceilings(own, started, NOON)
    assert (whole.profile, whole.share, whole.source) == ("", 0.02, "the campaign")
    by_name = {other.profile: other for other in others}
    assert by_name["us"].share == 0.02
    assert by_name["us"].source.startswith("us: 47 CFR 64.1200(a)(7)")
    free = {other.profile: other for other in ceilings(OwnRules(calling_window=ALWAYS, profile="us"), started, NOON)}
    assert (free[""].share, free["us"].share) == (None, 0.03)
    assert whole.begins == started


@pytest.mark.parametrize(
    ("applied", "seconds"), [(("us/2",), 2), (("uk/1", "us-fl/1"), 2), (("none/1", "nowhere/1"), 2), ((), 2)]
)
def test_patience_is_that_of_the_profiles(applied: tuple[str, ...], seconds: int) -> None:
    assert patience(applied) == timedelta(seconds=seconds)


def test_patience_is_the_shortest_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    us = profiles()["us"]
    assert us.abandonment is not None
    longer, longest = (
        us.model_copy(update={"abandonment": us.abandonment.model_copy(update={"seconds": n})}) for n in (5, 9)
    )
    monkeypatch.setattr(
        "dialer.domain.profiles.profiles",
        lambda: {"a": longer, "b": longest, "c": us.model_copy(update={"abandonment": None})},
    )
    assert patience(["b/1", "c/1", "a/7/x", "gone/1"]) == timedelta(seconds=5)
    assert patience(["b/1"]) == timedelta(seconds=9)
    assert patience(["c/1"]) == timedelta(seconds=2)
