"""Turn due contacts into queued calls: every second, a few seconds of work ahead, for zones that are open."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import uuid_utils.compat as uuid_utils
from sqlalchemy import Connection, Engine, RowMapping

from dialer import failpoints
from dialer.config import Settings
from dialer.db import dispatching
from dialer.db.dispatching import Place
from dialer.domain.profiles import rules_for
from dialer.failpoints import Step
from dialer.services import gating
from dialer.services.nudges import Nudges

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
        campaigns = [campaign for campaign in campaigns if campaign["trunk_is_up"]]
        if not campaigns:
            return 0
        places = dispatching.places(tx)
        load = dispatching.load(tx)
        sharing = _count_by_trunk(campaigns)
        queued = 0
        for campaign in campaigns:
            room = _room(campaign, load, sharing[campaign["trunk_id"]], self._settings.queue_ahead_seconds)
            open_places = _open_places(campaign, places)
            if room > 0 and open_places:
                queued += self._queue(tx, campaign, open_places, room)
        return queued

    def _queue(self, tx: Connection, campaign: RowMapping, zone_ids: Sequence[int], most: int) -> int:
        due = dispatching.due_contacts(tx, campaign["id"], zone_ids, most)
        cap = campaign["max_attempts"]
        dispatching.exhaust(tx, [row["id"] for row in due if row["attempts"] >= cap])
        contact_ids = [row["id"] for row in due if row["attempts"] < cap]
        if not contact_ids:
            return 0
        return dispatching.queue(tx, campaign, contact_ids, [uuid_utils.uuid7() for _ in contact_ids])


def _count_by_trunk(campaigns: Sequence[RowMapping]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for campaign in campaigns:
        counts[campaign["trunk_id"]] = counts.get(campaign["trunk_id"], 0) + 1
    return counts


def _room(campaign: RowMapping, load: Sequence[RowMapping], sharing: int, ahead_seconds: float) -> int:
    """How many more calls of a campaign may be queued.

    As many as its share of the trunk dials in `ahead_seconds`, but where channels are the narrower limit, not more
    than soon will be free: a call that waits long in the queue is a decision made too early.
    """
    trunk_open = sum(row["open"] for row in load if row["trunk_id"] == campaign["trunk_id"])
    own = [row for row in load if row["campaign_id"] == campaign["id"]]
    own_queued, own_open = sum(row["queued"] for row in own), sum(row["open"] for row in own)
    cps: float = min(float(campaign["trunk_cps"]) / sharing, float(campaign["cps"] or math.inf))
    soon = _soon_free(campaign["trunk_channels"], trunk_open) / sharing
    if campaign["channels"] is not None:
        soon = min(soon, _soon_free(campaign["channels"], own_open))
    room: int = math.ceil(min(cps * ahead_seconds, soon)) - own_queued
    return room


def _soon_free(channels: int, in_use: int) -> float:
    return max(channels - in_use, 0) + max(channels / 5, 5)


def _open_places(campaign: RowMapping, places: Mapping[int, Place]) -> list[int]:
    """Where the campaign's contacts may be called now, as far as hours and holidays go."""
    own = gating.own_rules(campaign)
    at: datetime = campaign["at"]
    default = campaign["default_time_zone"]
    return [
        place_id
        for place_id, place in places.items()
        if rules_for(own, place.regions).permits(place.zones or ((default,) if default else ()), at)
    ]
