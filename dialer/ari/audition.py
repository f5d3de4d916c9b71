"""Which sounds a PBX can play: it is asked to play them where nobody hears it.

In an empty bridge: that takes no channel, no dialplan and no trunk, and what has to be fetched from elsewhere is in the
PBX's cache afterwards. Seen on 22.10: a sound that is not there fails within milliseconds of its start.
"""

import queue
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import orjson

from dialer.ari.client import AriClient
from dialer.ari.errors import Unknown
from dialer.ari.socket import EventSource, Lost
from dialer.clock import Clock

FETCH_SECONDS: Final = 10.0
"""Within this time a PBX must have fetched a sound from elsewhere."""
_FAIL_SECONDS: Final = 1.0
_TAIL_MILLISECONDS: Final = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A sound to try.

    Attributes:
        media: as Asterisk knows it, without `sound:`.
        milliseconds: its length, of one that is fetched from elsewhere: only its end is played. None: the PBX has it.
    """

    media: str
    milliseconds: int | None = None


def unplayable(
    client: AriClient, connect: Callable[[], EventSource], pieces: Iterable[Piece], clock: Clock
) -> list[Piece]:
    """Those of the sounds that the PBX can't play.

    Args:
        connect: opens the events of the client's application, which must be one that nobody else listens to.

    Raises:
        AriError: the PBX can't be asked.
    """
    events = connect()
    playing: dict[str, Piece] = {}
    try:
        for piece in pieces:
            place = str(uuid4())
            client.create_bridge(place)
            playing[place] = piece
            offset = 0 if piece.milliseconds is None else max(0, piece.milliseconds - _TAIL_MILLISECONDS)
            client.play_on_bridge(place, f"sound:{piece.media}", offset)
        return _failed(events, playing, clock)
    finally:
        events.close()
        for place in playing:
            client.destroy_bridge(place)


def _failed(events: EventSource, playing: Mapping[str, Piece], clock: Clock) -> list[Piece]:
    waiting, failed = dict(playing), []
    begun = clock.monotonic()
    while waiting:
        fetched = any(piece.milliseconds is not None for piece in waiting.values())
        left = begun + (FETCH_SECONDS if fetched else _FAIL_SECONDS) - clock.monotonic()
        try:
            received = events.inbox.get(timeout=max(0.0, left))
        except queue.Empty:
            break
        if isinstance(received, Lost):
            raise Unknown(f"The events of the sounds ended: {received.reason}")
        event = orjson.loads(received.data)
        if event.get("type") == "PlaybackFinished":
            piece = waiting.pop(event["playback"]["id"], None)
            if piece is not None and event["playback"]["state"] != "done":
                failed.append(piece)
    # What the PBX has by itself and still plays is there; what is fetched should have come by now.
    return failed + [piece for piece in waiting.values() if piece.milliseconds is not None]
