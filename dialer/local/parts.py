"""What a part of the dialer is, to those who start it."""

import signal
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from dialer.errors import DialerError

# What a part gets when supervisord dies a sudden death.
DEATH_SIGNAL = signal.SIGTERM


class PartFailed(DialerError):
    """A part, or what watches over the parts, did not start or has ended. The detail ends with its last words."""

    code = "part_failed"
    status: ClassVar[int] = 503
    title = "A part of the dialer failed"


class State(StrEnum):
    """A part's state, in supervisor's own words. BACKOFF waits to be started again, FATAL has given up."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    BACKOFF = "BACKOFF"
    STOPPING = "STOPPING"
    EXITED = "EXITED"
    FATAL = "FATAL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Part:
    """One process to keep running.

    `environment` is added to ours. `stop_seconds` is what it is given between SIGTERM and SIGKILL; SIGTERM goes to the
    process itself (Celery's children would drop their task at once), SIGKILL to its whole group. Parts start by rising
    `stage` and stop by falling stage, those of one stage together.
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: float = 10.0
    stage: int = 1


@dataclass(frozen=True, slots=True)
class PartState:
    """What a part is doing. `pid` is None while it has no process."""

    state: State
    pid: int | None
