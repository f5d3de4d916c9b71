"""What becomes of calls, and how long each holds its channel: as seen so far, or as given."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from dialer.domain.dispositions import Disposition
from dialer.domain.numbers import NextNumber
from dialer.domain.retry import RetryPolicy

Mix = Mapping[Disposition, float]

DISPOSITIONS: Final = (
    Disposition.ANSWERED,
    Disposition.BUSY,
    Disposition.NO_ANSWER,
    Disposition.REJECTED,
    Disposition.UNALLOCATED,
    Disposition.CONGESTION,
    Disposition.TRUNK_FAULT,
    Disposition.FAILED,
    Disposition.INDETERMINATE,
    Disposition.ABANDONED,
)
"""How a call that was dialed can end, unless somebody cancels it."""

USUAL: Final = MappingProxyType(
    {
        Disposition.ANSWERED: 0.35,
        Disposition.NO_ANSWER: 0.40,
        Disposition.BUSY: 0.10,
        Disposition.UNALLOCATED: 0.08,
        Disposition.REJECTED: 0.05,
        Disposition.CONGESTION: 0.02,
    }
)
"""Assumed before anything was seen. A guess."""
USUAL_CALLS: Final = 10.0
"""It counts for so many calls, and for ever less when as many have been seen: an end that never came in a hundred
calls, and would be tried again for hours, must not decide when a campaign ends."""
POOLED_CALLS: Final = 30.0
"""What is seen of one attempt's calls is mixed with so many that go as those of all attempts do."""
TOLD_APART: Final = 5
"""From this attempt on, all are taken together."""

USUAL_HOLD_SECONDS: Final = MappingProxyType(
    {
        Disposition.ANSWERED: 75.0,
        Disposition.ABANDONED: 40.0,
        Disposition.BUSY: 4.0,
        Disposition.REJECTED: 8.0,
        Disposition.UNALLOCATED: 4.0,
        Disposition.CONGESTION: 3.0,
        Disposition.TRUNK_FAULT: 3.0,
        Disposition.FAILED: 3.0,
        Disposition.INDETERMINATE: 60.0,
    }
)
"""Assumed where none was seen. What isn't named rings until the campaign's timeout."""
_EXACT_BELOW: Final = 24
_NEVER: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Rates:
    """Chances and durations that a forecast goes by.

    Attributes:
        mixes: chances of dispositions for the first, the second, … attempt; the last holds for all further ones.
        hold_seconds: from claim to hang-up, by disposition.
        turnover_seconds: from the end of a call to the next one's claim, where calls wait for a channel.
    """

    mixes: tuple[Mix, ...]
    hold_seconds: Mapping[Disposition, float]
    turnover_seconds: float = 0.0

    def mix(self, attempt: int) -> Mix:
        """The chances of the `attempt`-th call to a contact, counted from 1."""
        return self.mixes[min(attempt, len(self.mixes)) - 1]

    def hold(self, attempt: int) -> float:
        """How long a call keeps a channel from others on average, in seconds, until the next can have it."""
        held = sum(chance * self.hold_seconds[disposition] for disposition, chance in self.mix(attempt).items())
        return held + self.turnover_seconds

    def attempts(self, policy: RetryPolicy, max_attempts: int) -> float:
        """How many calls a contact with one number gets on average."""
        total, reached = 0.0, 1.0
        for attempt in range(1, max_attempts + 1):
            total += reached
            rules = ((chance, policy.rule(disposition)) for disposition, chance in self.mix(attempt).items())
            reached *= sum(chance for chance, rule in rules if rule and rule.number is not NextNumber.DROP)
        return total


