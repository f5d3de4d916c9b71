"""Turn due contacts into queued calls: every second, a few seconds of work ahead, for zones that are open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import uuid_utils.compat as uuid_utils
from sqlalchemy import Connection, Engine, RowMapping

from dialer import failpoints
from dialer.config import Settings
from dialer.db import dispatching
from dialer.db.dispatching import Place
from dialer.domain.caller_ids import Owned
from dialer.domain.profiles import rules_for
from dialer.domain.sharing import Row, Sharing, Turns
from dialer.failpoints import Step
from dialer.services import gating, people
from dialer.services.nudges import Nudges
from dialer.services.reconsidering import reconsider

Campaign = RowMapping | Mapping[str, Any]

_PROMOTED_AT_ONCE: Final = 5000
_CALLS_A_JOB: Final = 200
_JOBS_A_TRUNK: Final = 8


class Dispatching:
    """Beat's tick. Two at once are harmless, and one that is missed costs a second."""

    def __init__(self, engine: Engine, nudges: Nudges, settings: Settings) -> None:
        self._engine = engine
        self._nudges = nudges
        self._settings = settings

    def tick(self) -> int:
        """Queue what is due, complete what is finished, and tell the workers; how many calls were queued."""
        queued = self._tick()
        with self._engine.begin() as tx:
            dispatching.mark(tx)
        return queued

    def _tick(self) -> int:
        with self._engine.begin() as tx:
            if not dispatching.try_lock(tx) or dispatching.is_stopped(tx):
                return 0
            reconsider(tx, self._settings)
            dispatching.promote(tx, _PROMOTED_AT_ONCE)
            queued = self._fill(tx, dispatching.running_campaigns(tx))
            dispatching.complete(tx)
            trunks = dispatching.trunks_with_work(tx)
            failpoints.reach(Step.DISPATCH_UNCOMMITTED)
        failpoints.reach(Step.DISPATCH_COMMITTED)
        for trunk in trunks:
            for _ in range(min(1 + trunk["queued"] // _CALLS_A_JOB, _JOBS_A_TRUNK)):
                self._nudges.work_on_trunk(trunk["trunk_id"])
        return queued

    def _fill(self, tx: Connection, campaigns: Sequence[RowMapping]) -> int:
        campaigns = [c for c in campaigns if c["trunk_is_up"] and _has_caller_id(c)]
        may_call = _with_people(tx, campaigns)
        if not may_call:
            return 0
        places = dispatching.places(tx)
        load = dispatching.load(tx)
        open_places = {campaign["id"]: _open_places(campaign, places) for campaign in may_call}

        def queue(campaign: Row, most: int, turns: Turns) -> int:
            return self._queue(tx, campaign, open_places[campaign["id"]], most, turns)

        queued = 0
        for trunk_id in sorted({campaign["trunk_id"] for campaign in may_call}):
            sharing = Sharing([row for row in load if row["trunk_id"] == trunk_id], self._settings.queue_ahead_seconds)
            may_dial = [c for c in may_call if c["trunk_id"] == trunk_id and open_places[c["id"]]]
            queued += sharing.fill(may_dial, queue)
        return queued

    def _queue(self, tx: Connection, campaign: Row, zone_ids: Sequence[int], most: int, turns: Turns) -> int:
        wanted = dispatching.due_callbacks(tx, campaign["id"], zone_ids, most)
        due = [row for row in dispatching.due_contacts(tx, campaign, zone_ids, most) if row["id"] not in wanted]
        cap = campaign["max_attempts"]
        exhausted = {row["id"] for row in due if row["attempts"] >= cap + row["extra_attempts"]}
        dispatching.exhaust(tx, sorted(exhausted))
        contact_ids = [*wanted, *(row["id"] for row in due if row["id"] not in exhausted)][:most]
        if not contact_ids:
            return 0
        call_ids = [uuid_utils.uuid7() for _ in contact_ids]
        return dispatching.queue(tx, campaign, contact_ids, call_ids, turns(len(contact_ids)))


def _has_caller_id(campaign: RowMapping) -> bool:
    """Whether the gate would find one to show: that doesn't depend on the callee."""
    row = {**campaign, "campaign_id": campaign["id"], "phone_number": ""}
    return gating.shown(row, Owned(campaign["trunk_caller_id"], campaign["caller_ids"])).wrong is None


def _with_people(tx: Connection, campaigns: Sequence[RowMapping]) -> list[Campaign]:
    """Without those that have nobody free, and with as many channels at most as there are people for."""
    paces = people.paces(tx, campaigns, campaigns[0]["at"], key="id") if campaigns else {}
    found: list[Campaign] = []
    for campaign in campaigns:
        pace = paces.get(campaign["id"])
        if pace is None:
            found.append(campaign)
        elif pace.calls:
            channels = campaign["channels"]
            found.append({**campaign, "channels": pace.calls if channels is None else min(channels, pace.calls)})
    return found


def _open_places(campaign: Campaign, places: Mapping[int, Place]) -> list[int]:
    """Where the campaign's contacts may be called now, as far as hours and holidays go."""
    own = gating.own_rules(campaign)
    at: datetime = campaign["at"]
    default = campaign["default_time_zone"]
    return [
        place_id
        for place_id, place in places.items()
        if rules_for(own, place.regions).permits(place.zones or ((default,) if default else ()), at)
    ]
