"""When will a campaign end? What the database knows, put into a forecast's terms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping

from dialer.config import Settings
from dialer.db import campaigns, counts, dispatching, forecasting, transitions
from dialer.domain.campaigns import CampaignState, DialOrder
from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.forecast import Forecast, forecast
from dialer.domain.forecast.rates import DISPOSITIONS, Mix, Seen
from dialer.domain.forecast.turnover import turnover_seconds
from dialer.domain.forecast.world import Cohort, Group, Place, Plan, Trunk, World
from dialer.domain.people import Pace
from dialer.domain.profiles import NONE, OwnRules, rules_for
from dialer.domain.retry import RetryPolicy
from dialer.errors import Conflict, NotFound
from dialer.services import gating, people

_RANKS: Final = 16
_MOST_GROUPS: Final = 600
"""Of all campaigns together. More are put together more coarsely, so that a forecast takes a bounded time."""
_LATEST_CALLS: Final = 5000
_TOLD_FROM: Final = 0.1
_BINS: Final = 48
_SHORTEST_BIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a forecast goes by, where it isn't what was seen.

    Attributes:
        rates: weights of dispositions for the first, the second, … attempt; the last holds for all further ones.
        hold_seconds: how long calls hold their channel, by disposition.
        horizon: how far it looks.
    """

    rates: Sequence[Mix] = ()
    hold_seconds: Mapping[Disposition, float] = field(default_factory=dict)
    horizon: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CampaignForecast:
    """A campaign's forecast, of what was committed at `as_of`.

    Attributes:
        horizon: how far it looked.
        calls_seen: how many calls its rates come from.
        assumptions: in words.
    """

    campaign_id: int
    state: CampaignState
    forecast: Forecast
    horizon: datetime
    calls_seen: int
    assumptions: Sequence[str]
    as_of: datetime


