"""What a live stream is made of, read from PostgreSQL for all readers of a process at once."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from dialer.db import campaigns, streaming
from dialer.db.streaming import EndedCall, Place
from dialer.errors import InvalidInput, NotFound
from dialer.services.stats import CampaignStats, stats_of
from dialer.services.trunk_states import TrunkStates

BATCH: Final = 200
"""Calls of a campaign that are read at once."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a history of PostgreSQL, as readers are given it (`Last-Event-ID`)."""

    history: str
    place: Place

    def __str__(self) -> str:
        return f"{self.history}.{self.place.xact}.{self.place.call_id}"

    @classmethod
    def parse(cls, given: str) -> "Cursor":
        """Raises:
        InvalidInput: not one of ours.
        """
        history, _, rest = given.partition(".")
        xact, _, call_id = rest.partition(".")
        try:
            if not (xact.isascii() and xact.isdigit() and len(xact) < 20):
                raise ValueError(xact)
            return cls(history, Place(int(xact), UUID(call_id)))
        except ValueError as error:
            message = "is not the id of an event of this stream"
            raise InvalidInput(
                f"Last-Event-ID {message}.", errors=[{"field": "Last-Event-ID", "message": message}]
            ) from error


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a reader begins.

    Attributes:
        resumed: nothing was missed since the place that the reader named; None: it named none.
    """

    cursor: Cursor
    resumed: bool | None


@dataclass(frozen=True, slots=True)
class Round:
    """What there is to tell.

    Attributes:
        calls: by the campaign and place that was asked for, in order.
        stats: by campaign.
        is_complete: all calls of the settled past were read.
    """

    history: str
    calls: Mapping[tuple[int, Place], Sequence[EndedCall]]
    stats: Mapping[int, CampaignStats]
    is_complete: bool


class Feed:
    """Reads what live streams tell."""

    def __init__(self, engine: Engine, states: TrunkStates) -> None:
        self._engine = engine
        self._states = states

    def begin(self, campaign_id: int, last_event_id: str | None) -> Beginning:
        """Where a reader begins: behind the event that it had last, or now.

        A place of another history of this PostgreSQL, as before a backup was restored, can't be gone on from.

        Raises:
            InvalidInput: `last_event_id` is not one of ours.
            NotFound: no such campaign.
        """
        asked = Cursor.parse(last_event_id) if last_event_id else None
        with self._snapshot() as tx:
            if campaigns.get(tx, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            settled = streaming.settled(tx)
            history = _short(settled.history)
            if asked is not None and asked.history == history and asked.place.xact < settled.before:
                return Beginning(asked, resumed=True)
            place = streaming.last(tx, campaign_id, settled.before)
        return Beginning(Cursor(history, place), resumed=None if asked is None else False)

    def read(self, asked: Collection[tuple[int, Place]], counted: Collection[int]) -> Round:
        """By one snapshot: the next calls for each of `asked` (a campaign, a place in it), the counts of `counted`."""
        wanted = list(asked)
        calls: dict[tuple[int, Place], list[EndedCall]] = {key: [] for key in wanted}
        with self._snapshot() as tx:
            settled = streaming.settled(tx)
            for index, call in streaming.ended(tx, wanted, before=settled.before, limit=BATCH):
                calls[wanted[index]].append(call)
            found = [campaign for i in sorted(counted) if (campaign := campaigns.get(tx, i)) is not None]
            stats = {campaign.id: stats_of(tx, campaign, self._states) for campaign in found}
        is_complete = all(len(found) < BATCH for found in calls.values())
        return Round(_short(settled.history), calls, stats, is_complete)

    def _snapshot(self) -> Connection:
        return self._engine.connect().execution_options(isolation_level="REPEATABLE READ")


def _short(history: str) -> str:
    return hashlib.sha256(history.encode()).hexdigest()[:8]
