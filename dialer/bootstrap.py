"""Where the parts are put together: settings in, services out. Nothing is connected before it is used."""

from functools import cached_property

import redis
from sqlalchemy import Engine

from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.db.engine import create_engine
from dialer.errors import ConfigurationError
from dialer.services.auth import Auth
from dialer.services.calls import Calls
from dialer.services.campaigns import Campaigns
from dialer.services.contacts import Contacts
from dialer.services.control import ControlRoom
from dialer.services.dnc import DncList
from dialer.services.health import Health
from dialer.services.nudges import NoNudges, Nudges
from dialer.services.passwords import Passwords
from dialer.services.single_calls import SingleCalls
from dialer.services.stats import Stats
from dialer.services.telephony import Telephony
from dialer.services.users import Users


class Dialer:
    """One process's parts, made on first use and shared within the process.

    Args:
        settings: with `database_url` and `redis_url` set (see `dialer.embedded.servers.resolve`).
        nudges: how the workers are told that there is something to do.
    """

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, name: str = "dialer", nudges: Nudges | None = None
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.nudges: Nudges = nudges or NoNudges()
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

    @cached_property
    def auth(self) -> Auth:
        return Auth(self.engine, self.clock, self.settings, Passwords())

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.engine)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.engine, self.clock)

    @cached_property
    def contacts(self) -> Contacts:
        return Contacts(self.engine)

    @cached_property
    def control(self) -> ControlRoom:
        return ControlRoom(self.engine, self.clock)

    @cached_property
    def dnc(self) -> DncList:
        return DncList(self.engine, self.clock, self.settings)

    @cached_property
    def health(self) -> Health:
        return Health(self.engine, self.redis)

    @cached_property
    def single_calls(self) -> SingleCalls:
        return SingleCalls(self.engine, self.clock, self.settings, self.nudges, self.calls)

    @cached_property
    def stats(self) -> Stats:
        return Stats(self.engine)

    @cached_property
    def telephony(self) -> Telephony:
        return Telephony(self.engine, self.clock)

    @cached_property
    def users(self) -> Users:
        return Users(self.engine, Passwords())

    def close(self) -> None:
        """Let go of all connections."""
        for part in ("engine", "redis"):
            made = self.__dict__.pop(part, None)
            if isinstance(made, Engine):
                made.dispose()
            elif isinstance(made, redis.Redis):
                made.close()
