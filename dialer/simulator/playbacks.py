"""Sounds being played to channels and bridges, one after the other."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dialer.simulator import events
from dialer.simulator.bridges import Bridge
from dialer.simulator.channels import Channel
from dialer.simulator.media import MediaCache

Target = Channel | Bridge
Deliver = Callable[[Target, str, Callable[[], Mapping[str, Any]]], None]
Now = Callable[[], str]

_ELSEWHERE = ("sound:http://", "sound:https://")
_SCHEMES = ("sound:", "recording:", "number:", "digits:", "characters:", "tone:")


@dataclass(slots=True, eq=False)
class Playback:
    """One sound. A medium that can't be found fails as soon as it starts, as it does in Asterisk."""

    id: str
    media: str
    target: Target
    state: str = "queued"
    timer: asyncio.Handle | asyncio.Task[None] | None = None

    def as_json(self) -> dict[str, Any]:
        """The Playback object of ARI."""
        return {
            "id": self.id,
            "media_uri": self.media,
            "target_uri": f"{'bridge' if isinstance(self.target, Bridge) else 'channel'}:{self.target.id}",
            "language": "en",
            "state": self.state,
        }


class Playbacks:
    """The playbacks that have not finished."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, deliver: Deliver) -> None:
        """
        Args:
            loop: Where the timers run.
            seconds: Length of every sound.
            deliver: Sends an event to the channel's applications.
        """
        self._loop = loop
        self._seconds = seconds
        self._deliver = deliver
        # Two playbacks may have the same id, as in Asterisk; the younger one is then found by it.
        self._by_id: dict[str, Playback] = {}
        self._queues: dict[Target, list[Playback]] = {}
        self._media = MediaCache()

    def get(self, playback_id: str) -> Playback | None:
        """A playback that has not finished."""
        return self._by_id.get(playback_id)

    def add(self, target: Target, playback_id: str, media: str, now: Now) -> Playback:
        """Queue a sound; it starts when those before it have ended."""
        playback = Playback(playback_id, media, target)
        self._by_id[playback_id] = playback
        queue = self._queues.setdefault(target, [])
        queue.append(playback)
        if len(queue) == 1:
            playback.timer = self._loop.call_soon(self._start, playback, now)
        return playback

    def stop(self, playback: Playback, now: Now) -> None:
        """Stop it before its end. That counts as done."""
        self._finish(playback, "done", now)

    def fail(self, target: Target, now: Now) -> None:
        """The channel or bridge leaves. What was playing has failed; what was queued starts, and fails too."""
        for playback in self._queues.pop(target, []):
            if playback.state == "queued":
                playback.state = "playing"
                self._event("PlaybackStarted", playback, now)
            self._finish(playback, "failed", now)

    def _start(self, playback: Playback, now: Now) -> None:
        playback.state = "playing"
        self._event("PlaybackStarted", playback, now)
        if not playback.media.startswith(_SCHEMES):
            self._remove(playback, now)  # Asterisk says no more about a scheme it doesn't know.
        elif playback.media.startswith(_ELSEWHERE):
            playback.timer = self._loop.create_task(self._fetch(playback, now))
        else:
            self._play(playback, now, exists="does-not-exist" not in playback.media)

    async def _fetch(self, playback: Playback, now: Now) -> None:
        exists = await self._media.has(playback.media.removeprefix("sound:"))
        playback.timer = None
        self._play(playback, now, exists=exists)

    def _play(self, playback: Playback, now: Now, *, exists: bool) -> None:
        if exists:
            playback.timer = self._loop.call_later(self._seconds, self._finish, playback, "done", now)
        else:
            self._finish(playback, "failed", now)

    def _finish(self, playback: Playback, state: str, now: Now) -> None:
        if playback.timer is not None:
            playback.timer.cancel()
        playback.state = state
        self._event("PlaybackFinished", playback, now)
        self._remove(playback, now)

    def _remove(self, playback: Playback, now: Now) -> None:
        if self._by_id.get(playback.id) is playback:
            del self._by_id[playback.id]
        queue = self._queues.get(playback.target)
        if queue is None:
            return
        queue.remove(playback)
        if not queue:
            del self._queues[playback.target]
        elif queue[0].state == "queued" and queue[0].timer is None:
            queue[0].timer = self._loop.call_soon(self._start, queue[0], now)

    def _event(self, kind: str, playback: Playback, now: Now) -> None:
        self._deliver(playback.target, kind, lambda: events.playback(kind, now(), playback.as_json()))
