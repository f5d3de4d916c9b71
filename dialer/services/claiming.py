"""Claim queued calls of one trunk: gate, limits and claim in one committed transaction."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import uuid_utils.compat as uuid_utils
from sqlalchemy import Connection, Engine

from dialer import failpoints, tracing
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import barrier, claiming, timeline
from dialer.db.rows import Row
from dialer.domain.caller_ids import Owned
from dialer.domain.gate import GateFacts, Refusal, decide
from dialer.domain.trunks import BreakerState
from dialer.failpoints import Step
from dialer.limits.breaker import Breaker
from dialer.limits.limiter import HORIZON_SECONDS, LATENESS_SECONDS, Denied, Limit, Limiter, LimitsStale, Place
from dialer.limits.slots import GLOBAL, Slot, campaign_scope, node_scope, trunk_scope
from dialer.services import gating, people
from dialer.services.refusing import refuse
from dialer.services.witness import Witness


@dataclass(frozen=True, slots=True)
class Node:
    """The PBX that a claim's calls go out through. For `events_port` see the column."""

    id: int
    name: str
    ari_url: str
    ari_username: str
    events_port: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that this process, and no other, must send: not before `send_at`, not after `send_by`.

    Both are moments of this process's monotonic clock; `send_by` is earlier than the row's `dial_by`.
    """

    call_id: UUID
    slot: Slot
    node_id: int
    endpoint: str
    caller_id: str | None
    timeout_seconds: int
    variables: Mapping[str, str]
    send_at: float
    send_by: float


@dataclass(frozen=True, slots=True)
class Batch:
    """What a claim brought.

    Attributes:
        limited_by: the limit that held more calls back (`pace`, or a scope without a free channel): some are waiting.
        refused: how many the gate withdrew: behind them others may be waiting.
        closed: why nothing goes out at all.
    """

    node: Node | None = None
    claimed: tuple[Claimed, ...] = ()
    limited_by: str | None = None
    refused: int = 0
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class _Gated:
    """What the gate let through, and the facts of each."""

    allowed: list[Row]
    facts: Mapping[UUID, GateFacts]
    refused: int


class Claims:
    """Hands out calls to send.

    Args:
        witness: remembers what PostgreSQL may have forgotten.
        prepare: makes ready to send to a node, or raises ConfigurationError: then nothing is claimed for it.
    """

    def __init__(
        self,
        engine: Engine,
        limiter: Limiter,
        breaker: Breaker,
        clock: Clock,
        settings: Settings,
        witness: Witness,
        *,
        prepare: Callable[[Node], object],
    ) -> None:
        self._engine = engine
        self._prepare = prepare
        self._limiter = limiter
        self._breaker = breaker
        self._clock = clock
        self._settings = settings
        self._witness = witness

    def claim(self, trunk_id: int) -> Batch:
        """Claim the next calls of a trunk, as many as gate and limits allow now.

        Raises:
            LimitsUnavailable: Redis can't be asked; nothing was claimed.
        """
        try:
            return self._claim(trunk_id)
        except LimitsStale:
            self.rebuild_limits()
            return Batch(closed="the limits were rebuilt")

    def rebuild_limits(self) -> None:
        """Make Redis hold the slots of the calls that are open, and nothing else."""
        with self._engine.begin() as tx:
            barrier.hold_back_claims(tx)
            self._limiter.rebuild(
                Slot(row["claim_token"], row["trunk_id"], row["campaign_id"]) for row in claiming.open_slots(tx)
            )

    def _claim(self, trunk_id: int) -> Batch:
        with self._engine.begin() as tx:
            begun = tracing.now()
            barrier.share(tx)
            started = self._clock.monotonic()  # before the claim, so that our deadline is earlier than the row's
            failpoints.reach(Step.CLAIM_BEGUN)
            trunk = claiming.trunk(tx, trunk_id, echo_max_age_seconds=self._settings.echo_max_age_seconds)
            closed = self._closed(trunk)
            if trunk is None or closed is not None:
                return Batch(closed=closed)
            node = Node(trunk["node_id"], trunk["node_name"], trunk["ari_url"], trunk["ari_username"])
            self._prepare(node)
            if trunk["history"] is None:
                timeline.record(tx)
            places = math.ceil(float(trunk["cps"]) * HORIZON_SECONDS) + 1
            rows = claiming.candidates(tx, trunk_id, self._settings.claim_batch_size, places=places)
            # With a call at hand, so that no probe is used up in vain.
            breaker = self._breaker.ask(trunk_scope(trunk_id), node_scope(node.id)) if rows else BreakerState.CLOSED
            if breaker is BreakerState.OPEN:
                return Batch(closed="the breaker of the trunk or its node is open")
            gated = self._gate(tx, trunk, rows[:1] if breaker is BreakerState.PROBE else rows)
            if not gated.allowed:
                return Batch(node, refused=gated.refused)
            claimed, limited_by = self._take(trunk, gated, started)
            failpoints.reach(Step.CLAIM_LIMITED)
            if claimed:
                claiming.claim(
                    tx,
                    [_claim_row(c, row, gated.facts[row["id"]]) for c, row in claimed],
                    node_id=node.id,
                    epoch=trunk["listener_epoch"],
                    dial_window_seconds=self._settings.dial_window_ms / 1000,
                )
        failpoints.reach(Step.CLAIM_COMMITTED)
        if tracing.is_on():
            _trace(node, claimed, begun)
        return Batch(node, tuple(c for c, _ in claimed), limited_by, refused=gated.refused)

    def _closed(self, trunk: Row | None) -> str | None:
        """Why nothing goes out through this trunk now: its calls stay queued."""
        if trunk is None:
            return "no such trunk"
        if trunk["stop_at"] is not None:
            return "emergency stop"
        if trunk["history"] not in (None, trunk["history_now"]):
            return "PostgreSQL may have lost commits: it was promoted or restored (dialer ops recover)"
        if not self._witness.vouches_for(trunk["postgres_started_at"]):
            return "PostgreSQL has lost commits: it is a copy of its disk, put back (dialer ops recover)"
        if not (trunk["enabled"] and trunk["node_enabled"]):
            return "trunk or node disabled"
        if not (trunk["listener_alive"] and trunk["echo_recent"]):
            return "no listener on the node"
        if not (trunk["is_simulator"] or self._settings.real_calls_allowed):
            return "real calls are not allowed (DIALER_REAL_CALLS_ALLOWED)"
        return None

    def _gate(self, tx: Connection, trunk: Row, rows: Sequence[Row]) -> "_Gated":
        """The rows that may be dialed; the refused are withdrawn, each for its reason."""
        allowed: list[tuple[Row, GateFacts]] = []
        refused: list[tuple[Row, Refusal, GateFacts]] = []
        numbers: set[str] = set()
        owned = Owned(trunk["caller_id"], trunk["caller_ids"])
        paces = people.paces(tx, rows, rows[0]["at"]) if rows else {}
        for row in rows:
            if row["phone_number"] in numbers:
                # Each dial counts for the next one's caps: a second call to a number waits for the next claim.
                continue
            facts = gating.facts(
                row,
                self._settings,
                owned=owned,
                stopped=trunk["stop_at"] is not None,
                allow_list_only=trunk["allow_list_only"],
                cancelled=row["hangup_requested_at"] is not None,
                people=paces.get(row["campaign_id"]),
            )
            refusal = decide(facts)
            if refusal is None:
                numbers.add(row["phone_number"])
                allowed.append((row, facts))
            else:
                refused.append((row, refusal, facts))
        refuse(tx, refused)
        return _Gated([row for row, _ in allowed], {row["id"]: facts for row, facts in allowed}, len(refused))

    def _take(self, trunk: Row, gated: _Gated, started: float) -> tuple[list[tuple[Claimed, Row]], str | None]:
        """Places in time and channel slots; what got one, and what the others lacked."""
        rows = gated.allowed
        slots = [Slot(uuid_utils.uuid7(), trunk["id"], row["campaign_id"]) for row in rows]
        # Redis answered at some moment between these two: whatever is sent counts as early from the one, as late from
        # the other.
        asked_at = self._clock.monotonic()
        answers = self._limiter.take(slots, self._limits(trunk, gated))
        taken_at = self._clock.monotonic()
        deadline = started + self._settings.dial_window_ms / 1000
        claimed = [
            (
                self._to_send(
                    trunk,
                    row,
                    slot,
                    gated.facts[row["id"]],
                    send_at=taken_at + answer.in_seconds,
                    send_by=min(deadline, asked_at + answer.in_seconds + LATENESS_SECONDS),
                ),
                row,
            )
            for row, slot, answer in zip(rows, slots, answers, strict=True)
            if isinstance(answer, Place)
        ]
        return claimed, next((answer.by for answer in answers if isinstance(answer, Denied)), None)

    def _limits(self, trunk: Row, gated: _Gated) -> list[Limit]:
        limits = {
            GLOBAL: Limit(GLOBAL, self._settings.max_cps, self._settings.max_channels),
            trunk_scope(trunk["id"]): Limit(trunk_scope(trunk["id"]), float(trunk["cps"]), trunk["channels"]),
        }
        for row in gated.allowed:
            if row["campaign_id"] is not None:
                scope = campaign_scope(row["campaign_id"])
                cps = float(row["cps"]) if row["cps"] is not None else None
                # Without one of its own the trunks' limits hold, of which it may have several.
                channels = row["channels"] if row["channels"] is not None else self._settings.max_channels
                pace = gated.facts[row["id"]].people
                if pace is not None:
                    # From the claim to its end a call keeps somebody busy: people are channels.
                    channels = min(channels, pace.calls)
                limits[scope] = Limit(scope, cps, channels)
        return list(limits.values())

    def _to_send(
        self,
        trunk: Row,
        row: Row,
        slot: Slot,
        facts: GateFacts,
        *,
        send_at: float,
        send_by: float,
    ) -> Claimed:
        number = row["phone_number"]
        in_campaign = row["campaign_id"] is not None
        return Claimed(
            call_id=row["id"],
            slot=slot,
            node_id=trunk["node_id"],
            endpoint=trunk["endpoint"].format(number=number, digits=number.lstrip("+"), call_id=row["id"]),
            caller_id=facts.caller_id.caller_id,
            # A region's rule holds for its people, whatever the campaign says for all.
            timeout_seconds=max(
                row["campaign_timeout_seconds"] if in_campaign else row["timeout_seconds"], facts.rules.ring_seconds
            ),
            variables=_variables(row),
            send_at=send_at,
            send_by=send_by,
        )


def _trace(node: Node, claimed: Sequence[tuple[Claimed, Row]], begun: float) -> None:
    ended = tracing.now()
    for call, row in claimed:
        tracing.step(call.call_id, "wait", row["created_at"], begun)
        tracing.step(call.call_id, "gate and claim", begun, ended, **{"dialer.node": node.name})


def _variables(row: Row) -> dict[str, str]:
    """What the dialplan may read about the person called."""
    variables = {key: str(value) for key, value in (row["variables"] or {}).items()}
    if row["name"]:
        variables["CONTACT_NAME"] = row["name"]
    if row["external_id"]:
        variables["CONTACT_EXTERNAL_ID"] = row["external_id"]
    return variables


def _claim_row(claimed: Claimed, row: Row, facts: GateFacts) -> dict[str, Any]:
    in_campaign = row["campaign_id"] is not None
    return {
        "id": claimed.call_id,
        "token": claimed.slot.token,
        "caller_id": claimed.caller_id,
        "timeout_seconds": claimed.timeout_seconds,
        # A call that the callee has asked for may come after the last attempt.
        "max_attempts": max(row["max_attempts"], row["attempt_number"]) if in_campaign else row["call_max_attempts"],
        "policy_version": row["version"] if in_campaign else 1,
        "people": row["people"],
        "gate": orjson.dumps(gating.record(facts)).decode(),
    }