class Forecasting:
    """Answers when."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def campaign(self, campaign_id: int, wanted: Wanted) -> CampaignForecast:
        """As if nothing changed but the time, and nothing that is broken or stopped stayed so.

        Raises:
            NotFound: no such campaign.
            Conflict: it is cancelled.
        """
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as tx:
            rows = forecasting.planned(tx, campaign_id)
            asked = next((row for row in rows if row["id"] == campaign_id), None)
            if asked is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            if asked["state"] == CampaignState.CANCELLED:
                raise Conflict("A cancelled campaign has ended.")
            at = transitions.database_time(tx)
            beside = [row for row in rows if _is_rival(row, asked, rows, self._settings)]
            places = dispatching.places(tx)
            paces = people.paces(tx, beside, at, key="id")
            plans = tuple(
                _plan(tx, row, places, paces.get(row["id"]), at, _MOST_GROUPS // len(beside)) for row in beside
            )
            free = _turnovers(tx, plans, {row["trunk_id"]: row["trunk_channels"] for row in beside}, at)
            seen = {row["id"]: _seen(tx, row, wanted if row is asked else Wanted(), free[row["id"]]) for row in beside}
            import_runs = campaigns.import_runs(tx, campaign_id)
        world = World(
            at=at,
            until=at + wanted.horizon,
            campaign_id=campaign_id,
            plans=plans,
            trunks=tuple({row["trunk_id"]: _trunk(row) for row in beside}.values()),
            max_cps=self._settings.max_cps,
            max_channels=self._settings.max_channels,
        )
        calls_seen = 0 if wanted.rates else sum(seen[campaign_id].calls.values())
        assumptions = _assumptions(asked, beside, calls_seen, wanted, import_runs=import_runs)
        if free[campaign_id] >= _TOLD_FROM:
            assumptions.append(
                f"where calls wait for a channel, it is free for {free[campaign_id]:.1f} s between two, as seen so far"
            )
        told = forecast(world, seen)
        state = CampaignState(asked["state"])
        return CampaignForecast(campaign_id, state, told, world.until, calls_seen, assumptions, at)


def _is_rival(row: RowMapping, asked: RowMapping, rows: Sequence[RowMapping], settings: Settings) -> bool:
    """Whether a campaign can take anything away from the one that is asked about, or is that one."""
    if row["trunk_id"] == asked["trunk_id"]:
        return True
    trunks = {other["trunk_id"]: other for other in rows}.values()
    return bool(
        sum(trunk["trunk_cps"] for trunk in trunks) > settings.max_cps
        or sum(trunk["trunk_channels"] for trunk in trunks) > settings.max_channels
    )


def _trunk(row: RowMapping) -> Trunk:
    return Trunk(row["trunk_id"], float(row["trunk_cps"]), row["trunk_channels"])


def _plan(
    tx: Connection,
    row: RowMapping,
    known: Mapping[int, dispatching.Place],
    pace: Pace | None,
    at: datetime,
    most_groups: int,
) -> Plan:
    own = gating.own_rules(row)
    places = _Places(own, known, row["default_time_zone"])
    remembered = places.remembered()
    how = {
        "ranks": _RANKS,
        "bin_seconds": _SHORTEST_BIN,
        "allow_list_only": row["allow_list_only"],
        "by_number": places.by_number,
        "remembered": max((cap.calls for cap in remembered), default=0),
        "remembered_seconds": max((cap.period.total_seconds() for cap in remembered), default=0.0),
        "dial_bin_seconds": max(
            min((cap.period.total_seconds() for cap in remembered), default=0.0) / _BINS, _SHORTEST_BIN
        ),
    }
    order = DialOrder(row["dial_order"])
    groups = [_group(group, places, order) for group in forecasting.groups(tx, row["id"], at, **how)]
    queued: list[Group] = []
    calling: list[Group] = []
    for call in forecasting.calling(tx, row["id"], at):
        place = places.index(call["zone_id"], call["phone_number"])
        cohort = Cohort(place, call["priority"], 0, call["attempts"], call["consented"], **_special(call))
        (queued if call["queued"] else calling).append(Group(cohort, 1))
    return Plan(
        id=row["id"],
        trunk_id=row["trunk_id"],
        max_attempts=row["max_attempts"],
        policy=RetryPolicy.model_validate(row["retry_policy"]),
        places=tuple(places.found),
        groups=_coarse([*groups, *queued], most_groups),
        calling=_together(calling),
        weight=row["weight"],
        priority=row["priority"],
        cps=None if row["cps"] is None else float(row["cps"]),
        channels=row["channels"],
        # That there is nobody, or that the ceiling is reached, is taken to be over before long.
        people=(pace.calls or pace.people or None) if pace is not None else None,
        not_before=row["not_before"],
        not_after=row["not_after"],
    )


class _Places:
    """Places of a campaign's contacts, those with the same zones and rules as one."""

    def __init__(self, own: OwnRules, known: Mapping[int, dispatching.Place], default_zone: str | None) -> None:
        self.found: dict[Place, int] = {}
        self.by_number = own.profile != NONE or own.skip_holidays
        self._own = own
        self._known = known
        self._default = (default_zone,) if default_zone else ()
        self._indices: dict[tuple[int, str], int] = {}

    def index(self, zone_id: int, phone_number: str) -> int:
        """The place of a contact."""
        key = (zone_id, phone_number if self.by_number else "")
        if key not in self._indices:
            there = self._known[zone_id]
            rules = gating.rules(self._own, phone_number, there.regions)
            place = Place(there.zones or self._default, rules)
            self._indices[key] = self.found.setdefault(place, len(self.found))
        return self._indices[key]

    def remembered(self) -> list[Any]:
        """Caps and gaps that may bind one of the contacts."""
        regions = {(), *(place.regions for place in self._known.values())}
        rules = [rules_for(self._own, there) for there in regions]
        return [cap for rule in rules for cap in (*rule.caps, *([rule.gap] if rule.gap else []))]


def _group(row: RowMapping, places: _Places, order: DialOrder) -> Group:
    place = places.index(row["zone_id"], row["phone_number"])
    cohort = Cohort(
        place,
        row["priority"],
        row["rank"] if order is DialOrder.LIST else _RANKS - 1 - row["rank"],
        row["attempts"],
        row["consented"],
        row["list_active"],
        row["allow_listed"],
        row["dnc"],
        dials=tuple((row["position"], dial) for dial in row["dials"] or ()),
        **_special(row),
    )
    return Group(cohort, row["n"], row["due_at"])


def _special(row: RowMapping) -> dict[str, Any]:
    """What few contacts have: attempts beyond the campaign's, a callback, several numbers."""
    numbers = tuple(row["numbers"] or (row["position"],))
    own = {"extra_attempts": row["extra_attempts"], "callback": row["callback"]}
    return own | {"number": row["position"], "numbers": numbers}


