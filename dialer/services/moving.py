"""Calls that wait for a trunk of their group that is down go over to its other trunks.

A queued call has used up nothing yet: no attempt, no channel, no place in time. So it is only its row that changes. A
claim that looks at the row has it locked, and it is passed over; whoever comes second sees where it is by then.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from dialer.config import Settings
from dialer.db import trunk_groups
from dialer.db.rows import Row
from dialer.db.trunk_groups import Move
from dialer.domain.caller_ids import Owned, named
from dialer.domain.spreading import spread
from dialer.domain.trunks import USABLE, TrunkState
from dialer.services import gating
from dialer.services.trunk_states import TrunkStates

AT_ONCE: Final = 2000
"""Calls of a campaign on a trunk, with every tick."""
Chance = Callable[[], float]
"""A number from 0 to 1, another one each time."""


def move_stranded(
    tx: Connection,
    places: Iterable[Row],
    campaigns: Sequence[Row],
    states: TrunkStates,
    settings: Settings,
    chance: Chance,
) -> int:
    """Move queued calls off trunks that are down, or that their group or campaign has no more; how many.

    Where no other trunk of the group works, or may show the call's caller id, they stay. The transaction must lock
    nothing else before: calls come last in the order of locks.

    Args:
        places: where calls are queued (`trunk_groups.movable`).
        campaigns: the running ones, each with all the trunks that it may use (`dispatching.running_campaigns`).
    """
    moved = 0
    found = states.of(row for row in campaigns if row["trunk_group_id"] is not None)
    for place in places:
        if place["campaign_id"] is None:
            moves = _alone(tx, place, states, settings, chance)
        else:
            own = [row for row in campaigns if row["id"] == place["campaign_id"]]
            moves = _of_campaign(tx, place, own, found, chance)
        trunk_groups.move(tx, moves)
        moved += len(moves)
    return moved


def shows_caller_id(campaign: Row) -> bool:
    """Whether the gate would find a caller id to show on this trunk: that doesn't depend on the callee."""
    row = {**campaign, "campaign_id": campaign["id"], "phone_number": ""}
    return gating.shown(row, Owned(campaign["trunk_caller_id"], campaign["caller_ids"])).wrong is None


def _of_campaign(
    tx: Connection, place: Row, ways: Sequence[Row], states: Mapping[int, TrunkState], chance: Chance
) -> list[Move]:
    fit = [way for way in ways if shows_caller_id(way)]
    # A campaign with a trunk of its own has no choice, in whatever state that is.
    good = {way["trunk_id"] for way in fit if way["trunk_group_id"] is None or states[way["trunk_id"]] in USABLE}
    targets = [way for way in fit if way["trunk_group_id"] is None or states[way["trunk_id"]] is TrunkState.UP]
    if not targets or (place["trunk_id"] in good and place["trunk_group_id"] == targets[0]["trunk_group_id"]):
        return []
    calls = trunk_groups.hold_queued(tx, place, AT_ONCE)
    chosen = _spread(len(calls), targets, chance)
    by_id = {way["trunk_id"]: way for way in targets}
    return [
        Move(call["id"], trunk_id, by_id[trunk_id]["trunk_group_id"], _named(by_id[trunk_id]))
        for call, trunk_id in zip(calls, chosen, strict=True)
    ]


def _named(way: Row) -> str | None:
    """The caller id of a queued call. Of a pool's the claim chooses one."""
    if way["caller_id_pool"]:
        return None
    shown: str | None = way["campaign_caller_id"] or way["trunk_caller_id"]
    return shown


def _alone(tx: Connection, place: Row, states: TrunkStates, settings: Settings, chance: Chance) -> list[Move]:
    group_id, age = place["trunk_group_id"], settings.echo_max_age_seconds
    ways = trunk_groups.ways_of_group(tx, group_id, echo_max_age=age)
    found = states.of(ways)
    if found.get(place["trunk_id"]) in USABLE or TrunkState.UP not in found.values():
        return []
    moves = []
    for call in trunk_groups.hold_queued(tx, place, AT_ONCE):
        # Who has named none is shown the other trunk's own.
        wanted = None if call["caller_id"] == call["trunk_caller_id"] else call["caller_id"]
        fit = {}
        for way in trunk_groups.ways_of_group(tx, group_id, echo_max_age=age, caller_id=wanted):
            shown = named(_owned(way), wanted, pinned_elsewhere=way["pinned_elsewhere"])
            if found[way["trunk_id"]] is TrunkState.UP and shown.wrong is None:
                fit[way["trunk_id"]] = (way, shown.caller_id)
        for trunk_id in _spread(1, [way for way, _ in fit.values()], chance):
            moves.append(Move(call["id"], trunk_id, group_id, fit[trunk_id][1]))
    return moves


def _owned(way: Row) -> Owned:
    return Owned(way["trunk_caller_id"], way["caller_ids"])


def _spread(calls: int, ways: Iterable[Row], chance: Chance) -> list[int]:
    """A trunk for each of so many calls."""
    weights = {way["trunk_id"]: way["trunk_weight"] for way in ways}
    parts = spread(calls, weights, dict.fromkeys(weights, math.inf), chance())
    return [trunk_id for trunk_id, part in parts.items() for _ in range(part)]
