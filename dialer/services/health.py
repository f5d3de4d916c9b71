"""Is everything there that a request needs?"""

from dataclasses import dataclass

import redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dialer.db import migrate


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at; `detail` says what is wrong."""

    name: str
    ok: bool
    detail: str | None = None


class Health:
    """Looks at PostgreSQL, its schema and Redis, each by itself."""

    def __init__(self, engine: Engine, client: redis.Redis) -> None:
        self._engine = engine
        self._redis = client

    def check(self) -> list[Check]:
        """Every check, whether or not the others pass."""
        return [self._postgresql(), self._migrations(), self._redis_answers()]

    def _postgresql(self) -> Check:
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return Check("postgresql", False, _first_line(error))
        return Check("postgresql", True)

    def _migrations(self) -> Check:
        url = self._engine.url.render_as_string(hide_password=False)
        try:
            current = migrate.is_current(url)
        except SQLAlchemyError as error:
            return Check("migrations", False, _first_line(error))
        return Check("migrations", current, None if current else "run `dialer db upgrade`")

    def _redis_answers(self) -> Check:
        try:
            self._redis.ping()
        except RedisError as error:
            return Check("redis", False, _first_line(error))
        return Check("redis", True)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
