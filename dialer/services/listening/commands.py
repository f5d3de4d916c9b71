"""What a listener asks of its PBX: answer actions, hang-ups, subscriptions. In threads of their own, so that following
the events never waits for an answer."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dialer import tracing
from dialer.ari.client import AriClient
from dialer.ari.errors import Refused
from dialer.db import following
from dialer.domain.actions import AnswerAction, CallBack, OptOut, Play, place_of, variables_of
from dialer.errors import AriError, Conflict, DialerError, NotFound
from dialer.services import sounds
from dialer.services.dnc import DncList, NewDncEntry
from dialer.services.listening.following import OptedOut

log = logging.getLogger(__name__)

_THREADS: Final = 8
_NO_CHANNEL: Final = 404

P = ParamSpec("P")


class Commands:
    """For one node. Every method returns at once; a failure is logged, and mended where that is possible."""

    def __init__(self, engine: Engine, node_id: int, client: AriClient, dnc: DncList, sounds_url: str | None) -> None:
        self._engine = engine
        self._node_id = node_id
        self._client = client
        self._dnc = dnc
        self._sounds_url = sounds_url
        self._known_media: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="ari-commands")
        self._lock = threading.Lock()
        self._being_hung_up: set[UUID] = set()
        self._doomed: set[UUID] = set()

    def act(self, call_id: UUID, action: AnswerAction) -> None:
        """Run the answer action of a call that has just been answered."""
        self._submit(self._act, call_id, action)

    def opt_out(self, wish: OptedOut) -> None:
        """Take back the calls to somebody whose entry is on the do-not-call list already."""
        self._submit(self._opt_out, wish)

    def playback_finished(self, call_id: UUID, *, failed: bool) -> None:
        """The sound is over: hang up."""
        self._submit(self._after_playback, call_id, failed)

    def take_up(self, call_id: UUID) -> None:
        """An answered call whose action was begun by an earlier listener: see to it that it ends."""
        self._submit(self._take_up, call_id)

    def subscribe(self, call_id: UUID) -> None:
        """Hear of a channel that may have begun while nobody listened."""
        self._submit(self._subscribe, call_id)

    def hang_up(self, call_id: UUID) -> None:
        """End the channel now."""
        with self._lock:
            if call_id in self._being_hung_up:
                return
            self._being_hung_up.add(call_id)
        self._submit(self._hang_up, call_id)

    def doom(self, call_id: UUID) -> None:
        """End the channel, and try until it is gone: no row asks for it, because its call is over."""
        with self._lock:
            self._doomed.add(call_id)
        self.hang_up(call_id)

    def tick(self) -> None:
        """Try again what is wanted and has not been done.

        Raises:
            SQLAlchemyError: PostgreSQL is away.
        """
        with self._engine.begin() as tx:
            wished = following.to_hang_up(tx, self._node_id)
        with self._lock:
            doomed = list(self._doomed)
        for call_id in (*wished, *doomed):
            self.hang_up(call_id)

    def close(self) -> None:
        """Do what was begun, and nothing new."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[P, None], *args: P.args, **options: P.kwargs) -> None:
        self._pool.submit(work, *args, **options).add_done_callback(_log_failure)

    def _act(self, call_id: UUID, action: AnswerAction) -> None:
        with tracing.timed(call_id, "answer action", **{"dialer.action": action.type}) as seen:
            self._begin(call_id, action, seen)

    def _begin(self, call_id: UUID, action: AnswerAction, seen: tracing.Attributes) -> None:
        try:
            media = self._media(action)
            place = place_of(action)
            if place is not None:
                for name, value in variables_of(action, media).items():
                    self._client.set_variable(call_id, name, value)
                self._client.continue_(
                    call_id, context=place.context, extension=place.extension, priority=place.priority
                )
                return
            match action:
                case Play(sound=str(sound)) | OptOut(sound=str(sound)) | CallBack(sound=str(sound)):
                    self._client.play(call_id, str(call_id), f"sound:{media.get(sound, sound)}")
                case _:
                    self._client.hang_up(call_id)
        except AriError as error:
            seen["error"] = str(error)
            if isinstance(error, Refused) and error.http_status == _NO_CHANNEL:
                log.info("call %s was over before its answer action", call_id)
                return
            log.error("the answer action of call %s failed: %s", call_id, error)  # noqa: TRY400
            self._fail(call_id, f"answer action: {error}")
        except (NotFound, Conflict) as error:
            seen["error"] = str(error)
            log.error("the answer action of call %s has no sound: %s", call_id, error)  # noqa: TRY400
            self._fail(call_id, f"answer action: {error}")
        except SQLAlchemyError:
            # Nobody is kept on a line where nothing will happen.
            self.hang_up(call_id)
            raise

    def _media(self, action: AnswerAction) -> Mapping[str, str]:
        """Where Asterisk finds the uploaded sounds of an action. They never change, so each is looked up once."""
        uploads = sounds.uploads(action)
        if not uploads <= self._known_media.keys():
            with self._engine.begin() as tx:
                self._known_media.update(sounds.media(tx, uploads, self._sounds_url))
        return self._known_media

    def _opt_out(self, wish: OptedOut) -> None:
        new = NewDncEntry(wish.phone_number, wish.campaign_id, source="callee")
        try:
            self._dnc.add(new, f"call {wish.call_id}")
        except DialerError as error:
            # The entry stands, and the gate sees it; only calls that were queued already are refused one by one.
            log.warning("queued calls to who opted out in call %s were not taken back: %s", wish.call_id, error)

    def _after_playback(self, call_id: UUID, failed: bool) -> None:
        try:
            # A hang-up by the callee ends the sound as failed, too. Then the channel is gone.
            if failed and self._client.channel(call_id) is not None:
                log.error("the sound for call %s could not be played", call_id)
                self._fail(call_id, "answer action: the sound could not be played")
                return
            self._client.hang_up(call_id)
        except AriError as error:
            log.warning("call %s has heard its sound and is not hung up yet: %s", call_id, error)
            with self._engine.begin() as tx:
                following.wish_hang_up(tx, call_id)

    def _take_up(self, call_id: UUID) -> None:
        try:
            if self._client.is_playing(str(call_id)):
                return
        except AriError as error:
            log.warning("can't ask whether call %s is being played to: %s", call_id, error)
        with self._engine.begin() as tx:
            following.wish_hang_up(tx, call_id)
        self.hang_up(call_id)

    def _subscribe(self, call_id: UUID) -> None:
        try:
            self._client.subscribe(call_id)
        except AriError as error:
            log.warning("not subscribed to call %s; reconcile will find its end: %s", call_id, error)

    def _fail(self, call_id: UUID, reason: str) -> None:
        with self._engine.begin() as tx:
            following.fail_action(tx, call_id, reason)
        self.hang_up(call_id)

    def _hang_up(self, call_id: UUID) -> None:
        try:
            with tracing.timed(call_id, "hang up") as seen:
                was_there = self._client.hang_up(call_id)
                seen["dialer.was_there"] = was_there
            log.debug("call %s: %s", call_id, "hung up" if was_there else "no channel to hang up")
            with self._lock:
                self._doomed.discard(call_id)
        except AriError as error:
            log.warning("call %s could not be hung up yet: %s", call_id, error)
        finally:
            with self._lock:
                self._being_hung_up.discard(call_id)


def _log_failure(future: Future[None]) -> None:
    if future.cancelled():
        return
    error = future.exception()
    if isinstance(error, SQLAlchemyError):
        log.error("a command's result could not be written: %s", error)
    elif error is not None:
        log.error("a command failed", exc_info=error)
