"""How many calls a limit lets through."""

import pytest

from dialer.domain.pacing import SPACING, channel_pace, interval_seconds
from dialer.domain.sharing import soon_free, spare


def test_places_are_a_little_further_apart_than_the_limit_says() -> None:
    assert interval_seconds(10) == pytest.approx(SPACING / 10)


@pytest.mark.parametrize(
    ("channels", "hold_seconds", "pace"),
    [
        (60, 30.0, 2.0),
        (60, 0.5, 72.0),  # very short calls: what a round of dispatch queues, with its spare
        (10, 0.0, 15.0),
        (10, 1.0, 10.0),
        (10, 0.8, 12.5),
    ],
)
def test_channels_carry_as_many_calls_as_each_holds_one_and_no_more_than_are_queued(
    channels: float, hold_seconds: float, pace: float
) -> None:
    assert channel_pace(channels, hold_seconds) == pytest.approx(pace)


@pytest.mark.parametrize(("channels", "more"), [(5, 5), (25, 5), (30, 6), (100, 20)])
def test_a_fifth_more_than_there_are_channels_is_kept_queued_and_five_at_least(channels: float, more: float) -> None:
    assert spare(channels) == more


@pytest.mark.parametrize(("in_use", "free"), [(0, 120), (40, 80), (100, 20), (130, 20)])
def test_channels_that_are_free_and_those_that_soon_will_be(in_use: int, free: float) -> None:
    assert soon_free(100, in_use) == free
