"""What happened during a run, as seen from outside: gaps in listening, and times in which nothing might be posted."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

Span = tuple[float, float]

_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class Record:
    """Times are seconds since 1970, like the ledger's."""

    campaign_id: int
    started_at: float
    silences: list[Span] = field(default_factory=list)
    """From the API's answer to a pause or stop until it is lifted."""
    gaps: list[Span] = field(default_factory=list)
    """While nobody can be sure to have heard everything."""
    forbidden_at: dict[str, float] = field(default_factory=dict)
    cancelled_contacts: set[int] = field(default_factory=set)
    """Somebody tried to hang up on them."""
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def no_posts(self) -> Iterator[None]:
        """From here to the end of the block no originate may be written."""
        begun = time.time()
        yield
        self.silences.append((begun, time.time()))

    def forbidden(self, number: str) -> None:
        """The API has answered that the number won't be called any more."""
        self.forbidden_at[number] = time.time()


@contextmanager
def watching_gaps(record: Record, engine: Engine) -> Iterator[None]:
    """Note when the listener's unbroken hearing ends and begins."""
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(record, engine, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join(10)


def _watch(record: Record, engine: Engine, done: threading.Event) -> None:
    """The row says nothing of a listener that was killed: what was heard for certain is what came before an echo."""
    since: datetime | None = None
    heard_until = record.started_at
    while not done.wait(_LOOK_SECONDS):
        seen = _hearing(engine)
        if seen is None:
            continue
        if since is not None and seen[0] != since:
            record.gaps.append((heard_until, seen[0].timestamp()))
        since, heard_until = seen[0], seen[1].timestamp()
    if _hearing(engine) is None:
        record.gaps.append((heard_until, time.time()))


def _hearing(engine: Engine) -> tuple[datetime, datetime] | None:
    """Since when everything is heard, and until when that is proven; None while it is not."""
    try:
        with engine.connect() as connection:
            row = connection.execute(text("SELECT gap_free_since, echo_at FROM pbx_nodes")).one()
    except DBAPIError:
        return None
    if row.gap_free_since is None:
        return None
    return row.gap_free_since, max(row.gap_free_since, row.echo_at or row.gap_free_since)
