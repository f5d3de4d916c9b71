"""Circuit breakers shared by all workers: a trunk or a node that only fails is left alone for a while, then probed."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

import redis
from redis.exceptions import RedisError

from dialer.domain.trunks import BreakerState
from dialer.errors import LimitsUnavailable

FAILURES_TO_OPEN: Final = 5
SHORTEST_PAUSE_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 120.0


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

    def ask(self, *scopes: str) -> BreakerState:
        """May all of `scopes` be used now? `PROBE`: for one call, whose result is then reported.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        return BreakerState(_text(self._run("ask", scopes)))

    def look(self, scopes: Sequence[str]) -> dict[str, BreakerState]:
        """How each of `scopes` is. Only looks: no probe is used up.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        if not scopes:
            return {}
        states = (BreakerState(_text(state)) for state in self._run("look", scopes))
        return dict(zip(scopes, states, strict=True))

    def failed(self, *scopes: str) -> None:
        """A call through `scopes` failed by their fault."""
        self._run("failure", scopes)

    def worked(self, *scopes: str) -> None:
        """A call went through: closed, and the count begins anew."""
        self._run("success", scopes)

    def _run(self, operation: str, scopes: Sequence[str]) -> Any:
        try:
            return self._script(args=[operation, *self._bounds, *scopes])
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error


def _text(item: bytes | str) -> str:
    return item.decode() if isinstance(item, bytes) else item
