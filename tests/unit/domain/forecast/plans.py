"""Campaigns to forecast."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.rates import Mix, Seen
from dialer.domain.forecast.world import Cohort, Group, Place, Plan, Trunk, World
from dialer.domain.profiles import OwnRules, rules_for
from dialer.domain.retry import RetryPolicy
from dialer.domain.window import CallingWindow

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALWAYS = CallingWindow.parse("00:00-24:00")
MIX: Mix = {Disposition.ANSWERED: 0.4, Disposition.NO_ANSWER: 0.3, Disposition.BUSY: 0.2, Disposition.UNALLOCATED: 0.1}
HOLDS = {Disposition.ANSWERED: 60.0, Disposition.NO_ANSWER: 30.0, Disposition.BUSY: 5.0, Disposition.UNALLOCATED: 3.0}


def place(*zones: str, regions: tuple[str, ...] = (), **own: Any) -> Place:
    rules = OwnRules(**{"calling_window": ALWAYS, **own})
    return Place(zones or ("UTC",), rules_for(rules, regions))


def plan(contacts: int | Sequence[Group] = 100, places: Sequence[Place] = (), **changes: Any) -> Plan:
    """So many contacts, evenly over the places."""
    there = tuple(places) or (place(),)
    groups = contacts
    if isinstance(groups, int):
        share, more = divmod(groups, len(there))
        groups = [Group(Cohort(n, 0, 0, 0), share + (n < more)) for n in range(len(there))]
    values: dict[str, Any] = {"id": 1, "trunk_id": 1, "max_attempts": 3, "policy": RetryPolicy()}
    return Plan(**{**values, "places": there, "groups": groups, **changes})


def world(*plans: Plan, cps: float = 10.0, channels: int = 1000, days: float = 30, **changes: Any) -> World:
    values: dict[str, Any] = {
        "at": MONDAY,
        "until": MONDAY + timedelta(days=days),
        "campaign_id": 1,
        "plans": plans or (plan(),),
        "trunks": (Trunk(1, cps, channels),),
        "max_cps": 1000.0,
        "max_channels": 10_000,
    }
    return World(**values | changes)


def given(mix: Mix = MIX, holds: dict[Disposition, float] = HOLDS) -> Seen:
    """Rates that are known."""
    return Seen({}, {}, 30, (mix,), holds)
