"""Find out what became of calls that no answer and no event tells of, by asking the PBX itself.

An originate without an answer is never sent again. Its channel id is occupied by a placeholder, a tomb, so that it
can't dial any more even if it is still waiting inside a stalled PBX; the tomb is held for a while, and only then is
the call ended.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from dialer import failpoints
from dialer.ari.client import AriClient, Channel
from dialer.ari.errors import Refused
from dialer.config import Settings
from dialer.db import correcting, reconciling, transitions
from dialer.db.rows import Row
from dialer.domain.dispositions import Disposition
from dialer.errors import AriError, ConfigurationError, LimitsUnavailable
from dialer.failpoints import Step
from dialer.limits.limiter import Limiter
from dialer.services.claiming import Node
from dialer.services.ending import Ending, end_calls
from dialer.services.pbx_records import FOUND_IN_RECORDS, PbxRecords, RecordedEnd

log = logging.getLogger(__name__)

_UP: Final = "Up"
_OVERDUE_SECONDS: Final = 10.0
"""The PBX ends ringing at the call's timeout. Redirects and faults may keep it from that."""


class Reconciling:
    """Every method may be called again at any moment, by anybody: each step is a compare-and-set.

    Args:
        records: what the PBXs have written down themselves; asked before a call is ended by anything less.
    """

    def __init__(
        self,
        engine: Engine,
        limiter: Limiter,
        client_for: Callable[[Node], AriClient],
        settings: Settings,
        records: PbxRecords | None = None,
    ) -> None:
        self._engine = engine
        self._limiter = limiter
        self._client_for = client_for
        self._settings = settings
        self._records = records or PbxRecords(None, "", "")

    def tick(self) -> None:
        """Look into every node. One that doesn't answer is left for the next time."""
        with self._engine.begin() as tx:
            rows = reconciling.nodes(tx)
        for row in rows:
            node = Node(row["id"], row["name"], row["ari_url"], row["ari_username"])
            try:
                self.reconcile(node)
            except (AriError, ConfigurationError) as error:
                log.warning("node %s can't be asked what became of its calls: %s", node.name, error)
                self._give_up(node)

    def reconcile(self, node: Node) -> None:
        """Settle the calls of one node that are without news.

        Raises:
            AriError: the PBX doesn't answer; what wasn't settled stays as it is.
        """
        with self._engine.connect() as lock:
            if not reconciling.try_lock(lock, node.id):
                return
            client = self._client_for(node)
            client.info(fresh=True)  # while the PBX takes no new connection, nothing that it doesn't say is evidence
            self._look_for_unheard(node, client)
            listed = self._compare_with_list(node, client)
            self._end_held_tombs(node, client)
            self._give_up(node, but=listed)

    def _look_for_unheard(self, node: Node, client: AriClient) -> None:
        with self._engine.begin() as tx:
            rows = reconciling.unheard(tx, node.id, grace_seconds=self._settings.reconcile_grace_seconds)
        told = self._end_by_records([row["id"] for row in rows])
        for row in rows:
            if row["id"] in told:
                continue
            try:
                self._look_for(client, row["id"])
            except Refused as error:  # an answer: the others may fare better
                log.error("call %s can't be looked into: %s", row["id"], error)  # noqa: TRY400

    def _look_for(self, client: AriClient, call_id: UUID) -> None:
        channel = client.channel(call_id)
        if channel is None and client.create_tomb(call_id):
            failpoints.reach(Step.TOMB_PLACED)
            log.info("call %s: no channel; a tomb occupies its id", call_id)
            with self._engine.begin() as tx:
                reconciling.bury(tx, call_id)
            return
        channel = channel or client.channel(call_id)
        if channel is not None:
            self._take_up(client, call_id, channel)

    def _take_up(self, client: AriClient, call_id: UUID, channel: Channel) -> None:
        with self._engine.begin() as tx:
            if channel.is_tomb:  # placed by a reconcile that didn't live to write it down
                reconciling.bury(tx, call_id)
            else:
                reconciling.adopt(tx, call_id, channel=channel.name, up=channel.state == _UP)
        if not channel.is_tomb:
            log.info("call %s: adopted, its channel is %s", call_id, channel.state)
            client.subscribe(call_id)

    def _end_held_tombs(self, node: Node, client: AriClient) -> None:
        hold = self._settings.tomb_hold_seconds

        def find(tx: Connection) -> list[Ending]:
            return [_held(row) for row in reconciling.tombs_held(tx, node.id, hold_seconds=hold)]

        for call_id in self._end(find):
            client.hang_up(call_id)

    def _compare_with_list(self, node: Node, client: AriClient) -> set[UUID]:
        """Judge by the PBX's list of channels; returns the ids on it."""
        grace, hold = self._settings.reconcile_grace_seconds, self._settings.tomb_hold_seconds
        with self._engine.begin() as tx:
            underway = reconciling.underway(tx, node.id, grace_seconds=grace)
            buried = reconciling.buried(tx, node.id)
        channels = {channel.id: channel for channel in client.channels()}
        listed = set(_uuids(channels))
        # A worker that slept may have written down its answer after a tomb was placed: the tomb is not the call.
        living = {call_id for call_id in listed if not channels[str(call_id)].is_tomb}
        missing = [row["id"] for row in underway if row["id"] not in living]

        def find(tx: Connection) -> list[Ending]:
            lost = reconciling.lost(tx, node.id, missing, grace_seconds=grace, hold_seconds=hold)
            return [_missed(row, "its end was missed") for row in lost]

        self._end(find)
        with self._engine.begin() as tx:
            # A tomb lives only while somebody listens to our application. Without it the id is free.
            reconciling.unbury(tx, [call_id for call_id in buried if call_id not in listed])
            reconciling.note_missing(tx, [row["id"] for row in underway], missing)
            for row in underway:
                channel = channels.get(str(row["id"]))
                if channel is not None and channel.state == _UP and row["state"] != "up":
                    reconciling.adopt(tx, row["id"], channel=channel.name, up=True)
            overdue = reconciling.overdue(tx, node.id, grace_seconds=_OVERDUE_SECONDS)
            over = reconciling.ended_among(tx, list(listed))
        for call_id in over:
            log.info("call %s is over; its channel is hung up", call_id)
            client.hang_up(call_id)
        for call_id in overdue & listed:
            log.warning("call %s rings past its timeout; it is hung up", call_id)
            client.hang_up(call_id, "no_answer")
        return listed

    def _give_up(self, node: Node, *, but: Collection[UUID] = ()) -> None:
        """Every attempt ends: also those on a PBX that never comes back, or that nobody ever listens to again."""
        seconds = self._settings.node_lost_seconds

        def find(tx: Connection) -> list[Ending]:
            rows = reconciling.abandoned(tx, node.id, lost_seconds=seconds)
            return [_missed(row, "nothing was heard of its PBX any more") for row in rows if row["id"] not in but]

        self._end(find)

    def _end_by_records(self, call_ids: Sequence[UUID]) -> Collection[UUID]:
        """End those of which the PBX has written down that they are over; returns their ids."""
        told = self._records.ends_of(call_ids)
        self._settle(sorted(told), lambda _: [Ending(call_id) for call_id in told], told)
        return told.keys()

    def _end(self, find: Callable[[Connection], list[Ending]]) -> list[UUID]:
        """End what `find` finds, if it still finds it once the rows are locked: an event may have been faster."""
        with self._engine.begin() as tx:
            found = [ending.call_id for ending in find(tx)]
        # Another database, so outside of any transaction.
        return self._settle(found, find, self._records.ends_of(found))

    def _settle(
        self, found: Sequence[UUID], find: Callable[[Connection], list[Ending]], told: Mapping[UUID, RecordedEnd]
    ) -> list[UUID]:
        if not found:
            return []
        with self._engine.begin() as tx:
            transitions.lock_in_order(tx, found, with_contacts=True)
            endings = [_as_told(ending, told) for ending in find(tx) if ending.call_id in found]
            correcting.learn(tx, [_lesson(e.call_id, told[e.call_id]) for e in endings if e.call_id in told])
            slots = end_calls(tx, endings)
        try:
            self._limiter.release(slots)
        except LimitsUnavailable as error:
            log.warning("%d slots were not released: %s", len(slots), error)
        return [ending.call_id for ending in endings]


