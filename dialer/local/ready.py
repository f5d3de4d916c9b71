"""Bring a whole dialer up on this machine, ready to dial, and take it down again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import requests

from dialer.bootstrap import Dialer
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db.migrate import upgrade
from dialer.embedded.servers import EmbeddedServers
from dialer.errors import Conflict
from dialer.local.parts import PartFailed
from dialer.local.stack import Stack, parts
from dialer.local.supervisor import Supervisor
from dialer.services.users import Role

_READY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Running:
    """A dialer whose parts all run."""

    dialer: Dialer
    supervisor: Supervisor
    servers: EmbeddedServers


@contextmanager
def running(given: Settings, stack: Stack, clock: Clock) -> Iterator[Running]:
    """Servers, schema and parts; everything that was started ends with the block, however it is left.

    Raises:
        ConfigurationError, ServerFailed, PartFailed: what doesn't start, and why.
    """
    servers = EmbeddedServers(given)
    with servers as settings:
        upgrade(settings.database_url or "")
        dialer = Dialer(settings, clock=clock, name="dialer-local")
        try:
            with Supervisor(settings.data_dir, parts(settings, stack), clock) as supervisor:
                supervisor.wait_until_running(_READY_SECONDS)
                _wait_for_api(stack, supervisor, clock)
                yield Running(dialer, supervisor, servers)
        finally:
            dialer.close()


def _wait_for_api(stack: Stack, supervisor: Supervisor, clock: Clock) -> None:
    deadline = clock.monotonic() + _READY_SECONDS
    while clock.monotonic() < deadline:
        try:
            if requests.get(f"{stack.ports.api_url}/readyz", timeout=2).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        clock.sleep(0.1)
    raise PartFailed(f"The API is not ready. Its log: {supervisor.log('api')}")


def ensure_user(dialer: Dialer, username: str, password: str, role: Role) -> None:
    """Make the user unless there is one of that name."""
    with suppress(Conflict):
        dialer.users.create(username, password, role)
