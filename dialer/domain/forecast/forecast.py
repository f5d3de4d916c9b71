"""The answer: when a campaign will end, between when and when, how it goes on the way, and who is left."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dialer.domain.contacts import FinalReason
from dialer.domain.forecast.hours import Hour
from dialer.domain.forecast.openings import NEVER, Openings
from dialer.domain.forecast.rates import Rates, Seen
from dialer.domain.forecast.simulation import Simulation
from dialer.domain.forecast.world import World
from dialer.domain.gate import decide

LIKELY_RUNS: Final = 3
"""By the most likely rates, with other luck each; an odd number, as the one in the middle is the answer."""
DRAWN_RUNS: Final = 4
"""By rates that also may be: they only widen the range."""
FEW_CAMPAIGNS: Final = 3
"""With more, one run by likely rates has to do, and two by others."""
NOT_IN_TIME: Final = "not_in_time"


@dataclass(frozen=True, slots=True)
class Left:
    """Contacts that are not done in the end, and why: one of the gate's codes, or `not_in_time`."""

    code: str
    rule: str
    contacts: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of a campaign.

    Attributes:
        finish_at: when the last call is over to whoever may be called; None: not before the horizon.
        earliest_at, latest_at: the first and the last such moment of all runs.
        hours: the run that ends then, hour by hour.
        done: contacts that are done by then, by reason, without those that are now.
        left: contacts that are never called, or not until the horizon.
        rates: the most likely ones.
    """

    finish_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    contacts: int
    hours: Sequence[Hour]
    done: Mapping[FinalReason, int]
    left: Sequence[Left]
    rates: Rates


@dataclass(frozen=True, slots=True)
class _Run:
    finish: float
    hours: Sequence[Hour]
    done: Mapping[FinalReason, int]
    left: Sequence[Left]


def forecast(
    world: World,
    seen: Mapping[int, Seen],
    *,
    likely_runs: int | None = None,
    drawn_runs: int | None = None,
    seed: int = 0,
) -> Forecast:
    """Let the campaign go on several times, each with luck of its own.

    The same arguments give the same answer.

    Args:
        seen: what the calls of each campaign have shown.
    """
    are_few = len(world.plans) <= FEW_CAMPAIGNS
    likely_runs = likely_runs or (LIKELY_RUNS if are_few else 1)
    drawn_runs = (DRAWN_RUNS if are_few else 2) if drawn_runs is None else drawn_runs
    openings = {plan.id: [Openings(place) for place in plan.places] for plan in world.plans}
    chance = random.Random(seed)  # nosec B311 # the same seed, the same forecast
    likely = {plan.id: seen[plan.id].likely() for plan in world.plans}
    drawn = [{plan.id: seen[plan.id].drawn(chance) for plan in world.plans} for _ in range(drawn_runs)]
    found = [_run(world, likely, openings, seed + n) for n in range(likely_runs)]
    found.sort(key=lambda run: run.finish)
    middle = found[likely_runs // 2]
    found += [_run(world, rates, openings, seed + likely_runs + n) for n, rates in enumerate(drawn)]
    ends = sorted(run.finish for run in found)
    return Forecast(
        _moment(middle.finish),
        _moment(ends[0]),
        _moment(ends[-1]),
        world.plan.contacts,
        middle.hours,
        middle.done,
        middle.left,
        likely[world.campaign_id],
    )


def _run(world: World, rates: Mapping[int, Rates], openings: Mapping[int, Sequence[Openings]], seed: int) -> _Run:
    simulation = Simulation(world, rates, openings, seed)
    stopped = simulation.run()
    course = simulation.target
    left: Counter[tuple[str, str]] = Counter()
    for cohort, contacts, due in course.left():
        moment = datetime.fromtimestamp(stopped, UTC)
        refusal = decide(world.plan.facts(cohort, moment, None if due is None else datetime.fromtimestamp(due, UTC)))
        if refusal is None or refusal.until is not None:
            left[NOT_IN_TIME, "their turn comes after the horizon"] += contacts
        else:
            left[refusal.code.value, refusal.rule] += contacts
    is_over = all(code != NOT_IN_TIME for code, _ in left)
    return _Run(
        course.ended_at if is_over else NEVER,
        course.hours.table(world.plan.contacts, stopped),
        dict(course.done),
        [Left(code, rule, contacts) for (code, rule), contacts in left.most_common()],
    )


def _moment(at: float) -> datetime | None:
    return None if at == NEVER else datetime.fromtimestamp(at, UTC)