@dataclass(frozen=True, slots=True)
class Seen:
    """What a campaign's calls have shown.

    Attributes:
        calls: by attempt number and disposition.
        hold_seconds: the mean of those seen.
        turnover_seconds: see `Rates`.
        timeout_seconds: how long the campaign lets it ring.
        given: chances to go by instead, for the first, the second, … attempt.
        given_hold_seconds: durations to go by instead.
    """

    calls: Mapping[tuple[int, Disposition], int]
    hold_seconds: Mapping[Disposition, float]
    timeout_seconds: int
    given: Sequence[Mix] = ()
    given_hold_seconds: Mapping[Disposition, float] = field(default_factory=dict)
    turnover_seconds: float = 0.0

    def likely(self) -> Rates:
        """The most likely rates."""
        return self._rates(lambda weights: weights)

    def drawn(self, chance: random.Random) -> Rates:
        """Rates as they also may be, as far as so many calls can tell (a Dirichlet distribution)."""
        return self._rates(lambda weights: {d: chance.gammavariate(w, 1.0) for d, w in weights.items()})

    def _rates(self, draw: Callable[[Mix], Mix]) -> Rates:
        if self.given:
            return Rates(tuple(_normal(mix) for mix in self.given), self._holds(), self.turnover_seconds)
        counts = self._counts(range(1, TOLD_APART + 1))
        usual = USUAL_CALLS**2 / (USUAL_CALLS + sum(counts.values()))
        pooled = _normal(draw(_added(counts, USUAL, usual)))
        last = max((attempt for attempt, _ in self.calls), default=1)
        mixes = [
            _normal(draw(_added(self._counts([attempt]), pooled, POOLED_CALLS)))
            for attempt in range(1, min(last, TOLD_APART) + 1)
        ]
        return Rates((*mixes, pooled), self._holds(), self.turnover_seconds)

    def _counts(self, attempts: Sequence[int]) -> dict[Disposition, int]:
        found = dict.fromkeys(DISPOSITIONS, 0)
        for (attempt, disposition), n in self.calls.items():
            if min(attempt, TOLD_APART) in attempts and disposition in found:
                found[disposition] += n
        return found

    def _holds(self) -> dict[Disposition, float]:
        usual = {d: USUAL_HOLD_SECONDS.get(d, float(self.timeout_seconds)) for d in DISPOSITIONS}
        return usual | dict(self.hold_seconds) | dict(self.given_hold_seconds)


def share_out(n: int, mix: Mix, chance: random.Random) -> dict[Disposition, int]:
    """How `n` calls end, by chance; the counts add up to `n`."""
    found: dict[Disposition, int] = {}
    left, whole = n, sum(mix.values())
    for disposition, part in mix.items():
        got = binomial(left, part / whole if whole > 0 else 1.0, chance)
        if got:
            found[disposition] = got
        left -= got
        whole -= part
        if not left:
            break
    if left:
        # Rounding has left a trace of chance to nobody.
        most_likely = max(mix, key=lambda d: mix[d])
        found[most_likely] = found.get(most_likely, 0) + left
    return found


def binomial(n: int, p: float, chance: random.Random) -> int:
    """How many of `n` come out if each does with probability `p`. For many, by the normal distribution."""
    if n * p < _NEVER:
        return 0
    if n * (1 - p) < _NEVER:
        return n
    if n < _EXACT_BELOW:
        return sum(chance.random() < p for _ in range(n))
    if n * min(p, 1 - p) < _EXACT_BELOW / 4:
        return n - _rare(n, 1 - p, chance) if p > 0.5 else _rare(n, p, chance)
    return min(max(round(chance.gauss(n * p, math.sqrt(n * p * (1 - p)))), 0), n)


def _rare(n: int, p: float, chance: random.Random) -> int:
    """By the gaps between what comes out: as many steps as there are of it."""
    found, position = 0, 0
    while True:
        position += int(math.log1p(-chance.random()) / math.log1p(-p)) + 1
        if position > n:
            return found
        found += 1


def _added(counts: Mapping[Disposition, int], mix: Mix, calls: float) -> dict[Disposition, float]:
    weights = {d: n + calls * mix.get(d, 0.0) for d, n in counts.items()}
    return {d: weight for d, weight in weights.items() if weight > 0}


def _normal(mix: Mapping[Disposition, float]) -> dict[Disposition, float]:
    total = sum(mix.values())
    return {d: part / total for d, part in mix.items() if part > 0}
