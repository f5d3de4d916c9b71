"""The simulator in a thread of this process, for tests and tools that block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from dialer.simulator.server import SHUTDOWN_SECONDS, build_app
from dialer.simulator.settings import SimulatorSettings

START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """Where a simulator listens. `url` has no slash at its end; ARI is under `/ari`."""

    settings: SimulatorSettings
    url: str
    port: int

    def events_url(self, app: str = "dialer") -> str:
        """The WebSocket's address, credentials included."""
        password = self.settings.password.get_secret_value()
        return f"ws://{self.settings.host}:{self.port}/ari/events?app={app}&api_key={self.settings.user}:{password}"


@contextmanager
def running_simulator(settings: SimulatorSettings) -> Iterator[RunningSimulator]:
    """Serve on `settings.port` (0: any free one) until the block ends.

    Raises:
        OSError: The port is taken.
        ConfigurationError: The mix can't be read.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    runner = web.AppRunner(build_app(settings), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
        await site.start()
        return int(runner.addresses[0][1])

    try:
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(START_SECONDS)
        yield RunningSimulator(settings, f"http://{settings.host}:{port}", port)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(START_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_SECONDS)
        loop.close()
