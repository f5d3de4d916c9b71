"""What a listener does by the clock while it leads: probes its PBX, and sees to hang-ups that are wanted."""

import itertools
import logging
import threading
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dialer.ari.client import AriClient
from dialer.clock import Clock
from dialer.db import nodes
from dialer.errors import AriError
from dialer.services.listening.commands import Commands
from dialer.services.listening.leading import Reign
from dialer.services.listening.pulse import Pulse

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.25
_INFO_SECONDS: Final = 5.0
_THREAD: Final = "duties"


class Duties:
    """A thread that lives as long as the reign.

    An echo's token names the connection it was sent on and when, so that one that comes back late, to another
    connection, proves nothing.
    """

    def __init__(
        self,
        engine: Engine,
        node_id: int,
        reign: Reign,
        client: AriClient,
        commands: Commands,
        clock: Clock,
        pulse: Pulse,
        *,
        echo_interval_seconds: float,
    ) -> None:
        self._engine = engine
        self._node_id = node_id
        self._reign = reign
        self._client = client
        self._commands = commands
        self._clock = clock
        self._pulse = pulse
        self._echo_interval = echo_interval_seconds
        self._connections = itertools.count(1)
        self._connection: str | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener-duties", daemon=True)
        self._thread.start()

    def connected(self) -> None:
        """Begin to probe."""
        self._connection = f"{self._reign.epoch}.{next(self._connections)}"

    def echo(self) -> None:
        """Send an echo on this connection now.

        Raises:
            AriError: the PBX doesn't answer.
            SQLAlchemyError: PostgreSQL is away.
        """
        if self._connection is not None:
            self._echo(self._connection)

    def disconnected(self) -> None:
        """Stop probing: nobody would hear the echo."""
        self._connection = None

    def sent_at(self, token: str) -> datetime | None:
        """When the echo with this token was sent, on PostgreSQL's clock; None if not on this connection."""
        connection, _, moment = token.partition("/")
        return datetime.fromisoformat(moment) if connection == self._connection else None

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        echo_due = info_due = self._clock.monotonic()
        while not self._closed.wait(min(TICK_SECONDS, self._echo_interval)):
            self._pulse.beat(_THREAD)
            connection, now = self._connection, self._clock.monotonic()
            try:
                self._commands.tick()
                if connection is not None and now >= echo_due:
                    echo_due = now + self._echo_interval
                    self._echo(connection)
                if connection is not None and now >= info_due:
                    info_due = now + _INFO_SECONDS
                    self._probe()
            except AriError as error:
                log.warning("the probe of node %d failed: %s", self._node_id, error)
            except SQLAlchemyError as error:
                log.warning("PostgreSQL can't be asked: %s", error)
        self._pulse.end(_THREAD)

    def _echo(self, connection: str) -> None:
        with self._engine.begin() as tx:
            now = nodes.time(tx)
        if not self._client.send_echo(f"{connection}/{now.isoformat()}"):
            log.warning("node %d does not know our application", self._node_id)

    def _probe(self) -> None:
        info = self._client.info()
        with self._engine.begin() as tx:
            nodes.record_info(
                tx,
                self._node_id,
                self._reign.epoch,
                version=info.version,
                is_simulator=info.is_simulator,
                startup_at=info.startup_at,
            )
