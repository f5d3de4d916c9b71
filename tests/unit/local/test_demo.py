"""What the demo shows, when it gives up, and what its exit code says."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import orjson
import pytest
from rich.console import Console

from dialer.local import demo
from dialer.local.audit import Audit, compare
from dialer.local.client import ApiClient
from dialer.local.demo import Demo, DemoFailed
from dialer.simulator.ledger import Ledger
from tests.support.clock import FakeClock
from tests.unit.local.test_audit import POLICY


class Told:
    """An API that says this of its campaign, the last one for ever."""

    def __init__(self, *states: tuple[str, int]) -> None:
        self._states = iter(states)
        self._last = states[-1]
        self.asked = 0

    def get(self, path: str) -> Any:
        assert path == "/v1/campaigns/7/stats"
        self.asked += 1
        state, done = next(self._states, self._last)
        return {"state": state, "contacts": {"done": done}, "calls": {"answered": done, "busy": 0}}


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def watch(told: Told, clock: FakeClock, half_way: Any = None, patience_seconds: float = 10.0) -> str:
    shown = console()
    wanted = Demo(10, patience_seconds=patience_seconds)
    demo._watch(cast("ApiClient", told), 7, wanted, shown, clock, half_way=half_way)
    return cast("io.StringIO", shown.file).getvalue()


def test_it_watches_until_the_campaign_is_completed() -> None:
    told = Told(("running", 0), ("running", 10), ("completed", 10))
    assert "answered 10" in watch(told, FakeClock())
    assert told.asked == 3


def test_what_is_to_happen_half_way_happens_once() -> None:
    happened: list[int] = []
    told = Told(("running", 4), ("running", 5), ("running", 9), ("completed", 10))
    watch(told, FakeClock(), half_way=lambda: happened.append(told.asked))
    assert happened == [2]


def test_it_gives_up_when_nothing_has_moved_for_long() -> None:
    clock = FakeClock()
    started = clock.monotonic()
    with pytest.raises(DemoFailed, match="Nothing has moved for 10 s: "):
        watch(Told(("running", 1), ("running", 2)), clock)
    assert clock.monotonic() - started == pytest.approx(10.5, abs=0.25)


def test_whatever_moves_is_waited_for() -> None:
    moving: Iterator[tuple[str, int]] = (("running", n // 30) for n in range(300))
    watch(Told(*moving, ("completed", 10)), FakeClock())


def audited(changes: dict[str, Any]) -> Audit:
    told: dict[str, Any] = {
        "contacts": 4,
        "completed": 4,
        "calls": 5,
        "invites": 5,
        "dispositions": {"answered": 4, "busy": 1},
    }
    return replace(compare({}, [], POLICY, Ledger()), **{**told, **changes})


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({}, 0, "The far end's ledger and the database agree."),
        ({"completed": 3}, 1, "1 contacts are not done."),
        ({"early_redials": 1}, 1, "The far end's ledger and the database do NOT agree."),
    ],
)
def test_its_exit_code_is_the_auditors(changes: dict[str, int], code: int, said: str) -> None:
    shown = console()
    found = audited(changes)
    assert demo.report(found, 2.0, shown, {"more": True}) == code
    text = cast("io.StringIO", shown.file).getvalue()
    assert said in text
    last = orjson.loads(text.splitlines()[-1])
    assert (last["calls_per_second"], last["more"], last["completed"]) == (2.5, True, found.completed)
    assert "busy" in text
