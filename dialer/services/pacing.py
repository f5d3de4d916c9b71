"""A trunk in trouble slows down by itself: what its calls' ends say about it."""

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Final

from dialer.domain.dispositions import Disposition
from dialer.limits.limiter import Limiter
from dialer.limits.slots import trunk_scope

log = logging.getLogger(__name__)

_BAD: Final = frozenset({Disposition.CONGESTION, Disposition.TRUNK_FAULT})
_GOOD: Final = frozenset(
    {
        Disposition.ANSWERED,
        Disposition.BUSY,
        Disposition.NO_ANSWER,
        Disposition.REJECTED,
        Disposition.UNALLOCATED,
    }
)
"""The trunk carried the call to somebody who could tell. Other dispositions say nothing about it."""


def report_ends(limiter: Limiter, ends: Iterable[tuple[int, Disposition]]) -> None:
    """Tell the limits how calls ended, given with their trunks.

    Raises:
        LimitsUnavailable: Redis can't be asked; the trunks keep the pace they have.
    """
    good: Counter[int] = Counter()
    bad: Counter[int] = Counter()
    for trunk_id, disposition in ends:
        good[trunk_id] += disposition in _GOOD
        bad[trunk_id] += disposition in _BAD
    for trunk_id in sorted(good.keys() | bad.keys()):
        if not good[trunk_id] and not bad[trunk_id]:
            continue
        left = limiter.report(trunk_scope(trunk_id), good=good[trunk_id], bad=bad[trunk_id])
        if bad[trunk_id] and left < 1:
            log.info("trunk %d is in trouble: it goes at %d %% of its pace", trunk_id, left * 100)
