from typing import Any

from dialer.domain.sharing import Row, Sharing, Turns

AHEAD = 3.0


def campaign(campaign_id: int, **changes: Any) -> Any:
    row = {"id": campaign_id, "weight": 1, "priority": 0, "cps": None, "channels": None}
    return row | {"trunk_cps": 10, "trunk_channels": 1000} | changes


class Queued:
    """Contacts that are due, and what of them is queued."""

    def __init__(self, **due: int) -> None:
        self.due = {int(name[1:]): n for name, n in due.items()}
        self.calls: list[tuple[float, int]] = []

    def __call__(self, row: Row, most: int, turns: Turns) -> int:
        got = min(most, self.due[row["id"]])
        self.due[row["id"]] -= got
        self.calls += [(turn, row["id"]) for turn in turns(got)]
        return got

    def count(self) -> dict[int, int]:
        ids = [campaign_id for _, campaign_id in self.calls]
        return {campaign_id: ids.count(campaign_id) for campaign_id in self.due}

    def load(self) -> Any:
        rows = []
        for campaign_id in sorted({c for _, c in self.calls}):
            turns = [turn for turn, c in self.calls if c == campaign_id]
            row = {"campaign_id": campaign_id, "queued": len(turns), "open": 0}
            rows.append(row | {"first_turn": min(turns), "last_turn": max(turns)})
        return rows

    def serve(self, n: int) -> list[int]:
        """The calls that go next."""
        self.calls.sort()
        served, self.calls = self.calls[:n], self.calls[n:]
        return [campaign_id for _, campaign_id in served]


def tick(queued: Queued, campaigns: list[Any]) -> int:
    return Sharing(queued.load(), AHEAD).fill(campaigns, queued)


def test_trunk_is_shared_by_weight() -> None:
    queued = Queued(c1=100, c2=100)
    assert tick(queued, [campaign(1), campaign(2, weight=3)]) <= 31
    assert queued.count() == {1: 8, 2: 23}


def test_what_one_does_not_need_goes_to_the_others() -> None:
    queued = Queued(c1=100, c2=2)
    tick(queued, [campaign(1), campaign(2, weight=3)])
    assert queued.count() == {1: 28, 2: 2}


def test_higher_priority_leaves_nothing_while_it_has_enough_to_do() -> None:
    queued = Queued(c1=100, c2=100)
    tick(queued, [campaign(1), campaign(2, priority=1)])
    assert queued.count() == {1: 0, 2: 30}


def test_higher_priority_leaves_what_its_own_limits_keep_it_from_using() -> None:
    queued = Queued(c1=100, c2=100)
    tick(queued, [campaign(1), campaign(2, priority=1, cps=4)])
    assert queued.count() == {1: 18, 2: 12}


def test_campaigns_with_work_are_served_one_to_three_from_tick_to_tick() -> None:
    queued = Queued(c1=5000, c2=5000)
    served: list[int] = []
    for _ in range(60):
        tick(queued, [campaign(1), campaign(2, weight=3)])
        served += queued.serve(10)
    assert abs(served.count(2) / served.count(1) - 3) < 0.15
    assert all(2 <= served[n : n + 20].count(1) <= 8 for n in range(0, 600, 20))


def test_campaign_that_joins_late_has_no_credit_from_before() -> None:
    queued = Queued(c1=5000, c2=5000)
    for _ in range(20):
        tick(queued, [campaign(1)])
        queued.serve(10)
    served: list[int] = []
    for _ in range(20):
        tick(queued, [campaign(1), campaign(2)])
        served += queued.serve(10)
    assert 80 <= served.count(2) <= 110


def test_campaign_that_was_held_back_has_no_credit_either() -> None:
    queued = Queued(c1=5000, c2=5000)
    for _ in range(30):
        tick(queued, [campaign(1), campaign(2, channels=5)])
        # Nothing of campaign 2 goes out: its channels are full.
        held = [call for call in queued.calls if call[1] == 2]
        queued.calls = [call for call in queued.calls if call[1] == 1]
        queued.serve(10)
        queued.calls += held
    queued.calls = [call for call in queued.calls if call[1] == 1]
    served: list[int] = []
    for _ in range(20):
        tick(queued, [campaign(1), campaign(2)])
        served += queued.serve(10)
    assert 80 <= served.count(2) <= 115
