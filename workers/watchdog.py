"""A worker that has stopped working must not look alive: its supervisor can only start again what has ended.

After a connection to Redis was reset, Celery may never take a job again (celery #10205, #10302), and its warm shutdown
waits for ever for a job that hangs.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import Any, Final

import billiard
import redis
from celery.signals import worker_ready, worker_shutting_down
from celery.worker import state
from redis.exceptions import RedisError

from dialer.clock import Clock, SystemClock
from workers.process import settings

log = logging.getLogger(__name__)

EXIT_CODE: Final = 70
_LOOKS_A_STALL: Final = 10


class Watchdog:
    """Looks whether jobs wait and none is taken.

    Args:
        waiting: how many jobs are in this worker's queues; None: they can't be counted now.
        taken: how many it has begun since it started.
        end: ends the process.
        stall_seconds: so long may jobs wait without one being taken.
        drain_seconds: so long may the end take, once it has been asked for.
    """

    def __init__(
        self,
        waiting: Callable[[], int | None],
        taken: Callable[[], int],
        end: Callable[[str], None],
        clock: Clock,
        *,
        stall_seconds: float,
        drain_seconds: float,
    ) -> None:
        self._waiting = waiting
        self._taken = taken
        self._end = end
        self._clock = clock
        self._stall_seconds = stall_seconds
        self._drain_seconds = drain_seconds
        self._seen = taken()
        self._moved_at = clock.monotonic()
        self._asked_at: float | None = None

    def shutting_down(self) -> None:
        """The process has been asked to end: no job is taken any more, and what runs is finished."""
        self._asked_at = self._clock.monotonic()

    def look(self) -> None:
        """To be called every now and then."""
        now = self._clock.monotonic()
        if self._asked_at is not None:
            if now - self._asked_at > self._drain_seconds:
                self._end(f"it was asked to end {self._drain_seconds:g} s ago and has not")
            return
        taken = self._taken()
        if taken != self._seen or not self._waiting():
            self._seen, self._moved_at = taken, now
        elif now - self._moved_at > self._stall_seconds:
            self._end(f"jobs wait, and none was taken for {self._stall_seconds:g} s")

    def run(self) -> None:
        """Look until the process ends."""
        while True:
            self._clock.sleep(min(self._stall_seconds, self._drain_seconds) / _LOOKS_A_STALL)
            self.look()


_dog: Watchdog | None = None


@worker_ready.connect
def _begin(sender: Any, **_: object) -> None:
    global _dog
    queues = list(sender.app.amqp.queues.consume_from)
    client = redis.Redis.from_url(settings().redis_url or "", socket_timeout=2.0, socket_connect_timeout=2.0)

    def waiting() -> int | None:
        try:
            return sum(client.llen(queue) for queue in queues)
        except RedisError as error:
            log.warning("the watchdog can't see the queues: %s", error)
            return None

    _dog = Watchdog(
        waiting,
        lambda: sum(state.total_count.values()),
        _end_process,
        SystemClock(),
        stall_seconds=settings().worker_stall_seconds,
        drain_seconds=settings().worker_drain_seconds,
    )
    threading.Thread(target=_dog.run, name="watchdog", daemon=True).start()


@worker_shutting_down.connect
def _shutting_down(**_: object) -> None:
    if _dog is not None:
        _dog.shutting_down()


def _end_process(reason: str) -> None:
    """At once, its children with it: what they were at is found out by reconcile, or done by the next one."""
    log.critical("watchdog: %s; this worker ends", reason)
    for child in billiard.active_children():
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
    os._exit(EXIT_CODE)
