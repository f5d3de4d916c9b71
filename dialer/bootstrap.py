"""Where the parts are put together: settings in, services out. Nothing is connected before it is used."""

from functools import cached_property

import redis
from sqlalchemy import Engine

from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.db.engine import create_engine
from dialer.errors import ConfigurationError


class Dialer:
    """One process's parts, made on first use and shared within the process.

    Args:
        settings: with `database_url` and `redis_url` set (see `dialer.embedded.servers.resolve`).
    """

    def __init__(self, settings: Settings, *, clock: Clock | None = None, name: str = "dialer") -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.name = name

    @cached_property
    def engine(self) -> Engine:
        if self.settings.database_url is None:
            raise ConfigurationError("DIALER_DATABASE_URL is not set")
        return create_engine(
            self.settings.database_url, pool_size=self.settings.database_pool_size, application_name=self.name
        )

    @cached_property
    def redis(self) -> redis.Redis:
        if self.settings.redis_url is None:
            raise ConfigurationError("DIALER_REDIS_URL is not set")
        return redis.Redis.from_url(
            self.settings.redis_url, socket_timeout=1.0, socket_connect_timeout=1.0, client_name=self.name
        )

    def close(self) -> None:
        """Let go of all connections."""
        for part in ("engine", "redis"):
            made = self.__dict__.pop(part, None)
            if isinstance(made, Engine):
                made.dispose()
            elif isinstance(made, redis.Redis):
                made.close()
