"""The fast clock: campaigns on shared trunks, step by step, under the dialer's own decisions."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.forecast.course import Course
from dialer.domain.forecast.hours import LimitedBy, next_hour
from dialer.domain.forecast.openings import NEVER, Openings
from dialer.domain.forecast.rates import Rates
from dialer.domain.forecast.world import Plan, Trunk, World
from dialer.domain.pacing import channel_pace, interval_seconds
from dialer.domain.sharing import Row, Sharing, Turns

_STEPS_OF_DIALING: Final = 250
_FEWEST_STEPS: Final = 80
"""Where many campaigns are looked at, so that the forecast of all takes not much longer than that of one."""
_SHORTEST_STEP: Final = 1.0
_LONGEST_STEP: Final = 3600.0
_CALLS_A_STEP: Final = 40
"""Where campaigns share a trunk: of fewer the shares are too rough."""
_PATIENCE: Final = 600
"""After so many steps they are made longer, and again: a forecast takes a bounded time."""
_GRAINS_A_STEP: Final = 4
_UNLIMITED: Final = 1e9


class _Account:
    """What a limit still allows: calls, or seconds of channels."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self.left = 0.0

    def refill(self, seconds: float, most_carried: float) -> None:
        self.left = min(self.left + self.per_second * seconds, self.per_second * seconds + most_carried)


@dataclass(slots=True)
class _Limit:
    """A scope's calls per second and channels."""

    pace: _Account
    channels: _Account
    count: float
    by_pace: LimitedBy
    by_channels: LimitedBy

    @classmethod
    def of(cls, cps: float | None, channels: float, by_pace: LimitedBy, by_channels: LimitedBy) -> "_Limit":
        per_second = _UNLIMITED if cps is None else 1.0 / interval_seconds(cps)
        return cls(_Account(per_second), _Account(channels), channels, by_pace, by_channels)

    def channel_pace(self, hold: float) -> float:
        """Calls per second that the channels carry."""
        return channel_pace(self.count, hold)

    def room(self, hold: float) -> float:
        """How many calls of such a length may begin yet in this step."""
        return min(self.pace.left, self.channels.left / self._cost(hold))

    def take(self, calls: int, hold: float) -> None:
        self.pace.left -= calls
        self.channels.left -= calls * self._cost(hold)

    def refill(self, seconds: float, hold: float) -> None:
        self.pace.refill(seconds, 1.0)
        self.channels.refill(seconds, self._cost(hold))

    def _cost(self, hold: float) -> float:
        return self.count / self.channel_pace(hold)


