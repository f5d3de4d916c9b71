"""How a decision that must stop calls is made: claims held back, the decision committed, older claims waited for.

When `decide` returns, nothing is sent to a PBX any more that the decision forbids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine

from dialer.clock import Clock
from dialer.db import barrier

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decided(Generic[T]):
    """A decision that holds.

    Attributes:
        in_flight: calls that were dialed before it and are not over.
    """

    value: T
    in_flight: int


def decide(
    engine: Engine, clock: Clock, action: Callable[[Connection], T], *, scope: Sequence[ColumnElement[bool]] = ()
) -> Decided[T]:
    """Do `action` in a transaction that claims wait for, then wait for the claims made before it.

    Args:
        scope: conditions on `Call`: which calls the decision is about; none means all.
    """
    with engine.begin() as tx:
        barrier.hold_back_claims(tx)
        value = action(tx)
    return Decided(value, barrier.wait_until_settled(engine, clock, *scope).calls)
