"""One campaign in the course of a forecast: who is due, who waits, who is in a call, and what became of the others."""

import heapq
import math
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.hours import Hours, LimitedBy
from dialer.domain.forecast.openings import NEVER, Openings
from dialer.domain.forecast.rates import Rates, share_out
from dialer.domain.forecast.world import Cohort, Plan
from dialer.domain.gate import OF_THE_NUMBER, GateCode, Refusal, decide, held_until
from dialer.domain.numbers import NextNumber, Numbers
from dialer.domain.retry import DueAgain, Retry, next_step
from dialer.domain.retry import Final as Finally

_CAPS: Final = (GateCode.NUMBER_CAP, GateCode.TOO_SOON)
Order = tuple[bool, int, int, int, Cohort]


class Course:
    """Moves contacts on. Moments are seconds since the epoch.

    Args:
        grain_seconds: what ends or falls due within so long of each other does so together.
    """

    def __init__(
        self,
        plan: Plan,
        rates: Rates,
        openings: Sequence[Openings],
        chance: random.Random,
        at: float,
        grain_seconds: float,
    ) -> None:
        self.plan = plan
        self.rates = rates
        self.hours = Hours()
        self.done: Counter[FinalReason] = Counter()
        self.stuck: Counter[Cohort] = Counter()
        self.ended_at = at
        self._openings = openings
        self._chance = chance
        self._grain = grain_seconds
        self._ready: dict[Cohort, int] = {}
        self._queues: dict[int, list[Order]] = {}
        self._open: dict[int, bool] = {}
        self._changes: list[tuple[float, int]] = []
        self._waiting: dict[tuple[float, Cohort], int] = {}
        self._due: list[tuple[float, Cohort]] = []
        self._capped: set[tuple[float, Cohort]] = set()
        self._calling: dict[tuple[float, Cohort, Disposition], int] = {}
        self._ends: list[tuple[float, Cohort, Disposition]] = []
        self._begins = plan.not_before.timestamp() if plan.not_before else -NEVER
        self._stops = plan.not_after.timestamp() if plan.not_after else NEVER
        for group in plan.groups:
            due = group.due_at.timestamp() if group.due_at else at
            if due <= at:
                self._make_ready(group.cohort, group.contacts, at)
            else:
                self._wait(due, group.cohort, group.contacts)
        for group in plan.calling:
            self._call(group.cohort, group.contacts, at)

    @property
    def remaining(self) -> int:
        """Contacts that are not done."""
        parts = (self._ready, self._waiting, self._calling, self.stuck)
        return sum(sum(part.values()) for part in parts)

    def left(self) -> list[tuple[Cohort, int, float | None]]:
        """Who is not done, and when they are due, if they wait."""
        found: list[tuple[Cohort, int, float | None]] = [(cohort, n, None) for cohort, n in self._ready.items()]
        found += [(cohort, n, None) for cohort, n in self.stuck.items()]
        found += [(cohort, n, due) for (due, cohort), n in self._waiting.items()]
        return found + [(cohort, n, None) for (_, cohort, _), n in self._calling.items()]

    def advance(self, to: float) -> None:
        """Let calls end, retries fall due and places open and close up to `to`."""
        while self._ends and self._ends[0][0] <= to:
            end = heapq.heappop(self._ends)
            self._end(*end, self._calling.pop(end))
        while self._due and self._due[0][0] <= to:
            due = heapq.heappop(self._due)
            self._capped.discard(due)
            self._make_ready(due[1], self._waiting.pop(due), to)
        while self._changes and self._changes[0][0] <= to:
            changed_at, place = heapq.heappop(self._changes)
            self._look(place, max(changed_at, to))

    def changes_at(self) -> float:
        """When the next place opens or closes, or the campaign's dates begin or end; `NEVER` if none does."""
        return self._changes[0][0] if self._changes else NEVER

    def dates_after(self, at: float) -> float:
        """The next of the campaign's dates."""
        return min((date for date in (self._begins, self._stops) if date > at), default=NEVER)

    def next_event(self, at: float) -> float:
        """When something may happen next, if nobody can be dialed now; `NEVER`: it is over."""
        ends = self._ends[0][0] if self._ends else NEVER
        if at >= self._stops:
            return ends
        due = self._due[0][0] if self._due else NEVER
        opens = min((change for change, place in self._changes if self._queues[place]), default=NEVER)
        begins = self._begins if self._ready and at < self._begins else NEVER
        return min(ends, due, opens, begins)

    def next(self, at: float) -> Cohort | None:
        """Who is to be dialed next, with the gate's consent; those whom it refuses are put where they belong."""
        if not self._begins <= at < self._stops:
            return None
        moment = datetime.fromtimestamp(at, UTC)
        while True:
            queues = [queue for place, queue in self._queues.items() if queue and self._open[place]]
            if not queues:
                return None
            queue = min(queues, key=lambda queue: queue[0])
            cohort = queue[0][-1]
            refusal = decide(self.plan.facts(cohort, moment))
            if refusal is None:
                return cohort
            heapq.heappop(queue)
            self._refuse(cohort, self._ready.pop(cohort), refusal, at)

    def ready(self, cohort: Cohort) -> int:
        """How many of it are due."""
        return self._ready[cohort]

    def dial(self, cohort: Cohort, contacts: int, at: float) -> None:
        """Call so many of `next`'s cohort at `at`."""
        left = self._ready[cohort] - contacts
        if left:
            self._ready[cohort] = left
        else:
            del self._ready[cohort]
            heapq.heappop(self._queues[cohort.place])
        self.hours.of(at).dials += contacts
        remembered = self.plan.places[cohort.place].remembered
        dials = ((cohort.number, datetime.fromtimestamp(self._rounded(at), UTC)), *cohort.dials) if remembered else ()
        dials = dials[: remembered * len(cohort.numbers)]
        # The list is dialed from its beginning: who was called before comes ahead of who was not.
        called = cohort._replace(attempts=cohort.attempts + 1, rank=0, callback=False, dials=dials)
        self._call(called, contacts, at)

    def idle(self, at: float) -> LimitedBy:
        """Why nobody, or nobody more, can be dialed, though trunk and limits would allow it."""
        if self._ready and at < self._begins:
            return LimitedBy.CAMPAIGN_DATES
        if any(queue and not self._open[place] for place, queue in self._queues.items()):
            return LimitedBy.CALLING_WINDOW
        if self._due:
            return LimitedBy.NUMBER_CAPS if self._due[0] in self._capped else LimitedBy.RETRY_DELAY
        return LimitedBy.CALLS_IN_PROGRESS if self._ends else LimitedBy.NOTHING

    def _rounded(self, at: float) -> float:
        """Never earlier."""
        return math.ceil(at / self._grain) * self._grain

    def _make_ready(self, cohort: Cohort, contacts: int, at: float) -> None:
        if cohort.place not in self._queues:
            self._queues[cohort.place] = []
            self._look(cohort.place, at)
        if cohort not in self._ready:
            order = (not cohort.callback, -cohort.priority, cohort.rank, -cohort.attempts, cohort)
            heapq.heappush(self._queues[cohort.place], order)
        self._ready[cohort] = self._ready.get(cohort, 0) + contacts

    def _look(self, place: int, at: float) -> None:
        self._open[place], until = self._openings[place].span(at)
        if until < NEVER:
            heapq.heappush(self._changes, (until, place))

    def _wait(self, due: float, cohort: Cohort, contacts: int, *, capped: bool = False) -> None:
        key = (self._rounded(due), cohort)
        if key not in self._waiting:
            heapq.heappush(self._due, key)
        self._waiting[key] = self._waiting.get(key, 0) + contacts
        if capped:
            self._capped.add(key)

    def _call(self, cohort: Cohort, contacts: int, at: float) -> None:
        for disposition, n in share_out(contacts, self.rates.mix(cohort.attempts), self._chance).items():
            end = at + self.rates.hold_seconds[disposition]
            key = (self._rounded(end), cohort, disposition)
            if key not in self._calling:
                heapq.heappush(self._ends, key)
            self._calling[key] = self._calling.get(key, 0) + n

    def _end(self, at: float, cohort: Cohort, disposition: Disposition, contacts: int) -> None:
        plan = self.plan
        self.ended_at = max(self.ended_at, at)
        if disposition is Disposition.ANSWERED:
            self.hours.of(at).answered += contacts
        step = next_step(
            plan.policy,
            disposition,
            attempts=cohort.attempts,
            max_attempts=plan.max_attempts + cohort.extra_attempts,
            ended_at=datetime.fromtimestamp(at, UTC),
            numbers=Numbers(cohort.number, cohort.numbers),
        )
        match step:
            case Finally(reason):
                self._finish(contacts, reason, at)
            case Retry(due, position, drops):
                cohort = _at_number(cohort, position, drops=drops)
                # Hours are left to dispatch, as ever.
                held = held_until(plan.facts(cohort, due), due) if cohort.dials else due
                self._wait(held.timestamp(), cohort, contacts, capped=held > due)
            case DueAgain():
                self._make_ready(cohort, contacts, at)

    def _finish(self, contacts: int, reason: FinalReason, at: float) -> None:
        self.done[reason] += contacts
        self.hours.of(at).done += contacts

    def _refuse(self, cohort: Cohort, contacts: int, refusal: Refusal, at: float) -> None:
        position = Numbers(cohort.number, cohort.numbers).after(NextNumber.DROP)
        if refusal.code in OF_THE_NUMBER and position is not None:
            self._make_ready(_at_number(cohort, position, drops=True)._replace(dnc=""), contacts, at)
        elif refusal.final is not None:
            self._finish(contacts, refusal.final, at)
        elif refusal.until is not None and refusal.until.timestamp() > at:
            self._wait(refusal.until.timestamp(), cohort, contacts, capped=refusal.code in _CAPS)
        else:
            self.stuck[cohort] += contacts


def _at_number(cohort: Cohort, position: int | None, *, drops: bool) -> Cohort:
    """With the number at `position` next."""
    left = tuple(n for n in cohort.numbers if n != cohort.number) if drops else cohort.numbers
    return cohort._replace(number=position or cohort.number, numbers=left)
