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


def filled(load: list[Any], campaigns: list[Any], **due: int) -> tuple[int, Queued]:
    queued = Queued(**due)
    return Sharing(load, AHEAD).fill(campaigns, queued), queued


def load(campaign_id: int | None, *, opened: int = 0, queued: int = 0, first: float = 0.0, last: float = 0.0) -> Any:
    row = {"campaign_id": campaign_id, "open": opened, "queued": queued}
    return row | {"first_turn": first, "last_turn": last}


def test_what_was_queued_is_told() -> None:
    assert filled([], [])[0] == 0
    assert filled([], [campaign(1), campaign(2, priority=1)], c1=4, c2=5)[0] == 9
    assert filled([], [campaign(1), campaign(2), campaign(3)], c1=0, c2=100, c3=1)[0] == 30


def test_one_that_has_nothing_to_do_does_not_end_the_others_turn() -> None:
    total, queued = filled([load(1, queued=10)], [campaign(1, cps=1), campaign(2)], c1=100, c2=100)
    assert queued.count()[1] == 0
    assert total == queued.count()[2] == 20


def test_what_is_queued_already_counts_against_the_share() -> None:
    total, queued = filled([load(1, queued=12), load(2, queued=4)], [campaign(1), campaign(2)], c1=100, c2=100)
    assert queued.count() == {1: 3, 2: 11}
    assert total == 14


def test_a_campaign_s_own_channels_bound_what_it_queues() -> None:
    # Ten channels, eight in use: two are free, and five more are kept queued.
    busy = [load(1, opened=8), load(2, opened=100)]
    assert filled(busy, [campaign(1, channels=10)], c1=100)[1].count() == {1: 7}
    assert filled([], [campaign(1, channels=10)], c1=100)[1].count() == {1: 15}


def test_a_trunk_s_channels_bound_what_all_queue() -> None:
    rows = [load(1, opened=20), load(None, opened=5)]
    total, _ = filled(rows, [campaign(1, trunk_channels=30)], c1=100)
    assert total == 11  # five are free, and a fifth of thirty more


def test_turns_go_on_from_the_campaign_s_last_and_from_where_the_queue_stands() -> None:
    rows = [load(1, queued=5, first=10.0, last=14.0), load(2, queued=1, first=12.0, last=12.5), load(None, queued=3)]
    _, queued = filled(rows, [campaign(1, weight=2), campaign(2), campaign(3)], c1=1, c2=1, c3=1)
    assert sorted(queued.calls) == [(13.0, 3), (13.5, 2), (14.5, 1)]


def test_turns_of_one_that_is_asked_twice_go_on_too() -> None:
    # Half of the trunk each: what the other doesn't need is queued in a second go.
    _, queued = filled([], [campaign(1, weight=2), campaign(2, weight=2)], c1=20, c2=0)
    assert [turn for turn, _ in sorted(queued.calls)] == [n / 2 for n in range(1, 21)]


def test_less_than_a_whole_call_is_nothing_to_share_out() -> None:
    campaigns = [campaign(1, trunk_cps=1, weight=2), campaign(2, trunk_cps=1)]
    total, queued = filled([], campaigns, c1=10, c2=10)
    assert (total, queued.count()) == (3, {1: 2, 2: 1})
    total, queued = filled([], [campaign(1, trunk_cps=1, weight=2), campaign(2, trunk_cps=1, weight=3)], c1=10, c2=0)
    assert queued.count() == {1: 3, 2: 0}


def test_a_lower_priority_gets_what_is_left_after_what_was_queued_before() -> None:
    rows = [load(2, queued=25)]
    _, queued = filled(rows, [campaign(1), campaign(2, priority=1, cps=1)], c1=100, c2=100)
    assert queued.count() == {1: 5, 2: 0}
