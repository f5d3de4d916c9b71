"""Loaded by every part of a dialer on the stage, through PYTHONPATH: turns its clock, and takes guards away."""

import os
import sys
import time
from pathlib import Path

_SKEW = Path(os.environ["CHAOS_SKEW_FILE"]) if "CHAOS_SKEW_FILE" in os.environ else None
_LOOK_SECONDS = 0.1


def _turn_the_clock() -> None:
    """Let the wall clock be wrong by what the file says, each process by an amount of its own; the monotonic is not."""
    real, monotonic = time.time, time.monotonic
    share = (os.getpid() % 5 - 2) / 2
    seen = [0.0, 0.0]

    def skew() -> float:
        now = monotonic()
        if now - seen[0] > _LOOK_SECONDS:
            seen[0] = now
            try:
                seen[1] = float(_SKEW.read_text()) * share if _SKEW is not None else 0.0
            except (OSError, ValueError):
                seen[1] = 0.0
        return seen[1]

    time.time = lambda: real() + skew()

    from datetime import UTC, datetime, timedelta

    from celery import Celery

    from dialer.clock import SystemClock

    SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds=skew())  # type: ignore[method-assign]
    celery_now = Celery.now
    Celery.now = lambda self: celery_now(self) + timedelta(seconds=skew())  # type: ignore[method-assign]


def _begin() -> None:
    words = " ".join(sys.orig_argv)
    if not any(part in words for part in ("celery", "workers.listener", "gunicorn")):
        return
    if _SKEW is not None and "celery" in words:
        _turn_the_clock()
    if guard := os.environ.get("CHAOS_SABOTAGE"):
        from tests.chaos.sabotage import take_away

        try:
            take_away(guard)
        except ValueError as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(3)  # an exception here would only be printed, and the guard stay


_begin()
