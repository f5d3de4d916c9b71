"""The arithmetic of measurements: things side by side, in turns, and the middle of several rounds."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class CannotMeasure(Exception):
    """Why a part can't run here: a sentence for a person, which stands in the result in place of a figure."""


def interleaved(rounds: int, measurements: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Measure each thing once in every round; what each gave, round by round.

    Every other round goes backwards, so that a machine which becomes slower (or warmer) doesn't do it to one of them.
    """
    found: dict[str, list[T]] = {name: [] for name in measurements}
    for n in range(rounds):
        for name in list(measurements)[:: 1 if n % 2 == 0 else -1]:
            found[name].append(measurements[name]())
    return found


def median_ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """The median of each round's own ratio: what both had in common in a round falls out of it.

    Raises:
        ValueError: not equally many rounds, or none.
    """
    ratios = [a / b for a, b in zip(of, to, strict=True)]
    if not ratios:
        raise ValueError("nothing was measured")
    return statistics.median(ratios)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that `percent` of all don't exceed (nearest rank).

    Raises:
        ValueError: there are no samples, or that is no percentage.
    """
    if not samples or not 0 < percent <= 100:
        raise ValueError(f"no {percent}th percentile of {len(samples)} samples")
    return sorted(samples)[math.ceil(len(samples) * percent / 100) - 1]
