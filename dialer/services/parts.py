"""At one tick of dispatch: which part of a campaign's calls each trunk of its group gets."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from dialer.domain.sharing import Row, soon_free
from dialer.domain.spreading import spread
from dialer.domain.trunks import TrunkState


class Parts:
    """What campaigns with a group may queue on each of its trunks. Those with a trunk of their own are not held back.

    Args:
        campaigns: of each a row for every trunk that it may use now.
        load: as `dispatching.load` has it.
        ahead_seconds: for how long work is kept queued.
        due: how many calls of a campaign are due, counted up to so many.
        chance: a number from 0 to 1, another one each time.
    """

    def __init__(
        self,
        campaigns: Iterable[Row],
        states: Mapping[int, TrunkState],
        load: Sequence[Row],
        ahead_seconds: float,
        due: Callable[[Row, int], int],
        chance: Callable[[], float],
    ) -> None:
        self._ahead = ahead_seconds
        self._load = load
        self._states = states
        self._left: dict[tuple[int, int], int] = {}
        """By campaign and trunk."""
        by_campaign: dict[int, list[Row]] = {}
        for row in campaigns:
            by_campaign.setdefault(row["id"], []).append(row)
        for campaign_id, ways in by_campaign.items():
            rooms = {way["trunk_id"]: self._room(way) for way in ways}
            most = min(self._wanted(ways[0]), sum(rooms.values()))
            calls = due(ways[0], most) if most > 0 else 0
            parts = spread(calls, {way["trunk_id"]: way["trunk_weight"] for way in ways}, rooms, chance())
            self._left |= {(campaign_id, trunk_id): part for trunk_id, part in parts.items()}

    def most(self, campaign: Row, calls: int) -> int:
        """How many of so many calls the campaign may queue on this trunk."""
        return min(calls, self._left.get((campaign["id"], campaign["trunk_id"]), calls))

    def take(self, campaign: Row, calls: int) -> None:
        """So many were queued."""
        key = (campaign["id"], campaign["trunk_id"])
        if key in self._left:
            self._left[key] -= calls

    def offer(self, trunk_id: int) -> bool:
        """Let a trunk have what others had no room for; whether there is anything."""
        found = False
        for key in [key for key in self._left if key[1] == trunk_id and self._states[trunk_id] is TrunkState.UP]:
            others = [other for other in self._left if other[0] == key[0] and other[1] != trunk_id]
            over = sum(self._left[other] for other in others)
            if over:
                found = True
                self._left[key] += over
                self._left |= dict.fromkeys(others, 0)
        return found

    def _room(self, way: Row) -> int:
        """How many more calls of the campaign the trunk may be given."""
        trunk_id = way["trunk_id"]
        if self._states[trunk_id] is TrunkState.PROBE:
            return max(1 - self._sum("queued", trunk_id=trunk_id), 0)
        in_use = self._sum("open", trunk_id=trunk_id)
        most = min(float(way["trunk_cps"]) * self._ahead, soon_free(way["trunk_channels"], in_use))
        return max(math.ceil(most) - self._sum("queued", trunk_id=trunk_id, campaign_id=way["id"]), 0)

    def _wanted(self, campaign: Row) -> int:
        """How many more calls the campaign may have queued, on all trunks together, by its own limits."""
        most = float(campaign["cps"] or math.inf) * self._ahead
        if campaign["channels"] is not None:
            most = min(most, soon_free(campaign["channels"], self._sum("open", campaign_id=campaign["id"])))
        if most == math.inf:
            return 2**31
        return max(math.ceil(most) - self._sum("queued", campaign_id=campaign["id"]), 0)

    def _sum(self, column: str, **where: int) -> int:
        return sum(row[column] for row in self._load if all(row[name] == value for name, value in where.items()))
