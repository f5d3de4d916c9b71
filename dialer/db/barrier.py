"""The barrier between claims and the decisions that must stop them.

A claim holds the barrier shared, from before it reads the gate's facts until it commits. Whoever pauses, cancels,
forbids a number or stops everything takes it exclusively: so each claim either committed before, and is waited for
here, or sees the new facts. Both sides are transaction-scoped advisory locks, which survive a pooler and end with
their connection.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select, text

from dialer.clock import Clock
from dialer.db.prepared import Prepared
from dialer.db.tables import Call
from dialer.domain.calls import OPEN_STATES, CallState

_KEY: Final = 7_301_002
_POLL_SECONDS: Final = 0.02
_ASLEEP_MS: Final = "5000"

CLAIM_WAITS_MS = 1000
"""So long a claim waits for any one lock: it is tried again soon, and a stuck one keeps nobody for longer."""
CLAIM_ASLEEP_MS = 2000
"""So long a claim may ask nothing before it is undone."""


@dataclass(frozen=True, slots=True)
class InFlight:
    """Calls that were dialed before a decision took effect and are not over."""

    calls: int


_SHARE: Final = Prepared("""
    SELECT pg_advisory_xact_lock_shared(:key) FROM (
        SELECT set_config('lock_timeout', CAST(:waiting_ms AS text), true),
               set_config('idle_in_transaction_session_timeout', CAST(:asleep_ms AS text), true) OFFSET 0
    ) AS bounds
""")


def share(tx: Connection) -> None:
    """Join the claims: waits while somebody holds them back, and holds no one back for long itself.

    Raises:
        OperationalError: they are held back for longer than a claim should wait.
    """
    _SHARE.run(tx, {"key": _KEY, "waiting_ms": CLAIM_WAITS_MS, "asleep_ms": CLAIM_ASLEEP_MS})


def hold_back_claims(tx: Connection) -> None:
    """Wait for running claims to commit, and let none begin before this transaction ends.

    A transaction that falls asleep meanwhile is undone: nobody is dialed as long as it lasts.
    """
    tx.execute(text("SELECT set_config('idle_in_transaction_session_timeout', :most, true)"), {"most": _ASLEEP_MS})
    tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})


def wait_until_settled(engine: Engine, clock: Clock, *scope: ColumnElement[bool]) -> InFlight:
    """Wait until no call in `scope` that was claimed before can still be sent.

    To be called after the deciding transaction has committed. It takes as long as the youngest claim's dial window at
    most (a fraction of a second): from then on nothing is written to a PBX that the decision forbids.

    Args:
        scope: conditions on `Call`; none means all calls.
    """
    unsettled = and_(
        Call.state == CallState.ORIGINATING,
        Call.post_answer.is_(None),
        Call.dial_by > func.clock_timestamp(),
        *scope,
    )
    with engine.connect() as connection:
        while connection.scalar(select(func.count()).select_from(Call).where(unsettled)):
            connection.rollback()
            clock.sleep(_POLL_SECONDS)
        in_flight = select(func.count()).select_from(Call).where(Call.state.in_(OPEN_STATES), *scope)
        return InFlight(connection.scalar(in_flight) or 0)
