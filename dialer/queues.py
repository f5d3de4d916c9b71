"""The queues, the names of the jobs in them, and how to send a nudge.

The one module of the dialer that knows Celery, and only its sending side: the API and the workers both need it, and
neither may import the other.
"""

import logging
from enum import StrEnum
from functools import cached_property
from typing import Final

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from dialer import tracing

log = logging.getLogger(__name__)


class Queue(StrEnum):
    """Apart, so that no kind of work waits behind another."""

    ORIGINATE = "originate"
    CONTROL = "control"
    IMPORT = "import"
    WEBHOOKS = "webhooks"
    MAINTENANCE = "maintenance"


class Job(StrEnum):
    """Names of tasks, by which they are sent."""

    WORK_ON_TRUNK = "originate.work_on_trunk"
    DISPATCH = "control.dispatch"
    RECONCILE = "control.reconcile"
    WORK_ON_IMPORTS = "import.work_on_imports"
    FAIL_STALE_UPLOADS = "import.fail_stale_uploads"
    WORK_ON_EXPORTS = "import.work_on_exports"
    EXPIRE_EXPORTS = "import.expire_exports"
    DELIVER_WEBHOOKS = "webhooks.deliver"
    FORGET_DELIVERIES = "webhooks.forget"
    WITHDRAW_EXPIRED = "maintenance.withdraw_expired"
    FREE_LEAKED_SLOTS = "maintenance.free_leaked_slots"
    CORRECT_OUTCOMES = "maintenance.correct_outcomes"
    FOLD_COUNTS = "maintenance.fold_counts"
    WORK_ON_WITHDRAWALS = "maintenance.work_on_withdrawals"
    WORK_ON_REQUEUES = "maintenance.work_on_requeues"
    FORGET_SESSIONS = "maintenance.forget_sessions"
    FORGET_CALLS = "maintenance.forget_calls"

    @property
    def queue(self) -> Queue:
        return Queue(self.value.partition(".")[0])


ENOUGH: Final = 100
"""With this many jobs waiting in a queue, one more nudge says nothing new."""


class QueueNudges:
    """`dialer.services.nudges.Nudges` over Celery and Redis. Sending never raises: beat looks by itself anyway."""

    def __init__(self, client: redis.Redis, broker_url: str) -> None:
        self._client = client
        self._broker_url = broker_url

    @cached_property
    def _app(self) -> Celery:
        app = Celery("dialer-nudges", broker=self._broker_url, set_as_current=False)
        app.conf.update(
            task_ignore_result=True,
            broker_transport_options={"socket_timeout": 1.0, "socket_connect_timeout": 1.0},
        )
        return app

    def work_on_imports(self) -> None:
        self._send(Job.WORK_ON_IMPORTS)

    def work_on_exports(self) -> None:
        self._send(Job.WORK_ON_EXPORTS)

    def work_on_withdrawals(self) -> None:
        self._send(Job.WORK_ON_WITHDRAWALS)

    def work_on_requeues(self) -> None:
        self._send(Job.WORK_ON_REQUEUES)

    def work_on_trunk(self, trunk_id: int) -> None:
        self._send(Job.WORK_ON_TRUNK, trunk_id)

    def waiting(self, queue: Queue) -> int:
        """How many jobs wait in a queue.

        Raises:
            redis.exceptions.RedisError: Redis can't be asked.
        """
        return self._client.llen(queue.value)

    def _send(self, job: Job, *arguments: int) -> None:
        try:
            if self.waiting(job.queue) < ENOUGH:
                self._app.send_task(
                    job.value, args=arguments, queue=job.queue.value, retry=False, headers=tracing.carried()
                )
        except (OperationalError, RedisError) as error:
            log.warning("nudge %s was not sent, beat will look by itself: %s", job, error)
