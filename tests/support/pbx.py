"""A PBX as a value: it does what it is told to, when it is told to, and remembers whom it has dialed."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from dialer.ari.client import TOMB_PREFIX, Channel
from dialer.ari.events import ChannelDestroyed, ChannelSnapshot, ChannelStateChange, Event, StasisStart


@dataclass(slots=True)
class _Live:
    state: str
    is_tomb: bool = False


class ScriptedPbx:
    """Answers what reconcile asks, as Asterisk does. What happens on the telephone network, the test says."""

    def __init__(self) -> None:
        self.dialed: Counter[UUID] = Counter()
        self.was_up: set[UUID] = set()
        self.stalled: list[UUID] = []
        """Originates that were written and not acted on yet."""
        self.unheard: list[Event] = []
        self._live: dict[UUID, _Live] = {}

    # The network's doings

    def originate(self, call_id: UUID) -> bool:
        """Act on an originate: dial, unless the id is taken."""
        if call_id in self._live:
            return False
        self.dialed[call_id] += 1
        self._live[call_id] = _Live("Ring")
        self.unheard.append(ChannelStateChange(_snapshot(call_id, "Ring")))
        return True

    def answer(self, call_id: UUID) -> None:
        self._live[call_id].state = "Up"
        self.was_up.add(call_id)
        self.unheard += [ChannelStateChange(_snapshot(call_id, "Up")), StasisStart(_snapshot(call_id, "Up"), ())]

    def end(self, call_id: UUID, cause: int) -> None:
        gone = self._live.pop(call_id)
        self.unheard.append(ChannelDestroyed(_snapshot(call_id, gone.state, is_tomb=gone.is_tomb), cause, None))

    def calls(self) -> list[UUID]:
        """The calls whose channels live, in order."""
        return sorted(call_id for call_id, live in self._live.items() if not live.is_tomb)

    # What a client asks

    def info(self, *, fresh: bool = False) -> None:
        """It answers."""

    def channel(self, channel_id: UUID) -> Channel | None:
        return next((c for c in self.channels() if c.id == str(channel_id)), None)

    def channels(self) -> list[Channel]:
        return [Channel(str(i), _name(i, is_tomb=live.is_tomb), live.state, None) for i, live in self._live.items()]

    def create_tomb(self, channel_id: UUID) -> bool:
        if channel_id in self._live:
            return False
        self._live[channel_id] = _Live("Down", is_tomb=True)
        return True

    def hang_up(self, channel_id: UUID, reason: str = "normal") -> bool:
        if channel_id not in self._live:
            return False
        self.end(channel_id, 16)
        return True

    def subscribe(self, channel_id: UUID) -> bool:
        return channel_id in self._live


def _name(call_id: UUID, *, is_tomb: bool) -> str:
    return f"{TOMB_PREFIX}{call_id}" if is_tomb else f"PJSIP/carrier-{call_id}"


def _snapshot(call_id: UUID, state: str, *, is_tomb: bool = False) -> ChannelSnapshot:
    return ChannelSnapshot(str(call_id), _name(call_id, is_tomb=is_tomb), state)
