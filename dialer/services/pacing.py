"""A trunk in trouble slows down by itself: what its calls' ends say about it."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from dialer.db import telephony, transitions
from dialer.domain.dispositions import Disposition
from dialer.domain.trunks import BreakerState
from dialer.errors import LimitsUnavailable, NotFound
from dialer.limits.breaker import Breaker
from dialer.limits.limiter import Limiter
from dialer.limits.slots import node_scope, trunk_scope

log = logging.getLogger(__name__)

_BAD: Final = frozenset({Disposition.CONGESTION, Disposition.TRUNK_FAULT})
_GOOD: Final = frozenset(
    {
        Disposition.ANSWERED,
        Disposition.ABANDONED,
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


@dataclass(frozen=True, slots=True)
class TrunkPace:
    """How fast a trunk goes at `as_of`.

    Attributes:
        cps, channels: what the administrator allows.
        share: what is left of `cps` while its calls end in congestion or by its fault; 1 without trouble.
        cps_now: the two together.
        breaker_open: it only fails, and is left alone for a while or being probed.
        breaker, node_breaker: the trunk's, and that of its node.
    """

    trunk_id: int
    cps: float
    share: float
    cps_now: float
    channels: int
    channels_used: int
    breaker_open: bool
    breaker: BreakerState
    node_breaker: BreakerState
    as_of: datetime


@dataclass(frozen=True, slots=True)
class NodeState:
    """Whether calls go out through a node at `as_of`.

    Attributes:
        listener_alive: whether somebody hears what becomes of its calls.
        echo_at: when the newest echo that came back from it was sent.
    """

    node_id: int
    enabled: bool
    listener_alive: bool
    echo_at: datetime | None
    breaker: BreakerState
    as_of: datetime


class Paces:
    """Tells how fast trunks go."""

    def __init__(self, engine: Engine, limiter: Limiter, breaker: Breaker) -> None:
        self._engine = engine
        self._limiter = limiter
        self._breaker = breaker

    def trunk(self, trunk_id: int) -> TrunkPace:
        """A trunk's pace now.

        Raises:
            NotFound: no such trunk.
            LimitsUnavailable: Redis can't be asked.
        """
        with self._engine.begin() as tx:
            trunk = telephony.get_trunk(tx, trunk_id)
            at = transitions.database_time(tx)
        if trunk is None:
            raise NotFound(f"There is no trunk {trunk_id}.")
        scope, node = trunk_scope(trunk_id), node_scope(trunk.node_id)
        share = round(self._limiter.share(scope), 3)
        breakers = self._breaker.look([scope, node])
        return TrunkPace(
            trunk_id=trunk_id,
            cps=float(trunk.cps),
            share=share,
            cps_now=round(float(trunk.cps) * share, 3),
            channels=trunk.channels,
            channels_used=self._limiter.used(scope),
            breaker_open=breakers[scope] is not BreakerState.CLOSED,
            breaker=breakers[scope],
            node_breaker=breakers[node],
            as_of=at,
        )

    def node(self, node_id: int) -> NodeState:
        """A node's state now.

        Raises:
            NotFound: no such node.
            LimitsUnavailable: Redis can't be asked.
        """
        with self._engine.begin() as tx:
            node = telephony.get_node(tx, node_id)
            at = transitions.database_time(tx)
        if node is None:
            raise NotFound(f"There is no node {node_id}.")
        scope = node_scope(node_id)
        breaker = self._breaker.look([scope])[scope]
        return NodeState(node_id, node.enabled, node.listener_alive, node.echo_at, breaker, at)

    def trouble(self, trunk_id: int, node_id: int) -> str | None:
        """What makes a trunk slower than it might be, in words; None if nothing does."""
        scope, node = trunk_scope(trunk_id), node_scope(node_id)
        try:
            breakers = self._breaker.look([scope, node])
            if breakers[scope] is not BreakerState.CLOSED:
                return "its trunk only fails, and is left alone for a while"
            if breakers[node] is not BreakerState.CLOSED:
                return "its trunk's node only fails, and is left alone for a while"
            share = self._limiter.share(scope)
        except LimitsUnavailable:
            return "the limits can't be asked: without Redis nothing is dialed"
        percent = round(100 * share)
        return None if percent == 100 else f"its trunk is in trouble and goes at {percent}% of its pace"
