"""The readers of live streams of one process, and the one loop that reads for them all while there are any."""

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dialer.clock import Clock
from dialer.db.call_records import CallRecord
from dialer.db.streaming import Place
from dialer.errors import TooManyStreams
from dialer.services.stats import CampaignStats
from dialer.services.streaming.feed import BATCH, Beginning, Cursor, Feed, Round

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0
STUCK_SECONDS: Final = 30.0
"""A reader that takes nothing for so long is cut off: it holds a thread."""
_RETRY_SECONDS: Final = 5

Encode = Callable[[CallRecord | CampaignStats, Cursor | None], bytes]


class Over(StrEnum):
    """Why a stream ends from our side; its reader may come again, with the id of the event that it had last."""

    TOKEN_EXPIRED = "token_expired"  # nosec B105 # a reason
    NOT_ALLOWED = "not_allowed"
    """Logged out, disabled, revoked, or of another role by now."""
    SHUTTING_DOWN = "shutting_down"
    FAILED = "failed"
    HISTORY_CHANGED = "history_changed"
    """PostgreSQL was promoted or restored."""


@dataclass(eq=False)
class Reader:
    """One stream: what was read for it and not yet taken. Never more than some `BATCH` calls and one set of counts.

    Attributes:
        history: of PostgreSQL, in which `place` is one.
        place: all calls up to here were read for it.
        cut: ends the connection from outside.
        sending_since: when the thread that serves it began to send; None: it doesn't.
        over: why nothing more comes.
    """

    campaign_id: int
    history: str
    place: Place
    cut: Callable[[], None]
    sending_since: float | None = None
    over: Over | None = None

    def __post_init__(self) -> None:
        self._calls: deque[bytes] = deque()
        self._stats: bytes | None = None
        self._known: CampaignStats | None = None
        self._news = threading.Condition()

    def take(self, seconds: float) -> bytes | None:
        """All there is to send, waited for at most so long; None: nothing has come."""
        with self._news:
            self._news.wait_for(lambda: self._calls or self._stats or self.over, seconds)
            taken = [*self._calls, *([self._stats] if self._stats else [])]
            self._calls.clear()
            self._stats = None
        return b"".join(taken) or None

    @property
    def is_hungry(self) -> bool:
        """Whether more calls are to be read for it: one that is slow is waited for, and misses nothing."""
        return len(self._calls) < BATCH

    def end(self, why: Over) -> None:
        with self._news:
            self.over = why
            self._news.notify()

    def put(self, calls: list[bytes], place: Place) -> None:
        with self._news:
            self._calls.extend(calls)
            self.place = place
            self._news.notify()

    def count(self, stats: CampaignStats, encoded: bytes) -> None:
        """Newer counts take the place of those that weren't taken yet; the same ones are not told again."""
        compared = replace(stats, as_of=self._known.as_of) if self._known else stats
        if compared == self._known:
            return
        with self._news:
            self._known, self._stats = stats, encoded
            self._news.notify()


class Hub:
    """Serves readers with one loop, whose thread lives as long as there are some.

    Args:
        encode: an event as it is sent; done once for all who get it. The cursor is that of a call.
        capacity: readers at once.
    """

    def __init__(self, feed: Feed, clock: Clock, encode: Encode, capacity: int) -> None:
        self.capacity = capacity
        self._feed = feed
        self._clock = clock
        self._encode = encode
        self._readers: set[Reader] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._readers)

    def join(self, campaign_id: int, beginning: Beginning, cut: Callable[[], None]) -> Reader:
        """A new reader, to be served until it leaves.

        Raises:
            TooManyStreams: there are as many as may be.
        """
        reader = Reader(campaign_id, beginning.cursor.history, beginning.cursor.place, cut)
        with self._lock:
            if len(self._readers) >= self.capacity:
                detail = f"This process serves {self.capacity} live streams, and may serve no more; try again."
                raise TooManyStreams(detail, retry_after_seconds=_RETRY_SECONDS)
            self._readers.add(reader)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="streams", daemon=True)
                self._thread.start()
        self._wake.set()
        return reader

    def leave(self, reader: Reader) -> None:
        """Serve it no more. Harmless if it has left."""
        with self._lock:
            self._readers.discard(reader)
        self._wake.set()

    def _run(self) -> None:
        try:
            while readers := self._present():
                if self._serve(readers):
                    self._wake.wait(EVERY_SECONDS)
                self._wake.clear()
        except BaseException:
            # Nobody may wait for a loop that is gone. The next one to join starts another.
            with self._lock:
                self._thread = None
                for reader in self._readers:
                    reader.end(Over.FAILED)
            raise

    def _present(self) -> list[Reader]:
        with self._lock:
            if not self._readers:
                self._thread = None
            return list(self._readers)

    def _serve(self, readers: list[Reader]) -> bool:
        """Read once for all of them; whether there is nothing left to read now."""
        self._cut_stuck(readers)
        hungry: dict[tuple[int, Place], list[Reader]] = defaultdict(list)
        for reader in readers:
            if reader.is_hungry:
                hungry[reader.campaign_id, reader.place].append(reader)
        try:
            found = self._feed.read(hungry, {reader.campaign_id for reader in readers})
        except (DBAPIError, PoolTimeout) as error:
            log.warning("live streams can't be read now: %s", error)
            return True
        self._tell(found, hungry, readers)
        return found.is_complete

    def _tell(self, found: Round, hungry: dict[tuple[int, Place], list[Reader]], readers: list[Reader]) -> None:
        for reader in readers:
            if reader.history != found.history:
                reader.end(Over.HISTORY_CHANGED)
        for key, calls in found.calls.items():
            if not calls:
                continue
            encoded = [self._encode(item.call, Cursor(found.history, item.place)) for item in calls]
            for reader in hungry[key]:
                if reader.over is None:
                    reader.put(encoded, calls[-1].place)
        counted = {campaign_id: self._encode(stats, None) for campaign_id, stats in found.stats.items()}
        for reader in readers:
            if reader.campaign_id in counted:
                reader.count(found.stats[reader.campaign_id], counted[reader.campaign_id])

    def _cut_stuck(self, readers: list[Reader]) -> None:
        now = self._clock.monotonic()
        for reader in readers:
            since = reader.sending_since
            if since is not None and now - since > STUCK_SECONDS:
                log.warning("a live stream's reader has taken nothing for %d s: cut off", STUCK_SECONDS)
                reader.cut()
                self.leave(reader)
