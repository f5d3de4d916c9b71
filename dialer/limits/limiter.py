"""CPS and channels, for all workers together, in Redis.

Each call gets a place in time of its own, in each of its limits at least that limit's interval away from all others.
Without Redis, or with one that has forgotten, nothing is dialed.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import orjson
import redis
from redis.exceptions import RedisError, ResponseError

from dialer.domain.pacing import interval_seconds
from dialer.errors import LimitsUnavailable
from dialer.limits.slots import Slot

LATENESS_SECONDS: Final = 0.04
"""A request written this long after its place still fits the window; later ones are not sent."""

HORIZON_SECONDS: Final = 0.5
"""How far ahead places are given away: what one worker may hold when it is killed."""


FORGET_SECONDS: Final = 5.0
"""Half of what an outcome says about a trunk is forgotten after this time."""
TROUBLE: Final = 0.3
"""A trunk is in trouble if so large a part of its calls ends in congestion or by its fault, …"""
LEAST_BAD: Final = 3.0
"""… and these are so many."""
CUT: Final = 0.5
"""Then so much of its pace is left, …"""
FLOOR: Final = 0.05
"""… never less than this in the end, …"""
SETTLE_SECONDS: Final = 2.0
"""… not again before this time has passed, …"""
RECOVERY_SECONDS: Final = 20.0
"""… and all of it comes back, evenly, in this time."""


class LimitsStale(LimitsUnavailable):
    """Redis is there but does not know the open calls (restart, FLUSHALL, failover): rebuild first."""

    code = "limits_stale"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: at most `cps` calls per second (None: no limit of its own) and `channels` at once."""

    scope: str
    cps: float | None
    channels: int


@dataclass(frozen=True, slots=True)
class Place:
    """Dial, this many seconds after Redis answered; `at_us` is the same moment on Redis's clock, in microseconds."""

    in_seconds: float
    at_us: int


@dataclass(frozen=True, slots=True)
class Denied:
    """Not now: `pace`, or the scope whose channels are all in use."""

    by: str


class Limiter:
    """Takes and gives back. Every method raises LimitsUnavailable when Redis can't be asked."""

    def __init__(self, client: redis.Redis) -> None:
        self._take = client.register_script(_source("take"))
        self._release = client.register_script(_source("release"))
        self._outcomes = client.register_script(_source("outcomes"))
        self._rebuild = client.register_script(_source("rebuild"))
        self._client = client

    def take(self, slots: Sequence[Slot], limits: Iterable[Limit]) -> list[Place | Denied]:
        """A place, or a denial, for each of `slots`, in order, in one round trip.

        Args:
            limits: one for every scope that the slots count against.

        Raises:
            LimitsStale: the slots in Redis are not those of the open calls.
        """
        scopes = list(limits)
        index = {limit.scope: i for i, limit in enumerate(scopes, start=1)}
        answer = self._run(
            self._take,
            {
                "scopes": [
                    {"name": s.scope, "interval_us": _interval_us(s.cps), "channels": s.channels} for s in scopes
                ],
                "calls": [[str(slot.token), [index[scope] for scope in slot.scopes()]] for slot in slots],
                "horizon_us": HORIZON_SECONDS * 1e6,
                "recovery_us": RECOVERY_SECONDS * 1e6,
            },
        )
        now = int(answer[0])
        return [
            Place((int(item) - now) / 1e6, int(item)) if item.isdigit() else Denied(_text(item)) for item in answer[1:]
        ]

    def release(self, slots: Iterable[Slot]) -> int:
        """Give slots back; how many scopes were freed. Slots that aren't held are ignored."""
        entries = _by_scope(slots)
        return int(self._run(self._release, entries)) if entries else 0

    def release_tokens(self, tokens_by_scope: dict[str, list[str]]) -> int:
        """As `release`, for tokens that no call owns any more."""
        return int(self._run(self._release, list(tokens_by_scope.items()))) if tokens_by_scope else 0

    def report(self, scope: str, *, good: int, bad: int) -> float:
        """Say how calls of a trunk ended: many that are the trunk's fault, or congestion, slow it down for a while.

        Returns:
            The share of its pace that the trunk has left, up to 1.
        """
        request = {
            "scope": scope,
            "good": good,
            "bad": bad,
            "forget_us": FORGET_SECONDS * 1e6,
            "trouble": TROUBLE,
            "least_bad": LEAST_BAD,
            "cut": CUT,
            "floor": FLOOR,
            "settle_us": SETTLE_SECONDS * 1e6,
            "recovery_us": RECOVERY_SECONDS * 1e6,
        }
        return int(self._run(self._outcomes, request)) / 1000

    def share(self, scope: str) -> float:
        """The share of its pace that a trunk has left, up to 1. Only looks."""
        try:
            with self._client.pipeline(transaction=False) as pipe:
                pipe.time()
                pipe.hmget(f"limits:slow:{scope}", "factor", "cut_at")
                (seconds, micros), (factor, cut_at) = pipe.execute()
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error
        if factor is None:
            return 1.0
        # As take.lua has it.
        recovered: float = (seconds + micros / 1e6 - float(cut_at) / 1e6) / RECOVERY_SECONDS
        return min(1.0, float(factor) + recovered)

    def rebuild(self, open_slots: Iterable[Slot]) -> None:
        """Make Redis hold `open_slots` and nothing else. The caller holds back all claims meanwhile."""
        self._run(self._rebuild, _by_scope(open_slots))

    def held(self) -> dict[str, set[str]]:
        """The tokens held in each scope."""
        try:
            scopes = [_text(scope) for scope in self._client.smembers("limits:scopes")]
            return {s: {_text(t) for t in self._client.smembers(f"limits:slots:{s}")} for s in scopes}
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error

    def used(self, scope: str) -> int:
        """How many channels of a scope are held."""
        try:
            return int(self._client.scard(f"limits:slots:{scope}"))
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error

    def _run(self, script: Any, request: Any) -> Any:
        try:
            return script(args=[orjson.dumps(request)])
        except ResponseError as error:
            if str(error).startswith("STALE"):
                raise LimitsStale("Redis has lost the limits; they must be rebuilt") from error
            raise LimitsUnavailable(f"Redis refused: {error}") from error
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error


def _interval_us(cps: float | None) -> int:
    return 0 if cps is None else math.ceil(interval_seconds(cps) * 1e6)


def _by_scope(slots: Iterable[Slot]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for slot in slots:
        for scope in slot.scopes():
            found.setdefault(scope, []).append(str(slot.token))
    return list(found.items())


def _text(item: bytes | str) -> str:
    return item.decode() if isinstance(item, bytes) else item


def _source(name: str) -> str:
    return files("dialer.limits").joinpath(f"{name}.lua").read_text("utf-8")
