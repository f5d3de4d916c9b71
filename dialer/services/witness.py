"""Somebody outside PostgreSQL who remembers how far it has come: a copy of its disk that is put back doesn't know that
it is one, and tells the same history, only less of it."""

import logging
from datetime import datetime
from typing import Final

import redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from dialer.db import timeline
from dialer.errors import LimitsUnavailable

log = logging.getLogger(__name__)

_KEY: Final = "history:reached"
"""A hash: by history, the end of the WAL that was on disk when somebody last looked."""


class Witness:
    """Redis. What has been on disk can't be undone by a crash, so that PostgreSQL has it too unless it was exchanged.

    Redis may forget: then nothing is noticed until it knows again, a second later.
    """

    def __init__(self, engine: Engine, client: "redis.Redis") -> None:
        self._engine = engine
        self._redis = client
        self._vouched_for: datetime | None = None

    def look(self) -> bool:
        """Compare, and remember how far PostgreSQL has come by now. Where it has gone back, claims are closed until a
        recovery.

        Returns:
            Whether it has not.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        known = self._read()  # first: what PostgreSQL says afterwards is later
        with self._engine.begin() as tx:
            recorded, current = timeline.read(tx)
            reached = timeline.reached(tx)
            if reached < known.get(current, 0):
                if recorded in (None, current):
                    log.error("PostgreSQL has gone back: it is a copy of its disk (dialer ops recover)")
                    timeline.doubt(tx)
                return False
        self._write(current, reached)
        return True

    def vouches_for(self, started_at: datetime) -> bool:
        """Whether the PostgreSQL that was started at this moment has all that the one before had.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        if self._vouched_for != started_at:
            if not self.look():
                return False
            self._vouched_for = started_at
        return True

    def forget(self) -> None:
        """A recovery has accepted PostgreSQL as it is.

        Raises:
            LimitsUnavailable: Redis can't be asked.
        """
        try:
            self._redis.delete(_KEY)
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error

    def _read(self) -> dict[str, int]:
        try:
            found = self._redis.hgetall(_KEY)
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error
        return {_text(history): int(reached) for history, reached in found.items()}

    def _write(self, history: str, reached: int) -> None:
        try:
            self._redis.hset(_KEY, history, reached)
        except RedisError as error:
            raise LimitsUnavailable(f"Redis can't be asked: {error}") from error


def _text(item: bytes | str) -> str:
    return item.decode() if isinstance(item, bytes) else item