def _as_told(ending: Ending, told: Mapping[UUID, RecordedEnd]) -> Ending:
    """The ending as the PBX's records have it, where they have one."""
    end = told.get(ending.call_id)
    return ending if end is None else Ending(ending.call_id, hangup=end.hangup, failure_reason=FOUND_IN_RECORDS)


def _lesson(call_id: UUID, end: RecordedEnd) -> dict[str, Any]:
    return {"id": call_id, "channel": end.channel, "answered_at": end.answered_at}


def _held(row: Row) -> Ending:
    """The end of a call whose tomb has stood long enough."""
    if row["heard_all"]:
        return Ending(row["id"], Disposition.NOT_DIALED, failure_reason="no channel, no event")
    return Ending(row["id"], Disposition.INDETERMINATE, failure_reason="no channel; events may have been missed")


def _missed(row: Row, reason: str) -> Ending:
    """The end of a call that nobody heard. That it was answered is known, if it is."""
    known = Disposition.ANSWERED if row["answered_at"] is not None else Disposition.INDETERMINATE
    return Ending(row["id"], known, failure_reason=reason)


def _uuids(channel_ids: Iterable[str]) -> Iterable[UUID]:
    for channel_id in channel_ids:
        try:
            yield UUID(channel_id)
        except ValueError:
            continue  # not one of ours
