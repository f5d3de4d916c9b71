"""What has waited in a PBX while nobody listened: told at once, long after it happened."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from dialer.ari.events import Echo, Event, MalformedEvent, StasisStart, parse, told_at
from dialer.ari.socket import Lost, Received
from dialer.services.listening.news import News, call_id_of

log = logging.getLogger(__name__)

WAIT_SECONDS: Final = 5.0
"""How long the echo behind all that has waited may take."""
FRESH_SECONDS: Final = 2.0
"""An answer action that begins later after the answer than this is none: regulators count the call as abandoned
(47 CFR 64.1200(a)(7))."""


@dataclass(frozen=True, slots=True)
class _Told:
    event: Event
    at: float
    pbx_time: datetime | None


@dataclass(slots=True)
class Waited:
    """The first items of a connection, up to the first echo that was sent on it: `is_whole` when that has come."""

    is_whole: bool = False
    lost: Lost | None = None
    _told: list[_Told] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._told)

    def add(self, item: Received | Lost, is_ours: Callable[[str], bool]) -> None:
        """Take one more item in.

        Args:
            is_ours: whether an echo's token was sent on this connection.
        """
        if isinstance(item, Lost):
            self.lost = item
            return
        try:
            event = parse(item.data)
        except MalformedEvent as error:
            log.error("malformed_event: %s", error)  # noqa: TRY400
            return
        if event is not None:
            self._told.append(_Told(event, item.at, told_at(item.data)))
            self.is_whole = isinstance(event, Echo) and is_ours(event.token)

    def news(self, database_time: Callable[[float], datetime]) -> News:
        """All of it, each event at the time at which it was made.

        Only the PBX's own clock is used, the event's against that of the echo, which is as good as now. Without an echo
        nothing is known of any event's age.
        """
        news = News()
        for told in self._told:
            age = self._age(told)
            at = told.at if age is None else min(told.at, self._told[-1].at - age)
            news.add(told.event, lambda at=at: database_time(at))  # type: ignore[misc]
            if isinstance(told.event, StasisStart):
                call_id = call_id_of(told.event.channel.id)
                if call_id in news.calls and (age is None or age > FRESH_SECONDS):
                    news.calls[call_id].is_stale = True
        for call in news.calls.values():
            call.has_waited = True
        return news

    def _age(self, told: _Told) -> float | None:
        """How many seconds before the echo the event was made; None if that can't be told."""
        now = self._told[-1].pbx_time if self.is_whole else None
        return None if now is None or told.pbx_time is None else (now - told.pbx_time).total_seconds()
