"""How calls are spread over the trunks of a group: by weight, as far as each has room."""

import math
from collections.abc import Mapping


def spread(calls: int, weights: Mapping[int, float], rooms: Mapping[int, float], offset: float) -> dict[int, int]:
    """How many of `calls` each trunk gets: its part by weight, to within one call, but no more than it has room for.

    What a trunk has no room for goes to the others, by their weights. Nothing is remembered: over many spreadings with
    an `offset` by chance the parts are exactly the weights', also where each is of a single call.

    Args:
        weights: of the trunks, each above 0.
        rooms: how many calls each has room for; `math.inf` for any number.
        offset: at least 0 and below 1; by it the odd call goes to one or the other.
    """
    given = dict.fromkeys(weights, 0)
    left = calls
    while left > 0:
        roomy = {trunk: weight for trunk, weight in weights.items() if given[trunk] < rooms[trunk]}
        if not roomy:
            break
        for trunk, part in _parts(left, roomy, offset).items():
            taken = int(min(part, rooms[trunk] - given[trunk]))
            given[trunk] += taken
            left -= taken
    return given


def _parts(calls: int, weights: Mapping[int, float], offset: float) -> dict[int, int]:
    """All of `calls`, by weight: as if they stood evenly apart on a line on which each trunk has its stretch."""
    whole = sum(weights.values())
    parts, begin, before = {}, 0, 0.0
    for trunk, weight in weights.items():
        before += weight
        end = calls if before == whole else math.ceil(calls * before / whole - offset)
        parts[trunk] = end - begin
        begin = end
    return parts
