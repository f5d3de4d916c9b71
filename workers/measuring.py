"""Metrics of workers and beat. The jobs are timed in the children; the parent serves what all of them counted."""

import time
from typing import Any

from celery.signals import beat_init, task_postrun, task_prerun, worker_process_shutdown, worker_ready, worker_shutdown
from prometheus_client.multiprocess import mark_process_dead

from dialer.metrics import JOB_SECONDS, forget_shared, serve
from workers.process import settings

_started: dict[str, float] = {}


@task_prerun.connect
def _begin(task_id: str, **_: Any) -> None:
    _started[task_id] = time.monotonic()


@task_postrun.connect
def _end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    begun = _started.pop(task_id, None)
    if begun is not None:
        JOB_SECONDS.labels(task.name, (state or "unknown").lower()).observe(time.monotonic() - begun)


@worker_ready.connect
def _serve(**_: Any) -> None:
    serve(settings(), "worker")


@beat_init.connect
def _serve_beat(**_: Any) -> None:
    serve(settings(), "beat")


@worker_process_shutdown.connect
def _child_ended(pid: int | None = None, **_: Any) -> None:
    if pid is not None and settings().metrics_port:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


@worker_shutdown.connect
def _forget(**_: Any) -> None:
    forget_shared()
