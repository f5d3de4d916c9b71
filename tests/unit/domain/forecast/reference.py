"""A campaign contact by contact and second by second: slow, and plain enough to be believed."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.rates import Mix, Seen
from dialer.domain.forecast.world import Cohort, Group, Plan, World
from dialer.domain.gate import decide
from dialer.domain.pacing import interval_seconds
from dialer.domain.retry import Retry, next_step


@dataclass
class Contact:
    cohort: Cohort
    due_at: datetime
    ends_at: datetime | None = None
    disposition: Disposition | None = None


class Reference:
    """One campaign on a trunk of its own; `mixes`: what becomes of first, second, … attempts."""

    def __init__(self, world: World, mixes: list[Mix], holds: dict[Disposition, float], seed: int) -> None:
        self.world = world
        self.at = world.at
        self.done = 0
        self.calls: Counter[tuple[int, Disposition]] = Counter()
        self._plan: Plan = world.plan
        self._mixes = mixes
        self._holds = holds
        self._chance = random.Random(seed)
        self._waiting = [Contact(g.cohort, world.at) for g in self._plan.groups for _ in range(g.contacts)]
        self._calling: list[Contact] = []
        self._places = 0.0

    def run(self, until_done: int) -> None:
        """Until so many contacts are done, or all."""
        while (self._waiting or self._calling) and self.done < until_done:
            self._second()

    def _second(self) -> None:
        (trunk,) = self.world.trunks
        for over in [c for c in self._calling if c.ends_at and c.ends_at <= self.at]:
            self._end(over)
        self._places = min(self._places + 1 / interval_seconds(trunk.cps), 1 / interval_seconds(trunk.cps) + 1)
        while self._places >= 1 and len(self._calling) < trunk.channels:
            contact = self._next()
            if contact is None:
                break
            assert decide(self._plan.facts(contact.cohort, self.at)) is None
            self._dial(contact)
        self.at += timedelta(seconds=1)

    def _next(self) -> Contact | None:
        """The first on the list who is due where it is open."""
        places = enumerate(self._plan.places)
        is_open = {n for n, place in places if place.rules.permits(place.zones, self.at)}
        due = (c for c in self._waiting if c.due_at <= self.at and c.cohort.place in is_open)
        return next(due, None) if is_open else None

    def _dial(self, contact: Contact) -> None:
        self._places -= 1
        attempt = contact.cohort.attempts + 1
        mix = self._mixes[min(attempt, len(self._mixes)) - 1]
        contact.disposition = self._chance.choices(list(mix), list(mix.values()))[0]
        # As long as calls of its kind are, give or take a half.
        seconds = self._holds[contact.disposition] * self._chance.uniform(0.5, 1.5)
        contact.ends_at = self.at + timedelta(seconds=seconds)
        contact.cohort = contact.cohort._replace(attempts=attempt, dials=((1, self.at), *contact.cohort.dials))
        self._waiting.remove(contact)
        self._calling.append(contact)

    def _end(self, contact: Contact) -> None:
        assert contact.disposition is not None
        self._calling.remove(contact)
        attempts = contact.cohort.attempts
        self.calls[attempts, contact.disposition] += 1
        step = next_step(
            self._plan.policy,
            contact.disposition,
            attempts=attempts,
            max_attempts=self._plan.max_attempts,
            ended_at=self.at,
        )
        if isinstance(step, Retry):
            contact.due_at = step.at
            # Who came earlier on the list goes first.
            self._waiting.insert(0, contact)
        else:
            self.done += 1

    def remainder(self) -> tuple[World, Seen]:
        """What a forecast would know now."""
        world, plan = self.world, self._plan
        groups = [Group(c.cohort._replace(dials=()), 1, c.due_at) for c in self._waiting]
        calling = [Group(c.cohort._replace(dials=()), 1) for c in self._calling]
        rest = Plan(
            plan.id, plan.trunk_id, plan.max_attempts, plan.policy, plan.places, groups, calling,
            not_before=plan.not_before, not_after=plan.not_after,
        )  # fmt: skip
        there = World(
            self.at, self.at + timedelta(days=60), 1, (rest,), world.trunks, world.max_cps, world.max_channels
        )
        return there, Seen(dict(self.calls), self._holds, 30)
