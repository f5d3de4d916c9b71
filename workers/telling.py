"""A worker's process tells of what it does, and a job goes on with the work that its nudge carried (dialer.tracing)."""

from collections.abc import Callable
from typing import Any

from celery.signals import celeryd_init, task_postrun, task_prerun, worker_process_init, worker_process_shutdown

from dialer import tracing
from workers.process import settings

_names: list[str] = []
_under_way: dict[str, Callable[[], None]] = {}


@celeryd_init.connect
def _name(sender: str, **_: Any) -> None:
    _names[:] = [sender.partition("@")[0]]


@worker_process_init.connect
def _start(**_: Any) -> None:
    tracing.start(settings(), *(_names or ["worker"]))


@worker_process_shutdown.connect
def _stop(**_: Any) -> None:
    tracing.stop()


@task_prerun.connect
def _begin(task_id: str, task: Any, **_: Any) -> None:
    end = tracing.take_up(task.request.headers or {})
    if end is not None:
        _under_way[task_id] = end


@task_postrun.connect
def _end(task_id: str, **_: Any) -> None:
    end = _under_way.pop(task_id, None)
    if end is not None:
        end()