class Simulation:
    """One run. Moments are seconds since the epoch.

    Args:
        rates: by campaign.
        openings: of each campaign's places; shared between runs.
        seed: of all that is left to chance.
    """

    def __init__(
        self, world: World, rates: Mapping[int, Rates], openings: Mapping[int, Sequence[Openings]], seed: int
    ) -> None:
        self._world = world
        self._at = world.at.timestamp()
        self._until = world.until.timestamp()
        self._step = _first_step(world, rates[world.campaign_id])
        chance = random.Random(seed)  # nosec B311 # the same seed, the same forecast
        grain = self._step / _GRAINS_A_STEP
        self._courses = {
            plan.id: Course(plan, rates[plan.id], openings[plan.id], chance, self._at, grain) for plan in world.plans
        }
        self.target = self._courses[world.campaign_id]
        self._trunks = {trunk.id: trunk for trunk in world.trunks}
        self._limits = {trunk.id: _trunk_limit(trunk) for trunk in world.trunks}
        self._own = {plan.id: _campaign_limit(plan, self._trunks[plan.trunk_id]) for plan in world.plans}
        self._whole = _Limit.of(
            world.max_cps, world.max_channels, LimitedBy.INSTALLATION_CPS, LimitedBy.INSTALLATION_CHANNELS
        )

    def run(self) -> float:
        """Until nothing more can happen to the campaign, or the horizon; when that is."""
        steps = 0
        while self._at < self._until:
            for course in self._courses.values():
                course.advance(self._at)
            is_able = {plan_id: course.next(self._at) is not None for plan_id, course in self._courses.items()}
            mine = is_able[self.target.plan.id]
            if not mine and self.target.next_event(self._at) == NEVER:
                break
            if any(is_able.values()):
                to = self._dial([self._courses[plan_id] for plan_id, able in is_able.items() if able], mine=mine)
            else:
                next_event = min(course.next_event(self._at) for course in self._courses.values())
                opens = min(course.changes_at() for course in self._courses.values())
                to = min(max(next_event, self._at + self._step / _GRAINS_A_STEP), opens, self._until)
                self.target.hours.limited(self._at, to, self.target.idle(self._at))
            self._at = to
            steps += 1
            if steps % _PATIENCE == 0:
                self._step *= 2
        return self._at

    def _dial(self, able: list[Course], *, mine: bool) -> float:
        """One step; when it ends."""
        bounds = [c.changes_at() for c in self._courses.values()]
        bounds += [c.dates_after(self._at) for c in self._courses.values()]
        to = min(self._at + self._step, next_hour(self._at), self._until, *bounds)
        seconds = to - self._at
        dialed = dict.fromkeys(self._courses, 0)
        longest = max(course.rates.hold(1) for course in self._courses.values())
        for limit in (self._whole, *self._limits.values(), *self._own.values()):
            limit.refill(seconds, longest)
        by_trunk: dict[int, list[Course]] = {}
        for course in able:
            by_trunk.setdefault(course.plan.trunk_id, []).append(course)
        for trunk_id in sorted(by_trunk):
            self._share(self._trunks[trunk_id], by_trunk[trunk_id], seconds, dialed)
        if not mine or self.target.next(self._at) is None:
            self.target.hours.limited(self._at, to, self.target.idle(self._at))
        else:
            self.target.hours.limited(self._at, to, self._narrowest(seconds, dialed))
        return to

    def _share(self, trunk: Trunk, courses: list[Course], seconds: float, dialed: dict[int, int]) -> None:
        hold = max(sum(_hold(course, self._at) for course in courses) / len(courses), 1e-3)
        rows = [self._row(course, trunk, hold) for course in courses]

        def queue(row: Row, most: int, _: Turns) -> int:
            got = self._begin(self._courses[row["id"]], most, seconds)
            dialed[row["id"]] += got
            return got

        # What is begun in this step is not queued any more at the next.
        Sharing([], seconds, free=lambda calls_a_second, _: calls_a_second * seconds).fill(rows, queue)

    def _row(self, course: Course, trunk: Trunk, hold: float) -> dict[str, float | int | None]:
        plan, limit, own = course.plan, self._limits[trunk.id], self._own[course.plan.id]
        return {
            "id": plan.id,
            "priority": plan.priority,
            "weight": plan.weight,
            "cps": None if plan.cps is None else own.pace.per_second,
            "channels": None if plan.calls_at_once is None else own.channel_pace(_hold(course, self._at)),
            "trunk_cps": limit.pace.per_second,
            "trunk_channels": limit.channel_pace(hold),
        }

    def _begin(self, course: Course, most: int, seconds: float) -> int:
        """Begin calls of a campaign, as many as its limits allow; how many."""
        limits = (self._whole, self._limits[course.plan.trunk_id], self._own[course.plan.id])
        got = 0
        while got < most and (cohort := course.next(self._at)) is not None:
            hold = course.rates.hold(cohort.attempts + 1)
            room = int(min(limit.room(hold) for limit in limits) + 1e-9)
            calls = min(most - got, course.ready(cohort), room)
            if calls <= 0:
                break
            # Evenly over the step, or as fast as they can go where there are fewer.
            paces = [min(limit.pace.per_second, limit.channel_pace(hold)) for limit in limits]
            begun = min((got + calls / 2) / min(paces), seconds * 0.999)
            course.dial(cohort, calls, self._at + begun)
            for limit in limits:
                limit.take(calls, hold)
            got += calls
        return got

    def _narrowest(self, seconds: float, dialed: Mapping[int, int]) -> LimitedBy:
        """What kept the campaign from dialing more in a step after which some are still due."""
        plan = self.target.plan
        hold = _hold(self.target, self._at)
        limits = (self._own[plan.id], self._limits[plan.trunk_id], self._whole)
        paces = {limit.by_pace: limit.pace.per_second for limit in limits}
        paces |= {limit.by_channels: limit.channel_pace(hold) for limit in limits if limit.count < _UNLIMITED}
        narrowest = min(paces, key=lambda by: paces[by])
        others = sum(n for plan_id, n in dialed.items() if plan_id != plan.id)
        if others and dialed[plan.id] < 0.9 * paces[narrowest] * seconds - 1:
            return LimitedBy.OTHER_CAMPAIGNS
        return narrowest


def _hold(course: Course, at: float) -> float:
    """How long the calls that come next hold their channels."""
    cohort = course.next(at)
    return course.rates.hold(1 if cohort is None else cohort.attempts + 1)


def _trunk_limit(trunk: Trunk) -> _Limit:
    return _Limit.of(trunk.cps, trunk.channels, LimitedBy.TRUNK_CPS, LimitedBy.TRUNK_CHANNELS)


def _campaign_limit(plan: Plan, trunk: Trunk) -> _Limit:
    calls = plan.calls_at_once
    is_people = plan.people is not None and calls == plan.people
    by_channels = LimitedBy.PEOPLE if is_people else LimitedBy.CAMPAIGN_CHANNELS
    return _Limit.of(plan.cps, _UNLIMITED if calls is None else calls, LimitedBy.CAMPAIGN_CPS, by_channels)


def _first_step(world: World, rates: Rates) -> float:
    """So long that the campaign's dialing takes a few hundred of them, as far as can be said beforehand."""
    plan = world.plan
    rivals = [p for p in world.plans if p.trunk_id == plan.trunk_id and p.priority >= plan.priority]
    share = plan.weight / sum(rival.weight for rival in rivals)
    trunk = next(trunk for trunk in world.trunks if trunk.id == plan.trunk_id)
    pace = min(1.0 / interval_seconds(trunk.cps), channel_pace(trunk.channels, rates.hold(1)))
    if plan.cps is not None:
        pace = min(pace, 1.0 / interval_seconds(plan.cps))
    if plan.calls_at_once is not None:
        pace = min(pace, channel_pace(plan.calls_at_once, rates.hold(1)))
    dialing = plan.contacts * rates.attempts(plan.policy, plan.max_attempts) / (pace * share)
    shortest = _SHORTEST_STEP if len(world.plans) == 1 else max(_SHORTEST_STEP, _CALLS_A_STEP / (trunk.cps * share))
    return min(max(dialing / max(_STEPS_OF_DIALING // len(world.plans), _FEWEST_STEPS), shortest), _LONGEST_STEP)
