"""Turn due contacts into queued calls: every second, a few seconds of work ahead, for zones that are open."""

import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

import uuid_utils.compat as uuid_utils
from sqlalchemy import Connection, Engine

from dialer import failpoints, tracing
from dialer.config import Settings
from dialer.db import dispatching, rows, trunk_groups
from dialer.db.dispatching import Place
from dialer.domain.profiles import rules_for
from dialer.domain.rules import Rules
from dialer.domain.sharing import Row, Sharing, Turns
from dialer.domain.trunks import USABLE, TrunkState
from dialer.errors import LimitsUnavailable
from dialer.failpoints import Step
from dialer.services import gating, people
from dialer.services.call_traces import trace_queued
from dialer.services.moving import Chance, move_stranded, shows_caller_id
from dialer.services.nudges import Nudges
from dialer.services.parts import Parts
from dialer.services.reconsidering import reconsider
from dialer.services.trunk_states import TrunkStates
from dialer.services.witness import Witness

log = logging.getLogger(__name__)

_PROMOTED_AT_ONCE: Final = 5000
_CALLS_A_JOB: Final = 600
"""At the usual three seconds of work ahead a worker for every 200 calls a second: one carries more, and a second one on
a trunk whose pace the first has used up claims in vain."""
_JOBS_A_TRUNK: Final = 8


