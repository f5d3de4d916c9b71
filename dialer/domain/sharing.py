"""How the campaigns on a trunk share it: how much of each is queued, and in which order it goes.

Priorities first: a campaign gets what those of a higher priority leave. Among equals the trunk is shared by weight;
what one can't use, because nobody is due or its own limits are narrower, goes to the others.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, Protocol


class Row(Protocol):
    """A campaign with its trunk, or a campaign's load, by the names of columns."""

    def __getitem__(self, name: str, /) -> Any: ...


Turns = Callable[[int], Sequence[float]]
"""The turns of the next calls of a campaign, so many."""
Queue = Callable[[Row, int, Turns], int]
"""Queues at most so many calls of a campaign, with their turns; returns how many there were."""
Free = Callable[[float, int], float]
"""How many calls so many channels have room for, when so many are in use."""


def soon_free(channels: float, in_use: int) -> float:
    """How many channels are free, or will be before long."""
    return max(channels - in_use, 0) + spare(channels)


def spare(channels: float) -> float:
    """How many more calls than there are free channels are kept queued."""
    return max(channels / 5, 5)


class Sharing:
    """One trunk at one tick of dispatch.

    Args:
        load: for each campaign with open or queued calls on the trunk (None: single calls) how many there are, and
            the first and last turn of those queued.
        ahead_seconds: for how long work is kept queued.
        free: what the channels have room for.
    """

    def __init__(self, load: Iterable[Row], ahead_seconds: float, free: Free = soon_free) -> None:
        self._ahead = ahead_seconds
        self._free = free
        rows = list(load)
        self._trunk_open: int = sum(row["open"] for row in rows)
        self._open: dict[int | None, int] = {row["campaign_id"]: row["open"] for row in rows}
        self._queued: dict[int | None, int] = {row["campaign_id"]: row["queued"] for row in rows}
        in_campaigns = [row for row in rows if row["campaign_id"] is not None and row["queued"]]
        # Where the trunk's queue stands. Whoever was held back by limits of its own gains nothing by it.
        self._now: float = max((row["first_turn"] for row in in_campaigns), default=0.0)
        self._last: dict[int | None, float] = {row["campaign_id"]: row["last_turn"] for row in in_campaigns}

    def fill(self, campaigns: Sequence[Row], queue: Queue) -> int:
        """Queue calls of `campaigns`, those of them that may dial now; how many."""
        if not campaigns:
            return 0
        cps, channels = float(campaigns[0]["trunk_cps"]), campaigns[0]["trunk_channels"]
        left = min(cps * self._ahead, self._free(channels, self._trunk_open))
        total = 0
        by_priority = sorted(campaigns, key=lambda campaign: (-campaign["priority"], campaign["id"]))
        for _, level in groupby(by_priority, key=lambda campaign: campaign["priority"]):
            equals = list(level)
            total += self._fill_level(equals, max(left, 0.0), queue)
            left -= sum(self._queued.get(campaign["id"], 0) for campaign in equals)
        return total

    def _fill_level(self, campaigns: list[Row], budget: float, queue: Queue) -> int:
        weights = sum(campaign["weight"] for campaign in campaigns)
        hungry, total = [], 0
        for campaign in campaigns:
            room = self._room(campaign, budget * campaign["weight"] / weights)
            if room <= 0:
                continue
            got = self._queue(campaign, room, queue)
            total += got
            if got == room:
                hungry.append(campaign)
        for campaign in hungry:
            over = budget - sum(self._queued.get(c["id"], 0) for c in campaigns)
            room = self._room(campaign, self._queued.get(campaign["id"], 0) + over)
            if over >= 1 and room > 0:
                total += self._queue(campaign, room, queue)
        return total

    def _room(self, campaign: Row, share: float) -> int:
        """How many more calls of a campaign may be queued.

        As many as it dials in the time ahead, but where channels are the narrower limit, not more than soon will be
        free: a call that waits long in the queue is a decision made too early.
        """
        most = min(share, float(campaign["cps"] or math.inf) * self._ahead)
        if campaign["channels"] is not None:
            most = min(most, self._free(campaign["channels"], self._open.get(campaign["id"], 0)))
        return math.ceil(most) - self._queued.get(campaign["id"], 0)

    def _queue(self, campaign: Row, room: int, queue: Queue) -> int:
        campaign_id: Any = campaign["id"]
        begin = max(self._now, self._last.get(campaign_id, self._now))
        got = queue(campaign, room, lambda calls: [begin + n / campaign["weight"] for n in range(1, calls + 1)])
        if got:
            self._last[campaign_id] = begin + got / campaign["weight"]
            self._queued[campaign_id] = self._queued.get(campaign_id, 0) + got
        return got