def _together(groups: Sequence[Group]) -> list[Group]:
    found: Counter[tuple[Cohort, datetime | None]] = Counter()
    for group in groups:
        found[group.cohort, group.due_at] += group.contacts
    return [Group(cohort, n, due) for (cohort, due), n in found.items()]


def _coarse(groups: Sequence[Group], most: int) -> list[Group]:
    """No more groups than `most`, if that can be had by telling apart less of the order of dialing."""
    found = _together(groups)
    ranks = _RANKS
    while len(found) > most and ranks > 1:
        ranks //= 2
        found = _together([g._replace(cohort=g.cohort._replace(rank=g.cohort.rank // 2)) for g in found])
    return found


def _turnovers(
    tx: Connection, plans: Sequence[Plan], trunk_channels: Mapping[int, int], at: datetime
) -> dict[int, float]:
    """By campaign: how long channels, of the trunk or its own, stay free between calls that wait for them."""
    most = max(_LATEST_CALLS // len(plans), 1)
    calls: dict[int, list[tuple[float, float]]] = {plan.id: [] for plan in plans}
    for span in forecasting.spans(tx, list(calls), at, most):
        calls[span["campaign_id"]].append((float(span["claimed"]), float(span["ended"])))
    # Before that, calls of somebody are not known any more.
    since = max((min(spans)[0] for spans in calls.values() if len(spans) >= most), default=0.0)
    by_trunk: dict[int, list[tuple[float, float]]] = {}
    for plan in plans:
        by_trunk.setdefault(plan.trunk_id, []).extend(span for span in calls[plan.id] if span[0] >= since)
    of_trunks = {trunk_id: turnover_seconds(spans, trunk_channels[trunk_id]) for trunk_id, spans in by_trunk.items()}
    own = {plan.id: turnover_seconds(calls[plan.id], plan.calls_at_once) for plan in plans if plan.calls_at_once}
    return {plan.id: max(of_trunks[plan.trunk_id], own.get(plan.id, 0.0)) for plan in plans}


def _seen(tx: Connection, row: RowMapping, wanted: Wanted, turnover: float) -> Seen:
    calls: Counter[tuple[int, Disposition]] = Counter()
    for found in counts.results(tx, row["id"], "attempt"):
        if found["disposition"] in DISPOSITIONS:
            calls[int(found["value"]), Disposition(found["disposition"])] += found["n"]
    holds = forecasting.holds(tx, row["id"], _LATEST_CALLS)
    return Seen(
        calls=calls,
        hold_seconds={Disposition(hold["disposition"]): float(hold["seconds"]) for hold in holds},
        timeout_seconds=row["timeout_seconds"],
        given=wanted.rates,
        given_hold_seconds=wanted.hold_seconds,
        turnover_seconds=turnover,
    )


def _assumptions(
    asked: RowMapping, beside: Sequence[RowMapping], calls_seen: int, wanted: Wanted, *, import_runs: bool
) -> list[str]:
    if wanted.rates:
        said = ["calls end as the rates given say"]
    elif calls_seen:
        said = [f"calls end as the {calls_seen} seen so far did, by attempt"]
    else:
        said = ["no call was seen yet: usual rates are assumed, which may be far from this campaign's"]
    said.append("settings, limits and trunks stay as they are, and nothing fails")
    said.append("no contacts, do-not-call entries or calls to the same numbers come from elsewhere")
    if asked["state"] != CampaignState.RUNNING:
        said.append(f"the campaign is {asked['state']}: it is taken to run from now on")
    others = [row["id"] for row in beside if row["id"] != asked["id"]]
    if others:
        said.append(f"campaigns {', '.join(map(str, others))} run beside it and take their shares")
    if import_runs:
        said.append("a call list is being imported: only contacts that are in are counted")
    if asked["stop_at"] is not None:
        said.append("the emergency stop is on: it is taken to be lifted now")
    if asked["people"] == 0:
        said.append("the campaign has no people to speak to who answers: it is taken to have enough from now on")
    elif asked["people"] is not None:
        said.append("its people stay as many as they are, and abandoned calls make it no slower than it is")
    if asked["trunk_group_id"] is not None:
        said.append("the trunks of its group are taken as one, which campaigns outside the group don't use")
    if not (asked["trunk_enabled"] and asked["listener_alive"]):
        said.append("the trunk, its node or its listener is not working: it is taken to work from now on")
    return said
