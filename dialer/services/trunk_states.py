"""Which trunks calls can go out through now, as a campaign or a group sees them."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from dialer.config import Settings
from dialer.db import transitions, trunk_groups
from dialer.db.rows import Row
from dialer.domain.spreading import spread
from dialer.domain.trunks import TrunkState, trunk_state
from dialer.errors import LimitsUnavailable, NotFound
from dialer.limits.breaker import Breaker
from dialer.limits.slots import node_scope, trunk_scope


@dataclass(frozen=True, slots=True)
class TrunkStanding:
    """A trunk that calls may go over, and how it is."""

    trunk_id: int
    name: str
    node_id: int
    weight: int
    state: TrunkState


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """How the trunks of a group are at `as_of`."""

    trunk_group_id: int
    trunks: Sequence[TrunkStanding]
    as_of: datetime


class TrunkStates:
    """Tells the states of trunks. The breakers are in Redis: while that can't be asked they are taken to be closed, as
    claims ask it again and send nothing without it."""

    def __init__(
        self, engine: Engine, breaker: Breaker, settings: Settings, chance: Callable[[], float] = random.random
    ) -> None:
        self._engine = engine
        self._chance = chance
        self._breaker = breaker
        self._echo_max_age = settings.echo_max_age_seconds

    def of(self, rows: Iterable[Row]) -> dict[int, TrunkState]:
        """The states of trunks by id.

        Args:
            rows: with the columns of `dialer.db.trunk_groups.WAY`.
        """
        by_id = {row["trunk_id"]: row for row in rows}
        scopes = {trunk_scope(i) for i in by_id} | {node_scope(row["node_id"]) for row in by_id.values()}
        try:
            breakers = self._breaker.look(sorted(scopes))
        except LimitsUnavailable:
            return {i: trunk_state(enabled=row["trunk_enabled"], is_heard=row["is_heard"]) for i, row in by_id.items()}
        return {
            i: trunk_state(
                enabled=row["trunk_enabled"],
                is_heard=row["is_heard"],
                breaker=breakers[trunk_scope(i)],
                node=breakers[node_scope(row["node_id"])],
            )
            for i, row in by_id.items()
        }

    def of_campaign(self, tx: Connection, campaign_id: int) -> list[TrunkStanding]:
        """The trunks that a campaign's calls may go over: its only one, or those of its group."""
        return self._standing(trunk_groups.ways_of_campaign(tx, campaign_id, echo_max_age=self._echo_max_age))

    def group(self, group_id: int) -> GroupStanding:
        """The trunks of a group.

        Raises:
            NotFound: there is no such group.
        """
        with self._engine.begin() as tx:
            rows = trunk_groups.ways_of_group(tx, group_id, echo_max_age=self._echo_max_age)
            at = transitions.database_time(tx)
        if not rows:
            raise NotFound(f"There is no trunk group {group_id}.")
        return GroupStanding(group_id, self._standing(rows), at)

    def choose(self, tx: Connection, group_id: int, fits: Callable[[int], bool]) -> int | None:
        """One of a group's trunks by chance, by weight: of those that fit, and of these one that works if any does.

        None: there is none.
        """
        rows = trunk_groups.ways_of_group(tx, group_id, echo_max_age=self._echo_max_age)
        states = self.of(rows)
        weights = {row["trunk_id"]: row["trunk_weight"] for row in rows if fits(row["trunk_id"])}
        working = {trunk_id: weight for trunk_id, weight in weights.items() if states[trunk_id] is TrunkState.UP}
        best = working or weights
        parts = spread(1, best, dict.fromkeys(best, 1), self._chance())
        return next((trunk_id for trunk_id, part in parts.items() if part), None)

    def _standing(self, rows: Sequence[Row]) -> list[TrunkStanding]:
        states = self.of(rows)
        return [
            TrunkStanding(
                row["trunk_id"], row["trunk_name"], row["node_id"], row["trunk_weight"], states[row["trunk_id"]]
            )
            for row in rows
        ]
