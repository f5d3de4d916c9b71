"""Beat sends its jobs at their intervals, whatever the wall clock does."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery

from workers.beat import SteadyScheduler


class Clocks:
    """The wall's and the monotonic one; and what has been sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monotonic = 100.0
        self.wall = datetime(2026, 1, 1, tzinfo=UTC)
        self.sent = Counter[str]()
        monkeypatch.setattr("workers.beat.time.monotonic", lambda: self.monotonic)
        monkeypatch.setattr(Celery, "now", lambda _: self.wall)
        app = Celery("test", broker="memory://", set_as_current=False)
        app.conf.beat_schedule = {
            "often": {"task": "often", "schedule": 1.0},
            "seldom": {"task": "seldom", "schedule": 60.0},
        }
        self.scheduler = SteadyScheduler(app, max_interval=1, Producer=object)
        monkeypatch.setattr(self.scheduler, "apply_entry", self._send)
        monkeypatch.setitem(self.scheduler.__dict__, "producer", None)

    def _send(self, entry: Any, producer: object) -> None:
        self.sent[entry.name] += 1

    def run(self, seconds: float) -> Counter[str]:
        """What is sent while the time passes."""
        self.sent.clear()
        until = self.monotonic + seconds
        while self.monotonic < until:
            wait = self.scheduler.tick()
            step = max(wait, 0.001)
            self.monotonic += step
            self.wall += timedelta(seconds=step)
        return self.sent


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def test_all_jobs_are_sent_at_the_start(clocks: Clocks) -> None:
    assert clocks.run(0.5) == {"often": 1, "seldom": 1}


def test_jobs_are_sent_at_their_intervals(clocks: Clocks) -> None:
    sent = clocks.run(120)
    assert 119 <= sent["often"] <= 121
    assert sent["seldom"] == 2


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_wall_clock_that_is_set_right_delays_nothing(clocks: Clocks, hours: int) -> None:
    clocks.run(5)
    clocks.wall += timedelta(hours=hours)
    assert clocks.run(10)["often"] >= 9


def test_what_was_missed_while_asleep_is_not_made_up_for(clocks: Clocks) -> None:
    clocks.run(5)
    clocks.monotonic += 300
    assert clocks.run(3)["often"] <= 4
