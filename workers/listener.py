"""The listener's process: follows one node, or all that are enabled, a thread each."""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from dialer import tracing
from dialer.bootstrap import Dialer
from dialer.config import load_settings
from dialer.db import nodes
from dialer.embedded.servers import resolve
from dialer.errors import DialerError
from dialer.logs import configure
from dialer.metrics import serve
from dialer.services.claiming import Node
from dialer.services.listening.pulse import Pulse

log = logging.getLogger(__name__)

STALLED: Final = 70
"""The exit code of one that was ended by its watchdog."""
_LOOK_SECONDS: Final = 1.0
_CONNECTIONS: Final = 12
"""The batch, the lease, the duties, and eight commands at once. A lease must not run out for want of a connection."""


class ListenerProcess:
    """Looks for nodes, and gives each a thread. When one of them can't go on, all stop: a supervisor begins anew."""

    def __init__(self, dialer: Dialer, node_name: str | None) -> None:
        self.stop = threading.Event()
        self._dialer = dialer
        self._node_name = node_name
        self._followed: dict[int, Node] = {}
        self._threads: list[threading.Thread] = []
        self._pulses: list[Pulse] = []
        self._has_failed = False

    def run(self) -> int:
        """Follow until `stop` is set or something fails. Returns the exit code."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        while not self.stop.is_set():
            try:
                self._look()
            except SQLAlchemyError as error:
                log.warning("PostgreSQL can't be asked for the nodes: %s", error)
            self.stop.wait(_LOOK_SECONDS)
        for thread in self._threads:
            thread.join()
        return 1 if self._has_failed else 0

    def _look(self) -> None:
        with self._dialer.engine.begin() as tx:
            rows = nodes.enabled(tx)
        for row in rows:
            node = Node(row["id"], row["name"], row["ari_url"], row["ari_username"], row["events_port"])
            if self._node_name not in (None, node.name):
                continue
            if node.id not in self._followed:
                self._followed[node.id] = node
                thread = threading.Thread(target=self._follow, args=(node,), name=f"listener-{node.name}")
                self._threads.append(thread)
                thread.start()
            elif self._followed[node.id] != node:
                log.warning("node %s has a new address, user or port; beginning anew", node.name)
                self._fail()

    def _follow(self, node: Node) -> None:
        has_ended_well = False
        try:
            listener = self._dialer.listener(node)
            self._pulses.append(listener.pulse)
            listener.run(self.stop)
            has_ended_well = True
        except (DialerError, SQLAlchemyError) as error:
            log.error("the listener of node %s ends: %s", node.name, error)  # noqa: TRY400
        finally:
            if not has_ended_well:
                self._fail()

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            for pulse in self._pulses:
                if (thread := pulse.stalled()) is not None:
                    log.error("the listener ends: its thread %r has done nothing for too long", thread)
                    os._exit(STALLED)  # a thread that waits for ever can't be ended in another way

    def _fail(self) -> None:
        self._has_failed = True
        self.stop.set()


def main(dialer: Dialer, node_name: str | None) -> int:
    """Follow `node_name`, or every enabled node, until SIGTERM or SIGINT. Returns the exit code."""
    process = ListenerProcess(dialer, node_name)

    def stop(number: int, frame: FrameType | None) -> None:
        process.stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        return process.run()
    finally:
        dialer.close()


def _start() -> int:
    parser = argparse.ArgumentParser(prog="dialer listener")
    parser.add_argument("--node", help="follow this node only")
    arguments = parser.parse_args()
    settings = resolve(load_settings())
    configure(settings)
    size = max(settings.database_pool_size, _CONNECTIONS)
    dialer = Dialer(
        settings.model_copy(update={"database_pool_size": size}),
        name="dialer-listener",
        # One that falls asleep with the node's row locked must not hold a standby up for longer than its lease.
        idle_in_transaction_seconds=settings.lease_seconds,
    )
    serve(settings, "listener")
    tracing.start(settings, "listener")
    return main(dialer, arguments.node)


if __name__ == "__main__":
    sys.exit(_start())
