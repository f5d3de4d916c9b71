"""What a forecast starts from: campaigns with their contacts in groups, trunks and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from dialer.domain.campaigns import CampaignState
from dialer.domain.forbidding import Forbidden
from dialer.domain.gate import GateFacts
from dialer.domain.retry import RetryPolicy
from dialer.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Place:
    """Where contacts are: their time zones, and the rules that hold there."""

    zones: tuple[str, ...]
    rules: Rules

    @property
    def remembered(self) -> int:
        """How many dials of a number can matter to its caps."""
        return max((cap.calls for cap in (*self.rules.caps, *([self.rules.gap] if self.rules.gap else []))), default=0)


class Cohort(NamedTuple):
    """Contacts that are alike in all that the dialer decides by.

    Attributes:
        place: an index of the plan's places.
        rank: where on the list they are: lower goes first among equal priorities.
        list_active: whether their list is switched on.
        attempts: those used up.
        extra_attempts: those allowed beyond the campaign's.
        number: the position of the number that comes next, and `numbers`: those left. Where the others are, and
            what else holds there, is taken to be as for this one.
        dnc: the scope of the DNC entry that forbids the number, or empty.
        callback: whether they have asked for the next call. It goes first, and after the last attempt too.
        dials: the latest dials of their numbers, by position, as far as caps need them, the newest first.
    """

    place: int
    priority: int
    rank: int
    attempts: int
    consented: bool = False
    list_active: bool = True
    allow_listed: bool = True
    dnc: str = ""
    extra_attempts: int = 0
    number: int = 1
    numbers: tuple[int, ...] = (1,)
    callback: bool = False
    dials: tuple[tuple[int, datetime], ...] = ()


class Group(NamedTuple):
    """So many contacts of a cohort; `due_at`: None if they are due."""

    cohort: Cohort
    contacts: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign.

    Attributes:
        groups: its contacts that wait for a call.
        calling: its contacts that are in a call, whose `attempts` count that call.
        channels: its own limit, None if it has none.
        people: how many calls at once those have time for who speak to whoever answers; None if nobody does.
    """

    id: int
    trunk_id: int
    max_attempts: int
    policy: RetryPolicy
    places: tuple[Place, ...]
    groups: Sequence[Group]
    calling: Sequence[Group] = ()
    weight: int = 1
    priority: int = 0
    cps: float | None = None
    channels: int | None = None
    people: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

    @property
    def calls_at_once(self) -> int | None:
        """What its channels and people allow: from the claim to its end a call keeps somebody busy."""
        limits = [limit for limit in (self.channels, self.people) if limit is not None]
        return min(limits) if limits else None

    @property
    def contacts(self) -> int:
        """How many are not done."""
        return sum(group.contacts for group in (*self.groups, *self.calling))

    def facts(self, cohort: Cohort, at: datetime, due_at: datetime | None = None) -> GateFacts:
        """What the gate is told about a cohort."""
        place = self.places[cohort.place]
        return GateFacts(
            at=at,
            stopped=False,
            cancelled=False,
            campaign_state=CampaignState.RUNNING,
            undialable=None,
            list_active=cohort.list_active,
            allow_listed=cohort.allow_listed,
            dnc=Forbidden(cohort.dnc) if cohort.dnc else None,
            attempts=cohort.attempts,
            max_attempts=self.max_attempts + cohort.extra_attempts,
            zones=place.zones,
            rules=place.rules,
            dials=tuple(dial for number, dial in cohort.dials if number == cohort.number),
            consented=cohort.consented,
            not_before=self.not_before,
            not_after=self.not_after,
            due_at=due_at,
            callback=cohort.callback,
        )


@dataclass(frozen=True, slots=True)
class Trunk:
    """A trunk's limits."""

    id: int
    cps: float
    channels: int


@dataclass(frozen=True, slots=True)
class World:
    """A campaign and what it shares trunks and limits with.

    Attributes:
        at: when the forecast begins; until: where it gives up.
        campaign_id: whose end is asked for.
        plans: that campaign's, and those of the others that run beside it.
        max_cps, max_channels: limits of the installation.
    """

    at: datetime
    until: datetime
    campaign_id: int
    plans: tuple[Plan, ...]
    trunks: tuple[Trunk, ...]
    max_cps: float
    max_channels: int

    @property
    def plan(self) -> Plan:
        """The campaign that is asked about."""
        return next(plan for plan in self.plans if plan.id == self.campaign_id)