class Dispatching:
    """Beat's tick. Two at once are harmless, and one that is missed costs a second."""

    def __init__(
        self,
        engine: Engine,
        nudges: Nudges,
        states: TrunkStates,
        settings: Settings,
        witness: Witness,
        chance: Chance = random.random,
    ) -> None:
        self._engine = engine
        self._nudges = nudges
        self._states = states
        self._settings = settings
        self._chance = chance
        self._witness = witness

    def tick(self) -> int:
        """Queue what is due, complete what is finished, and tell the workers; how many calls were queued."""
        try:
            self._witness.look()
        except LimitsUnavailable as error:  # claims look too, and fail
            log.warning("nobody can say whether PostgreSQL has all that it had: %s", error)
        self._move()
        with tracing.work("dispatch") as work:
            queued, trunks = self._tick()
            if work is not None and trunks:
                work.keep(**{"dialer.queued": queued, "dialer.trunks": trunks})
        with self._engine.begin() as tx:
            dispatching.mark(tx)
        return queued

    def _move(self) -> None:
        with self._engine.begin() as tx:
            if not dispatching.try_lock(tx) or dispatching.is_stopped(tx):
                return
            if places := trunk_groups.movable(tx):
                moved = move_stranded(tx, places, self._running(tx), self._states, self._settings, self._chance)
                if moved:
                    log.info("%d queued calls go over another trunk", moved)

    def _running(self, tx: Connection) -> Sequence[rows.Row]:
        return dispatching.running_campaigns(tx, echo_max_age=self._settings.echo_max_age_seconds)

    def _tick(self) -> tuple[int, int]:
        """How many calls were queued, and how many trunks have any."""
        with self._engine.begin() as tx:
            if not dispatching.try_lock(tx) or dispatching.is_stopped(tx):
                return 0, 0
            reconsider(tx, self._settings)
            dispatching.promote(tx, _PROMOTED_AT_ONCE)
            queued = self._fill(tx, self._running(tx))
            dispatching.complete(tx)
            trunks = dispatching.trunks_with_work(tx)
            failpoints.reach(Step.DISPATCH_UNCOMMITTED)
        failpoints.reach(Step.DISPATCH_COMMITTED)
        for trunk in trunks:
            for _ in range(min(1 + trunk["queued"] // _CALLS_A_JOB, _JOBS_A_TRUNK)):
                self._nudges.work_on_trunk(trunk["trunk_id"])
        return queued, len(trunks)

    def _fill(self, tx: Connection, campaigns: Sequence[rows.Row]) -> int:
        states = self._states.of(c for c in campaigns if c["trunk_group_id"] is not None)
        campaigns = [c for c in campaigns if _is_up(c, states) and shows_caller_id(c)]
        may_call = _with_people(tx, campaigns)
        if not may_call:
            return 0
        places = dispatching.places(tx)
        open_places = {campaign["id"]: _open_places(campaign, places) for campaign in may_call}
        may_call = [campaign for campaign in may_call if open_places[campaign["id"]]]
        load, ahead = dispatching.load(tx), self._settings.queue_ahead_seconds
        by_trunk = {
            trunk_id: [c for c in may_call if c["trunk_id"] == trunk_id]
            for trunk_id in sorted({campaign["trunk_id"] for campaign in may_call})
        }
        sharings = {
            trunk_id: Sharing([row for row in load if row["trunk_id"] == trunk_id], ahead) for trunk_id in by_trunk
        }

        def due(campaign: Row, most: int) -> int:
            zone_ids = open_places[campaign["id"]]
            wanted = dispatching.due_callbacks(tx, campaign["id"], zone_ids, most)
            return len({row["id"] for row in [*wanted, *dispatching.due_contacts(tx, campaign, zone_ids, most)]})

        def queue(campaign: Row, most: int, turns: Turns) -> int:
            most = parts.most(campaign, most)
            got = self._queue(tx, campaign, places, open_places[campaign["id"]], most, turns) if most else 0
            parts.take(campaign, got)
            return got

        parts = Parts([c for c in may_call if c["trunk_group_id"] is not None], states, load, ahead, due, self._chance)
        queued = sum(sharings[trunk_id].fill(by_trunk[trunk_id], queue) for trunk_id in by_trunk)
        # What other campaigns have left no room for on one trunk of a group goes to the others.
        for trunk_id in by_trunk:
            if parts.offer(trunk_id):
                queued += sharings[trunk_id].fill(by_trunk[trunk_id], queue)
        return queued

    def _queue(
        self,
        tx: Connection,
        campaign: Row,
        places: Mapping[int, Place],
        zone_ids: Sequence[int],
        most: int,
        turns: Turns,
    ) -> int:
        wanted = {row["id"]: row for row in dispatching.due_callbacks(tx, campaign["id"], zone_ids, most)}
        due = [row for row in dispatching.due_contacts(tx, campaign, zone_ids, most) if row["id"] not in wanted]
        cap = campaign["max_attempts"]
        exhausted = {row["id"] for row in due if row["attempts"] >= cap + row["extra_attempts"]}
        dispatching.exhaust(tx, sorted(exhausted))
        chosen = [*wanted.values(), *(row for row in due if row["id"] not in exhausted)][:most]
        if not chosen:
            return 0
        call_ids = [uuid_utils.uuid7() for _ in chosen]
        opened = {zone_id: _opened_at(campaign, places[zone_id]) for zone_id in {row["zone_id"] for row in chosen}}
        queued = dispatching.queue(
            tx,
            campaign,
            [row["id"] for row in chosen],
            call_ids,
            turns(len(chosen)),
            [opened[row["zone_id"]] for row in chosen],
        )
        trace_queued(tx, call_ids)
        return queued


def _is_up(campaign: rows.Row, states: Mapping[int, TrunkState]) -> bool:
    if campaign["trunk_group_id"] is None:
        return bool(campaign["trunk_is_up"])
    return states[campaign["trunk_id"]] in USABLE


def _with_people(tx: Connection, campaigns: Sequence[rows.Row]) -> list[rows.Row]:
    """Without those that have nobody free, and with as many channels at most as there are people for."""
    paces = people.paces(tx, campaigns, campaigns[0]["at"], key="id") if campaigns else {}
    found: list[rows.Row] = []
    for campaign in campaigns:
        pace = paces.get(campaign["id"])
        if pace is None:
            found.append(campaign)
        elif pace.calls:
            channels = campaign["channels"]
            found.append({**campaign, "channels": pace.calls if channels is None else min(channels, pace.calls)})
    return found


def _open_places(campaign: rows.Row, places: Mapping[int, Place]) -> list[int]:
    """Where the campaign's contacts may be called now, as far as hours and holidays go."""
    own = gating.own_rules(campaign)
    at: datetime = campaign["at"]
    return [
        place_id
        for place_id, place in places.items()
        if rules_for(own, place.regions).permits(_zones(campaign, place), at)
    ]


def _zones(campaign: Row, place: Place) -> tuple[str, ...]:
    default = campaign["default_time_zone"]
    return place.zones or ((default,) if default else ())


def _opened_at(campaign: Row, place: Place) -> datetime | None:
    """When hours and holidays began to permit the calls to a place that they permit now."""
    rules = rules_for(gating.own_rules(campaign), place.regions)
    return _opened(rules, _zones(campaign, place), campaign["at"].replace(second=0, microsecond=0))


@lru_cache(maxsize=4096)
def _opened(rules: Rules, zones: tuple[str, ...], minute: datetime) -> datetime | None:
    return rules.open_since(zones, minute)
