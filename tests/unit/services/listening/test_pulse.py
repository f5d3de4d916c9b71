"""When a listener's thread counts as stalled."""

from dialer.services.listening.pulse import Pulse
from tests.support.clock import FakeClock


def test_a_thread_that_comes_round_is_not_stalled() -> None:
    clock = FakeClock()
    pulse = Pulse(clock, 30)
    for _ in range(10):
        pulse.beat("events")
        clock.advance(30)
        assert pulse.stalled() is None


def test_the_thread_that_does_not_is_named() -> None:
    clock = FakeClock()
    pulse = Pulse(clock, 30)
    pulse.beat("events")
    pulse.beat("duties")
    clock.advance(20)
    pulse.beat("duties")
    clock.advance(10.1)
    assert pulse.stalled() == "events"


def test_a_thread_that_has_ended_is_not_stalled() -> None:
    clock = FakeClock()
    pulse = Pulse(clock, 30)
    pulse.beat("events")
    pulse.end("events")
    clock.advance(100)
    assert pulse.stalled() is None
