"""A circuit breaker shared by all workers: a trunk that only fails is left alone for a while, then probed."""

from enum import StrEnum
from importlib.resources import files
from typing import Any, Final

import redis
from redis.exceptions import RedisError

from dialer.errors import LimitsUnavailable

FAILURES_TO_OPEN: Final = 5
SHORTEST_PAUSE_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 120.0


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBE = "probe"
    """It was open; one call may find out whether it still has to be."""


class Breaker:
    """Counts failures in a row by scope. Fails closed: without Redis nothing may be dialed."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        failures: int = FAILURES_TO_OPEN,
        shortest_pause_seconds: float = SHORTEST_PAUSE_SECONDS,
        longest_pause_seconds: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self._client = client
        self._script = client.register_script(files("dialer.limits").joinpath("breaker.lua").read_text("utf-8"))
        self._bounds = (failures, int(shortest_pause_seconds * 1e6), int(longest_pause_seconds * 1e6))

    def ask(self, scope: str) -> BreakerState:
        """May `scope` be used now? `PROBE`: for one call, whose result is then reported.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        answer: Any = self._run("ask", scope)
        return BreakerState(answer.decode() if isinstance(answer, bytes) else answer)

    def failed(self, scope: str) -> None:
        """A call through `scope` failed by its fault."""
        self._run("failure", scope)

    def worked(self, scope: str) -> None:
        """A call went through: closed, and the count begins anew."""
        self._run("success", scope)

    def is_open(self, scope: str) -> bool:
        """Whether `scope` is left alone or being probed. Only looks: no probe is used up."""
        try:
            return self._client.hget(f"breaker:{scope}", "open_until") not in (None, b"0", "0")
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error

    def _run(self, operation: str, scope: str) -> Any:
        try:
            return self._script(args=[operation, scope, *self._bounds])
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error
