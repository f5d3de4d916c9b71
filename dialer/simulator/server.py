"""An ARI server without telephones."""

import asyncio
import logging
import weakref
from collections.abc import AsyncIterator

from aiohttp import web

from dialer.clock import Clock, SystemClock
from dialer.simulator import rest_asterisk, rest_bridges, rest_channels
from dialer.simulator.exchange import Exchange
from dialer.simulator.faults import Faults
from dialer.simulator.http import EXCHANGE, FAULTS, STALE, guard
from dialer.simulator.outbound import connecting
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.sockets import SESSIONS, close_all, events_socket

MAX_BODY_BYTES = 40_960
SHUTDOWN_SECONDS = 1.0

log = logging.getLogger(__name__)


def build_app(settings: SimulatorSettings, clock: Clock | None = None) -> web.Application:
    """Make the server. Its PBX starts, and writes to its ledger, when the server does.

    Raises:
        ConfigurationError: At start, if the mix can't be read.
    """
    app = web.Application(middlewares=[guard(settings)], client_max_size=MAX_BODY_BYTES)
    app.add_routes(rest_channels.ROUTES)
    app.add_routes(rest_asterisk.ROUTES)
    app.add_routes(rest_bridges.ROUTES)
    app.router.add_get("/ari/events", events_socket)

    async def life(app: web.Application) -> AsyncIterator[None]:
        exchange = Exchange(settings, clock or SystemClock(), asyncio.get_running_loop())
        app[EXCHANGE] = exchange
        app[FAULTS] = Faults(settings.latency_ms, settings.seed)
        app[STALE] = weakref.WeakSet()
        app[SESSIONS] = set()
        app[rest_asterisk.STARTED_AT] = exchange.now()
        async with connecting(settings, exchange):
            yield
        exchange.stop()

    app.cleanup_ctx.append(life)
    app.on_shutdown.append(close_all)
    return app


def run(settings: SimulatorSettings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        OSError: The address is taken.
        ConfigurationError: The mix can't be read.
    """
    log.info("Simulated PBX on http://%s:%d/ari, ledger %s", settings.host, settings.port, settings.ledger)
    web.run_app(
        build_app(settings),
        host=settings.host,
        port=settings.port,
        print=None,
        access_log=None,
        backlog=1024,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
