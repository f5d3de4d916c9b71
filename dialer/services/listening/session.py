"""Follow one connection to a PBX, from the list of its channels to the last event."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from dialer.ari.client import AriClient, Channel
from dialer.ari.errors import Unknown
from dialer.ari.events import ChannelSnapshot, ChannelStateChange, MalformedEvent, StasisStart, parse
from dialer.ari.socket import EventSource, Inbox, Lost, Received
from dialer.clock import Clock
from dialer.db import following
from dialer.errors import AriError, LimitsUnavailable
from dialer.limits.limiter import Limiter
from dialer.services.listening.commands import Commands
from dialer.services.listening.errors import ReignOver
from dialer.services.listening.following import Following, Outcome
from dialer.services.listening.leading import Reign
from dialer.services.listening.news import News, call_id_of
from dialer.services.listening.waited import WAIT_SECONDS, Waited
from dialer.services.pacing import report_ends

log = logging.getLogger(__name__)

BATCH_EVENTS: Final = 500
LOOK_SECONDS: Final = 0.08
"""What has come is looked at in this rhythm: to be woken for each event costs more than the event."""
LATER_SECONDS: Final = 0.3
"""So long may news wait that nobody on the line waits for: a transaction for many calls costs little more than for one
(docs/adr/0015-hot-path.md)."""
_IDLE_SECONDS: Final = 0.25
_RETRY_SECONDS: Final = 0.2


class Session:
    """Turns what comes into `inbox` into rows and commands."""

    def __init__(
        self,
        engine: Engine,
        node_id: int,
        reign: Reign,
        follow: Following,
        commands: Commands,
        limiter: Limiter,
        clock: Clock,
        inbox: Inbox,
        beat: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._node_id = node_id
        self._reign = reign
        self._following = follow
        self._commands = commands
        self._limiter = limiter
        self._clock = clock
        self._inbox = inbox
        self._beat = beat
        self._news = News()
        self._news_since = self._looked_at = clock.monotonic()

    def work_off(self, probe: Callable[[], None]) -> frozenset[UUID]:
        """Write what has waited in the PBX while nobody listened, in one piece, at the times at which it happened.

        Args:
            probe: sends an echo, which comes back behind all that has waited.

        Returns:
            The calls for which something was begun.

        Raises:
            AriError: no echo has come back; what had come is written.
            ReignOver: another listener leads.
        """
        try:
            probe()
        except (AriError, SQLAlchemyError) as error:
            log.warning("no echo could be sent behind what has waited: %s", error)
        waited = self._until_echo()
        log.info("%d events have waited", len(waited))
        begun = self._write(waited.news(self._reign.database_time))
        if waited.lost is not None:
            self._inbox.put(waited.lost)
        elif not waited.is_whole:
            raise Unknown(
                "The PBX has connected, and no echo came back over that connection. If another socket has had the"
                " application since the PBX started, only a restart of the PBX gives it back"
            )
        return begun

    def take_stock(self, client: AriClient, *, but: frozenset[UUID] = frozenset()) -> None:
        """Learn from the PBX's list of channels what happened while nobody listened.

        Args:
            but: calls whose action has just been begun.

        Raises:
            AriError: the PBX doesn't answer.
            ReignOver: another listener leads.
        """
        news = News()
        now = self._reign.database_time(self._clock.monotonic())
        for channel in client.channels():
            call_id = call_id_of(channel.id)
            if call_id is None or channel.is_tomb:
                continue
            snapshot = _snapshot(channel)
            news.add(
                StasisStart(snapshot, channel.stasis_args) if channel.in_stasis else ChannelStateChange(snapshot),
                lambda: now,
            )
            if call_id in news.calls:
                news.calls[call_id].is_stock = True
            self._commands.subscribe(call_id)
        in_stasis = [call_id for call_id, item in news.calls.items() if item.in_stasis or item.handed_back]
        with self._engine.begin() as tx:
            begun = following.with_action_started(tx, self._node_id, in_stasis)
        acting = self._write(news)
        for call_id in begun:
            if call_id not in acting | but:
                self._commands.take_up(call_id)

    def follow(self, events: EventSource, stop: threading.Event) -> str:
        """Write what comes, until the socket is lost, or `stop` is set and all that had come is written.

        Returns:
            Why the socket was lost.

        Raises:
            ReignOver: the lease is lost, or another socket has taken the application.
        """
        while True:
            self._beat()
            if stop.is_set():
                events.close()
            lost = self._take_in()
            news = self._due(lost)
            self._write(news)
            if news.is_replaced:
                raise ReignOver("Another socket has taken the application")
            if lost is not None:
                return lost.reason
            if not self._reign.is_sure:
                raise ReignOver("The lease is lost")

    def _take_in(self) -> Lost | None:
        """Read what has come. Nothing comes after a `Lost`."""
        try:
            if self._news.is_empty:
                item = self._inbox.get(timeout=_IDLE_SECONDS)
                self._news_since = self._clock.monotonic()
                self._rest()
            else:
                self._rest()
                item = self._inbox.get_nowait()
            for left in range(BATCH_EVENTS, 0, -1):
                if isinstance(item, Lost):
                    return item
                self._digest(item)
                if left > 1:
                    item = self._inbox.get_nowait()
        except queue.Empty:
            pass  # all there is
        return None

    def _rest(self) -> None:
        self._clock.sleep(self._looked_at + LOOK_SECONDS - self._clock.monotonic())
        self._looked_at = self._clock.monotonic()

    def _due(self, lost: Lost | None) -> News:
        """What is to be written now."""
        news = self._news
        waited = self._clock.monotonic() - self._news_since
        if lost is None and not news.is_whole and waited < LATER_SECONDS:
            return news.take_urgent()
        self._news = News()
        return news

    def _until_echo(self) -> Waited:
        """What comes before the first echo of this connection, and that echo."""
        waited = Waited()
        until = self._clock.monotonic() + WAIT_SECONDS
        while not waited.is_whole and waited.lost is None:
            try:
                item = self._inbox.get(timeout=max(0.0, until - self._clock.monotonic()))
            except queue.Empty:
                break
            waited.add(item, self._following.is_ours)
        return waited

    def _digest(self, item: Received) -> None:
        try:
            event = parse(item.data)
        except MalformedEvent as error:
            log.error("malformed_event: %s", error)  # noqa: TRY400
            return
        if event is not None:
            self._news.add(event, lambda: self._reign.database_time(item.at))

    def _write(self, news: News) -> frozenset[UUID]:
        """Write, as often as it takes while the lease holds: what was heard is not heard again.

        Returns:
            The calls for which something was begun.
        """
        if news.is_empty:
            return frozenset()
        again = False
        while True:
            self._beat()
            try:
                outcome = self._following.write(news, again=again)
                break
            except OperationalError as error:
                if not self._reign.is_sure:
                    raise ReignOver(f"PostgreSQL is away: {error}") from error
                log.warning("a batch could not be written yet: %s", error)
                again = True
                self._clock.sleep(_RETRY_SECONDS)
            except DBAPIError as error:
                if len(news.calls) <= 1:
                    log.error("unwritable_event: %s: %s", list(news.calls), error)  # noqa: TRY400
                    return frozenset()
                log.error("a batch is written call by call, because: %s", error)  # noqa: TRY400
                return self._write_apart(news)
        self._carry_out(news, outcome)
        return frozenset(call_id for call_id, _ in outcome.to_act)

    def _write_apart(self, news: News) -> frozenset[UUID]:
        """Let one call that can't be written not take the others with it."""
        acting = [self._write(News(calls={call_id: item})) for call_id, item in sorted(news.calls.items())]
        self._write(News(finished=news.finished, tombs_gone=news.tombs_gone, echo=news.echo))
        return frozenset().union(*acting)

    def _carry_out(self, news: News, outcome: Outcome) -> None:
        for call_id, heard in news.calls.items():
            log.debug("call %s: written: %s", call_id, heard)
        for call_id, action in outcome.to_act:
            self._commands.act(call_id, action)
        for opt_out in outcome.opted_out:
            self._commands.opt_out(opt_out)
        for call_id in outcome.to_hang_up:
            self._commands.doom(call_id)
        for call_id, finished in news.finished.items():
            item = news.calls.get(call_id)
            if item is None or item.hangup is None:
                self._commands.playback_finished(call_id, failed=finished.failed)
        if outcome.slots:
            try:
                self._limiter.release(outcome.slots)
                report_ends(self._limiter, outcome.ends)
            except LimitsUnavailable as error:
                # The sweep frees slots that no open call owns.
                log.warning("%d slots were not released: %s", len(outcome.slots), error)


def _snapshot(channel: Channel) -> ChannelSnapshot:
    return ChannelSnapshot(channel.id, channel.name, channel.state)
