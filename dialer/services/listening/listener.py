"""The listener of one PBX node: stands by, leads, connects, follows; and stops rather than lead beside another."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dialer.ari.client import AriClient
from dialer.ari.events import EVENT_TYPES
from dialer.ari.server import EventServer
from dialer.ari.socket import EventSource
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import nodes
from dialer.errors import AriError
from dialer.limits.limiter import Limiter
from dialer.services.dnc import DncList
from dialer.services.listening.commands import Commands
from dialer.services.listening.duties import Duties
from dialer.services.listening.errors import ReignOver
from dialer.services.listening.following import Following
from dialer.services.listening.leading import Reign, stand_by
from dialer.services.listening.pulse import STALLED_AFTER_LEASES, Pulse
from dialer.services.listening.session import Session

log = logging.getLogger(__name__)

_RECONNECT_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
_REFUSED_NODE_SECONDS: Final = 5.0
_ACCEPT_SECONDS: Final = 2.0
_THREAD: Final = "events"


@dataclass(frozen=True, slots=True)
class Pbx:
    """A node, and the ways to it.

    Attributes:
        client: for requests.
        connect: opens the socket on which it tells its events.
        server: where it connects itself instead, and tells first what has waited meanwhile.
    """

    node_id: int
    name: str
    client: AriClient
    connect: Callable[[], EventSource]
    server: EventServer | None = None


class Listener:
    """Follows one node until it is told to stop."""

    def __init__(self, pbx: Pbx, engine: Engine, limiter: Limiter, clock: Clock, settings: Settings) -> None:
        self._pbx = pbx
        self._engine = engine
        self._limiter = limiter
        self._clock = clock
        self._settings = settings
        self.pulse = Pulse(clock, STALLED_AFTER_LEASES * settings.lease_seconds)

    def run(self, stop: threading.Event) -> None:
        """Stand by until the node needs a listener, then follow it until `stop` is set.

        Raises:
            ReignOver: another leads, or has taken the application. To be run anew, in a new process.
            SQLAlchemyError: PostgreSQL is away.
        """
        try:
            self._run(stop)
        finally:
            self.pulse.end(_THREAD)

    def _beat(self) -> None:
        self.pulse.beat(_THREAD)

    def _run(self, stop: threading.Event) -> None:
        listener_id = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        lease = self._settings.lease_seconds
        reign = stand_by(self._engine, self._pbx.node_id, listener_id, lease, self._clock, stop, self._beat)
        if reign is None:
            return
        try:
            self._lead(reign, stop)
        except ReignOver:
            reign.abandon()
            raise
        except SQLAlchemyError:
            reign.abandon()
            raise
        reign.end()
        log.info("node %s: the lease is given back", self._pbx.name)

    def _lead(self, reign: Reign, stop: threading.Event) -> None:
        commands = Commands(
            self._engine,
            self._pbx.node_id,
            self._pbx.client,
            DncList(self._engine, self._clock, self._settings),
            self._settings.sounds_url,
        )
        duties = Duties(
            self._engine,
            self._pbx.node_id,
            reign,
            self._pbx.client,
            commands,
            self._clock,
            self.pulse,
            echo_interval_seconds=self._settings.echo_interval_seconds,
        )
        follow = Following(self._engine, self._pbx.node_id, reign.epoch, self._clock, duties.sent_at)
        try:
            failures = 0
            while not stop.is_set():
                self._beat()
                try:
                    has_listened = self._connect_and_follow(reign, follow, commands, duties, stop)
                    failures = 0 if has_listened else failures
                except AriError as error:
                    log.warning("node %s can't be listened to: %s", self._pbx.name, error)
                    stop.wait(_RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)])
                    failures += 1
        finally:
            if self._pbx.server is not None:
                self._pbx.server.close()
            duties.close()
            commands.close()

    def _connect_and_follow(
        self, reign: Reign, follow: Following, commands: Commands, duties: Duties, stop: threading.Event
    ) -> bool:
        events = self._connect(reign, stop)
        if events is None:
            return False
        session = Session(
            self._engine,
            self._pbx.node_id,
            reign,
            follow,
            commands,
            self._limiter,
            self._clock,
            events.inbox,
            self._beat,
        )
        try:
            begun: frozenset[UUID] = frozenset()
            if self._pbx.server is not None:
                duties.connected()
                # First of all: what has been told is not told again, whatever goes wrong from here on.
                begun = session.work_off(duties.echo)
            self._pbx.client.set_event_filter(EVENT_TYPES)
            session.take_stock(self._pbx.client, but=begun)
            with self._engine.begin() as tx:
                nodes.connected(tx, self._pbx.node_id, reign.epoch)
            if self._pbx.server is None:
                duties.connected()
            reason = session.follow(events, stop)
            log.log(
                logging.INFO if stop.is_set() else logging.WARNING, "node %s: socket lost: %s", self._pbx.name, reason
            )
        finally:
            duties.disconnected()
            events.close()
            with self._engine.begin() as tx:
                nodes.gap(tx, self._pbx.node_id, reign.epoch)
        return True

    def _connect(self, reign: Reign, stop: threading.Event) -> EventSource | None:
        """Open the socket, if this listener leads and the PBX may be used. None: not now."""
        info = self._pbx.client.info(fresh=True)
        with self._engine.begin() as tx:
            # A listener that was asleep must not take the socket from the one that leads now.
            if not (reign.is_sure and nodes.leads(tx, self._pbx.node_id, reign.epoch)):
                raise ReignOver("The lease is lost")
            nodes.record_info(
                tx,
                self._pbx.node_id,
                reign.epoch,
                version=info.version,
                is_simulator=info.is_simulator,
                startup_at=info.startup_at,
            )
        if not (info.is_simulator or self._settings.real_calls_allowed):
            log.error(
                "node %s is not the simulator but Asterisk %s, and DIALER_REAL_CALLS_ALLOWED is not set: not listening",
                self._pbx.name,
                info.version,
            )
            stop.wait(_REFUSED_NODE_SECONDS)
            return None
        server = self._pbx.server
        if server is not None:
            server.start()
        events = self._pbx.connect() if server is None else server.accept(_ACCEPT_SECONDS)
        log.info("listening to node %s (Asterisk %s)", self._pbx.name, info.version)
        return events
