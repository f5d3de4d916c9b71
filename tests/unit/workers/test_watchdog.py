"""When the watchdog ends a worker, and when it lets it be."""

import pytest

from tests.support.clock import FakeClock
from workers.watchdog import Watchdog


class Worker:
    """What a watchdog sees of one, as the test wants it."""

    def __init__(self) -> None:
        self.waiting: int | None = 1
        self.taken = 0
        self.ended: list[str] = []
        self.clock = FakeClock()
        self.dog = Watchdog(
            lambda: self.waiting,
            lambda: self.taken,
            self.ended.append,
            self.clock,
            stall_seconds=30,
            drain_seconds=10,
        )

    def after(self, seconds: float) -> bool:
        """Whether it has been ended by then."""
        self.clock.advance(seconds)
        self.dog.look()
        return bool(self.ended)


def test_worker_that_takes_no_job_though_some_wait_is_ended() -> None:
    worker = Worker()
    assert not worker.after(30)
    assert worker.after(0.1)
    assert "none was taken" in worker.ended[0]


@pytest.mark.parametrize("waiting", [0, None])
def test_worker_without_work_or_without_a_queue_to_look_into_is_let_be(waiting: int | None) -> None:
    worker = Worker()
    worker.waiting = waiting
    assert not worker.after(100)
    worker.waiting = 1
    assert not worker.after(29)
    assert worker.after(2)


def test_each_job_taken_begins_the_wait_anew() -> None:
    worker = Worker()
    for _ in range(10):
        worker.taken += 1
        assert not worker.after(29)


def test_end_that_was_asked_for_is_bounded_whatever_the_worker_does() -> None:
    worker = Worker()
    worker.dog.shutting_down()
    worker.taken += 1
    assert not worker.after(10)
    assert worker.after(0.1)
    assert "asked to end" in worker.ended[0]


def test_worker_that_ends_in_time_is_not_ended_for_a_stall() -> None:
    worker = Worker()
    assert not worker.after(29)
    worker.dog.shutting_down()
    assert not worker.after(9)
