"""Beat's clock: the monotonic one.

Celery's own scheduler compares the wall clock with the time of the last run. A host whose clock was two hours ahead,
and is set right, would send nothing for two hours; and as that time is kept in a file, a restart would not help.
"""

import time
from typing import Any

from celery.beat import Scheduler


class SteadyScheduler(Scheduler):
    """Sends each job at its interval, and all of them at once when it starts. Keeps nothing: a job is a nudge."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._due: dict[str, float] = {}
        super().__init__(*args, **kwargs)

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; how many seconds it is until the next."""
        for name, entry in self.schedule.items():
            now = time.monotonic()
            due = self._due.get(name, now)
            if due > now:
                continue
            interval = float(entry.schedule.seconds)  # type: ignore[union-attr]  # each is `every so often`
            # What was missed, by a sleep or a Redis that was away, is not made up for.
            self._due[name] = max(due + interval, now + interval / 2)
            self.apply_entry(entry, producer=self.producer)
        wait = min(self._due.values()) - time.monotonic()
        return max(0.0, min(wait, self.max_interval or wait))
