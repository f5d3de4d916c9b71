from concurrent.futures import Future
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest

from dialer.limits.slots import Slot
from dialer.services.claiming import Batch, Claimed, Node
from dialer.services.originating import Originating, Sent
from tests.support.clock import FakeClock

NODE = Node(1, "pbx1", "http://127.0.0.1:1", "dialer")


class Claims:
    """Hands out prepared batches, and notes when it was asked."""

    def __init__(self, clock: FakeClock, *batches: Batch) -> None:
        self._clock = clock
        self._batches = list(batches)
        self.asked_at: list[float] = []

    def claim(self, trunk_id: int) -> Batch:
        self.asked_at.append(round(self._clock.monotonic() - 1000.0, 3))
        return self._batches.pop(0) if self._batches else Batch(NODE)


def claimed(clock: FakeClock, in_seconds: float, campaign_id: int = 1) -> Claimed:
    at = clock.monotonic() + in_seconds
    return Claimed(uuid4(), Slot(uuid4(), 1, campaign_id), 1, "PJSIP/1@x", None, 30, {}, at, at + 0.04)


def asked(clock: FakeClock, *batches: Batch, elsewhere: bool = False) -> list[float]:
    """When claims are asked for, in seconds from the start, if nothing but waiting takes time."""
    claims: Any = Claims(clock, *batches)
    worker = Originating(Mock(), claims, Mock(), Mock(), Mock(), clock, wanted_elsewhere=lambda: elsewhere, threads=1)
    worker._send_all = lambda batch: []  # type: ignore[method-assign]
    worker.work_on(1, seconds=10)
    worker.close()
    return list(claims.asked_at)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_next_claim_comes_shortly_before_the_last_place(clock: FakeClock) -> None:
    batch = Batch(NODE, (claimed(clock, 0.0), claimed(clock, 0.19)), limited_by="pace")
    assert asked(clock, batch) == [0.0, 0.13]


def test_slow_campaign_s_place_does_not_let_the_others_places_go_by(clock: FakeClock) -> None:
    batch = Batch(NODE, (claimed(clock, 0.0, 2), claimed(clock, 0.08, 2), claimed(clock, 0.19, 1)), limited_by="pace")
    assert asked(clock, batch) == [0.0, 0.02]


def test_order_of_the_claims_does_not_matter(clock: FakeClock) -> None:
    batch = Batch(NODE, (claimed(clock, 0.19), claimed(clock, 0.1)), limited_by="pace")
    assert asked(clock, batch) == [0.0, 0.13]


def test_refusals_alone_are_followed_at_once(clock: FakeClock) -> None:
    assert asked(clock, Batch(NODE, refused=25), Batch(NODE, refused=1)) == [0.0, 0.0, 0.0]


def test_full_limit_is_waited_for(clock: FakeClock) -> None:
    assert asked(clock, Batch(NODE, limited_by="trunk:1")) == [0.0, 0.15]


def test_full_limit_is_not_waited_for_while_other_trunks_want_a_worker(clock: FakeClock) -> None:
    assert asked(clock, Batch(NODE, limited_by="trunk:1"), elsewhere=True) == [0.0]


def test_nothing_to_do_is_the_end(clock: FakeClock) -> None:
    assert asked(clock) == [0.0]
    assert asked(clock, Batch(closed="emergency stop")) == [0.0]


def test_time_is_bounded(clock: FakeClock) -> None:
    assert len(asked(clock, *[Batch(NODE, limited_by="pace")] * 1000)) <= 68


def test_answers_are_written_for_many_claims_at_once(clock: FakeClock) -> None:
    batches = [Batch(NODE, (claimed(clock, 0.1 * n),), limited_by="pace") for n in range(1, 11)]
    claims: Any = Claims(clock, *batches)
    worker = Originating(Mock(), claims, Mock(), Mock(), Mock(), clock, wanted_elsewhere=lambda: False, threads=1)
    settled: list[tuple[float, int]] = []

    def send_all(batch: Batch) -> list[Future[Sent]]:
        futures: list[Future[Sent]] = [Future() for _ in batch.claimed]
        for future, call in zip(futures, batch.claimed, strict=True):
            future.set_result(Sent(call, clock.now()))
        return futures

    worker._send_all = send_all  # type: ignore[method-assign]
    worker._write = lambda answers: settled.append((round(clock.monotonic() - 1000.0, 2), len(answers)))  # type: ignore[method-assign]
    worker.work_on(1, seconds=10)
    worker.close()
    assert settled == [(0.54, 6), (0.94, 4)]
