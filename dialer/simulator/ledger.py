"""The far end's own record: what was posted, what was dialled, how it ended. One JSON object a line."""

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from dialer.clock import Clock

REDIRECTED: Final = ";redirected"
"""How the channel id ends of an INVITE that the PBX sent because a network redirected the first: nobody posted it."""


class LedgerWriter:
    """Appends to a ledger. Each line is one write to the kernel, so a SIGKILL of this process loses none.

    Without a path nothing is written.
    """

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self._clock = clock
        self._fd: int | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, event: str, **fields: Any) -> None:
        """Append one line, stamped with the wall clock in seconds since 1970."""
        if self._fd is None:
            return
        at = round(self._clock.now().timestamp(), 6)
        os.write(self._fd, orjson.dumps({"event": event, "at": at, **fields}, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Give the file back. Writing afterwards is a silent no-op."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


@dataclass(frozen=True, slots=True)
class Post:
    """An originate that was received. `status` is None until an answer was written, and for ever if none was."""

    at: float
    channel: str
    number: str
    status: int | None = None
    answered_at: float | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """An INVITE that went out: somebody's telephone was called. `attempt` counts those to this number, from 1."""

    at: float
    channel: str
    number: str
    caller_id: str
    fate: str
    attempt: int


@dataclass(frozen=True, slots=True)
class End:
    """A channel that is gone. `hung_up_by` is `us`, `callee`, `network`, `timeout`, `dialplan` or `no_app`."""

    at: float
    channel: str
    cause: int
    tech_cause: int | None
    was_up: bool
    hung_up_by: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that was read back, in the order of writing."""

    starts: tuple[float, ...] = ()
    posts: tuple[Post, ...] = ()
    invites: tuple[Invite, ...] = ()
    ends: tuple[End, ...] = ()
    creates: tuple[str, ...] = field(default=())

    def of(self, channels: Collection[str]) -> "Ledger":
        """What is about these channels, and the legs that the PBX added to them (`<id>;redirected`)."""

        def ours(channel: str) -> bool:
            return channel.partition(";")[0] in channels

        return Ledger(
            starts=self.starts,
            posts=tuple(post for post in self.posts if ours(post.channel)),
            invites=tuple(invite for invite in self.invites if ours(invite.channel)),
            ends=tuple(end for end in self.ends if ours(end.channel)),
            creates=tuple(channel for channel in self.creates if ours(channel)),
        )

    def invites_by_channel(self) -> dict[str, list[Invite]]:
        """The INVITEs of each channel id; more than one for an id is a call made twice."""
        found: dict[str, list[Invite]] = {}
        for invite in self.invites:
            found.setdefault(invite.channel, []).append(invite)
        return found

    def invites_by_number(self) -> dict[str, list[Invite]]:
        """The INVITEs to each number, oldest first."""
        found: dict[str, list[Invite]] = {}
        for invite in self.invites:
            found.setdefault(invite.number, []).append(invite)
        return found

    def unanswered_posts(self, at: float | None = None) -> tuple[Post, ...]:
        """Originates that had no answer at that moment (seconds since 1970); without one, that never had any."""
        if at is None:
            return tuple(post for post in self.posts if post.answered_at is None)
        return tuple(p for p in self.posts if p.at <= at and (p.answered_at is None or p.answered_at > at))

    def max_invites_per_channel(self) -> int:
        """1 if no call was made twice, 0 if none was made."""
        return max(Counter(invite.channel for invite in self.invites).values(), default=0)


def _lines(path: Path, offset: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            # A line without its end is one that is being written at this moment.
            if line.endswith(b"\n"):
                yield orjson.loads(line)


def read_ledger(path: Path, offset: int = 0) -> Ledger:
    """Read a ledger, also while it is being written.

    Args:
        offset: in bytes, where to begin: an end of the file as it once was. Answers to earlier originates are left out.

    Raises:
        FileNotFoundError: There is none.
        orjson.JSONDecodeError: A complete line isn't JSON.
    """
    starts: list[float] = []
    posts: list[Post] = []
    open_posts: dict[int, int] = {}
    invites: list[Invite] = []
    ends: list[End] = []
    creates: list[str] = []
    for line in _lines(path, offset):
        kind = line.pop("event")
        if kind == "start":
            starts.append(line["at"])
            open_posts.clear()
        elif kind == "post":
            open_posts[line.pop("post")] = len(posts)
            posts.append(Post(**line))
        elif kind == "answered_post":
            index = open_posts.pop(line["post"], None)
            if index is not None:
                post = posts[index]
                posts[index] = Post(post.at, post.channel, post.number, line["status"], line["at"])
        elif kind == "invite":
            invites.append(Invite(**line))
        elif kind == "end":
            ends.append(End(**line))
        elif kind == "create":
            creates.append(line["channel"])
    return Ledger(tuple(starts), tuple(posts), tuple(invites), tuple(ends), tuple(creates))
