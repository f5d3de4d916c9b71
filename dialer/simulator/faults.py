"""Things that go wrong on demand: a stalled PBX, lost answers, a dead socket."""

import asyncio
import random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Refusal(BaseModel):
    """The next `count` originates are refused with `status`, without dialing."""

    model_config = ConfigDict(extra="forbid")

    status: int = Field(ge=400, le=599)
    count: int = Field(1, ge=1)


class SocketFault(BaseModel):
    """What happens at once to an application's WebSocket.

    `clean` closes it, `reset` breaks the connection, `silent` keeps it open and never says anything again.
    """

    model_config = ConfigDict(extra="forbid")

    app: str = "dialer"
    how: Literal["clean", "reset", "silent"] = "clean"


class FaultRequest(BaseModel):
    """What a test asks for. A field that is absent leaves its fault as it is."""

    model_config = ConfigDict(extra="forbid")

    latency_ms: float | None = Field(None, ge=0, description="Delay of each answer, after acting.")
    latency_jitter_ms: float | None = Field(None, ge=0, description="Up to this much more, evenly drawn.")
    stall_ms: float | None = Field(None, ge=0, description="Each request waits this long, and then acts.")
    drop_answers: int | None = Field(None, ge=0, description="Originates that act and are not answered.")
    refuse: Refusal | None = Field(None, description="Originates that are refused.")
    close_socket: SocketFault | None = Field(None, description="Done at once, not kept.")


class Faults:
    """The faults in force. They touch the REST calls under /ari, never those under /simulator."""

    def __init__(self, latency_ms: float = 0.0, seed: int = 0) -> None:
        """
        Args:
            latency_ms: The delay of every answer when no fault is in force.
            seed: For the jitter.
        """
        self._random = random.Random(seed)  # nosec B311 # the same seed, the same faults
        self._usual_latency_ms = latency_ms
        self._released = asyncio.Event()
        self.clear()

    def clear(self) -> None:
        """Everything works again. Requests that were stalled act now."""
        self.latency_ms = self._usual_latency_ms
        self.latency_jitter_ms = 0.0
        self.stall_ms = 0.0
        self.drop_answers = 0
        self.refuse: Refusal | None = None
        self._released.set()
        self._released = asyncio.Event()

    def apply(self, wanted: FaultRequest) -> None:
        """Put the faults that are named in force."""
        for name in ("latency_ms", "latency_jitter_ms", "stall_ms", "drop_answers"):
            value = getattr(wanted, name)
            if value is not None:
                setattr(self, name, value)
        if wanted.refuse is not None:
            self.refuse = wanted.refuse.model_copy()

    async def stall(self) -> None:
        """Wait as a stopped process would: the request was taken, and is acted on afterwards."""
        if self.stall_ms <= 0:
            return
        try:
            async with asyncio.timeout(self.stall_ms / 1000):
                await self._released.wait()
        except TimeoutError:
            return

    async def delay_answer(self) -> None:
        """Wait before the answer is written."""
        delay = self.latency_ms
        if self.latency_jitter_ms:
            delay += self._random.random() * self.latency_jitter_ms
        if delay > 0:
            await asyncio.sleep(delay / 1000)

    def take_refusal(self) -> int | None:
        """The status with which to refuse this originate, if it is to be refused."""
        if self.refuse is None:
            return None
        status = self.refuse.status
        self.refuse.count -= 1
        if self.refuse.count == 0:
            self.refuse = None
        return status

    def take_drop(self) -> bool:
        """The answer of this originate is to be lost."""
        if self.drop_answers <= 0:
            return False
        self.drop_answers -= 1
        return True

    def as_json(self) -> dict[str, Any]:
        """What is in force."""
        return {
            "latency_ms": self.latency_ms,
            "latency_jitter_ms": self.latency_jitter_ms,
            "stall_ms": self.stall_ms,
            "drop_answers": self.drop_answers,
            "refuse": self.refuse.model_dump() if self.refuse else None,
        }
